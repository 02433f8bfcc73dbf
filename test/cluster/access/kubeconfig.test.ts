import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { renderKubeconfig } from './kubeconfig.ts';

test('a kubeconfig names server, authority and token', () => {
  const facts = { url: 'https://127.0.0.1:6443', user: 'system:serviceaccount:n:u', token: 'a"b: #c' };
  expect(parse(renderKubeconfig(facts, 'Q0E='))).toMatchObject({
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: facts.url, 'certificate-authority-data': 'Q0E=' } }],
    users: [{ name: facts.user, user: { token: facts.token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: facts.user } }],
  });
});
