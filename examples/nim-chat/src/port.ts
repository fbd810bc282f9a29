import { once } from 'node:events';
import { createServer } from 'node:net';

/** Where `register()` serves metrics, unless told otherwise. */
export const METRICS_PORT: number = Number(process.env.OTEL_EXPORTER_PROMETHEUS_PORT) || 9464;

/** The wanted port of localhost if it is free, else 0, which stands for any. */
export async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(wanted, 'localhost');
    await once(server, 'listening');
  } catch {
    return 0;
  }
  await new Promise((resolve) => server.close(resolve));
  return wanted;
}
