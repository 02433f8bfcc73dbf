import type { Certificate } from '../../api/certificate.ts';
import { goQuote } from '../../flags/go-quote.ts';
import type { ShimAction, ShimEvent } from './shim-plan.ts';

// An event has room for 1,024 bytes, and the remedy comes last: texts of others are cut.
const longestShown = 200;
const longestReason = 600;

/** The text of a BadConfig event about one annotation. */
export function tellBadValue(key: string, value: string, detail: string, remedy: string): string {
  const shown = cut(goQuote(value), longestShown);
  return `invalid ingress annotation ${goQuote(key)} with value ${shown}: ${cut(detail, longestShown)}. ${remedy}`;
}

export function tellRefusal(action: ShimAction, error: unknown): ShimEvent {
  const { name } = (action.kind === 'create' ? action.certificate : action.existing).metadata;
  const reason = cut(error instanceof Error ? error.message : String(error), longestReason);
  const message =
    `The API server refuses to ${action.kind} Certificate ${goQuote(name)}: ${reason}. It is tried again every 5 ` +
    'minutes, and when this object changes.';
  return { type: 'Warning', reason: 'BadConfig', message };
}

/** An admission policy or webhook made something else of an update. */
export function tellOverruled({ metadata: { name } }: Certificate, fields: readonly string[]): ShimEvent {
  const message =
    `Certificate ${goQuote(name)} was updated, and the cluster (an admission policy or webhook) changed ` +
    `${fields.join(', ')} to something else than this object asks for: make the two agree. It is tried again every 5 ` +
    'minutes, and when this object or the Certificate changes.';
  return { type: 'Warning', reason: 'CertificateOverruled', message };
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()}…`;
}
