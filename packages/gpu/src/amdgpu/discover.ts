import { readdirSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readText } from '../read-text';

const AMD = '0x1002';

/** A card that the amdgpu driver runs. */
export interface Card {
  readonly index: string;
  /** Its `device` folder. */
  readonly folder: string;
}

/** Cards of AMD, in the order of their numbers. */
export function findCards(root: string): Card[] {
  const folder = join(root, 'sys/class/drm');
  return list(folder)
    .filter((name) => /^card\d+$/.test(name))
    .map((name) => ({ index: name.slice('card'.length), folder: join(folder, name, 'device') }))
    .filter((card) => readText(join(card.folder, 'vendor')) === AMD && driverOf(card) === 'amdgpu')
    .sort((a, b) => Number(a.index) - Number(b.index));
}

/** The first folder of sensors; `undefined` where there is none. */
export function findSensors(card: Card): string | undefined {
  const folder = join(card.folder, 'hwmon');
  const name = list(folder).find((entry) => entry.startsWith('hwmon'));
  return name === undefined ? undefined : join(folder, name);
}

/** A sensor's number by its label, such as `edge` → 1 from `temp1_label`. */
export function findLabels(sensors: string, kind: 'temp' | 'freq' | 'in'): Map<string, string> {
  const names = list(sensors).filter((name) => name.startsWith(kind) && name.endsWith('_label'));
  return new Map(names.map((name) => [readText(join(sensors, name)) ?? '', name.slice(0, -'_label'.length)]));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function driverOf(card: Card): string {
  try {
    return basename(readlinkSync(join(card.folder, 'driver')));
  } catch {
    return '';
  }
}
