import { warnOnce } from '../guard';
import type { CapturedContent } from './messages';
import type { Redact } from './options';

/** What the redactor lets through; nothing if it throws or gives something else. */
export function redacted(content: CapturedContent, redact: Redact | undefined): CapturedContent | undefined {
  if (redact === undefined) return content;
  try {
    const result: unknown = redact(content);
    if (result === undefined) return undefined;
    if (isContent(result)) return result;
    warnOnce('core', 'the content redactor must return the content or undefined, at once; none is recorded');
  } catch (fault) {
    // No more than the name: the message may quote what was to be redacted.
    const name = fault instanceof Error ? fault.name : typeof fault;
    warnOnce('core', `the content redactor threw (${name}); nothing of that call's content is recorded`);
  }
  return undefined;
}

function isContent(result: unknown): result is CapturedContent {
  if (typeof result !== 'object' || result === null) return false;
  if (!(result instanceof Promise)) return true;
  // Its rejection is nobody's else.
  result.catch(() => {});
  return false;
}
