import { Block } from './block';
import type { DeviceCalls } from './calls';
import { CODE } from './codes';
import { SAMPLE, UTILIZATION } from './layouts';
import type { Values } from './values';

const GPU_SAMPLES = 1;

const rates = new Block(UTILIZATION.size);
const type = new Block(4);
const count = new Block(4);
let samples = new Block(256 * SAMPLE.size);

/** Utilization as the mean of the driver's samples since the last poll; before that, and without samples, its last rate. */
export class UtilizationReader {
  #lastSeen = 0n;

  read(calls: DeviceCalls, values: Values): void {
    const mean = this.#mean(calls);
    if (calls.ok('nvmlDeviceGetUtilizationRates', rates.bytes)) {
      if (rates.u32(UTILIZATION.gpu) <= 100) values.utilization = rates.u32(UTILIZATION.gpu);
      if (rates.u32(UTILIZATION.memory) <= 100) values.memoryControllerUtilization = rates.u32(UTILIZATION.memory);
    }
    if (mean !== undefined) values.utilization = mean;
  }

  #mean(calls: DeviceCalls): number | undefined {
    const since = this.#lastSeen;
    const code = this.#fetch(calls, since);
    if (code === CODE.NOT_FOUND || code === CODE.INSUFFICIENT_SIZE) return undefined;
    if (!calls.judge(code, 'nvmlDeviceGetSamples')) return undefined;
    const mean = this.#average(count.u32(), since);
    // The first answer reaches back to before there was a meter.
    return since === 0n ? undefined : mean;
  }

  #fetch(calls: DeviceCalls, since: bigint): number {
    count.setU32(0, samples.bytes.length / SAMPLE.size);
    const ask = () => calls.code('nvmlDeviceGetSamples', GPU_SAMPLES, since, type.bytes, count.bytes, samples.bytes);
    const code = ask();
    if (code !== CODE.INSUFFICIENT_SIZE) return code;
    samples = new Block(samples.bytes.length * 4);
    count.setU32(0, samples.bytes.length / SAMPLE.size);
    return ask();
  }

  #average(length: number, since: bigint): number | undefined {
    let [sum, used] = [0, 0];
    for (let offset = 0; offset < length * SAMPLE.size; offset += SAMPLE.size) {
      const timestamp = samples.u64(offset + SAMPLE.timestamp);
      if (timestamp > this.#lastSeen) this.#lastSeen = timestamp;
      const value = type.u32() === 0 ? samples.f64(offset + SAMPLE.value) : samples.u32(offset + SAMPLE.value);
      if (timestamp <= since || value > 100) continue;
      sum += value;
      used += 1;
    }
    return used === 0 ? undefined : sum / used;
  }
}
