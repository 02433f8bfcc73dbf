import type { Exchange, Reply } from './exchange.ts';

/** GetDirectory (RFC 8555, section 7.1.1): neither renewalInfo nor profiles. */
export function getDirectory({ base }: Exchange): Reply {
  return {
    status: 200,
    body: {
      newNonce: `${base}/new-nonce`,
      newAccount: `${base}/new-account`,
      newOrder: `${base}/new-order`,
      revokeCert: `${base}/revoke-cert`,
      keyChange: `${base}/key-change`,
      meta: { termsOfService: 'https://aws.amazon.com/service-terms/', externalAccountRequired: true },
    },
  };
}

/** NewNonce (RFC 8555, section 7.2); every answer carries one. */
export function newNonce({ request }: Exchange): Reply {
  return { status: request.method === 'HEAD' ? 200 : 204 };
}
