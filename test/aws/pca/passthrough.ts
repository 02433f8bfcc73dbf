import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  CertificatePolicies,
  DirectoryString,
  EDIPartyName,
  GeneralName,
  OtherName,
  PolicyInformation,
  PolicyQualifierInfo,
  Qualifier,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';
import { isIP } from 'node:net';
import { ServiceError } from '../errors.ts';
import { encode, explicit } from '../x509/der.ts';
import { EXTENSION, extendedKeyUsage, keyUsage, makeExtension } from '../x509/extensions.ts';
import type { Extension, KeyUsageName } from '../x509/extensions.ts';
import { encodeName, makeName, type NameAttribute } from '../x509/names.ts';
import type { Asn1Subject, ExtensionsInput, GeneralNameInput, PolicyInput } from './requests.ts';

/** Attribute types in the order in which they enter the name (X.520). */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  Country: '2.5.4.6',
  State: '2.5.4.8',
  Locality: '2.5.4.7',
  Organization: '2.5.4.10',
  OrganizationalUnit: '2.5.4.11',
  DistinguishedNameQualifier: '2.5.4.46',
  CommonName: '2.5.4.3',
  SerialNumber: '2.5.4.5',
  Title: '2.5.4.12',
  Surname: '2.5.4.4',
  GivenName: '2.5.4.42',
  Initials: '2.5.4.43',
  Pseudonym: '2.5.4.65',
  GenerationQualifier: '2.5.4.44',
};

const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  SERVER_AUTH: '1.3.6.1.5.5.7.3.1',
  CLIENT_AUTH: '1.3.6.1.5.5.7.3.2',
  CODE_SIGNING: '1.3.6.1.5.5.7.3.3',
  EMAIL_PROTECTION: '1.3.6.1.5.5.7.3.4',
  TIME_STAMPING: '1.3.6.1.5.5.7.3.8',
  OCSP_SIGNING: '1.3.6.1.5.5.7.3.9',
  SMART_CARD_LOGIN: '1.3.6.1.4.1.311.20.2.2',
  DOCUMENT_SIGNING: '1.3.6.1.5.5.7.3.36',
  CERTIFICATE_TRANSPARENCY: '1.3.6.1.4.1.11129.2.4.4',
};

const KEY_USAGES: Readonly<Record<string, KeyUsageName>> = {
  DigitalSignature: 'digitalSignature',
  NonRepudiation: 'nonRepudiation',
  KeyEncipherment: 'keyEncipherment',
  DataEncipherment: 'dataEncipherment',
  KeyAgreement: 'keyAgreement',
  KeyCertSign: 'keyCertSign',
  CRLSign: 'cRLSign',
  EncipherOnly: 'encipherOnly',
  DecipherOnly: 'decipherOnly',
};

/** DER of the Name that ApiPassthrough asks for. */
export function encodeSubject(subject: Asn1Subject): Buffer {
  return encodeName(attributesOf(subject));
}

function attributesOf(subject: Asn1Subject): NameAttribute[] {
  const standard = Object.entries(ATTRIBUTES).flatMap(([name, type]) => {
    const text = subject[name];
    return typeof text === 'string' ? [{ type, text }] : [];
  });
  const custom = (subject.CustomAttributes ?? []).map((it) => ({ type: it.ObjectIdentifier, text: it.Value }));
  if (standard.length > 0 && custom.length > 0) {
    throw new ServiceError('InvalidArgsException', 'Custom and standard subject attributes exclude each other.');
  }
  return [...standard, ...custom];
}

/** The extensions that ApiPassthrough asks for. */
export function encodeRequested(input: ExtensionsInput): Extension[] {
  const extensions: Extension[] = [];
  if (input.KeyUsage) extensions.push(keyUsage(true, usagesOf(input.KeyUsage)));
  if (input.ExtendedKeyUsage) extensions.push(extendedKeyUsage(false, input.ExtendedKeyUsage.map(purposeOf)));
  if (input.CertificatePolicies) extensions.push(policies(input.CertificatePolicies));
  if (input.SubjectAlternativeNames) extensions.push(alternativeNames(input.SubjectAlternativeNames));
  for (const { ObjectIdentifier, Value, Critical } of input.CustomExtensions ?? []) {
    const value = Buffer.from(Value, 'base64');
    extensions.push({ identifier: ObjectIdentifier, critical: Critical ?? false, value });
  }
  return extensions;
}

function usagesOf(flags: Readonly<Record<string, boolean>>): KeyUsageName[] {
  return Object.entries(KEY_USAGES).flatMap(([name, usage]) => (flags[name] ? [usage] : []));
}

function purposeOf(usage: NonNullable<ExtensionsInput['ExtendedKeyUsage']>[number]): string {
  const identifier = EXTENDED_KEY_USAGES[usage.ExtendedKeyUsageType ?? ''] ?? usage.ExtendedKeyUsageObjectIdentifier;
  if (identifier === undefined) {
    throw new ServiceError('InvalidArgsException', 'An extended key usage needs a type or an object identifier.');
  }
  return identifier;
}

function policies(inputs: readonly PolicyInput[]): Extension {
  const policies = inputs.map((input) => {
    const policy = new PolicyInformation({ policyIdentifier: input.CertPolicyId });
    const qualifiers = (input.PolicyQualifiers ?? []).map(({ Qualifier: { CpsUri } }) => {
      const qualifier = AsnConvert.serialize(new Qualifier({ cPSuri: CpsUri }));
      return new PolicyQualifierInfo({ policyQualifierId: '1.3.6.1.5.5.7.2.1', qualifier });
    });
    if (qualifiers.length > 0) policy.policyQualifiers = qualifiers;
    return policy;
  });
  return makeExtension(EXTENSION.certificatePolicies, false, new CertificatePolicies(policies));
}

function alternativeNames(inputs: readonly GeneralNameInput[]): Extension {
  const names = new SubjectAlternativeName(inputs.map(generalName));
  return makeExtension(EXTENSION.subjectAltName, false, names);
}

function generalName(input: GeneralNameInput): GeneralName {
  if (Object.keys(input).length !== 1) {
    throw new ServiceError('InvalidArgsException', 'A general name has exactly one member.');
  }
  const { OtherName: other, EdiPartyName: party, DirectoryName: directory, IpAddress: address } = input;
  if (other) return new GeneralName({ otherName: otherName(other.TypeId, other.Value) });
  if (party) return new GeneralName({ ediPartyName: partyName(party.PartyName, party.NameAssigner) });
  if (directory) return new GeneralName({ directoryName: makeName(attributesOf(directory)) });
  if (address !== undefined) return new GeneralName({ iPAddress: requireAddress(address) });
  return new GeneralName(simpleName(input));
}

function simpleName(input: GeneralNameInput): Partial<GeneralName> {
  if (input.Rfc822Name !== undefined) return { rfc822Name: input.Rfc822Name };
  if (input.DnsName !== undefined) return { dNSName: input.DnsName };
  if (input.RegisteredId !== undefined) return { registeredID: input.RegisteredId };
  if (input.UniformResourceIdentifier !== undefined) {
    return { uniformResourceIdentifier: input.UniformResourceIdentifier };
  }
  throw new ServiceError('InvalidArgsException', 'A general name of an unknown kind.');
}

function otherName(typeId: string, value: string): OtherName {
  const text = explicit(0, encode(0x0c, Buffer.from(value, 'utf8')));
  return new OtherName({ typeId, value: new OctetString(text).buffer });
}

function partyName(name: string, assigner?: string): EDIPartyName {
  const party = new EDIPartyName({ partyName: new DirectoryString({ utf8String: name }) });
  if (assigner !== undefined) party.nameAssigner = new DirectoryString({ utf8String: assigner });
  return party;
}

function requireAddress(address: string): string {
  if (isIP(address) === 0) throw new ServiceError('InvalidArgsException', `${address} is not an IP address.`);
  return address;
}
