import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { extensionsIn, readCertificate } from '../aws/testing/csr.ts';
import { parseCsr } from '../aws/x509/csr.ts';
import { createCsr, createRequest, decode, inspect } from './support/requests.ts';
import { awaitRequest, createTenant, sharedIssuer, type Tenant } from './support/shared-issuer.ts';

const issuer = sharedIssuer();
const { plane } = issuer;
afterAll(() => plane.close());

const san = 'X509v3 Subject Alternative Name';
const subjectAltName = '2.5.29.17';
const upn = '1.3.6.1.4.1.311.20.2.3';

interface Asked {
  readonly subject?: string;
  /** openssl's `-addext`, without `subjectAltName=`. */
  readonly names?: string;
  /** How openssl prints the names, and the subject in RFC 2253 form. */
  readonly printed?: string;
  readonly printedSubject?: string;
}

const requests: Readonly<Record<string, Asked>> = {
  'a DNS name alone': { names: 'critical,DNS:a.example', printed: 'critical DNS:a.example' },
  'an IPv4 address alone': { names: 'critical,IP:10.0.0.1', printed: 'critical IP Address:10.0.0.1' },
  'an IPv6 address alone': { names: 'critical,IP:2001:db8::1', printed: 'critical IP Address:2001:DB8:0:0:0:0:0:1' },
  'a URI alone': { names: 'critical,URI:spiffe://td/ns/a/sa/b', printed: 'critical URI:spiffe://td/ns/a/sa/b' },
  'an email address alone': { names: 'critical,email:a@b.example', printed: 'critical email:a@b.example' },
  'a UPN alone': {
    names: `critical,otherName:${upn};UTF8:a@b.example`,
    printed: 'critical othername: UPN::a@b.example',
  },
  'an empty subject with names that are not critical': { names: 'DNS:a.example', printed: 'DNS:a.example' },
  'a common name alone': { subject: '/CN=cn.example', printedSubject: 'CN=cn.example' },
  'a subject in its own order': {
    subject: '/O=Corp./OU=Dept./OU=Baz/OU=Bar/OU=FooLong/CN=*.a.example/emailAddress=a@b.example',
    names: 'DNS:*.a.example',
    printed: 'DNS:*.a.example',
    printedSubject: 'emailAddress=a@b.example,CN=*.a.example,OU=FooLong,OU=Bar,OU=Baz,OU=Dept.,O=Corp.',
  },
  'attributes that few know': {
    subject: '/DC=example/DC=a/UID=7/serialNumber=9/street=S 1/postalCode=1010/CN=a',
    printedSubject: 'CN=a,postalCode=1010,street=S 1,serialNumber=9,UID=7,DC=a,DC=example',
  },
  'labels of 63 characters, wildcard and apex': {
    names: `critical,DNS:${'a'.repeat(63)}.${'b'.repeat(63)}.example,DNS:*.a.example,DNS:a.example`,
    printed: `critical DNS:${'a'.repeat(63)}.${'b'.repeat(63)}.example, DNS:*.a.example, DNS:a.example`,
  },
  'every kind of name at once, in no order': {
    subject: '/CN=a.example',
    names: `URI:urn:x,DNS:a.example,otherName:${upn};UTF8:u@a,IP:10.0.0.1,email:a@b.example,DNS:b.example`,
    printed: 'URI:urn:x, DNS:a.example, othername: UPN::u@a, IP Address:10.0.0.1, email:a@b.example, DNS:b.example',
    printedSubject: 'CN=a.example',
  },
};

/** One usage takes a base template, the default ones take a passthrough. */
const usages = [undefined, ['server auth']];

const cases = Object.entries(requests).flatMap(([title, asked], row) =>
  usages.map((named, at) => {
    const { subject = '/', names } = asked;
    const csr = createCsr({ subject, extensions: names === undefined ? [] : [`subjectAltName=${names}`] });
    return {
      title: `${title}, ${named?.join(' and ') ?? 'default usages'}`,
      name: `csr-${row}-${at}`,
      asked,
      named,
      csr,
    };
  }),
);

let tenant: Tenant;
beforeAll(async () => {
  tenant = await createTenant(issuer, 'csr', { spec: { notBeforeOffset: '0s' } });
  await Promise.all(
    cases.map(({ name, named, csr }) =>
      createRequest(plane, tenant, name, { csr, duration: '7h30m', ...(named ? { usages: named } : {}) }),
    ),
  );
});

describe('subject and names of a CSR reach the certificate byte for byte', () => {
  test.each(cases.map((it) => [it.title, it] as const))('%s', async (_, { name, asked, csr }) => {
    const issued = await awaitRequest(plane, tenant.namespace, name, 'Issued');
    const pem = decode(issued.status?.certificate);
    const text = readCertificate(pem);
    expect(extensionsIn(text)[san]).toBe(asked.printed);
    expect(/Subject: *(.*)/.exec(text)?.[1] ?? '').toBe(asked.printedSubject ?? '');
    const { subject, extensions } = parseCsr(csr);
    const { raw, validToDate, validFromDate } = new X509Certificate(pem);
    expect(raw.includes(subject)).toBe(true);
    for (const { value } of extensions.filter(({ identifier }) => identifier === subjectAltName)) {
      expect(raw.includes(value)).toBe(true);
    }
    expect(validToDate.getTime() - validFromDate.getTime()).toBe(7.5 * 3_600_000);
    expect(inspect(issued).verified).toBe('OK');
  });
});
