import { DescribeCertificateAuthorityCommand, type ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startAwsStandIn, type Authority, type AwsStandIn, type Identity } from './index.ts';
import { issue, outcomeOf, pcaClient } from './testing/clients.ts';
import { makeCsr } from './testing/csr.ts';

let aws: AwsStandIn;
let authority: Authority;
const clients: ACMPCAClient[] = [];
const csr = makeCsr();

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off' });
  authority = await aws.createCertificateAuthority();
});

afterEach(() => aws.clearDenials());

afterAll(async () => {
  for (const client of clients) client.destroy();
  await aws.stop();
});

function clientOf(identity: Identity): ACMPCAClient {
  const client = pcaClient({ endpoint: aws.endpoint, identity });
  clients.push(client);
  return client;
}

const issueAs = (identity: Identity, template?: string): Promise<string> =>
  issue(clientOf(identity), { CertificateAuthorityArn: authority.arn, csr, ...(template && { template }) });

describe('denied actions', () => {
  test('are refused with IAM’s sentence, other actions are not', async () => {
    const identity = await aws.createIdentity({ name: 'restricted' });
    await aws.deny({ principal: identity.arn, actions: ['acm-pca:IssueCertificate'] });
    const call = issueAs(identity);
    await expect(call).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${identity.arn} is not authorized to perform: acm-pca:IssueCertificate on resource: ${authority.arn} with an explicit deny in an identity-based policy`,
    });
    const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: authority.arn });
    expect(await outcomeOf(clientOf(identity).send(describe))).toBe('ok');
    await aws.clearDenials();
    expect(await outcomeOf(issueAs(identity))).toBe('ok');
  });

  test('can be limited to a template, or be all of a service', async () => {
    const identity = await aws.createIdentity();
    const templateArns = ['arn:aws:acm-pca:::template/CodeSigningCertificate/V1'];
    await aws.deny({ principal: identity.arn, actions: ['acm-pca:IssueCertificate'], templateArns });
    expect(await outcomeOf(issueAs(identity, 'CodeSigningCertificate/V1'))).toBe('AccessDeniedException');
    expect(await outcomeOf(issueAs(identity, 'EndEntityCertificate/V1'))).toBe('ok');
    await aws.deny({ principal: identity.arn, actions: ['acm-pca:*'] });
    expect(await outcomeOf(issueAs(identity, 'EndEntityCertificate/V1'))).toBe('AccessDeniedException');
  });
});

describe('another account', () => {
  test('has no access until the authority is shared, then to the shared templates', async () => {
    const identity = await aws.createIdentity({ account: '444455556666' });
    const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: authority.arn });
    expect(await outcomeOf(clientOf(identity).send(describe))).toBe('AccessDeniedException');
    await aws.share({ arn: authority.arn, accounts: ['444455556666'] });
    expect(await outcomeOf(clientOf(identity).send(describe))).toBe('ok');
    expect(await outcomeOf(issueAs(identity))).toBe('ok');
    expect(await outcomeOf(issueAs(identity, 'OCSPSigningCertificate/V1'))).toBe('AccessDeniedException');
    expect(await outcomeOf(issueAs(identity, 'EndEntityServerAuthCertificate/V1'))).toBe('AccessDeniedException');
    const templates = ['EndEntityCertificate/V1', 'EndEntityServerAuthCertificate/V1'];
    await aws.share({ arn: authority.arn, accounts: ['444455556666'], templates });
    expect(await outcomeOf(issueAs(identity, 'EndEntityServerAuthCertificate/V1'))).toBe('ok');
  });

  test('cannot be given a template that AWS does not share', async () => {
    const share = aws.share({
      arn: authority.arn,
      accounts: ['444455556666'],
      templates: ['OCSPSigningCertificate/V1'],
    });
    await expect(share).rejects.toThrow('OCSPSigningCertificate/V1');
  });
});
