import { X509Certificate } from 'node:crypto';
import type { AcmEndpointSpec, DeletionPolicy, ManagedEndpointSpec } from '../../api/acm.ts';
import type { Issuer, IssuerSpec } from '../../api/awspca.ts';
import { parseAcmeEndpointArn } from '../../aws/acm-arn.ts';
import { partitionOf } from '../../aws/partitions.ts';
import { InvalidSpec } from '../issuers/invalid-spec.ts';

/** What the controller's own settings say. */
export interface AcmEnvironment {
  /** The controller's own region, if it has one. */
  readonly ownRegion: string | undefined;
  /** FIPS endpoints are asked for, which ACM does not have for ACME. */
  readonly useFips: boolean;
}

/** An endpoint of ACM, by where it is. */
interface AtAcm {
  readonly region: string;
  readonly partition: string;
}

export interface ManagedEndpointPlan extends AtAcm {
  readonly kind: 'managed';
  readonly contact: 'REQUIRED' | 'NOT_REQUIRED';
  readonly allowedKeyAlgorithms: readonly string[];
  readonly certificateTags: Readonly<Record<string, string>>;
  readonly deletionPolicy: DeletionPolicy;
}

export interface NamedEndpointPlan extends AtAcm {
  readonly kind: 'named';
  readonly arn: string;
}

export interface DirectoryPlan {
  readonly kind: 'directory';
  readonly url: string;
  /** PEM: CAs to trust beside the usual ones. */
  readonly caPem: string | undefined;
}

export type AcmEndpointPlan = ManagedEndpointPlan | NamedEndpointPlan;
export type EndpointPlan = AcmEndpointPlan | DirectoryPlan;

const invalid = (message: string): InvalidSpec => new InvalidSpec('Validation', message);

/** Throws InvalidSpec. The schema refuses most of it at admission already; an older one may not. */
export function planEndpoint(issuer: Issuer, environment: AcmEnvironment): EndpointPlan {
  const { spec = {} } = issuer;
  const endpoint: AcmEndpointSpec = spec.acm?.endpoint ?? {};
  const given = (['arn', 'directoryURL', 'managed'] as const).filter((field) => endpoint[field] !== undefined);
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none of them is' : `${given.join(' and ')} are`;
    throw invalid(`spec.acm.endpoint takes exactly one of arn, directoryURL and managed, and ${found} set.`);
  }
  if (endpoint.caBundle !== undefined && endpoint.directoryURL === undefined)
    throw invalid('spec.acm.endpoint.caBundle is for directoryURL alone. Leave it out.');
  if (endpoint.directoryURL !== undefined) return planDirectory(endpoint.directoryURL, endpoint.caBundle);
  refuseFips(environment);
  return endpoint.arn === undefined
    ? planManaged(spec, endpoint.managed ?? {}, planRegion(issuer, environment))
    : planNamed(spec, endpoint.arn);
}

function refuseFips({ useFips }: AcmEnvironment): void {
  if (!useFips) return;
  throw invalid(
    'spec.acm.endpoint cannot be served by a controller with --use-fips-endpoint or AWS_USE_FIPS_ENDPOINT: ACM has no FIPS ' +
      'endpoints for ACME. Run a controller without it, or use spec.arn or directoryURL.',
  );
}

function planNamed(spec: IssuerSpec, arn: string): NamedEndpointPlan {
  const parsed = parseAcmeEndpointArn(arn);
  if (!parsed) {
    const shape = 'arn:<partition>:acm:<region>:<account>:acme-endpoint/<id>';
    throw invalid(
      `spec.acm.endpoint.arn ${JSON.stringify(arn)} does not name an ACME endpoint of ACM; it looks like ${shape}.`,
    );
  }
  const { region } = parsed;
  if (spec.region && spec.region !== region) {
    throw invalid(
      `spec.region is ${spec.region}, but the endpoint in spec.acm.endpoint.arn is in ${region}. Leave spec.region out, or ` +
        'correct one of them.',
    );
  }
  return { kind: 'named', arn, region, partition: requireAcme(region) };
}

/** Where ACM has ACME endpoints: https://docs.aws.amazon.com/acm/latest/userguide/acme.html */
const partitions: ReadonlySet<string> = new Set(['aws', 'aws-us-gov']);

function requireAcme(region: string): string {
  const { id } = partitionOf(region);
  if (partitions.has(id)) return id;
  throw invalid(`ACM has no ACME endpoints in region ${region} (partition ${id}). Use a region of the partition aws.`);
}

/** All that ACM gives public certificates for. */
export const publicKeyAlgorithms: readonly string[] = ['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'];

/** An endpoint stays where it was made, whatever region the controller is in by now: another one would leave it behind. */
function planRegion({ metadata, spec = {}, status }: Issuer, { ownRegion }: AcmEnvironment): string {
  const there = parseAcmeEndpointArn(status?.acm?.endpoint?.arn ?? '');
  const isDeleting = metadata.deletionTimestamp !== undefined;
  if (there && spec.region && spec.region !== there.region && !isDeleting) {
    throw invalid(
      `spec.region is ${spec.region}, but the endpoint of this issuer, ${there.arn} in status.acm.endpoint.arn, is in ` +
        `${there.region}, and endpoints do not move. Set spec.region to ${there.region}, or make a new issuer for ${spec.region}.`,
    );
  }
  const region = there?.region ?? (spec.region || ownRegion);
  if (region) return region;
  throw invalid('spec.acm.endpoint.managed needs a region. Set spec.region, or AWS_REGION for the controller.');
}

function planManaged(spec: IssuerSpec, managed: ManagedEndpointSpec, region: string): ManagedEndpointPlan {
  const { contact, allowedKeyAlgorithms = [], certificateTags = {}, deletionPolicy = 'Retain' } = managed;
  const unknown = allowedKeyAlgorithms.findIndex((name) => !publicKeyAlgorithms.includes(name));
  if (unknown >= 0) {
    throw invalid(
      `spec.acm.endpoint.managed.allowedKeyAlgorithms[${unknown}] ${JSON.stringify(allowedKeyAlgorithms[unknown])} is no key ` +
        `that ACM gives public certificates for. It knows ${publicKeyAlgorithms.join(', ')}.`,
    );
  }
  if (contact === 'Required' && !spec.acm?.email)
    throw invalid('spec.acm.endpoint.managed.contact is Required, so accounts must tell one. Set spec.acm.email.');
  return {
    kind: 'managed',
    region,
    partition: requireAcme(region),
    contact: contact === 'Required' ? 'REQUIRED' : 'NOT_REQUIRED',
    allowedKeyAlgorithms: [...allowedKeyAlgorithms].sort(),
    certificateTags,
    deletionPolicy,
  };
}

function planDirectory(url: string, caBundle: string | undefined): DirectoryPlan {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:' || parsed.username !== '' || parsed.password !== '') {
    throw invalid(
      `spec.acm.endpoint.directoryURL ${JSON.stringify(url)} is no https URL. It looks like https://acme.example.com/directory.`,
    );
  }
  return { kind: 'directory', url, caPem: caBundle === undefined ? undefined : readBundle(caBundle) };
}

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

function readBundle(caBundle: string): string {
  const pem = Buffer.from(caBundle, 'base64').toString('latin1');
  const blocks = pem.match(block) ?? [];
  if (blocks.length > 0 && blocks.every(isCertificate)) return `${blocks.join('\n')}\n`;
  throw invalid(
    'spec.acm.endpoint.caBundle is not base64 of certificates in PEM. Encode the file that holds them: base64 -w0 ca.pem.',
  );
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    // What OpenSSL says of it helps nobody: the field is named instead.
    return false;
  }
}
