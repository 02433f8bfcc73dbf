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
    ['acm'],
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
    const { 'x-kubernetes-validations': rules = [], ...rest } = copy;
    // Whatever has none of these fields passes them.
    for (const { rule } of rules as { rule: string }[])
      expect(rule).toMatch(/^!has\(self\.(acm|externalID|roleChain)\) \|\| /);
    return rest;
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
  const role = 'arn:aws:iam::111122223333:role/a';
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
    ['a chain from a role', { role, externalID: 'abc', roleChain: [{ role, externalID: 'def' }] }],
    ['no chain and no external ID', { roleChain: [], externalID: '' }],
    ['a chain from a token', { role, serviceAccountRef: { name: 'a' }, roleChain: [{ role, externalID: 'def' }] }],
  ];
  const endpoint = { arn: 'arn:aws:acm:eu-central-1:111122223333:acme-endpoint/11223344-1234-1122-2233-112233445566' };
  const directory = { directoryURL: 'https://acme.example.com:14000/dir' };
  const acm = (rest: object = {}): object => ({ acm: { endpoint, ...rest } });
  const route53 = (fields: object): object => acm({ domains: [{ name: 'example.com', dns01: { route53: fields } }] });
  const managedByACM = { managedByACM: true, hostedZoneID: 'Z0123' };
  admitted.push(
    ['an endpoint of ACM', acm()],
    ['a managed endpoint', { acm: { endpoint: { managed: {} } }, region: 'eu-central-1', arn: '' }],
    ['another directory', { acm: { endpoint: { ...directory, caBundle: 'YQ==' }, email: 'a@example.com' } }],
    [
      'a binding by role',
      acm({ externalAccountBinding: { roleARN: 'arn:aws:iam::111122223333:role/a', expiration: '1h' } }),
    ],
    ['a binding by key', acm({ externalAccountBinding: { keyID: 'a', keySecretRef: { name: 'a' } } })],
    ['a domain by hand', acm({ domains: [{ name: 'a.example.com', scope: ['Exact', 'Wildcards'] }] })],
    ['a zone', route53({ hostedZoneID: '/hostedzone/Z0123', role: 'arn:aws:iam::111122223333:role/a' })],
    ["a zone by ACM's hand", route53(managedByACM)],
  );
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
    ['a chain from no role', { roleChain: [{ role }] }, 'roleChain needs role'],
    ['an external ID for no role', { externalID: 'abc' }, 'externalID needs role'],
    [
      'an external ID beside a token',
      { role, externalID: 'abc', serviceAccountRef: { name: 'a' } },
      'externalID cannot be used with serviceAccountRef',
    ],
  ];
  refused.push(
    ['a CA and public certificates', { arn: 'a', ...acm() }, 'set only one of arn'],
    ['a template for public certificates', { ...acm(), pcaTemplate: {} }, 'pcaTemplate, validity and notBeforeOffset'],
    ['a validity for public certificates', { ...acm(), validity: {} }, 'pcaTemplate, validity and notBeforeOffset'],
    ['an offset for public certificates', { ...acm(), notBeforeOffset: '1m' }, 'pcaTemplate, validity and notBefore'],
    ['public certificates of nobody', { acm: {} }, 'spec.acm.endpoint'],
    ['an endpoint of no kind', { acm: { endpoint: {} } }, 'exactly one of arn'],
    ['an endpoint of two kinds', { acm: { endpoint: { ...endpoint, managed: {} } } }, 'exactly one of arn'],
    [
      'an endpoint that is none',
      { acm: { endpoint: { arn: 'arn:aws:acm:a:111122223333:certificate/a' } } },
      'endpoint.arn',
    ],
    ['a directory without TLS', { acm: { endpoint: { directoryURL: 'http://a.example.com' } } }, 'directoryURL'],
    ['a CA bundle for ACM', { acm: { endpoint: { ...endpoint, caBundle: 'YQ==' } } }, 'caBundle is for directoryURL'],
    ['half a binding', acm({ externalAccountBinding: { keyID: 'a' } }), 'belong together'],
    ['a binding of no kind', acm({ externalAccountBinding: {} }), 'set either roleARN'],
    [
      'an end of a binding that is there',
      acm({ externalAccountBinding: { keyID: 'a', keySecretRef: { name: 'a' }, expiration: '1h' } }),
      'expiration is for',
    ],
    [
      "a role for somebody else's binding",
      { acm: { endpoint: directory, externalAccountBinding: { roleARN: 'arn:aws:iam::111122223333:role/a' } } },
      'is for ACM alone',
    ],
    ['a contact that nobody tells', { acm: { endpoint: { managed: { contact: 'Required' } } } }, 'needs email'],
    [
      'a challenge of ACM',
      acm({ domains: [{ name: 'a.example', dns01: { cnameStrategy: 'Follow' } }] }),
      'no challenges',
    ],
    [
      'name servers to check for ACM',
      acm({ domains: [{ name: 'a.example', dns01: { checkNameServers: true, route53: {} } }] }),
      'no challenges',
    ],
    [
      'name servers of no zone',
      { acm: { endpoint: directory, domains: [{ name: 'a.example', dns01: { checkNameServers: true } }] } },
      'needs route53',
    ],
    ['a domain with a wildcard', acm({ domains: [{ name: '*.example.com' }] }), 'domains[0].name'],
    ['a domain in capitals', acm({ domains: [{ name: 'Example.com' }] }), 'domains[0].name'],
    ['a domain twice', acm({ domains: [{ name: 'example.com' }, { name: 'example.com' }] }), 'domains[1]'],
    ['a zone that ACM has to look for', route53({ managedByACM: true }), 'needs hostedZoneID'],
    ['a role for ACM to write with', route53({ ...managedByACM, role: 'a' }), 'as the issuer'],
    ['a key ID twice', route53({ accessKeyID: 'a', accessKeyIDSecretRef: { key: 'a' } }), 'cannot both be specified'],
    [
      "ACM's hand for another service",
      { acm: { endpoint: directory, domains: [{ name: 'example.com', dns01: { route53: managedByACM } }] } },
      'is for ACM alone',
    ],
  );
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

test('the tags of certificates stay as they are, the rest may change', async () => {
  const managed = (fields: object): object =>
    issuer('AWSPCAIssuer', 'tags', { acm: { endpoint: { managed: fields } } });
  const certificateTags = { team: 'a' };
  await kubectl(['apply', '-f', '-'], managed({ certificateTags }));
  await kubectl(['apply', '-f', '-'], managed({ certificateTags, deletionPolicy: 'Delete' }));
  for (const fields of [{ certificateTags: { team: 'b' } }, {}]) {
    await expect(kubectl(['replace', '-f', '-'], managed(fields))).rejects.toThrow('certificateTags cannot be changed');
  }
});

test('the column CA shows the endpoint of an issuer of public certificates', async () => {
  const endpoint = { directoryURL: 'https://acme.example.com/dir' };
  await kubectl(['apply', '-f', '-'], issuer('AWSPCAIssuer', 'public', { acm: { endpoint } }));
  const patch = JSON.stringify({ status: { acm: { subject: 'acme.example.com', endpoint } } });
  await kubectl(['patch', 'pcaiss', 'public', '-n', 'crds-test', '--subresource=status', '--type=merge', '-p', patch]);
  expect(await kubectl(['get', 'pcaiss', 'public', '-n', 'crds-test'])).toMatch(/^public +acme\.example\.com +\d+s$/m);
});

describe('for people', () => {
  test.each([
    ['awspcaissuer.spec.secretRef', 'A Secret with a static AWS access key'],
    ['awspcaclusterissuer.spec.secretRef.accessKeyIDSelector.key', 'access key ID'],
    ['awspcaissuer.spec.notBeforeOffset', 'Default: 15m'],
    ['awspcaissuer.spec.pcaTemplate.allowedTemplateNames', 'awspca.cert-manager.io/template-name'],
    ['awspcaclusterissuer.spec.validity.clampToCA', 'ValidityClamped'],
    ['awspcaclusterissuer.status.certificateAuthority.usageMode', 'GENERAL_PURPOSE'],
    ['awspcaissuer.spec.acm.domains.scope', 'None of them implies another'],
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
