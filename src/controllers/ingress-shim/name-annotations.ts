import { goQuote } from '../../flags/go-quote.ts';
import { keys } from './annotation-keys.ts';
import type { SpecAnnotation } from './spec-annotation.ts';
import { isGoIpAddress } from './values/go-ip.ts';
import { readMailAddress } from './values/go-mail.ts';
import { goTrimSpace } from './values/go-trim.ts';

/** RFC 5280, ub-common-name; cert-manager counts bytes. */
const longestCommonName = 64;

const commonName: SpecAnnotation = {
  key: keys.commonName,
  read: (value, draft) => {
    if (Buffer.byteLength(value) > longestCommonName) return 'common name may not be more than 64 bytes';
    draft.commonName = value;
    return undefined;
  },
  remedy: 'Shorten it, or leave it out: clients look at the names of the hosts.',
};

const altNames: SpecAnnotation = {
  key: keys.altNames,
  read: (value, draft) => {
    if (value !== '') draft.dnsNames = value.split(',');
    return undefined;
  },
  remedy: 'List DNS names with commas and nothing else between them.',
};

const ipSans: SpecAnnotation = {
  key: keys.ipSans,
  read: (value, draft) => {
    const addresses = value === '' ? [] : value.split(',').map(goTrimSpace);
    const wrong = addresses.find((address) => !isGoIpAddress(address));
    if (wrong !== undefined) return `${goQuote(wrong)} is not a valid IP address`;
    draft.ipAddresses = addresses;
    return undefined;
  },
  remedy: 'List IPv4 and IPv6 addresses with commas between them, without prefix length, zone or leading zeros.',
};

const emailSans: SpecAnnotation = {
  key: keys.emailSans,
  read: (value, draft) => {
    const addresses = value === '' ? [] : value.split(',').map(goTrimSpace);
    for (const address of addresses) {
      const reading = readMailAddress(address);
      if (reading === 'none') return `${goQuote(address)} is not a valid email address`;
      if (reading === 'decorated') return `${goQuote(address)} must only contain the email address itself`;
    }
    draft.emailAddresses = addresses;
    return undefined;
  },
  remedy: 'List bare addresses such as ops@example.com with commas between them.',
};

export const nameAnnotations: readonly SpecAnnotation[] = [commonName, altNames, ipSans, emailSans];
