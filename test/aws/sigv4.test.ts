import { DescribeCertificateAuthorityCommand } from '@aws-sdk/client-acm-pca';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startAwsStandIn, type AwsStandIn, type Identity } from './index.ts';
import { isSignatureValid, parseAuthorization, type SignedRequest } from './sigv4.ts';
import { pcaClient, stsClient, type Signer } from './testing/clients.ts';

const NOWHERE = 'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/00000000-0000-4000-8000-000000000000';

let aws: AwsStandIn;

beforeAll(async () => {
  aws = await startAwsStandIn();
});

afterAll(() => aws.stop());

interface Refusal {
  readonly name: string;
  readonly status: number | undefined;
}

async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
    return { name: 'ok', status: undefined };
  } catch (error) {
    const { name, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode };
  }
}

async function refusals(signer: Partial<Signer>): Promise<{ pca: Refusal; sts: Refusal }> {
  const complete = { endpoint: aws.endpoint, identity: aws.identity, ...signer };
  const [pca, sts] = [pcaClient(complete), stsClient(complete)];
  const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: NOWHERE });
  const result = {
    pca: await refusalOf(pca.send(describe)),
    sts: await refusalOf(sts.send(new GetCallerIdentityCommand({}))),
  };
  pca.destroy();
  sts.destroy();
  return result;
}

describe('a request of the SDK', () => {
  test('with a known key is let through to the operation', async () => {
    expect(await refusals({})).toEqual({
      pca: { name: 'ResourceNotFoundException', status: 400 },
      sts: { name: 'ok', status: undefined },
    });
  });

  test.each([
    ['an unknown key', { accessKeyId: 'AKIAUNKNOWN' }, 'UnrecognizedClientException', 'InvalidClientTokenId'],
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'InvalidSignatureException', 'SignatureDoesNotMatch'],
    ['a token that is not the key’s', { sessionToken: 'x' }, 'UnrecognizedClientException', 'InvalidClientTokenId'],
  ])('with %s gets each service’s own error', async (_name, change, pca, sts) => {
    expect(await refusals({ identity: { ...aws.identity, ...change } })).toEqual({
      pca: { name: pca, status: 400 },
      sts: { name: sts, status: 403 },
    });
  });

  test('with an expired token, and with a deleted key', async () => {
    const identity = await aws.createIdentity({ temporarySeconds: 900 });
    expect((await refusals({ identity })).sts.name).toBe('ok');
    await aws.expireAccessKey({ accessKeyId: identity.accessKeyId });
    const expired = await refusals({ identity });
    expect([expired.pca.name, expired.sts.name]).toEqual(['ExpiredTokenException', 'ExpiredToken']);
    const user = await aws.createIdentity({ name: 'rotating' });
    const renewed = await aws.createAccessKey({ arn: user.arn });
    await aws.deleteAccessKey({ accessKeyId: user.accessKeyId });
    expect((await refusals({ identity: user })).pca.name).toBe('UnrecognizedClientException');
    expect((await refusals({ identity: renewed })).sts.name).toBe('ok');
  });
});

describe('a raw request', () => {
  const call = async (headers: Record<string, string>): Promise<Record<string, unknown>> => {
    const target = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'ACMPrivateCA.IssueCertificate' };
    const response = await fetch(aws.endpoint, { method: 'POST', headers: { ...target, ...headers }, body: '{}' });
    return (await response.json()) as Record<string, unknown>;
  };

  test('without a signature, or with half of one, is refused', async () => {
    expect(await call({})).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
    expect(await call({ authorization: 'AWS4-HMAC-SHA256 Credential=x' })).toMatchObject({
      __type: 'IncompleteSignatureException',
    });
  });

  test('for no service that is known is not found', async () => {
    const response = await fetch(aws.endpoint, { method: 'POST', headers: { 'x-amz-target': 'Other.Operation' } });
    expect(response.status).toBe(404);
  });
});

test('a clock that is wrong is told by its signature', async () => {
  let callersNow = Date.now();
  const skewed = await startAwsStandIn({ callersNow: () => callersNow });
  const refusal = async (identity: Identity): Promise<string> => {
    const client = pcaClient({ endpoint: skewed.endpoint, identity });
    const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: NOWHERE });
    const { name } = await refusalOf(client.send(describe));
    client.destroy();
    return name;
  };
  callersNow += 4 * 60_000;
  expect(await refusal(skewed.identity)).toBe('ResourceNotFoundException');
  callersNow += 2 * 60_000;
  expect(await refusal(skewed.identity)).toBe('InvalidSignatureException');
  callersNow -= 12 * 60_000;
  expect(await refusal(skewed.identity)).toBe('InvalidSignatureException');
  await skewed.stop();
});

describe('the published example of AWS (get-vanilla)', () => {
  const request: SignedRequest = {
    method: 'GET',
    url: '/',
    headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' },
    body: Buffer.alloc(0),
  };
  const header =
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
    'Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31';
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

  test('verifies, and no longer does when anything signed is changed', () => {
    const authorization = parseAuthorization(header);
    if (!authorization) throw new Error('the header was not read');
    expect(isSignatureValid(request, authorization, secret)).toBe(true);
    const changes: Partial<SignedRequest>[] = [
      { method: 'POST' },
      { url: '/?a=b' },
      { url: '/path' },
      { body: Buffer.from('x') },
      { headers: { ...request.headers, host: 'other.amazonaws.com' } },
    ];
    for (const change of changes) {
      expect(isSignatureValid({ ...request, ...change }, authorization, secret)).toBe(false);
    }
    expect(isSignatureValid(request, authorization, 'other')).toBe(false);
  });
});
