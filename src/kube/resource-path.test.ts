import { describe, expect, test } from '@jest/globals';
import type { Resource } from './objects.ts';
import { collectionPath, objectPath, withQuery } from './resource-path.ts';

const secrets: Resource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret', namespaced: true };
const leases: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};
const nodes: Resource = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false };

describe('paths', () => {
  test.each([
    [collectionPath(secrets), '/api/v1/secrets'],
    [collectionPath(secrets, 'shop'), '/api/v1/namespaces/shop/secrets'],
    [collectionPath(leases, 'shop'), '/apis/coordination.k8s.io/v1/namespaces/shop/leases'],
    [collectionPath(nodes, 'shop'), '/api/v1/nodes'],
    [objectPath(nodes, { name: 'a' }), '/api/v1/nodes/a'],
    [objectPath(secrets, { namespace: 'shop', name: 'tls' }, 'status'), '/api/v1/namespaces/shop/secrets/tls/status'],
    [objectPath(secrets, { namespace: 'a/b', name: '../x' }), '/api/v1/namespaces/a%2Fb/secrets/..%2Fx'],
  ])('%s', (actual, expected) => {
    expect(actual).toBe(expected);
  });

  test('an object without name, or without the namespace it needs, is refused before anything is sent', () => {
    expect(() => objectPath(nodes, { name: '' })).toThrow(TypeError);
    expect(() => objectPath(secrets, { name: 'tls' })).toThrow(TypeError);
  });
});

describe('a name that leads elsewhere in a path is refused', () => {
  test.each([
    { namespace: 'shop', name: '.' },
    { namespace: 'shop', name: '..' },
    { namespace: '..', name: 'tls' },
  ])('%j', (name) => {
    expect(() => objectPath(secrets, name)).toThrow(TypeError);
  });
});

describe('withQuery', () => {
  test('keeps only what is set, encoded', () => {
    expect(withQuery('/x', { limit: 5, continue: 'a=b&c', force: undefined })).toBe('/x?limit=5&continue=a%3Db%26c');
    expect(withQuery('/x', { limit: undefined })).toBe('/x');
  });
});
