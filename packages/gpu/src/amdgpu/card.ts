import { join } from 'node:path';
import type { ValueKey } from '../conventions';
import { KeptFile } from '../kept-file';
import type { Values } from '../nvml/values';
import { readText } from '../read-text';
import type { GpuDevice } from '../source';
import { type Card, findLabels, findSensors } from './discover';

interface Reading {
  readonly key: ValueKey;
  readonly files: readonly KeptFile[];
  readonly convert: (raw: number) => number;
  readonly signed?: boolean;
}

const same = (raw: number): number => raw;
const milli = (raw: number): number => raw / 1000;
const micro = (raw: number): number => raw / 1e6;
const PWM_MOST = 255;

/** Who a card is. */
interface Identity {
  readonly uuid: string;
  readonly name: string;
}

/** One card, whose files stay open. Every file is optional. */
export class AmdCard {
  readonly #card: Card;
  readonly #status: KeptFile;
  #identity: Identity | undefined;
  #readings: readonly Reading[] | undefined;
  #memory: Memory | undefined;

  constructor(card: Card) {
    this.#card = card;
    this.#status = new KeptFile(join(card.folder, 'power/runtime_status'));
  }

  /** Reads it, unless it sleeps: a look at its sensors would wake it. */
  read(): GpuDevice {
    if (this.#status.text() === 'suspended') return this.#device('suspended', {});
    this.#identity ??= identify(this.#card);
    this.#readings ??= findReadings(this.#card);
    this.#memory ??= findMemory(this.#card);
    const values: Values = {};
    for (const { key, files, convert, signed } of this.#readings) {
      const raw = firstNumber(files, signed);
      if (raw !== undefined) values[key] = convert(raw);
    }
    readMemory(this.#memory, values);
    return this.#device('ok', values);
  }

  close(): void {
    const memory = this.#memory ? [...this.#memory.total, ...this.#memory.used] : [];
    const files = this.#readings?.flatMap((reading) => reading.files) ?? [];
    for (const file of [this.#status, ...memory, ...files]) file.close();
  }

  #device(state: 'ok' | 'suspended', values: Values): GpuDevice {
    const { uuid, name } = this.#identity ?? { uuid: slotOf(this.#card), name: '' };
    const states = { ok: state === 'ok' ? 1 : 0, failed: 0, suspended: state === 'ok' ? 0 : 1 };
    return { index: this.#card.index, uuid, name, vendor: 'AMD', state, values: { ...values, ...states } };
  }
}

function identify(card: Card): Identity {
  const unique = readText(join(card.folder, 'unique_id'));
  const product = readText(join(card.folder, 'product_name'));
  const model = readText(join(card.folder, 'device'));
  return { uuid: unique || slotOf(card), name: product || (model ? `AMD ${model}` : '') };
}

function slotOf(card: Card): string {
  const [, slot] = /^PCI_SLOT_NAME=(.+)$/m.exec(readText(join(card.folder, 'uevent')) ?? '') ?? [];
  return slot ?? `card${card.index}`;
}

function findReadings(card: Card): Reading[] {
  const file = (name: string) => new KeptFile(join(card.folder, name));
  return [
    { key: 'utilization', files: [file('gpu_busy_percent')], convert: same },
    { key: 'memoryControllerUtilization', files: [file('mem_busy_percent')], convert: same },
    { key: 'pcieReplays', files: [file('pcie_replay_count')], convert: same },
    ...findSensorReadings(findSensors(card)),
  ];
}

function findSensorReadings(sensors: string | undefined): Reading[] {
  if (sensors === undefined) return [];
  const temperatures = findLabels(sensors, 'temp');
  const clocks = findLabels(sensors, 'freq');
  const file = (name: string) => new KeptFile(join(sensors, name));
  const inputs = (names: readonly (string | undefined)[]) =>
    names.flatMap((name) => (name === undefined ? [] : [file(`${name}_input`)]));
  const temperature = (...labels: string[]) => inputs(labels.map((label) => temperatures.get(label)));
  return [
    // Where there is no sensor at the edge, the one at the junction is the chip's.
    { key: 'temperature', files: temperature('edge', 'junction'), convert: milli, signed: true },
    { key: 'hotspotTemperature', files: temperature('junction'), convert: milli, signed: true },
    { key: 'memoryTemperature', files: temperature('mem'), convert: milli, signed: true },
    { key: 'power', files: [file('power1_average'), file('power1_input')], convert: micro },
    { key: 'powerLimit', files: [file('power1_cap')], convert: micro },
    { key: 'smClock', files: inputs([clocks.get('sclk') ?? 'freq1']), convert: same },
    { key: 'memoryClock', files: inputs([clocks.get('mclk') ?? 'freq2']), convert: same },
    { key: 'fanRpm', files: inputs(['fan1']), convert: same },
    { key: 'fanSpeed', files: [file('pwm1')], convert: (raw) => (raw / PWM_MOST) * 100 },
  ];
}

interface Memory {
  readonly total: readonly KeptFile[];
  readonly used: readonly KeptFile[];
}

/** Memory of its own, and on an APU the part of the machine's that it may take as well. */
function findMemory(card: Card): Memory {
  const kinds = isApu(card) ? ['vram', 'gtt'] : ['vram'];
  const files = (what: string) => kinds.map((kind) => new KeptFile(join(card.folder, `mem_info_${kind}_${what}`)));
  return { total: files('total'), used: files('used') };
}

/** Only APUs measure the voltage of a north bridge; and where sensors are missing, they count no busy memory. */
function isApu(card: Card): boolean {
  const sensors = findSensors(card);
  if (sensors !== undefined && findLabels(sensors, 'in').has('vddnb')) return true;
  if (readText(join(card.folder, 'mem_busy_percent')) !== undefined) return false;
  const size = (kind: string) => Number(readText(join(card.folder, `mem_info_${kind}_total`)) ?? 0);
  return size('gtt') > size('vram');
}

function readMemory({ total, used }: Memory, values: Values): void {
  const [all, taken] = [sumOf(total), sumOf(used)];
  if (all !== undefined) values.memoryTotal = all;
  if (taken !== undefined) values.memoryUsed = taken;
  if (all === undefined || taken === undefined || all === 0) return;
  values.memoryFree = Math.max(0, all - taken);
  values.memoryUsedRatio = taken / all;
}

function sumOf(files: readonly KeptFile[]): number | undefined {
  let sum = 0;
  for (const file of files) {
    const value = file.number();
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum;
}

function firstNumber(files: readonly KeptFile[], signed = false): number | undefined {
  for (const file of files) {
    const value = file.number(signed);
    if (value !== undefined) return value;
  }
  return undefined;
}
