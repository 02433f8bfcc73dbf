import { DerError, type Element, parseDer, tag } from './asn1.ts';

/** A policy with the addresses of its certification practice statements (RFC 5280 4.2.1.4). */
export interface CertificatePolicy {
  readonly oid: string;
  readonly cpsUris: readonly string[];
}

const cpsQualifierOid = '1.3.6.1.5.5.7.2.1';
const ia5String = 22;

/** Reads a CertificatePolicies extension; undefined when there is anything in it but policies and CPS addresses. */
export function parsePlainPolicies(der: Uint8Array): CertificatePolicy[] | undefined {
  try {
    const root = parseDer(der);
    const policies = root.is(tag.sequence) ? allOrNone(root.children.map(readPolicy)) : undefined;
    return policies?.length === 0 ? undefined : policies;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function readPolicy(policy: Element): CertificatePolicy | undefined {
  const { children } = policy;
  const [, qualifiers] = children;
  if (children.length > 2 || qualifiers?.children.length === 0) return undefined;
  const cpsUris = allOrNone((qualifiers?.children ?? []).map(readCpsUri));
  return cpsUris && { oid: policy.child(0).oid, cpsUris };
}

function allOrNone<T>(values: readonly (T | undefined)[]): T[] | undefined {
  const found = values.filter((value) => value !== undefined);
  return found.length === values.length ? found : undefined;
}

function readCpsUri(qualifier: Element): string | undefined {
  const value = qualifier.child(1);
  const isCps = qualifier.children.length === 2 && qualifier.child(0).oid === cpsQualifierOid && value.is(ia5String);
  return isCps && value.content.every((octet) => octet < 0x80) ? value.content.toString('latin1') : undefined;
}
