import { diag } from '@opentelemetry/api';
import { MemoryStore, type QuotaEntry, type QuotaStore } from './store';
import { type Use, windowAt } from './window';

/** What is used of a client of `ioredis`. */
interface IoRedis {
  readonly options: unknown;
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** What is used of a client of `redis`. */
interface NodeRedis {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A connected client of `ioredis` (5 and later) or `redis` (4 and later). */
export type RedisClient = { eval: (...args: never[]) => Promise<unknown> };

/** How counters are kept in Redis. */
export interface RedisStoreOptions {
  /** Before the name of every counter. Processes with the same share their counters. Default `llm-otel:quota`. */
  readonly prefix?: string | undefined;
  /** Milliseconds that an answer may take. Default 250. */
  readonly timeoutMillis?: number | undefined;
}

/** Adds to the counters of the current windows, and reads those of the windows before, all at once. */
const SCRIPT = `
local found = {}
for i = 1, #ARGV, 2 do
  local current, previous = KEYS[i], KEYS[i + 1]
  local amount, life = ARGV[i], ARGV[i + 1]
  local value = redis.call('GET', current) or '0'
  if tonumber(amount) ~= 0 then
    value = redis.call('INCRBYFLOAT', current, amount)
    redis.call('PEXPIRE', current, life)
  end
  found[i] = value
  found[i + 1] = redis.call('GET', previous) or '0'
end
return found`;

/** While Redis does not answer it is asked again after this many milliseconds. */
const REST_MILLIS = 5000;

/**
 * Counters that processes share through Redis, one round trip for each call that is asked for and one for each that is over.
 * While Redis does not answer, every process goes by its own counts.
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): QuotaStore {
  return new RedisStore(client, options.prefix ?? 'llm-otel:quota', options.timeoutMillis ?? 250);
}

class RedisStore implements QuotaStore {
  #own = new MemoryStore();
  #restsUntil = 0;

  constructor(
    readonly client: RedisClient,
    readonly prefix: string,
    readonly timeoutMillis: number,
  ) {}

  async add(entries: readonly QuotaEntry[], now: number): Promise<readonly Use[]> {
    const own = this.#own.add(entries, now);
    if (now < this.#restsUntil) return own;
    try {
      return toUses(await this.#inTime(this.#evaluate(entries, now)));
    } catch (fault) {
      this.#restsUntil = Date.now() + REST_MILLIS;
      diag.warn('Redis does not answer: quota() goes by the counts of this process alone.', fault);
      return own;
    }
  }

  #evaluate(entries: readonly QuotaEntry[], now: number): Promise<unknown> {
    const keys = entries.flatMap(({ id, windowMillis }) => {
      const window = windowAt(now, windowMillis);
      // In a cluster a script sees one slot: the braces put all counters in the same.
      return [window, window - 1].map((index) => `{${this.prefix}}:${id}:${index}`);
    });
    const amounts = entries.flatMap(({ amount, windowMillis }) => [String(amount), String(2 * windowMillis)]);
    if ('defineCommand' in this.client) {
      return (this.client as unknown as IoRedis).eval(SCRIPT, keys.length, ...keys, ...amounts);
    }
    return (this.client as unknown as NodeRedis).eval(SCRIPT, { keys, arguments: amounts });
  }

  async #inTime<Value>(work: Promise<Value>): Promise<Value> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${this.timeoutMillis} ms`)), this.timeoutMillis);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function toUses(found: unknown): Use[] {
  const values = (found as unknown[]).map(Number);
  if (values.some((value) => !Number.isFinite(value))) throw new Error(`an answer of ${String(found)}`);
  const uses: Use[] = [];
  for (let index = 0; index < values.length; index += 2) {
    uses.push({ current: Math.max(0, values[index]!), previous: Math.max(0, values[index + 1]!) });
  }
  return uses;
}
