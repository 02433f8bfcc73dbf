import type { Certificate, CertificateSpec } from '../../api/certificate.ts';
import { goQuote } from '../../flags/go-quote.ts';
import type { KubeObject, OwnerReference } from '../../kube/objects.ts';
import type { ShimEvent, ShimObject, WantedCertificate } from './shim-plan.ts';

function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Names are used again; only the UID says whose it is. */
export function isControlledBy(certificate: Certificate, object: ShimObject): boolean {
  return controllerOf(certificate)?.uid === object.metadata.uid;
}

/**
 * What is told about a Certificate that has the wanted name and belongs to somebody else. Undefined for one that will be
 * gone in a moment. It is a warning only where the object does not get what it asks for: that several Ingresses of one
 * host share a Secret, or that a Certificate was written by hand, is how many work on purpose.
 */
export function tellHolder(
  existing: Certificate,
  wanted: WantedCertificate,
  object: ShimObject,
): ShimEvent | undefined {
  const holder = controllerOf(existing);
  const isPredecessor = holder?.kind === object.kind && holder.name === object.metadata.name;
  if (existing.metadata.deletionTimestamp !== undefined || isPredecessor) return undefined;
  const whose =
    holder === undefined ? 'was not made for another object' : `belongs to ${holder.kind} ${goQuote(holder.name)}`;
  const held = `Certificate ${goQuote(existing.metadata.name)} ${whose} and is left as it is`;
  const lacks = shortcomings(existing.spec, wanted.spec);
  const reason = 'CertificateHeld';
  if (lacks.length === 0) return { type: 'Normal', reason, message: `${held}; it is for all hosts asked for here` };
  const remedy =
    'use another secretName here, or delete that Certificate (and what it belongs to) to have it made anew';
  return { type: 'Warning', reason, message: `${held}, but it is ${lacks.join(' and ')}: ${remedy}` };
}

const mostNames = 3;

function shortcomings(is: CertificateSpec | undefined, shallBe: CertificateSpec): string[] {
  const names = new Set(is?.dnsNames);
  const addresses = new Set(is?.ipAddresses);
  const uncovered = [
    ...(shallBe.dnsNames ?? []).filter((name) => !names.has(name) && !names.has(wildcardFor(name))),
    ...(shallBe.ipAddresses ?? []).filter((address) => !addresses.has(address)),
  ];
  const list = uncovered.slice(0, mostNames).map(goQuote).join(', ');
  const more = uncovered.length > mostNames ? ` and ${uncovered.length - mostNames} more` : '';
  return [
    ...(uncovered.length === 0 ? [] : [`not for ${list}${more}`]),
    ...(issuerText(is) === issuerText(shallBe) ? [] : [`from ${issuerText(is)}, not from ${issuerText(shallBe)}`]),
  ];
}

/** RFC 6125, section 6.4.3: a wildcard stands for one whole label, the leftmost. */
const wildcardFor = (name: string): string => name.replace(/^[^.]+/, '*');

/** Absent and empty mean cert-manager's own kind and group. */
function issuerText(spec: CertificateSpec | undefined): string {
  const { name = '', kind = '', group = '' } = spec?.issuerRef ?? {};
  return `${kind === '' ? 'Issuer' : kind}.${group === '' ? 'cert-manager.io' : group} ${goQuote(name)}`;
}

/**
 * What is told when a Certificate of another name writes the same Secret: cert-manager heeds only one of them. `writers` are
 * the Certificates of this Secret.
 */
export function tellRivals(writers: readonly Certificate[], { spec: { secretName } }: WantedCertificate): ShimEvent[] {
  const rivals = writers
    .filter(({ metadata }) => metadata.name !== secretName)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
  return rivals.sort().map((name) => ({
    type: 'Warning',
    reason: 'SecretNameInUse',
    message: `Secret ${goQuote(secretName)} is also written by Certificate ${goQuote(name)}: name another Secret here or there`,
  }));
}
