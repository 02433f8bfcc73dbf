import { formatSecond } from './validity.ts';

/** Under what a certificate was asked for: enough to judge it, also in another process and after the issuer changed. */
export interface Terms {
  readonly template: string;
  /** When it would have ended as asked, if it was shortened; milliseconds since the Unix epoch. */
  readonly shortenedFromMs?: number;
}

/** `EndEntityCertificate/V1`, or `EndEntityCertificate/V1 shortened-from 2027-01-02T03:04:05Z`. */
export function formatTerms({ template, shortenedFromMs }: Terms): string {
  return shortenedFromMs === undefined ? template : `${template} shortened-from ${formatSecond(shortenedFromMs)}`;
}

export function parseTerms(text: string): Terms {
  const [, template = text, instant = ''] =
    /^(.*) shortened-from (\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/s.exec(text) ?? [];
  const shortenedFromMs = Date.parse(instant);
  return Number.isNaN(shortenedFromMs) ? { template } : { template, shortenedFromMs };
}
