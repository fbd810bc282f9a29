import { diag } from '@opentelemetry/api';
import type { Call } from '../call';
import { quietly } from '../guard';
import { type Package, PackageTable } from './package-table';

/** What is known of prices. */
export interface PriceTable {
  /** US dollars of a call; `undefined` where its model, or what it used, has no price here. */
  price(call: Call): number | undefined;
  /** Whether it has a model of exactly the name that was requested. */
  has(call: Call): boolean;
}

const MISSING = '@grump/llm-otel-core: there is no price table; install @pydantic/genai-prices to have one';

/** The prices of `@pydantic/genai-prices` as they were released: it is never told to update them. */
export async function loadTable(): Promise<PriceTable | undefined> {
  try {
    // Right inside this `try`, which tells bundlers that it may be missing.
    const found: Package = await import(/* webpackIgnore: true */ '@pydantic/genai-prices');
    return new PackageTable(found);
  } catch (fault) {
    quietly('diag', () => diag.info(MISSING, fault));
    return undefined;
  }
}
