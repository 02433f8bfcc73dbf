import { createHash } from 'node:crypto';
import type { SpecifiedRequest } from '../../api/certificate-request.ts';
import { formatInstant, parseInstant } from '../../api/instants.ts';
import type { Attempt } from '../../signers/signer.ts';

/** The annotation of aws-privateca-issuer: the ARN of the certificate that was issued for the request. */
export const certificateArnAnnotation = 'aws-privateca-issuer/certificate-arn';
/** The URL of the ACME order (RFC 8555 7.1.3) by which the request is, or was, served. */
export const orderUrlAnnotation = 'awspca.cert-manager.io/acme-order';
/** Binds that ARN or URL, and the attempt that it belongs to, to this very request. */
export const issuanceAnnotation = 'awspca.cert-manager.io/issuance';

/** How far clocks may be apart: with more, AWS refuses a call's signature. */
const clockToleranceMs = 5 * 60_000;

/** What is kept on a request, so that another process goes on where this one stopped. */
export interface IssuanceRecord {
  readonly attempt: Attempt;
  /** The certificate's ARN or the order's URL; undefined while it is not known. */
  readonly reference: string | undefined;
  /** Under which settings of the issuer it was asked for, in the signer's words. */
  readonly terms?: string | undefined;
}

const csrDigest = (request: SpecifiedRequest): string =>
  createHash('sha256').update(request.spec.request).digest('base64url');

const isUrl = (reference: string): boolean => URL.canParse(reference) && reference.includes('://');

/** The annotations that keep a record. */
export function toAnnotations(request: SpecifiedRequest, record: IssuanceRecord): Record<string, string> {
  const { attempt, reference, terms } = record;
  const value = {
    uid: request.metadata.uid,
    csr: csrDigest(request),
    attempt: attempt.number,
    base: formatInstant(attempt.baseMs),
    ...(reference === undefined ? {} : { [isUrl(reference) ? 'order' : 'arn']: reference }),
    ...(terms === undefined ? {} : { terms }),
  };
  const forTools = reference === undefined ? {} : { [annotationOf(reference)]: reference };
  return { [issuanceAnnotation]: JSON.stringify(value), ...forTools };
}

const annotationOf = (reference: string): string => (isUrl(reference) ? orderUrlAnnotation : certificateArnAnnotation);

/** Annotations that an issuer of the other kind left on the request, and that the record makes untrue; null takes them away. */
export function outdatedAnnotations({ metadata }: SpecifiedRequest, record: IssuanceRecord): Record<string, null> {
  const { reference } = record;
  if (reference === undefined) return {};
  const others = [certificateArnAnnotation, orderUrlAnnotation].filter((name) => name !== annotationOf(reference));
  const present = others.filter((name) => metadata.annotations?.[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, null]));
}

/**
 * Reads the record back. cert-manager copies every annotation of a Certificate to its requests, and whoever may edit
 * requests may write any annotation: a value that is not for this uid and CSR counts as absent. So does one whose base
 * lies outside the request's life, which would give a certificate another end than was approved. To an order its base means
 * nothing, and ACME works with clocks that are far apart: an order that may be paid for counts all the same.
 */
export function readRecord(request: SpecifiedRequest, nowMs: number): IssuanceRecord | undefined {
  const value = parseObject(request.metadata.annotations?.[issuanceAnnotation]);
  if (value?.['uid'] !== request.metadata.uid || value['csr'] !== csrDigest(request)) return undefined;
  const { attempt, base, arn, order, terms } = value;
  const baseMs = typeof base === 'string' ? parseInstant(base) : undefined;
  if (typeof attempt !== 'number' || !Number.isSafeInteger(attempt) || attempt < 1 || baseMs === undefined)
    return undefined;
  const createdAtMs = parseInstant(request.metadata.creationTimestamp) ?? 0;
  const withinMs = Math.min(Math.max(baseMs, createdAtMs - clockToleranceMs), nowMs + clockToleranceMs);
  const orderUrl = arn === undefined ? textOf(order) : undefined;
  if (orderUrl !== undefined)
    return { attempt: { number: attempt, baseMs: withinMs }, reference: orderUrl, terms: textOf(terms) };
  if (withinMs !== baseMs) return undefined;
  return { attempt: { number: attempt, baseMs }, reference: textOf(arn), terms: textOf(terms) };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** An ARN without our binding, as aws-privateca-issuer up to v1.12.0 leaves it on a request in flight. */
export function readUnboundReference(request: SpecifiedRequest): string | undefined {
  const { annotations = {} } = request.metadata;
  return annotations[issuanceAnnotation] === undefined ? annotations[certificateArnAnnotation] : undefined;
}

function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not our JSON, so not our record.
    return undefined;
  }
}
