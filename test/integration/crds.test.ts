import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { existingManifests, existingProjectFolder, type Manifest } from '../crds/existing-project.ts';
import { readDefinition, type Schema, schemaAt, schemaOf, withoutDescriptions } from '../crds/schema.ts';
import { endAfterAll } from '../support/end-after-all.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';

const root = join(import.meta.dirname, '../..');
const plurals = ['awspcaissuers', 'awspcaclusterissuers'] as const;

interface Manifested {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Record<string, unknown>;
}

// Without a controller, which would answer these issuers with conditions of its own.
const atTheEnd = endAfterAll();
let plane: ControlPlane;
const namespaces = ['crds-test', 'team-a'];

async function kubectl(args: readonly string[], input?: unknown): Promise<string> {
  const { exitCode, stdout, stderr } = await plane.kubectl(args, {
    input: input === undefined ? '' : JSON.stringify(input),
  });
  if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function applyText(text: string, ...more: string[]): Promise<Manifested[]> {
  const args = ['apply', '--validate=strict', '-o', 'json', ...more, '-f', '-'];
  const { exitCode, stdout, stderr } = await plane.kubectl(args, { input: text });
  if (exitCode !== 0) throw new Error(stderr);
  const applied = JSON.parse(stdout) as Manifested & { items?: Manifested[] };
  return applied.items ?? [applied];
}

const issuer = (kind: string, name: string, spec?: object): object => ({
  apiVersion: 'awspca.cert-manager.io/v1beta1',
  kind,
  metadata: { name, ...(kind === 'AWSPCAIssuer' ? { namespace: 'crds-test' } : {}) },
  ...(spec === undefined ? {} : { spec }),
});

let project: string;
let manifests: Manifest[];
beforeAll(async () => {
  plane = await startControlPlane({ programs: sharedControlPlane().facts.programs });
  atTheEnd(() => plane.stop());
  project = await existingProjectFolder(process.env);
  manifests = await existingManifests(project);
  for (const name of namespaces)
    await kubectl(['apply', '-f', '-'], { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
});

describe('beside the definitions of v1.12.0', () => {
  /** Fields that v1.12.0 does not know. */
  const own: readonly (readonly string[])[] = [
    ['externalID'],
    ['pcaTemplate', 'allowedTemplateNames'],
    ['roleChain'],
    ['roleSessionName'],
    ['secretRef', 'sessionTokenSelector'],
    ['serviceAccountRef', 'audiences'],
    ['validity'],
  ];

  function withoutOwn(spec: Schema): unknown {
    const copy = structuredClone(spec);
    for (const path of own) {
      const { properties = {} } = schemaAt(copy, ...path.slice(0, -1));
      const field = path.at(-1) ?? '';
      expect(properties[field]).toBeDefined();
      Reflect.deleteProperty(properties, field);
    }
    return copy;
  }

  test.each(plurals)('the spec of %s enforces the same, but for optional fields of its own', (plural) => {
    const theirs = readDefinition(join(project, `config/crd/bases/awspca.cert-manager.io_${plural}.yaml`));
    const ours = readDefinition(join(root, `crds/awspca.cert-manager.io_${plural}.yaml`));
    const specOf = (definition: typeof ours): Schema => withoutDescriptions(schemaAt(schemaOf(definition), 'spec'));
    expect(withoutOwn(specOf(ours))).toEqual(specOf(theirs));
    expect(ours.spec.names).toMatchObject(theirs.spec.names);
    expect(ours.spec.scope).toBe(theirs.spec.scope);
  });

  test.each(plurals)('a condition of %s is the same', (plural) => {
    const conditionOf = (folder: string): unknown => {
      const definition = readDefinition(join(folder, `awspca.cert-manager.io_${plural}.yaml`));
      const { items } = withoutDescriptions(schemaAt(schemaOf(definition), 'status', 'conditions'));
      return { ...items, required: items?.required?.toSorted() };
    };
    expect(conditionOf(join(root, 'crds'))).toEqual(conditionOf(join(project, 'config/crd/bases')));
  });
});

describe('every manifest of the existing project', () => {
  test('is looked at', () => {
    expect(manifests.map(({ file }) => file.split('/').slice(0, 2).join('/'))).toEqual(
      expect.arrayContaining(['config/samples', 'config/examples']),
    );
    const issuers = manifests.filter(({ text }) => text.includes('awspca.cert-manager.io/v1beta1'));
    expect(issuers.length).toBeGreaterThanOrEqual(10);
  });

  test.each([[[]], [['--server-side', '--force-conflicts']]])(
    'applies unchanged, nothing lost (%j)',
    async (options) => {
      for (const { file, text } of manifests) {
        const wanted = parseAllDocuments(text).map((document) => document.toJS() as Manifested);
        const applied = await applyText(text, ...options);
        expect({ file, kinds: applied.map(({ kind }) => kind) }).toEqual({
          file,
          kinds: wanted.map(({ kind }) => kind),
        });
        for (const [index, { spec }] of wanted.entries()) {
          if (spec !== undefined) expect(applied[index]?.spec).toMatchObject(spec);
        }
        await plane.kubectl(['delete', '--wait=false', '-f', '-'], { input: text });
      }
    },
  );
});

describe('what the schema admits and what it does not, as ever', () => {
  const admitted: [string, object | undefined][] = [
    ['no spec', undefined],
    ['an empty spec', {}],
    ['an ARN that is none', { arn: 'not an arn', region: 'nowhere', role: '' }],
    ['two kinds of credentials', { secretRef: { name: 's' }, serviceAccountRef: { name: 'a' } }],
    ['an empty secretRef', { secretRef: {} }],
    ['a selector with a key alone', { secretRef: { name: 's', accessKeyIDSelector: { key: 'k' } } }],
    ['an offset beyond a day', { notBeforeOffset: '99999h' }],
    ['an empty template', { pcaTemplate: {} }],
    ['templates to choose from', { pcaTemplate: { allowedTemplateNames: ['EndEntityCertificate/V1', 'Sub*', '*'] } }],
    ['no template to choose from', { pcaTemplate: { allowedTemplateNames: [] } }],
    ['a validity', { validity: { defaultDuration: '2160h', clampToCA: true } }],
    ['an empty validity', { validity: {} }],
    ['a default duration of nothing', { validity: { defaultDuration: '0s' } }],
  ];
  test.each(admitted)('%s is admitted', async (_name, spec) => {
    for (const kind of ['AWSPCAIssuer', 'AWSPCAClusterIssuer']) {
      await kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], issuer(kind, 'crds-test', spec));
    }
  });

  const refused: [string, object, string][] = [
    ['a ServiceAccount without name', { serviceAccountRef: {} }, 'spec.serviceAccountRef.name'],
    [
      'a selector without key',
      { secretRef: { secretAccessKeySelector: {} } },
      'spec.secretRef.secretAccessKeySelector.key',
    ],
    ['an offset without unit', { notBeforeOffset: '15' }, 'spec.notBeforeOffset'],
    ['a negative offset', { notBeforeOffset: '-15m' }, 'spec.notBeforeOffset'],
    ['an offset of days', { notBeforeOffset: '1d' }, 'spec.notBeforeOffset'],
    ['a long offset', { notBeforeOffset: '1s'.repeat(17) }, 'spec.notBeforeOffset'],
    ['a default duration of days', { validity: { defaultDuration: '90d' } }, 'spec.validity.defaultDuration'],
    ['a word for a truth value', { validity: { clampToCA: 'yes' } }, 'spec.validity.clampToCA'],
    [
      'an allowed template without version',
      { pcaTemplate: { allowedTemplateNames: ['EndEntityCertificate'] } },
      'spec.pcaTemplate.allowedTemplateNames[0]',
    ],
    [
      'an allowed template twice',
      { pcaTemplate: { allowedTemplateNames: ['Sub*', 'Sub*'] } },
      'spec.pcaTemplate.allowedTemplateNames[1]',
    ],
    ['a number for an ARN', { arn: 7 }, 'spec.arn'],
  ];
  test.each(refused)('%s is refused', async (_name, spec, field) => {
    for (const kind of ['AWSPCAIssuer', 'AWSPCAClusterIssuer']) {
      const applying = kubectl(
        ['create', '--dry-run=server', '--validate=false', '-f', '-'],
        issuer(kind, 'refused', spec),
      );
      await expect(applying).rejects.toThrow(field);
    }
  });
});

describe('for people', () => {
  test.each([
    ['awspcaissuer.spec.secretRef', 'A Secret with a static AWS access key'],
    ['awspcaclusterissuer.spec.secretRef.accessKeyIDSelector.key', 'access key ID'],
    ['awspcaissuer.spec.notBeforeOffset', 'Default: 15m'],
    ['awspcaissuer.spec.pcaTemplate.allowedTemplateNames', 'awspca.cert-manager.io/template-name'],
    ['awspcaclusterissuer.spec.validity.clampToCA', 'ValidityClamped'],
    ['awspcaclusterissuer.status.certificateAuthority.usageMode', 'GENERAL_PURPOSE'],
    ['awspcaissuer', 'in its own namespace'],
    ['awspcaclusterissuer', 'in every namespace'],
  ])('kubectl explain %s says "%s"', async (path, words) => {
    expect((await kubectl(['explain', path])).replaceAll(/\s+/g, ' ')).toContain(words);
  });

  const status = {
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Verified',
        message: 'Issuer verified',
        lastTransitionTime: '2026-01-02T03:04:05Z',
        observedGeneration: 1,
      },
    ],
    identity: { arn: 'arn:aws:sts::111122223333:assumed-role/pca', account: '111122223333', source: 'ambient' },
    certificateAuthority: {
      arn: 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/example',
      type: 'ROOT',
      status: 'ACTIVE',
      keyAlgorithm: 'RSA_2048',
      signingAlgorithm: 'SHA256WITHRSA',
      usageMode: 'GENERAL_PURPOSE',
      notAfter: '2036-01-02T03:04:05Z',
      subject: 'CN=Example-Root',
    },
  };

  test.each([
    ['AWSPCAIssuer', 'pcaiss'],
    ['AWSPCAClusterIssuer', 'pcaciss'],
  ])('kubectl get shows %s by its short name', async (kind, shortName) => {
    const there = ['-n', 'crds-test'];
    await kubectl(['apply', '-f', '-'], issuer(kind, 'crds-test', { arn: status.certificateAuthority.arn }));
    await kubectl([
      'patch',
      shortName,
      'crds-test',
      ...there,
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    ]);

    const object = JSON.parse(await kubectl(['get', shortName, 'crds-test', ...there, '-o', 'json'])) as {
      status: unknown;
    };
    expect(object.status).toEqual(status);
    const table = (await kubectl(['get', shortName, 'crds-test', ...there])).trimEnd().split('\n');
    expect(table.map((row) => row.trim().split(/\s+/).slice(0, 4))).toEqual([
      ['NAME', 'READY', 'REASON', 'CA'],
      ['crds-test', 'True', 'Verified', 'CN=Example-Root'],
    ]);
    expect(await kubectl(['get', shortName, 'crds-test', ...there, '-o', 'wide'])).toContain('Issuer verified');
    expect(await kubectl(['get', 'cert-manager', ...there, '-o', 'name'])).toContain(
      `${kind.toLowerCase()}.awspca.cert-manager.io/crds-test`,
    );
    await kubectl(['wait', '--for=condition=Ready', '--timeout=60s', shortName, 'crds-test', ...there]);
  });
});

test('two field managers keep a condition each', async () => {
  const name = 'shared-status';
  await kubectl(['apply', '-f', '-'], issuer('AWSPCAIssuer', name, {}));
  const condition = (type: string): object => ({
    ...{ type, status: 'True', reason: 'Because', message: '', lastTransitionTime: '2026-01-02T03:04:05Z' },
  });
  for (const type of ['Ready', 'Audited']) {
    const body = { ...issuer('AWSPCAIssuer', name), status: { conditions: [condition(type)] } };
    await kubectl(['apply', '--server-side', '--subresource=status', `--field-manager=${type}`, '-f', '-'], body);
  }
  const types = await kubectl([
    'get',
    'pcaiss',
    name,
    '-n',
    'crds-test',
    '-o',
    'jsonpath={.status.conditions[*].type}',
  ]);
  expect(types.split(' ').sort()).toEqual(['Audited', 'Ready']);
});
