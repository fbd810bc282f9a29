import type { ValueKey } from '../conventions';
import { Block } from './block';
import type { DeviceCalls } from './calls';
import { CODE } from './codes';
import { FIELD, NONE } from './layouts';
import type { Values } from './values';

interface Row {
  readonly id: number;
  readonly key: ValueKey;
  readonly convert?: (raw: number) => number;
  /** Which links; only the fields of NVLink ask. */
  readonly scope?: number;
  /** Only where the field before it, of the same key, is not supported. */
  readonly otherwise?: true;
}

const seconds = (nanoseconds: number): number => nanoseconds / 1e9;
const kib = (raw: number): number => raw * 1024;
const ALL_LINKS = NONE;

const ROWS: readonly Row[] = [
  { id: 82, key: 'memoryTemperature' },
  { id: 83, key: 'energy', convert: (millijoules) => millijoules / 1000 },
  { id: 94, key: 'pcieReplays' },
  { id: 3, key: 'eccCorrected' },
  { id: 4, key: 'eccUncorrected' },
  { id: 142, key: 'remappedCorrectable' },
  { id: 143, key: 'remappedUncorrectable' },
  { id: 145, key: 'remapFailed' },
  { id: 74, key: 'heldByPowerCap', convert: seconds },
  { id: 76, key: 'heldBySyncBoost', convert: seconds },
  { id: 269, key: 'heldBySoftwareThermal', convert: seconds },
  { id: 270, key: 'heldByHardwareThermal', convert: seconds },
  { id: 271, key: 'heldByPowerBrake', convert: seconds },
  { id: 138, key: 'nvlinkTx', scope: ALL_LINKS, convert: kib },
  { id: 139, key: 'nvlinkRx', scope: ALL_LINKS, convert: kib },
  { id: 202, key: 'nvlinkTx', scope: ALL_LINKS, otherwise: true },
  { id: 204, key: 'nvlinkRx', scope: ALL_LINKS, otherwise: true },
  { id: 230, key: 'recoveryAction' },
];

/** The PCIe counters as the driver gives them. */
export interface PcieCounters {
  readonly tx: number;
  readonly rx: number;
}

type Counter = { readonly id: number; readonly pcie: keyof PcieCounters };
const PCIE: readonly Counter[] = [
  { id: 197, pcie: 'tx' },
  { id: 198, pcie: 'rx' },
];

const GONE: ReadonlySet<number> = new Set([
  CODE.INVALID_ARGUMENT,
  CODE.NOT_SUPPORTED,
  CODE.NO_PERMISSION,
  CODE.NOT_FOUND,
  CODE.FUNCTION_NOT_FOUND,
  CODE.ARGUMENT_VERSION_MISMATCH,
  CODE.DEPRECATED,
]);

const energy = new Block(8);
const block = new Block((ROWS.length + PCIE.length) * FIELD.size);

/** All field values of a device in one call; a field that it does not have is asked once. */
export class FieldReader {
  #rows: readonly (Row | Counter)[] = [...ROWS, ...PCIE];

  /** Sets values, and returns the PCIe counters where there are any. */
  read(calls: DeviceCalls, values: Values): PcieCounters | undefined {
    const pcie: Partial<Record<keyof PcieCounters, number>> = {};
    if (this.#ask(calls)) {
      this.#rows = this.#rows.filter((row, index) => {
        const offset = index * FIELD.size;
        const code = block.u32(offset + FIELD.code);
        if (code === CODE.SUCCESS) take(row, valueAt(offset), values, pcie);
        else if (!GONE.has(code)) calls.judge(code, `field ${row.id}`);
        return !GONE.has(code);
      });
    }
    if (values.energy === undefined) readEnergy(calls, values);
    const { tx, rx } = pcie;
    return tx === undefined || rx === undefined ? undefined : { tx, rx };
  }

  #ask(calls: DeviceCalls): boolean {
    this.#rows.forEach((row, index) => {
      const offset = index * FIELD.size;
      block.bytes.fill(0, offset, offset + FIELD.size);
      block.setU32(offset + FIELD.id, row.id).setU32(offset + FIELD.scope, 'scope' in row ? (row.scope ?? 0) : 0);
    });
    return this.#rows.length > 0 && calls.ok('nvmlDeviceGetFieldValues', this.#rows.length, block.bytes);
  }
}

function take(
  row: Row | Counter,
  raw: number | undefined,
  values: Values,
  pcie: Partial<Record<keyof PcieCounters, number>>,
): void {
  if (raw === undefined) return;
  if ('pcie' in row) pcie[row.pcie] = raw;
  else if (!row.otherwise || values[row.key] === undefined) values[row.key] = row.convert ? row.convert(raw) : raw;
}

function readEnergy(calls: DeviceCalls, values: Values): void {
  if (calls.ok('nvmlDeviceGetTotalEnergyConsumption', energy.bytes)) values.energy = energy.count() / 1000;
}

function valueAt(offset: number): number | undefined {
  const at = offset + FIELD.value;
  switch (block.u32(offset + FIELD.type)) {
    case 0:
      return block.f64(at);
    case 1:
      return block.u32(at);
    case 2:
    case 3:
      return block.count(at);
    case 4:
      return Number(block.i64(at));
    case 5:
      return block.i32(at);
    case 6:
      return block.u16(at);
    default:
      return undefined;
  }
}
