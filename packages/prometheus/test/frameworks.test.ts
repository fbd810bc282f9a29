import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PrometheusBridge } from '../src/index';
import { producer, scalar } from './produce';
import { bind } from './support';

const PAGE = '# TYPE size gauge\nsize{of="é"} 1\n';

/** Asks for a path of the application, with what `fetch` takes. */
type Ask = (path: string, init?: RequestInit) => Promise<Response>;

async function listen(listener: RequestListener): Promise<Ask> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

async function ofFastify(bridge: PrometheusBridge): Promise<Ask> {
  const app = fastify();
  app.get('/metrics', bridge.fastify);
  app.get('/other', async () => 'other');
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  return (path, init) => fetch(address + path, init);
}

const FRAMEWORKS: readonly (readonly [string, (bridge: PrometheusBridge) => Promise<Ask>])[] = [
  [
    'Express',
    (bridge) => {
      const app = express();
      app.get('/metrics', bridge.handler);
      app.get('/other', (_, response) => void response.send('other'));
      return listen(app);
    },
  ],
  ['Fastify', ofFastify],
  [
    'Koa',
    (bridge) => {
      const app = new Koa();
      app.use((context, next) => (context.path === '/metrics' ? bridge.koa(context) : next()));
      app.use((context) => {
        context.body = 'other';
      });
      return listen(app.callback());
    },
  ],
  [
    'Hono',
    async (bridge) => {
      const app = new Hono();
      app.get('/metrics', bridge.hono);
      app.get('/other', (context) => context.text('other'));
      return async (path, init) => app.request(path, init);
    },
  ],
];

describe.each(FRAMEWORKS)('%s', (_, serve) => {
  const example = () => bind({ metricProducers: [producer([scalar('gauge', 'size', [[{ of: 'é' }, 1]])])] }).bridge;

  test('serves the page', async () => {
    const ask = await serve(example());
    const response = await ask('/metrics');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(PAGE);
    expect(await (await ask('/other')).text()).toBe('other');
  });

  test('hands on what the scraper asks for', async () => {
    const ask = await serve(example());
    const response = await ask('/metrics', { headers: { accept: 'application/openmetrics-text' } });
    expect(response.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(await response.text()).toBe(`${PAGE}# EOF\n`);
  });
});
