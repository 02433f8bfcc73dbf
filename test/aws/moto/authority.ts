import {
  CreateCertificateAuthorityCommand,
  GetCertificateAuthorityCsrCommand,
  ImportCertificateAuthorityCertificateCommand,
  type ACMPCAClient,
} from '@aws-sdk/client-acm-pca';
import { fetchCertificate, issue } from '../testing/clients.ts';

/** Makes a root CA ACTIVE the way AWS documents: create, sign its own request, import the certificate. */
export async function createRootAuthority(client: ACMPCAClient): Promise<string> {
  const CertificateAuthorityArn = await createPendingAuthority(client);
  const { Csr: csr = '' } = await client.send(new GetCertificateAuthorityCsrCommand({ CertificateAuthorityArn }));
  const template = 'RootCACertificate/V1';
  const certificateArn = await issue(client, {
    ...{ CertificateAuthorityArn, csr, template },
    SigningAlgorithm: 'SHA256WITHRSA',
  });
  const Certificate = Buffer.from((await fetchCertificate(client, certificateArn)).leaf);
  await client.send(new ImportCertificateAuthorityCertificateCommand({ CertificateAuthorityArn, Certificate }));
  return CertificateAuthorityArn;
}

/** A root CA without a certificate. */
export async function createPendingAuthority(client: ACMPCAClient): Promise<string> {
  const { CertificateAuthorityArn = '' } = await client.send(
    new CreateCertificateAuthorityCommand({
      CertificateAuthorityType: 'ROOT',
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: 'RSA_2048',
        SigningAlgorithm: 'SHA256WITHRSA',
        Subject: { CommonName: 'Root' },
      },
    }),
  );
  return CertificateAuthorityArn;
}
