import type { Limit } from '../limits.ts';

/** A bar. */
export interface Bar {
  readonly title: string;
  readonly kind: 'ours' | 'rival' | 'reference';
  readonly value: number;
  /** The value as it is written beside the bar. */
  readonly text: string;
}

const WIDTH = 720;
const NAMES = 200;
const VALUES = 80;
const ROW = 22;
const TOP = 40;

const STYLE = `
text{font:12px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:14px}.note{fill:#6e7781}
.ours{fill:#1a7f37}.rival{fill:#8c959f}.reference{fill:#d0d7de}.limit{stroke:#cf222e;stroke-dasharray:4 3}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.note{fill:#8d96a0}.rival{fill:#6e7681}.reference{fill:#30363d}}`;

/** Horizontal bars, shortest first, with the limit as a dashed line. Bars are cut where one would dwarf the rest. */
export function barChart({ label, unit, limit }: Limit, bars: readonly Bar[]): string {
  const sorted = bars.toSorted((left, right) => left.value - right.value);
  const longest = Math.min(sorted.at(-1)?.value ?? limit, limit * 10);
  const scale = (value: number): number => (Math.min(Math.max(value, 0), longest) / longest) * (WIDTH - NAMES - VALUES);
  const height = TOP + sorted.length * ROW + 8;
  const at = NAMES + scale(limit);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(label)}">
<title>${escapeXml(label)}</title>
<style>${STYLE}</style>
<text class="title" x="8" y="20">${escapeXml(label)}, ${unit}</text>
<text class="note" x="${at + 4}" y="${TOP - 6}">limit ${limit} ${unit}</text>
${sorted.map((bar, row) => drawBar(bar, TOP + row * ROW, scale(bar.value))).join('\n')}
<line class="limit" x1="${at}" x2="${at}" y1="${TOP - 14}" y2="${height - 4}"/>
</svg>
`;
}

function drawBar({ title, kind, text }: Bar, y: number, width: number): string {
  const middle = y + ROW / 2 + 4;
  return [
    `<text x="${NAMES - 8}" y="${middle}" text-anchor="end">${escapeXml(title)}</text>`,
    `<rect class="${kind}" x="${NAMES}" y="${y + 3}" width="${Math.max(width, 1).toFixed(1)}" height="${ROW - 6}" rx="2"/>`,
    `<text x="${(NAMES + width + 6).toFixed(1)}" y="${middle}">${text}</text>`,
  ].join('\n');
}

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
