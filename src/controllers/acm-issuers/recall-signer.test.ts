import { beforeAll, expect, test } from '@jest/globals';
import { createAccountKey } from '../../acme/account-key.ts';
import type { AcmeClient } from '../../acme/acme-client.ts';
import type { AcmStatus } from '../../api/acm.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError } from '../../kube/errors.ts';
import { clusterIssuer, withIssuerStatus } from '../../../test/support/builders.ts';
import type { AcmServices } from './acm-services.ts';
import type { AcmIssuerPlan, AtAcmPlan, AtDirectoryPlan } from './plan-acm-issuer.ts';
import type { DomainPlan } from './plan-domains.ts';
import { recallSigner } from './recall-signer.ts';

const directoryURL = 'https://acme.example/x/directory';
const url = 'https://acme.example/x/acct/1';
const account = { secret: { namespace: 'n', name: 's', key: 'tls.key' }, contact: [], binding: undefined };
const credentials = { kind: 'ambient' } as const;
const identity = { credentials, roles: [], roleSessionName: 's', region: 'eu-west-1' };
const domain: DomainPlan = {
  ...{ name: 'example.com', scope: { exact: true, subdomains: false, wildcards: false }, deletionPolicy: 'Retain' },
  ...{ record: { kind: 'byHand' }, followsCname: false, asksNameServers: false },
};
const managed: AtAcmPlan = {
  ...{ kind: 'acm', identity, account, domains: [domain] },
  endpoint: {
    ...{ kind: 'managed', region: 'eu-west-1', partition: 'aws', contact: 'NOT_REQUIRED', certificateTags: {} },
    ...{ allowedKeyAlgorithms: ['RSA_2048'], deletionPolicy: 'Retain' },
  },
};
const directory: AtDirectoryPlan = {
  ...{ kind: 'directory', account, domains: [], endpoint: { kind: 'directory', url: directoryURL, caPem: undefined } },
};
const seen: AcmStatus = { endpoint: { directoryURL }, account: { url } };

async function recall(
  status: AcmStatus,
  data: Readonly<Record<string, string>> | undefined,
  plan: AcmIssuerPlan = managed,
) {
  const connected: unknown[] = [];
  const encode = ([key, text]: [string, string]) => [key, Buffer.from(text).toString('base64')] as const;
  const encoded = Object.entries(data ?? {}).map(encode);
  const client = {
    get: () =>
      data
        ? Promise.resolve({
            metadata: { name: 's', uid: 'u', resourceVersion: '1' },
            data: Object.fromEntries(encoded),
          })
        : Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: '' })),
  } as unknown as KubeClient;
  const services = {
    client,
    connectAcme: (server: unknown, _: unknown, accountUrl: unknown) => {
      connected.push({ server, accountUrl });
      return { accountUrl } as AcmeClient;
    },
  } as unknown as AcmServices;
  const issuer = clusterIssuer('public', withIssuerStatus({ acm: status }));
  return { recalled: await recallSigner({ services, issuer }, plan), connected };
}

let keyPem = '';
beforeAll(async () => {
  keyPem = await createAccountKey();
});
const kept = () => ({ 'tls.key': keyPem, 'account-url': url, 'directory-url': directoryURL });

test('what an earlier check saw makes a signer, and nothing is asked at ACM', async () => {
  const { recalled, connected } = await recall(seen, kept());
  expect(connected).toEqual([{ server: { directoryUrl: directoryURL, caPem: undefined }, accountUrl: url }]);
  expect(recalled).toMatchObject({
    obstacles: [],
    seen,
    domains: [{ plan: domain }],
    allowedKeyAlgorithms: ['RSA_2048'],
  });
});

type Data = () => Readonly<Record<string, string>> | undefined;

test.each<[string, AcmStatus, Data, AcmIssuerPlan]>([
  ['no endpoint was seen yet', { account: { url } }, kept, managed],
  ['no account was seen yet', { endpoint: { directoryURL } }, kept, managed],
  ['the Secret has another account by now', seen, () => ({ ...kept(), 'account-url': `${url}0` }), managed],
  ['the account is of another directory', seen, () => ({ ...kept(), 'directory-url': `${directoryURL}0` }), managed],
  ['the Secret is gone', seen, () => undefined, managed],
  ['the Secret has no key', seen, () => ({ ...kept(), 'tls.key': '' }), managed],
  ['its key cannot be read', seen, () => ({ ...kept(), 'tls.key': 'none' }), managed],
  ['the issuer is at another service, which can be asked itself', seen, kept, directory],
])('there is none to recall where %s', async (_, status, data, plan) => {
  expect(await recall(status, data(), plan)).toEqual({ recalled: undefined, connected: [] });
});
