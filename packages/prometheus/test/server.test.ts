import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bind, bindExample } from './support';

const loopback = { host: '127.0.0.1', port: 0 } as const;

describe('listen', () => {
  test('serves the page on its path alone', async () => {
    const { bridge } = bindExample();
    const { url, port } = await bridge.listen(loopback);
    expect(url).toBe(`http://127.0.0.1:${port}/metrics`);
    const response = await fetch(`${url}?debug=1`);
    expect(await response.text()).toBe(await bridge.scrape());
    const elsewhere = await fetch(`http://127.0.0.1:${port}/`);
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.text()).toBe('The metrics are at /metrics\n');
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });

  test('binds localhost unless told otherwise, and takes another path', async () => {
    const { bridge } = bindExample();
    const { url, port } = await bridge.listen({ port: 0, path: '/internal/metrics' });
    expect(url).toBe(`http://localhost:${port}/internal/metrics`);
    expect((await fetch(url)).status).toBe(200);
  });

  test('says which port is in use and what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(bind().bridge.listen({ host: '127.0.0.1', port })).rejects.toThrow(
      `cannot serve metrics: port ${port} of 127.0.0.1 is in use. Stop what listens there, or give another port (0 takes a free one)`,
    );
  });

  test('says what else is wrong', async () => {
    await expect(bind().bridge.listen({ host: '192.0.2.1', port: 9464 })).rejects.toThrow(
      /^cannot serve metrics on 192\.0\.2\.1:9464: .*EADDRNOTAVAIL/,
    );
  });

  test.each([
    [{ ref: false }, 0],
    [{ ref: true }, 1],
  ])('with %o holds the process with %d servers', async (options, expected) => {
    const servers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    const before = servers();
    await bind().bridge.listen({ ...loopback, ...options });
    expect(servers() - before).toBe(expected);
  });
});

describe('close', () => {
  test('frees the port, and may come twice', async () => {
    const { bridge } = bindExample();
    const { url, port, close } = await bridge.listen(loopback);
    await (await fetch(url)).text();
    await close();
    await close();
    const again = await bridge.listen({ host: '127.0.0.1', port });
    expect(again.port).toBe(port);
  });

  test('comes with shutdown', async () => {
    const { bridge, provider } = bindExample();
    const { url } = await bridge.listen(loopback);
    await provider.shutdown();
    await expect(fetch(url)).rejects.toThrow();
  });

  test('does not wait for a client that says nothing more', async () => {
    const { bridge } = bind();
    const { port, close } = await bridge.listen(loopback);
    const client = connect(port, '127.0.0.1').on('error', () => {});
    await new Promise<void>((resolve) => client.write('GET /metrics HTTP/1.1\r\n', () => resolve()));
    const over = new Promise((resolve) => client.once('close', resolve));
    await close();
    await over;
  });
});
