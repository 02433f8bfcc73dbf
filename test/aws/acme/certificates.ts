import { X509Certificate } from 'node:crypto';
import { refusalOfRole } from '../acm/roles.ts';
import type { Exchange, Reply } from './exchange.ts';
import { readPayload, requireEmpty, thumbprintOf, verifyByAccount, verifySigned, type Signed } from './jws.ts';
import { problem } from './problems.ts';
import type { IssuedCertificate } from './state.ts';

/** GetCertificate: leaf and intermediate as PEM (RFC 8555, section 7.4.2). Throws ServiceError. */
export async function getCertificate(exchange: Exchange): Promise<Reply> {
  const signed = await verifyByAccount(exchange);
  requireEmpty(signed);
  const certificate = exchange.state.certificates.get(exchange.route.id);
  if (!certificate) throw problem('malformed', 'There is no such certificate.', 404);
  if (certificate.accountId !== signed.account.id) throw problem('unauthorized', 'One of another account.');
  exchange.notes['names'] = certificate.names;
  const headers = { 'content-type': 'application/pem-certificate-chain' };
  return { status: 200, headers, body: certificate.chainPem };
}

/** RevokeCertificate, by its account or its own key (RFC 8555, section 7.6). Throws ServiceError. */
export async function revokeCertificate(exchange: Exchange): Promise<Reply> {
  const signed = await verifySigned(exchange, 'either');
  const { certificate: encoded, reason = 0 } = readPayload(signed);
  if (typeof encoded !== 'string') throw problem('malformed', 'certificate is not base64url.');
  const certificate = findIssued(exchange, Buffer.from(encoded, 'base64url'));
  exchange.notes['names'] = certificate.names;
  await requireRight(signed, certificate);
  requireReason(reason);
  const refusal = refusalOfRole(
    exchange.state.acm,
    certificate.roleArn,
    certificate.accountId,
    'acm:RevokeCertificate',
  );
  if (refusal !== undefined) throw problem('unauthorized', refusal);
  const kept = exchange.state.acm.certificates.get(certificate.arn);
  if (kept?.status === 'REVOKED') throw problem('alreadyRevoked', 'The certificate is revoked already.');
  if (kept) {
    kept.status = 'REVOKED';
    kept.revokedAt = exchange.state.acm.times.clock.now();
  }
  return { status: 200 };
}

function findIssued({ state, endpoint }: Exchange, der: Buffer): IssuedCertificate {
  const all = [...state.certificates.values()].filter(({ endpointArn }) => endpointArn === endpoint.arn);
  const found = all.find(({ certificate }) => certificate.equals(der));
  if (!found) throw problem('malformed', 'This endpoint did not issue the certificate.', 404);
  return found;
}

async function requireRight({ account, thumbprint }: Signed, issued: IssuedCertificate): Promise<void> {
  if (account && account.id === issued.accountId) return;
  const own = new X509Certificate(issued.certificate).publicKey.export({ format: 'jwk' });
  if (!account && (await thumbprintOf(own)) === thumbprint) return;
  throw problem('unauthorized', 'Neither the account nor the key of the certificate signed.');
}

/** RFC 5280, section 5.3.1: 7 is not used. */
function requireReason(reason: unknown): void {
  if (typeof reason === 'number' && reason >= 0 && reason <= 10 && reason !== 7) return;
  throw problem('badRevocationReason', `${String(reason)} is no reason for a revocation.`);
}
