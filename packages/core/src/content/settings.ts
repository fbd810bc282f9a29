import { warnOnce } from '../guard';
import type { ContentMode, ContentOptions } from './options';
import { VARIABLE, variable } from './variable';

/** {@link ContentOptions} with defaults. */
export type ContentSettings = Required<Omit<ContentOptions, 'redact'>> & Pick<ContentOptions, 'redact'>;

const MAX_BYTES = 32_768;
const MODES: readonly unknown[] = ['off', 'span', 'event', 'both'];
const BY_VARIABLE: Readonly<Record<string, ContentMode>> = {
  no_content: 'off',
  span_only: 'span',
  event_only: 'event',
  span_and_event: 'both',
  true: 'span',
  false: 'off',
};

/** Reads option and variable; the option wins. What is wrong is told once, and then nothing is captured. */
export function settingsOf(option: ContentMode | ContentOptions | undefined): ContentSettings {
  const options: ContentOptions = typeof option === 'object' ? option : {};
  const asked = typeof option === 'object' ? option.mode : option;
  const { redact, media = 'drop', toolDefinitions = 'names' } = options;
  const mode = asked === undefined ? modeOf(variable()) : checkedMode(asked);
  return { mode, redact, media, toolDefinitions, maxBytes: checkedBytes(options.maxBytes) };
}

function checkedMode(mode: ContentMode): ContentMode {
  if (MODES.includes(mode)) return mode;
  warnOnce('core', `option content is ${show(mode)}, which is none of ${MODES.join(', ')}; no content is captured`);
  return 'off';
}

function modeOf(value: string | undefined): ContentMode {
  if (value === undefined || value.trim() === '') return 'off';
  const mode = new Map(Object.entries(BY_VARIABLE)).get(value.trim().toLowerCase());
  if (mode !== undefined) return mode;
  const allowed = Object.keys(BY_VARIABLE).map((name) =>
    name === 'true' || name === 'false' ? name : name.toUpperCase(),
  );
  warnOnce('core', `${VARIABLE} is ${show(value)}, which is none of ${allowed.join(', ')}; no content is captured`);
  return 'off';
}

function checkedBytes(bytes: number | undefined): number {
  if (bytes === undefined) return MAX_BYTES;
  if (typeof bytes === 'number' && bytes > 0) return bytes;
  warnOnce('core', `option content.maxBytes is ${show(bytes)}, which is no number above 0; ${MAX_BYTES} is used`);
  return MAX_BYTES;
}

const show = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value));
