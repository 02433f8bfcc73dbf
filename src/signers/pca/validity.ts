import type { CertificateAuthority } from '../../aws/clients.ts';
import type { Rejection } from '../signer.ts';

/** What an issuer says about how long its certificates last. */
export interface ValiditySettings {
  /** For requests without a duration. */
  readonly defaultDurationMs: number;
  /** Whether a duration that the CA cannot give is shortened; otherwise the request is refused. */
  readonly clampToCA: boolean;
  /** How far before the base instant a certificate begins to be valid. */
  readonly notBeforeOffsetMs: number;
}

/** When a certificate ends, milliseconds since the Unix epoch; `shortenedFromMs`: when it would have ended as asked. */
export interface ValidityEnd {
  readonly kind: 'end';
  readonly endMs: number;
  readonly shortenedFromMs?: number;
}

/** The most that a CA in mode SHORT_LIVED_CERTIFICATE signs for. */
const shortLivedMs = 7 * 24 * 3_600_000;

type Limits = Pick<CertificateAuthority, 'arn' | 'usageMode' | 'notAfter'>;

/**
 * Decides when a certificate ends, reckoned from `baseMs`. A duration that was asked for is given as it is, or refused,
 * or shortened where the issuer says so; the default is shortened to what the CA gives. What is shortened for a
 * short-lived CA is reckoned from the beginning of validity, lest the backdating count against the seven days.
 */
export function decideValidity(
  durationMs: number | undefined,
  baseMs: number,
  authority: Limits,
  settings: ValiditySettings,
): ValidityEnd | Rejection {
  const askedMs = baseMs + (durationMs ?? settings.defaultDurationMs);
  const isShortLived = authority.usageMode === 'SHORT_LIVED_CERTIFICATE';
  const modeEndMs = isShortLived ? baseMs + shortLivedMs : Infinity;
  const authorityEndMs = authority.notAfter?.getTime() ?? Infinity;
  const longestMs = Math.min(modeEndMs - settings.notBeforeOffsetMs, authorityEndMs);
  if (durationMs === undefined) return { kind: 'end', endMs: Math.min(askedMs, longestMs) };
  const isBeyondAuthority = toSecond(askedMs) > toSecond(authorityEndMs);
  if (!isBeyondAuthority && askedMs <= modeEndMs) return { kind: 'end', endMs: askedMs };
  if (settings.clampToCA) return { kind: 'end', endMs: longestMs, shortenedFromMs: askedMs };
  const limit = isBeyondAuthority
    ? `the certificate of the CA ${authority.arn} ends at ${formatSecond(authorityEndMs)}`
    : `the CA ${authority.arn} is in mode SHORT_LIVED_CERTIFICATE and signs for 7 days at most, until ${formatSecond(modeEndMs)}`;
  const message =
    `spec.duration asks for a certificate until ${formatSecond(askedMs)}, but ${limit}. Ask for a shorter duration, or let ` +
    `the issuer shorten it with spec.validity.clampToCA: true.`;
  return { kind: 'rejected', code: 'ValidityExceedsAuthority', message };
}

/** X.509 knows whole seconds only (RFC 5280 4.1.2.5). */
export const toSecond = (ms: number): number => Math.floor(ms / 1000);

/** RFC 3339 without fractions. */
export const formatSecond = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
