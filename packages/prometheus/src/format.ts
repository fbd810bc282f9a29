import { type Escaping, escapingOf } from './escaping';

/** A format of the page. */
export interface Format {
  readonly syntax: 'text' | 'openmetrics' | 'protobuf';
  readonly escaping: Escaping;
  readonly contentType: string;
}

/** The text format 0.0.4: what everything reads. */
export const TEXT: Format = {
  syntax: 'text',
  escaping: 'underscores',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
};

const PROTOBUF = 'application/vnd.google.protobuf';
const FAMILY = 'io.prometheus.client.MetricFamily';

/** The best format for an `Accept` header; {@link TEXT} where it names none that there is. */
export function negotiate(accept: string | undefined): Format {
  const offers = rankedTypes(accept);
  for (const { type, parameters } of offers) {
    const format = formatOf(type, parameters);
    if (format !== undefined) return format;
  }
  return TEXT;
}

/** The best content coding that there is for an `Accept-Encoding` header. */
export function negotiateEncoding(acceptEncoding: string | undefined): 'gzip' | 'identity' {
  const quality = new Map(rankedTypes(acceptEncoding).map(({ type, quality }) => [type, quality]));
  const gzip = quality.get('gzip') ?? quality.get('*') ?? 0;
  return gzip > 0 && gzip >= (quality.get('identity') ?? 0) ? 'gzip' : 'identity';
}

function formatOf(type: string, parameters: ReadonlyMap<string, string>): Format | undefined {
  const version = parameters.get('version');
  const asked = escapingOf(parameters.get('escaping'));
  const make = (syntax: Format['syntax'], contentType: string): Format => ({
    syntax,
    escaping: asked ?? 'underscores',
    contentType: asked === undefined ? contentType : `${contentType}; escaping=${asked}`,
  });
  if (
    type === 'application/openmetrics-text' &&
    (version === undefined || version === '1.0.0' || version === '0.0.1')
  ) {
    return make('openmetrics', `${type}; version=${version ?? '1.0.0'}; charset=utf-8`);
  }
  if (type === PROTOBUF && parameters.get('proto') === FAMILY && parameters.get('encoding') === 'delimited') {
    return make('protobuf', `${PROTOBUF}; proto=${FAMILY}; encoding=delimited`);
  }
  if (type === 'text/plain' && (version === undefined || version === '0.0.4' || version === '1.0.0')) {
    return make('text', `text/plain; version=${version ?? '0.0.4'}; charset=utf-8`);
  }
  return type === '*/*' || type === 'text/*' ? TEXT : undefined;
}

interface RankedType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** What a header lists, best first; among equals the first. What has a quality of 0 is not wanted, and not here. */
function rankedTypes(header: string | undefined): RankedType[] {
  return (header ?? '')
    .slice(0, MOST_CHARACTERS)
    .split(',')
    .map(parseType)
    .filter(({ type, quality }) => type !== '' && (quality > 0 || type === 'identity'))
    .sort((left, right) => right.quality - left.quality);
}

/** Prometheus' own header has some 300. */
const MOST_CHARACTERS = 4096;

function parseType(text: string): RankedType {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part) => {
      const [name = '', value = ''] = part.split('=', 2).map((side) => side.trim());
      return [name.toLowerCase(), value.replace(/^"(.*)"$/, '$1')] as const;
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? Math.min(quality, 1) : 0 };
}
