import type { FastifyInstance } from 'fastify';
import type { Controls } from './model.ts';

/** Path below which each control is one POST: JSON argument in, `{"result": …}` or `{"error": "…"}` out. */
export const CONTROL_PATH = '/_control';

/** Every control by its name; a record so that none can be forgotten. */
const NAMES: Readonly<Record<keyof Controls, true>> = {
  createIdentity: true,
  createAccessKey: true,
  deleteAccessKey: true,
  expireAccessKey: true,
  createRole: true,
  deleteRole: true,
  deny: true,
  clearDenials: true,
  createCertificateAuthority: true,
  updateCertificateAuthority: true,
  share: true,
  createHostedZone: true,
  deleteHostedZone: true,
  records: true,
  putRecord: true,
  removeRecord: true,
  startDnsServer: true,
  configure: true,
  failNext: true,
  setLatency: true,
  clearFaults: true,
  calls: true,
  billed: true,
  reset: true,
  setPublicRecord: true,
  publicAuthorities: true,
  publicCertificates: true,
  updateAcmeEndpoint: true,
  deleteAcmeEndpoint: true,
  updateAcmeDomainValidation: true,
  deleteAcmeDomainValidation: true,
  expireAcmeExternalAccountBinding: true,
  revokeAcmeExternalAccountBinding: true,
  revokeAcmeAccount: true,
  failNextOrder: true,
  updateCertificate: true,
};

export const CONTROL_NAMES = Object.keys(NAMES) as readonly (keyof Controls)[];

/** Serves the controls to other processes. */
export function routeControls(server: FastifyInstance, controls: Controls): void {
  for (const name of CONTROL_NAMES) {
    const control = controls[name] as (argument: unknown) => Promise<unknown>;
    server.post(`${CONTROL_PATH}/${name}`, async (request, reply) => {
      try {
        return { result: (await control(parseArgument(request.body))) ?? null };
      } catch (error) {
        return reply.code(400).send({ error: error instanceof Error ? error.message : 'unknown' });
      }
    });
  }
}

function parseArgument(body: unknown): unknown {
  return Buffer.isBuffer(body) && body.length > 0 ? JSON.parse(body.toString('utf8')) : undefined;
}
