import { expect, test } from '@jest/globals';
import { clusterIssuer, issuer, withIssuerReady, withMetadata } from '../../../test/support/builders.ts';
import { ScriptedSigner } from '../../../test/support/scripted-signer.ts';
import { IssuerRegistry } from './registry.ts';

const signer = new ScriptedSigner();
const checked = issuer('i', withMetadata({ generation: 2 }));

test.each([
  ['the issuer as it was checked', checked, signer],
  [
    'with another status',
    issuer('i', withMetadata({ generation: 2, resourceVersion: '5' }), withIssuerReady()),
    signer,
  ],
  ['with another spec', issuer('i', withMetadata({ generation: 3 })), undefined],
  ['another one of the same name', issuer('i', withMetadata({ generation: 2, uid: 'other' })), undefined],
  ['the other kind', clusterIssuer('i', withMetadata({ generation: 2 })), undefined],
])('finds the signer of %s', (_, wanted, expected) => {
  const registry = new IssuerRegistry();
  registry.set(checked, signer);
  expect(registry.find(wanted)).toBe(expected);
});

test('finds none that was removed', () => {
  const registry = new IssuerRegistry();
  registry.set(checked, signer);
  registry.remove('AWSPCAIssuer/team/i');
  expect(registry.find(checked)).toBeUndefined();
});
