import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import {
  GetCertificateCommand,
  IssueCertificateCommand,
  type IssueCertificateCommandInput,
} from '@aws-sdk/client-acm-pca';
import { Route53Client } from '@aws-sdk/client-route-53';
import { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Identity } from '../index.ts';

export interface Signer {
  readonly endpoint: string;
  readonly identity: Identity;
  /** Default us-east-1. */
  readonly region?: string;
}

/** The unmodified SDK client; it tries once, so that a test sees what the stand-in answered. */
export function pcaClient({ endpoint, identity, region = 'us-east-1' }: Signer): ACMPCAClient {
  // The client's own, older handler leaves a timer of three seconds behind when a connection drops.
  const requestHandler = new NodeHttpHandler();
  return new ACMPCAClient({ endpoint, region, credentials: identity, maxAttempts: 1, requestHandler });
}

export function stsClient({ endpoint, identity, region = 'us-east-1' }: Signer): STSClient {
  return new STSClient({ endpoint, region, credentials: identity, maxAttempts: 1 });
}

export function route53Client({ endpoint, identity, region = 'us-east-1' }: Signer): Route53Client {
  return new Route53Client({ endpoint, region, credentials: identity, maxAttempts: 1 });
}

export type IssueWish = Partial<Omit<IssueCertificateCommandInput, 'Csr'>> & {
  readonly CertificateAuthorityArn: string;
  readonly csr: string;
  /** Name of a template, without the ARN in front. */
  readonly template?: string;
};

/** IssueCertificate for 30 days with SHA256WITHECDSA unless the wish says otherwise; the certificate's ARN. */
export async function issue(client: ACMPCAClient, { csr, template, ...wish }: IssueWish): Promise<string> {
  const { CertificateArn } = await client.send(
    new IssueCertificateCommand({
      SigningAlgorithm: 'SHA256WITHECDSA',
      Validity: { Type: 'DAYS', Value: 30 },
      ...(template !== undefined && { TemplateArn: `arn:aws:acm-pca:::template/${template}` }),
      ...wish,
      Csr: Buffer.from(csr),
    }),
  );
  if (CertificateArn === undefined) throw new Error('IssueCertificate answered without an ARN');
  return CertificateArn;
}

export async function fetchCertificate(
  client: ACMPCAClient,
  CertificateArn: string,
): Promise<{ readonly leaf: string; readonly chain: string | undefined }> {
  const CertificateAuthorityArn = CertificateArn.replace(/\/certificate\/.*$/, '');
  const input = { CertificateAuthorityArn, CertificateArn };
  const { Certificate = '', CertificateChain } = await client.send(new GetCertificateCommand(input));
  return { leaf: Certificate, chain: CertificateChain };
}

/** The error's name, as callers of the SDK tell errors apart; `ok` when there was none. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.name : 'not an Error';
  }
}
