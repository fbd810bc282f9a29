/** A sample's value as the text formats take it. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** Bounds come from bucket lists, so there are few of them. */
const bounds = new Map<number, string>();

/** Past this many something makes up bounds as it goes; they are printed all the same. */
const MOST_BOUNDS = 10_000;

/**
 * A bucket's `le`, digit for digit as Go prints it (`0.001`, `1`, `1.048576e+06`): a label is compared as text, and
 * most of what exposes histograms is written in Go.
 */
export function formatBound(bound: number): string {
  let text = bounds.get(bound);
  if (text === undefined) {
    text = goFloat(bound);
    if (bounds.size < MOST_BOUNDS) bounds.set(bound, text);
  }
  return text;
}

/** A bucket's `le` in OpenMetrics, where it always is a float: `1.0`. */
export function formatFloatBound(bound: number): string {
  const text = formatBound(bound);
  return /[.eIN]/.test(text) ? text : `${text}.0`;
}

function goFloat(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatValue(value + 0);
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
