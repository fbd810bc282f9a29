import type { FetchHandler, NodeHandler } from '@grump/llm-otel-prometheus';
import type { Status } from './status';

/** What `/healthz` answers. */
export interface Health extends Status {
  /** `degraded` while the last export of some exporter has failed or something is amiss; `ended` after `shutdown()`. */
  readonly status: 'ok' | 'degraded' | 'ended';
}

/** Where the state of telemetry is told. */
export interface HealthPage {
  readonly handler: NodeHandler;
  readonly fetch: FetchHandler;
}

const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/**
 * The page. It says 200 while telemetry is degraded, since an application must not be restarted for want of a
 * Collector; 503 once there is no telemetry any more.
 */
export function createHealthPage(read: () => Status, ended: () => boolean): HealthPage {
  const answer = (): { code: number; body: string } => {
    const health = healthOf(read(), ended());
    return { code: health.status === 'ended' ? 503 : 200, body: `${JSON.stringify(health)}\n` };
  };
  return {
    handler: async (_, response) => {
      const { code, body } = answer();
      response.statusCode = code;
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
      response.end(body);
    },
    fetch: async () => {
      const { code, body } = answer();
      return new Response(body, { status: code, headers: HEADERS });
    },
  };
}

function healthOf(status: Status, ended: boolean): Health {
  const failing = status.exporters.some(
    ({ lastFailureAt = 0, lastSuccessAt = 0 }) => lastFailureAt > 0 && lastFailureAt >= lastSuccessAt,
  );
  const degraded = failing || status.problems.length > 0;
  return { status: ended ? 'ended' : degraded ? 'degraded' : 'ok', ...status };
}
