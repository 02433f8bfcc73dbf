import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Resource } from '../../src/kube/objects.ts';
import { awspcaClusterIssuers, awspcaIssuers } from '../../src/api/awspca.ts';
import { readDefinition, schemaAt, schemaOf, shapeOfSchema, walk } from './schema.ts';
import { shapeOfInterface } from './type-shape.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fileOf = (resource: Resource): string => path.join(root, `crds/${resource.group}_${resource.plural}.yaml`);
const types = path.join(root, 'src/api/awspca.ts');
const issuers = readDefinition(fileOf(awspcaIssuers));
const clusterIssuers = readDefinition(fileOf(awspcaClusterIssuers));

describe.each([
  ['AWSPCAIssuer', awspcaIssuers, issuers, 'Namespaced'],
  ['AWSPCAClusterIssuer', awspcaClusterIssuers, clusterIssuers, 'Cluster'],
] as const)('%s', (kind, resource, definition, scope) => {
  test('is where the constant says', () => {
    const { group, names, versions } = definition.spec;
    expect({ group, scope: definition.spec.scope, kind: names.kind, plural: names.plural }).toEqual({
      group: resource.group,
      scope,
      kind,
      plural: resource.plural,
    });
    expect(definition.metadata.name).toBe(`${resource.plural}.${resource.group}`);
    expect(versions).toEqual([
      expect.objectContaining({ name: resource.version, served: true, storage: true, subresources: { status: {} } }),
    ]);
    expect(resource.namespaced).toBe(scope === 'Namespaced');
  });

  test('every field has a text for kubectl explain that is a sentence', () => {
    const described = walk(schemaOf(definition)).filter(([at]) => at !== 'metadata');
    const poor = described.filter(([, { description = '' }]) => !/^[A-Z][^]{14,}[.\da-zA-Z)]$/.test(description));
    expect(poor.map(([at]) => at)).toEqual([]);
    expect(described.length).toBeGreaterThan(35);
  });

  test('its spec is the TypeScript type IssuerSpec', () => {
    expect(shapeOfInterface(types, 'IssuerSpec')).toEqual(shapeOfSchema(schemaAt(schemaOf(definition), 'spec')));
  });

  test('its status is the TypeScript type IssuerStatus', () => {
    expect(shapeOfInterface(types, 'IssuerStatus')).toEqual(shapeOfSchema(schemaAt(schemaOf(definition), 'status')));
  });

  test('requires no field but those that never made sense without', () => {
    const requiring = walk(schemaOf(definition)).filter(([, { required = [] }]) => required.length > 0);
    expect(requiring.map(([at, { required }]) => [at, required])).toEqual([
      ['spec.roleChain[]', ['role']],
      ['spec.secretRef.accessKeyIDSelector', ['key']],
      ['spec.secretRef.secretAccessKeySelector', ['key']],
      ['spec.secretRef.sessionTokenSelector', ['key']],
      ['spec.serviceAccountRef', ['name']],
      ['spec.acm', ['endpoint']],
      ['spec.acm.externalAccountBinding.keySecretRef', ['name']],
      ['spec.acm.accountKeySecretRef', ['name']],
      ['spec.acm.domains[]', ['name']],
      ['spec.acm.domains[].dns01.route53.accessKeyIDSecretRef', ['key']],
      ['spec.acm.domains[].dns01.route53.secretAccessKeySecretRef', ['key']],
      ['spec.acm.domains[].dns01.route53.auth.kubernetes.serviceAccountRef', ['name']],
      ['status.conditions[]', ['type', 'status', 'reason', 'message', 'lastTransitionTime']],
      ['status.acm.domains[]', ['name']],
    ]);
  });
});

/** The one file with every word that has to differ replaced by that of the other. */
function asClusterIssuer(text: string): string {
  const generic = text
    .replaceAll('awspcaissuer', 'awspcaclusterissuer')
    .replace('scope: Namespaced', 'scope: Cluster')
    .replace('- pcaiss\n', '- pcaciss\n')
    .replace('CertificateRequests in its own namespace.', 'CertificateRequests in every namespace.')
    .replace('kind AWSPCAIssuer and this', 'kind AWSPCAClusterIssuer and this')
    .replace('The kind of this object, AWSPCAIssuer.', 'The kind of this object, AWSPCAClusterIssuer.');
  return generic.replace(/^( +(?:kind|listKind): )AWSPCAIssuer(List)?$/gm, '$1AWSPCAClusterIssuer$2');
}

test('the two definitions differ only in names, scope and the words that follow from them', () => {
  const words = (text: string): string => text.replaceAll(/\s+/g, ' ');
  const namespaced = readFileSync(fileOf(awspcaIssuers), 'utf8');
  const cluster = readFileSync(fileOf(awspcaClusterIssuers), 'utf8');
  expect(words(cluster)).toBe(words(asClusterIssuer(namespaced)));
});
