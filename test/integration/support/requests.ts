import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterAccess } from '../../cluster/access/cluster-access.ts';
import { eventually } from '../../cluster/wait.ts';
import { applyObject, pathOf, type Tenant, type TestObject } from './shared-issuer.ts';

/** The keys that cert-manager makes, in openssl's words, and Ed25519, which no private CA signs. */
export const keyTypes = {
  'RSA 2048': ['rsa:2048'],
  'RSA 3072': ['rsa:3072'],
  'RSA 4096': ['rsa:4096'],
  'ECDSA P-256': ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  'ECDSA P-384': ['ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'],
  'ECDSA P-521': ['ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1'],
  Ed25519: ['ed25519'],
} as const;
export type KeyType = keyof typeof keyTypes;

export interface CsrOptions {
  readonly key?: KeyType;
  /** openssl's form; default `/CN=<host>`. */
  readonly subject?: string;
  /** Lines for openssl's `-addext`. */
  readonly extensions?: readonly string[];
}

/** A CSR made by openssl, which shares no code with what reads it here. */
export function createCsr(options: CsrOptions = {}): string {
  const {
    key = 'ECDSA P-256',
    subject = '/CN=test.example.com',
    extensions = ['subjectAltName=DNS:test.example.com'],
  } = options;
  const folder = mkdtempSync(join(tmpdir(), 'csr-'));
  try {
    const out = join(folder, 'csr.pem');
    const more = extensions.flatMap((extension) => ['-addext', extension]);
    const args = [
      'req',
      '-new',
      '-newkey',
      ...keyTypes[key],
      '-nodes',
      '-keyout',
      join(folder, 'key.pem'),
      '-subj',
      subject,
    ];
    execFileSync('openssl', [...args, ...more, '-out', out], { stdio: 'ignore' });
    return readFileSync(out, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface RequestOptions {
  readonly csr?: string;
  readonly isCA?: boolean;
  readonly usages?: readonly string[];
  readonly duration?: string;
  readonly issuerRef?: object;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Creates a CertificateRequest; cert-manager's approver approves it. */
export function createRequest(
  plane: ClusterAccess,
  { namespace, issuerRef }: Pick<Tenant, 'namespace' | 'issuerRef'>,
  name: string,
  options: RequestOptions = {},
): Promise<TestObject> {
  const { csr = createCsr(), annotations, issuerRef: otherIssuer, ...spec } = options;
  return applyObject(plane, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: { name, namespace, ...(annotations ? { annotations } : {}) },
    spec: { request: Buffer.from(csr).toString('base64'), issuerRef: otherIssuer ?? issuerRef, ...spec },
  });
}

export function decode(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('utf8');
}

/** What openssl reads in a certificate, and whether the chain verifies up to the CA that came with it. */
export function inspect(object: TestObject): { readonly text: string; readonly verified: string } {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const [chain, ca] = [join(folder, 'chain.pem'), join(folder, 'ca.pem')];
    writeFileSync(chain, decode(object.status?.certificate));
    writeFileSync(ca, decode(object.status?.ca));
    const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8' });
    return {
      text: openssl('x509', '-in', chain, '-noout', '-text'),
      verified: openssl('verify', '-CAfile', ca, '-untrusted', chain, chain).trim().replace(/^.*: /, ''),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Notes of the controller's events about an object, in no order, from the first one on: an event travels beside the write
 * that it tells of, and may arrive after it.
 */
export async function awaitEvents(plane: ClusterAccess, namespace: string, name: string): Promise<string[]> {
  return eventually(
    async () => {
      const events = await eventsAbout(plane, namespace, name);
      return events.length > 0 && events;
    },
    { what: `an event about ${namespace}/${name}` },
  );
}

/** The same without what is said of an approver that took its time: that depends on the machine. */
export async function awaitOutcome(
  plane: ClusterAccess,
  namespace: string,
  name: string,
  atLeast = 1,
): Promise<string[]> {
  return eventually(
    async () => {
      const events = (await eventsAbout(plane, namespace, name)).filter(
        (told) => !told.startsWith('WaitingForApproval: '),
      );
      return events.length >= atLeast && events;
    },
    { what: `${atLeast} events about ${namespace}/${name}` },
  );
}

async function eventsAbout(plane: ClusterAccess, namespace: string, name: string): Promise<string[]> {
  const { items } = (await plane.demand('GET', pathOf('Event', namespace))) as {
    items: { regarding: { name: string }; reason: string; note: string; reportingController: string }[];
  };
  const own = items.filter(
    (event) => event.regarding.name === name && event.reportingController === 'awspcaissuer-controller',
  );
  return own.map(({ reason, note }) => `${reason}: ${note}`);
}
