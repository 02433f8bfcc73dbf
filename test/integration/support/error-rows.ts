import { type Consequence, consequenceOf, errorTable } from '../../../src/aws/consequences.ts';
import type { FaultOrder } from '../../aws/model.ts';

/** What is found of an issuance that met a fault once (or `count` times), before it went on. */
export interface ErrorRow {
  readonly label: string;
  readonly fault: Omit<FaultOrder, 'certificateAuthorityArn'>;
  readonly end: 'Issued' | 'Failed';
  readonly issueCalls: number;
  readonly getCalls: number;
  readonly bills: number;
  /** The condition's message while it waits, where it waits long enough for that to be said; or with which it fails. */
  readonly message?: RegExp;
}

export type Position = 'first' | 'last';
const operations = { first: 'IssueCertificate', last: 'GetCertificate' } as const;

/** As services word things: with what changes from try to try, none of which may reach a condition. */
export const faultMessage =
  'User: arn:aws:sts::111122223333:assumed-role/issuer/1764000000000000001 met it at 20261122T101112Z ' +
  '(Request ID: 6f9619ff-8b86-4d01-b42d-00cf4fc964ff)';

/** What of that, and of times and addresses in general, may never be read in a condition. */
export const unstable = /6f9619ff|1764000000|20261122T|\d\d:\d\d:\d\d|request.?id/i;

/** How a request fares when it meets a code once, by what the code means. */
const waits: Partial<Record<Consequence, RegExp>> = {
  denied: /^AWS denies acm-pca:.*Allow it in the identity's IAM policy.*; it is tried again every minute\.$/,
  quota: /It is tried again every minute\. Raise the quota in the AWS account of the CA\.$/,
};

/** Codes that ACM PCA can answer to the calls of an issuance. */
const answered = Object.entries(errorTable)
  .filter(([, { origin }]) => origin === 'pca' || origin === 'common')
  .map(([code]) => code);

/** Each code once, as the first answer of an issuance or as its last. */
export function codeRows(position: Position): ErrorRow[] {
  return answered.map((code) => {
    const operation = operations[position];
    const fault = { operation, code, message: faultMessage };
    const consequence = consequenceOf(operation, code) ?? 'transient';
    const base = { label: code, fault };
    if (position === 'first' && (consequence === 'request' || code === 'InvalidArnException')) {
      const message = new RegExp(
        `^AWS answered IssueCertificate with ${code}: .*(Create the request anew|Name another one in spec\\.pcaTemplate)`,
      );
      return { ...base, end: 'Failed', issueCalls: 1, getCalls: 0, bills: 0, message };
    }
    const again = position === 'first' ? { issueCalls: 2, getCalls: 1 } : { issueCalls: 1, getCalls: 2 };
    const message =
      position === 'first' && code === 'ResourceNotFoundException'
        ? /^AWS finds the CA, but not what IssueCertificate with template .* every minute\.$/
        : waits[consequence];
    return { ...base, ...again, end: 'Issued', bills: 1, ...(message && { message }) };
  });
}

/** Faults that last, so that the request says what it waits for. */
export function lastingRows(position: Position): ErrorRow[] {
  const operation = operations[position];
  const again = position === 'first' ? { issueCalls: 6, getCalls: 1 } : { issueCalls: 1, getCalls: 6 };
  const lasting = (code: string, message: RegExp): ErrorRow => ({
    label: code,
    fault: { operation, code, message: faultMessage, count: 5 },
    ...{ end: 'Issued', bills: 1, message, ...again },
  });
  return [
    lasting(
      'ThrottlingException',
      /^AWS throttles \w+ for this account and region \(ThrottlingException\); .* passes\.$/,
    ),
    lasting('InternalFailure', /^AWS could not be reached or failed \(\w+: InternalFailure\); .* until it answers\.$/),
    lasting(
      'UnknownOperationException',
      /until it answers\. Whatever answers does not speak as AWS does: .*AWS_ENDPOINT_URL/,
    ),
    lasting('ConcurrentModificationException', /^AWS could not be reached or failed/),
    lasting('InvalidStateException', /^AWS answered \w+ with InvalidStateException: .* See the status of the issuer/),
    lasting(
      'SignatureDoesNotMatch',
      /^AWS answered \w+ with SignatureDoesNotMatch: .* Check that the clock of the node/,
    ),
  ];
}

/**
 * Faults of the network and of what stands between here and AWS. A connection that is refused needs a service that is
 * down for everybody: src/aws/clients.test.ts has it, with the real client. Names, routes and TLS that fail depend on the
 * machine; src/aws/errors.test.ts has their codes.
 */
export function networkRows(position: Position): ErrorRow[] {
  const operation = operations[position];
  const again = position === 'first' ? { issueCalls: 2, getCalls: 1 } : { issueCalls: 1, getCalls: 2 };
  const row = (label: string, fault: Omit<FaultOrder, 'operation'>): ErrorRow => ({
    ...{ label, fault: { operation, ...fault }, end: 'Issued', bills: 1, ...again },
  });
  const html = '<html><body><h1>Bad gateway</h1></body></html>';
  const json = { kind: 'raw', contentType: 'application/x-amz-json-1.1' } as const;
  return [
    row('the connection is reset before the call', { kind: 'reset' }),
    row('the connection is reset after the call', { kind: 'reset', after: true }),
    row('half an answer', { kind: 'cut' }),
    row('silence until the deadline', { kind: 'silence' }),
    row('silence after the call', { kind: 'silence', after: true }),
    row('an answer after four seconds', { kind: 'delay', delayMs: 4000 }),
    row('500 with HTML', { kind: 'raw', status: 500, body: html }),
    row('502 with HTML after the call', { kind: 'raw', status: 502, body: html, after: true }),
    row('503 with HTML', { kind: 'raw', status: 503, body: html }),
    row('504 without a body', { kind: 'raw', status: 504 }),
    row('429 without a body', { kind: 'raw', status: 429 }),
    row('403 of a proxy', { kind: 'raw', status: 403, body: html }),
    row('200 with HTML', { kind: 'raw', body: html, after: true }),
    row('JSON that breaks off', { ...json, body: '{"Certifi', after: true }),
    row('success without its field', { ...json, body: '{}', after: true }),
    row('success with an empty field', { ...json, body: '{"CertificateArn":"","Certificate":""}', after: true }),
  ].map((found) => (found.fault.kind === 'delay' ? { ...found, issueCalls: 1, getCalls: 1 } : found));
}
