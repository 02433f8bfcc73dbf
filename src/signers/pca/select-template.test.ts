import { describe, expect, test } from '@jest/globals';
import { selectTemplate, type TemplateSettings, type TemplateWish } from './select-template.ts';

const plain: TemplateWish = { isCA: false, usages: [], pathLength: undefined };
const open: TemplateSettings = { defaultTemplateName: undefined, allowedTemplateNames: [] };
const select = (wish: Partial<TemplateWish>, settings: Partial<TemplateSettings> = {}, room = Infinity) =>
  selectTemplate({ ...plain, ...wish }, { ...open, ...settings }, room);
const nameOf = (selected: ReturnType<typeof select>): string =>
  selected.kind === 'template' ? selected.name : selected.code;

const blank = 'BlankEndEntityCertificate_APICSRPassthrough/V1';
const pathLength = (length: number): string => `SubordinateCACertificate_PathLen${length}/V1`;

test.each<[string[], string]>([
  [['code signing'], 'CodeSigningCertificate/V1'],
  [['client auth'], 'EndEntityClientAuthCertificate/V1'],
  [['server auth'], 'EndEntityServerAuthCertificate/V1'],
  [['ocsp signing'], 'OCSPSigningCertificate/V1'],
  [['client auth', 'server auth'], 'EndEntityCertificate/V1'],
  [['server auth', 'client auth'], 'EndEntityCertificate/V1'],
  [['server auth', 'server auth'], 'EndEntityServerAuthCertificate/V1'],
  [['server auth', 'client auth', 'server auth'], 'EndEntityCertificate/V1'],
  [[], blank],
  [['digital signature'], blank],
  [['digital signature', 'key encipherment'], blank],
  [['digital signature', 'server auth'], blank],
  [['client auth', 'code signing'], blank],
  [['server auth', 'client auth', 'code signing'], blank],
  [['any'], blank],
  [['constructor'], blank],
])('usages %j: %s', (usages, name) => {
  expect(select({ usages })).toEqual({ kind: 'template', name, isVerbatim: false });
  expect(nameOf(select({ usages }, { defaultTemplateName: '' }))).toBe(name);
  expect(nameOf(select({ usages, isCA: true }))).toBe(pathLength(0));
  const defaultTemplateName = 'Whatever it says';
  const verbatim = { kind: 'template', name: defaultTemplateName, isVerbatim: true };
  expect(select({ usages, isCA: true }, { defaultTemplateName })).toEqual(verbatim);
  // What requests may name does not bound what the mapping takes.
  expect(nameOf(select({ usages }, { allowedTemplateNames: ['Other/V1'] }))).toBe(name);
});

describe('the path length of a CA', () => {
  const everyLength = { allowedTemplateNames: ['SubordinateCACertificate_PathLen*/V1'] };
  test.each<[string, number | undefined, Partial<TemplateSettings>, number, number]>([
    ['none asked for', undefined, everyLength, Infinity, 0],
    ['zero', 0, everyLength, Infinity, 0],
    ['what the CSR asks for', 2, everyLength, Infinity, 2],
    ['what the CSR asks for and the CA just allows', 2, everyLength, 3, 2],
    ['more than the CA allows', 2, everyLength, 2, 0],
    ['more than there are templates for', 4, everyLength, Infinity, 0],
    ['not allowed by the issuer', 2, {}, Infinity, 0],
    ['another one is allowed', 2, { allowedTemplateNames: [pathLength(1)] }, Infinity, 0],
    ['exactly this one is allowed', 1, { allowedTemplateNames: [pathLength(1)] }, Infinity, 1],
  ])('%s', (_, asked, settings, room, given) =>
    expect(nameOf(select({ isCA: true, pathLength: asked }, settings, room))).toBe(pathLength(given)),
  );

  test('means nothing without isCA', () =>
    expect(nameOf(select({ pathLength: 2, usages: ['server auth'] }, everyLength))).toBe(
      'EndEntityServerAuthCertificate/V1',
    ));
});

describe('a template that the request names', () => {
  test.each([
    ['EndEntityCertificate/V1', ['EndEntityCertificate/V1'], true],
    ['EndEntityCertificate/V1', ['Other/V1', 'EndEntity*'], true],
    ['EndEntityCertificate/V1', ['*'], true],
    ['EndEntityCertificate/V1', ['*Certificate/V1'], true],
    ['EndEntityCertificate/V1', ['End*Cert*/V1'], true],
    ['EndEntityCertificate/V1', ['EndEntityCertificate/V1*'], true],
    ['EndEntityCertificate/V1', [], false],
    ['EndEntityCertificate/V1', ['EndEntityCertificate'], false],
    ['EndEntityCertificate/V1', ['ndEntity*'], false],
    ['EndEntityCertificate/V1', ['*Entity'], false],
    ['EndEntityCertificate/V1', ['endentity*'], false],
    ['EndEntityCertificate/V1', ['*/V1*/V1'], false],
    ['aba', ['ab*ba'], false],
    ['EndEntityCertificateXV1', ['EndEntityCertificate.V1'], false],
  ])('%s, of %j: %s', (templateName, allowedTemplateNames, allowed) => {
    const selected = select({ templateName, isCA: true }, { allowedTemplateNames });
    const chosen = { kind: 'template', name: templateName, isVerbatim: true };
    expect(selected).toEqual(allowed ? chosen : expect.objectContaining({ code: 'TemplateNotAllowed' }));
  });

  test("is fine when it is the issuer's own, and goes before that", () => {
    const settings = { defaultTemplateName: 'Own/V1', allowedTemplateNames: ['Other/V1'] };
    expect(nameOf(select({ templateName: 'Own/V1' }, settings))).toBe('Own/V1');
    expect(nameOf(select({ templateName: 'Other/V1' }, settings))).toBe('Other/V1');
  });

  test.each(['SubordinateCACertificate_PathLen1/V1', 'BlankRootCACertificate_APIPassthrough/V1'])(
    'that makes a CA needs a request for one, which is what approvers look at: %s',
    (templateName) => {
      const settings = { allowedTemplateNames: ['*'] };
      expect(select({ templateName }, settings)).toMatchObject({
        kind: 'rejected',
        code: 'TemplateMakesCA',
        message: expect.stringMatching(/makes a CA, but the request is not for one\. Set isCA: true/),
      });
      expect(nameOf(select({ templateName, isCA: true }, settings))).toBe(templateName);
      // The issuer's own choice it is with or without the annotation.
      expect(nameOf(select({ templateName }, { defaultTemplateName: templateName }))).toBe(templateName);
    },
  );

  test.each([
    ['nothing', {}, 'it allows none'],
    ['some', { defaultTemplateName: 'Own/V1', allowedTemplateNames: ['A/V1', 'B*'] }, 'it allows Own/V1, A/V1, B*'],
  ])('that is not allowed where the issuer allows %s says so, and what to do', (_, settings, says) => {
    const selected = select({ templateName: `X/V1${'x'.repeat(1000)}` }, settings);
    expect(selected).toEqual({
      kind: 'rejected',
      code: 'TemplateNotAllowed',
      message: expect.stringMatching(
        new RegExp(
          `annotation awspca\\.cert-manager\\.io/template-name .*"X/V1x+".*${says.replaceAll('*', '\\*')}.*leave the annotation out.*spec\\.pcaTemplate\\.allowedTemplateNames`,
        ),
      ),
    });
    expect(selected.kind === 'rejected' ? selected.message.length : 0).toBeLessThan(500);
  });
});
