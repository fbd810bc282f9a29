import { execFile } from 'node:child_process';
import type { ValueKey } from './conventions';
import { hasNvidiaDriver } from './nvml/library';
import type { Values } from './nvml/values';
import type { GpuDevice, GpuSource, SourceReading, SourceState } from './source';

const MIB = 1024 ** 2;

interface Column {
  readonly query: string;
  readonly key?: ValueKey;
  readonly factor?: number;
}

// The name comes last: it alone might hold a comma.
const COLUMNS: readonly Column[] = [
  { query: 'index' },
  { query: 'uuid' },
  { query: 'driver_version' },
  { query: 'utilization.gpu', key: 'utilization' },
  { query: 'utilization.memory', key: 'memoryControllerUtilization' },
  { query: 'memory.total', key: 'memoryTotal', factor: MIB },
  { query: 'memory.used', key: 'memoryUsed', factor: MIB },
  { query: 'memory.free', key: 'memoryFree', factor: MIB },
  { query: 'temperature.gpu', key: 'temperature' },
  { query: 'temperature.memory', key: 'memoryTemperature' },
  { query: 'power.draw', key: 'power' },
  { query: 'enforced.power.limit', key: 'powerLimit' },
  { query: 'clocks.sm', key: 'smClock', factor: 1e6 },
  { query: 'clocks.mem', key: 'memoryClock', factor: 1e6 },
  { query: 'fan.speed', key: 'fanSpeed' },
  { query: 'utilization.encoder', key: 'encoderUtilization' },
  { query: 'utilization.decoder', key: 'decoderUtilization' },
  { query: 'name' },
];

/** GPUs of NVIDIA through the program that comes with the driver: slower and with fewer values, for where NVML can't be had. */
export class NvidiaSmiSource implements GpuSource {
  readonly name = 'nvidia-smi';
  readonly #root: string;
  readonly #timeoutMillis: number;
  #columns = COLUMNS;
  /** A program that was killed and has not ended: there is never a second one. */
  #stuck = false;

  constructor(root: string, timeoutMillis: number) {
    this.#root = root;
    this.#timeoutMillis = timeoutMillis;
  }

  async poll(): Promise<SourceReading> {
    if (!hasNvidiaDriver(this.#root)) return this.#reading('dormant', 'there is no NVIDIA driver');
    if (this.#stuck) return this.#reading('down', 'nvidia-smi hangs');
    try {
      return this.#reading('up', undefined, parse(await this.#ask(), this.#columns));
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const reason = missing ? 'nvidia-smi is not here' : error instanceof Error ? error.message : String(error);
      return this.#reading(missing ? 'dormant' : 'down', reason);
    }
  }

  close(): void {}

  /** Asks again without a column that this version does not know. */
  async #ask(): Promise<string> {
    for (;;) {
      const { failed, said } = await this.#run(this.#columns.map(({ query }) => query).join(','));
      const [, unknown] = /Field "([^"]+)" is not a valid field/.exec(said) ?? [];
      const left = this.#columns.filter(({ query }) => query !== unknown);
      if (left.length === this.#columns.length) {
        if (failed) throw new Error(`nvidia-smi failed: ${said.trim().split('\n')[0]}`);
        return said;
      }
      this.#columns = left;
    }
  }

  #run(query: string): Promise<{ failed: boolean; said: string }> {
    return new Promise((resolve, reject) => {
      const parameters = [`--query-gpu=${query}`, '--format=csv,noheader,nounits'];
      const child = execFile('nvidia-smi', parameters, (error, stdout, stderr) => {
        this.#stuck = false;
        clearTimeout(timer);
        if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') reject(error);
        else resolve({ failed: error !== null, said: stdout + stderr });
      });
      const timer = setTimeout(() => {
        this.#stuck = true;
        child.kill('SIGKILL');
        reject(new Error(`nvidia-smi did not answer within ${this.#timeoutMillis} ms`));
      }, this.#timeoutMillis);
    });
  }

  #reading(state: SourceState, reason: string | undefined, devices: GpuDevice[] = []): SourceReading {
    return { source: this.name, state, reason, devices, errors: {} };
  }
}

function parse(csv: string, columns: readonly Column[]): GpuDevice[] {
  return csv
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) =>
      parseLine(
        line.split(',').map((cell) => cell.trim()),
        columns,
      ),
    );
}

function parseLine(cells: readonly string[], columns: readonly Column[]): GpuDevice {
  const texts: Record<string, string> = {};
  const values: Values = { ok: 1, failed: 0, suspended: 0 };
  columns.forEach(({ query, key, factor = 1 }, at) => {
    const cell = query === 'name' ? cells.slice(at).join(', ') : (cells[at] ?? '');
    // "[N/A]", "[Not Supported]", "[Unknown Error]": not a number, and so absent.
    if (key === undefined) texts[query] = cell;
    else if (/^\d+(\.\d+)?$/.test(cell)) values[key] = Number(cell) * factor;
  });
  if (values.memoryUsed !== undefined && values.memoryTotal)
    values.memoryUsedRatio = values.memoryUsed / values.memoryTotal;
  const { index = '', uuid = '', name = '', driver_version: driverVersion } = texts;
  return { index, uuid, name, vendor: 'NVIDIA', driverVersion, state: 'ok', values };
}
