import type { Row } from './columns.ts';
import { modelsOf, readFigures, readOutcomes } from './figures.ts';
import { parsePage, type Sample } from './page.ts';
import { SetupError } from './setup-error.ts';

/** One reading of the metrics. */
export interface Reading {
  readonly samples: readonly Sample[];
  /** One per model. */
  readonly rows: readonly Row[];
  /** All models together, where there are several. */
  readonly total: readonly Row[];
  /** `ok 40`, `error (429) 3` and so on. */
  readonly outcomes: readonly string[];
}

/** As much of what `register()` returns as is needed to read the page that Prometheus would get. */
interface Scraped {
  metricsFetch(request: Request): Promise<Response>;
}

/** Gives a reading of `/metrics` at every call; keeps nothing between them but the peaks of requests in flight. */
export function createMeter(registration: Scraped): () => Promise<Reading> {
  const peaks = new Map<string, number>();
  const rowOf = (samples: readonly Sample[], model?: string): Row => {
    const figures = readFigures(samples, model);
    const peakInFlight = Math.max(figures.inFlight, peaks.get(figures.model) ?? 0);
    peaks.set(figures.model, peakInFlight);
    return { ...figures, peakInFlight };
  };
  return async () => {
    const samples = parsePage(await readMetrics(registration), 'llm_');
    const rows = modelsOf(samples).map((model) => rowOf(samples, model));
    const total = rows.length > 1 ? [rowOf(samples)] : [];
    return { samples, rows, total, outcomes: readOutcomes(samples) };
  };
}

async function readMetrics(registration: Scraped): Promise<string> {
  const response = await registration.metricsFetch(new Request('http://localhost/metrics'));
  const page = await response.text();
  if (!response.ok) throw new SetupError(page.trim());
  return page;
}
