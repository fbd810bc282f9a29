import { expect, test } from 'vitest';
import { deleteFromGateway, pushToGateway } from '../src/push/index';
import { comparable } from './fuzz';
import { parsePage, type Sample } from './parse-page';
import { needs } from './programs';
import { freePort, isReady, PUSHGATEWAY, start } from './push-programs';
import { startRecorder } from './receiver';
import { bindExample } from './support';

async function startGateway(): Promise<string> {
  const port = await freePort();
  await start(PUSHGATEWAY.command, () => [`--web.listen-address=127.0.0.1:${port}`]);
  const url = `http://127.0.0.1:${port}`;
  await isReady(`${url}/-/ready`);
  return url;
}

/** What a Pushgateway shows of a job; its own metrics are left out. */
async function shown(url: string, job: string): Promise<Sample[]> {
  const page = parsePage(await (await fetch(`${url}/metrics`)).text());
  return page.filter(({ name, labels }) => labels.job === job && !/^push_(time|failure_time)_seconds$/.test(name));
}

const page = (text: string) => ({ scrape: async () => text });

test('a real Pushgateway shows the page it was given, with the labels of its group', async (context) => {
  needs(context, PUSHGATEWAY);
  const url = await startGateway();
  const { bridge } = bindExample();
  const grouping = { instance: '', path: '/a/ö', dots: '..', plain: 'a b+c' };
  await pushToGateway(bridge, { url: `${url}/`, job: 'nightly/1', grouping });
  const group = { job: 'nightly/1', instance: '', path: '/a/ö', dots: '..', plain: 'a b+c' };
  const expected = parsePage(await bridge.scrape()).map((sample) => ({
    ...sample,
    labels: { ...sample.labels, ...group },
  }));
  expect(comparable((await shown(url, 'nightly/1')).map(dated))).toEqual(comparable(expected.map(dated)));
  await deleteFromGateway({ url, job: 'nightly/1', grouping });
  expect(await shown(url, 'nightly/1')).toEqual([]);
});

test('a push replaces the group, or the metrics of its names alone', async (context) => {
  needs(context, PUSHGATEWAY);
  const url = await startGateway();
  const names = async () => (await shown(url, 'job')).map(({ name }) => name);
  await pushToGateway(page('one 1\ntwo 2\n'), { url, job: 'job' });
  await pushToGateway(page('two 3\nthree 4\n'), { url, job: 'job', replace: 'names' });
  expect((await names()).sort()).toEqual(['one', 'three', 'two']);
  await pushToGateway(page('four 4\n'), { url, job: 'job' });
  expect(await names()).toEqual(['four']);
});

test('a page that it refuses is told of with its own words, and not pushed again', async (context) => {
  needs(context, PUSHGATEWAY);
  const url = await startGateway();
  await expect(pushToGateway(page('not a page'), { url, job: 'job' })).rejects.toThrow(
    /answered 400: .*text format parsing error/,
  );
});

test('one that is overloaded is tried again, with the same page', async () => {
  const { url, requests } = await startRecorder((index) =>
    index < 2 ? { status: 503, headers: { 'retry-after': '0' } } : undefined,
  );
  await pushToGateway(page('one 1\n'), {
    url,
    job: 'job',
    headers: { Authorization: 'Basic x', 'Content-Type': 'text/html' },
  });
  expect(requests.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual(
    Array(3).fill('PUT /metrics/job/job one 1\n'),
  );
  expect(requests[0]?.headers).toMatchObject({
    authorization: 'Basic x',
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
  });
});

test('one that is not there is told of in the end', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  await expect(pushToGateway(page(''), { url, job: 'job', retries: 1 })).rejects.toThrow(
    `${url}/metrics/job/job was not reached: `,
  );
});

/** The gateway prints bounds and quantiles as Go does, and empty labels of the page not at all. */
const dated = ({ labels, ...sample }: Sample): Sample => ({
  ...sample,
  labels: Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== '')),
});
