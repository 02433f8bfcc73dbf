import { formatInstant } from '../../system/instants.ts';

/** Under what a certificate was asked for: enough to judge it, also in another process and after the issuer changed. */
export interface Terms {
  readonly template: string;
  /** When it was to end; milliseconds since the Unix epoch, as the next. */
  readonly endMs?: number;
  /** When it would have ended as asked, if it was shortened. */
  readonly shortenedFromMs?: number;
}

/**
 * `EndEntityCertificate/V1 until 2027-01-02T03:04:05Z`, and where that is shortened ` shortened-from` and such an instant.
 */
export function formatTerms({ template, endMs, shortenedFromMs }: Terms): string {
  return [
    template,
    ...(endMs === undefined ? [] : ['until', formatInstant(endMs)]),
    ...(shortenedFromMs === undefined ? [] : ['shortened-from', formatInstant(shortenedFromMs)]),
  ].join(' ');
}

const instant = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
const pattern = new RegExp(`^(.*?)(?: until (${instant}))?(?: shortened-from (${instant}))?$`, 's');

/** Reads them back, whoever wrote them: what is no instant counts as absent. */
export function parseTerms(text: string): Terms {
  const [, template = text, until = '', shortenedFrom = ''] = pattern.exec(text) ?? [];
  const [endMs, shortenedFromMs] = [Date.parse(until), Date.parse(shortenedFrom)];
  return {
    template,
    ...(Number.isNaN(endMs) ? {} : { endMs }),
    ...(Number.isNaN(shortenedFromMs) ? {} : { shortenedFromMs }),
  };
}
