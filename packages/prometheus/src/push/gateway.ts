import { createPacer } from '../pacer';
import { backoff, type Delivery, deliver, pause } from './deliver';

const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Which group of a Pushgateway is meant. */
export interface GatewayGroup {
  /** Address of the Pushgateway, for instance `http://localhost:9091`. */
  readonly url: string;
  readonly job: string;
  /** Further labels of the group. */
  readonly grouping?: Readonly<Record<string, string>>;
  /** Further headers, for instance `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long one attempt may take, in milliseconds. Default 10000. */
  readonly timeoutMillis?: number;
  /** Attempts after the first, where the Pushgateway is not reached or overloaded. Default 4, over some 10 seconds. */
  readonly retries?: number;
}

export interface GatewayPush extends GatewayGroup {
  /** `group`: the group has nothing but this page afterwards. `names`: metrics of other names stay. Default `group`. */
  readonly replace?: 'group' | 'names';
}

/** Something with a page in the text format 0.0.4: a `PrometheusBridge`. */
export interface PageSource {
  scrape(): Promise<string>;
}

/** Pushes the page to a Pushgateway, as a batch job does when it ends. Rejects if it is refused, or not reached in the end. */
export async function pushToGateway(source: PageSource, push: GatewayPush): Promise<void> {
  const headers = new Headers(push.headers);
  headers.set('content-type', TEXT_CONTENT_TYPE);
  const method = push.replace === 'names' ? 'POST' : 'PUT';
  await insist({ url: groupUrl(push), method, headers, body: await encoded(await source.scrape()) }, push);
}

/** Deletes the group from the Pushgateway, which keeps it for ever otherwise. */
export async function deleteFromGateway(group: GatewayGroup): Promise<void> {
  await insist({ url: groupUrl(group), method: 'DELETE', headers: new Headers(group.headers) }, group);
}

const SLICE_CHARACTERS = 1 << 18;

/** The bytes of a page, which `fetch` would make in one go. */
async function encoded(page: string): Promise<Blob> {
  const pacer = createPacer();
  const encoder = new TextEncoder();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let from = 0; from < page.length; ) {
    const end = page.indexOf('\n', from + SLICE_CHARACTERS) + 1 || page.length;
    parts.push(encoder.encode(page.slice(from, end)));
    from = end;
    if (pacer.due()) await pacer.rest();
  }
  return new Blob(parts);
}

async function insist(delivery: Delivery, { timeoutMillis = 10_000, retries = 4 }: GatewayGroup): Promise<void> {
  for (let failures = 1; ; failures += 1) {
    const outcome = await deliver(delivery, timeoutMillis);
    if (outcome.kind === 'done') return;
    if (outcome.kind === 'refused' || failures > retries) throw outcome.error;
    await pause(backoff(failures, outcome.afterMillis));
  }
}

function groupUrl({ url, job, grouping = {} }: GatewayGroup): string {
  const path = Object.entries({ job, ...grouping }).map(([name, value]) => groupPath(name, value));
  return `${url.replace(/\/+$/, '')}/metrics${path.join('')}`;
}

/** Base64 for what a path cannot hold: slashes, nothing, and dots, which URLs resolve. */
function groupPath(name: string, value: string): string {
  if (value !== '' && !/\/|^\.\.?$/.test(value)) return `/${name}/${encodeURIComponent(value)}`;
  const bytes = String.fromCharCode(...new TextEncoder().encode(value));
  return `/${name}@base64/${btoa(bytes).replaceAll('+', '-').replaceAll('/', '_') || '='}`;
}
