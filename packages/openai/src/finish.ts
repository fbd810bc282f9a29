import { filled } from './filled';

interface Item {
  readonly type?: unknown;
}

/** What a response says of its end. */
export interface Ending {
  readonly object?: unknown;
  readonly status?: unknown;
  readonly output?: unknown;
  readonly incomplete_details?: { readonly reason?: unknown } | null;
}

/** Whether the server still works on a response of this `status`. */
export const isUnderWay = (status: unknown): boolean => status === 'queued' || status === 'in_progress';

/** Whether a stream is over with an event of this type. */
export const isTerminal = (type: string): boolean => /^response\.(completed|incomplete|failed|cancelled)$/.test(type);

/** The conventions' names: where other APIs have a finish reason, this one has a status. */
export function finishReason({ object, status, incomplete_details: details, output }: Ending): string {
  if (object === 'response.compaction') return 'compaction';
  if (status === 'failed' || status === 'cancelled') return 'error';
  const reason = filled(details?.reason);
  if (reason !== undefined) return reason === 'max_output_tokens' ? 'length' : reason;
  const last: unknown = Array.isArray(output) && output.findLast((item) => !/^(message|reasoning)$/.test(item?.type));
  return last && isCall(last) ? 'tool_call' : 'stop';
}

const CALL = /^((function|custom_tool|computer|(local_)?shell|apply_patch|tool_search)_call|mcp_approval_request)$/;

/** Whether the application has to answer it. Tools that the server runs are followed by their output, or by a message. */
export const isCall = (item: Item): boolean => CALL.test(item.type as string);
