import type { X509Subject } from '../../api/certificate.ts';
import { keys } from './annotation-keys.ts';
import type { SpecAnnotation } from './spec-annotation.ts';
import { parseOneCsvRecord } from '../../flags/go-csv.ts';

function list(key: string, field: Exclude<keyof X509Subject, 'serialNumber'>): SpecAnnotation {
  return {
    key,
    read: (value, draft) => {
      const values = parseOneCsvRecord(value);
      if (!values.ok) return values.fault;
      draft.subject[field] = values.value;
      return undefined;
    },
    remedy:
      'Write one line of values with commas between them; a value with a comma goes in double quotes, and so does one with quotes, doubled.',
  };
}

const serialNumber: SpecAnnotation = {
  key: keys.serialNumber,
  read: (value, draft) => {
    if (value !== '') draft.subject.serialNumber = value;
    return undefined;
  },
  remedy: 'Any text will do.',
};

export const subjectAnnotations: readonly SpecAnnotation[] = [
  list(keys.organizations, 'organizations'),
  { ...list(keys.organizationalUnits, 'organizationalUnits'), blamedKey: keys.organizations },
  list(keys.countries, 'countries'),
  list(keys.provinces, 'provinces'),
  list(keys.localities, 'localities'),
  list(keys.postalCodes, 'postalCodes'),
  list(keys.streetAddresses, 'streetAddresses'),
  serialNumber,
];
