import { describe, expect, test } from '@jest/globals';
import { TEMPLATES, type Template as ServiceTemplate } from '../../../test/aws/pca/templates.ts';
import { parseBasicConstraints, parseExtendedKeyUsage, parseKeyUsage } from '../../x509/extensions.ts';
import { type Template, templates } from './templates.ts';

/** The names of the user guide, as its table of varieties counts them; what came later is not among them. */
const guide = [...templates.keys()].filter((name) => !/^BlankRoot|CriticalBasicConstraints/.test(name));
const suffixed = (suffix: string): string[] => guide.filter((name) => name.endsWith(`_${suffix}/V1`));

test('all 53 of the user guide, and the 8 that came later', () => {
  expect(guide).toHaveLength(53);
  expect(['CSRPassthrough', 'APIPassthrough', 'APICSRPassthrough'].map((suffix) => suffixed(suffix).length)).toEqual([
    14, 15, 14,
  ]);
  expect(templates.size).toBe(61);
});

/** The same facts, read from the extensions that the stand-in for AWS puts into certificates. */
function factsOf({ takesApi, takesCsr, isRoot, isCa, extensions }: ServiceTemplate): object {
  const own = extensions.map(({ identifier: oid, critical, value }) => ({ oid, critical, value }));
  return {
    takesApi,
    takesCsr,
    kind: isRoot ? 'root' : isCa ? 'subordinate' : 'endEntity',
    pathLength: parseBasicConstraints(own).pathLength,
    keyUsage: parseKeyUsage(own),
    extendedKeyUsage: parseExtendedKeyUsage(own),
  };
}

describe('each is what the stand-in for AWS, which knows them from the same pages, takes it for', () => {
  test('by name', () => expect([...templates.keys()].sort()).toEqual([...TEMPLATES.keys()].sort()));

  test.each([...templates.entries()])('%s', (name, template) => {
    const known = TEMPLATES.get(name);
    const { takesApi, takesCsr, kind, pathLength, keyUsage, extendedKeyUsage }: Template = template;
    expect(template.name).toBe(name);
    expect(known && factsOf(known)).toEqual({ takesApi, takesCsr, kind, pathLength, keyUsage, extendedKeyUsage });
  });

  test.each([...templates.values()])('the kin of $name takes the call, and fixes the same', ({ name, apiKin = '' }) => {
    const [own, kin] = [templates.get(name), templates.get(apiKin)];
    expect(kin?.takesApi).toBe(true);
    expect({ ...kin, name, takesApi: own?.takesApi, takesCsr: own?.takesCsr }).toEqual(own);
  });
});
