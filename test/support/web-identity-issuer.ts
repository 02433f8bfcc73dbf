import { generateKeyPairSync, sign } from 'node:crypto';
import type { Clock } from '../../src/system/clock.ts';
import type { WebIdentityTrust } from '../aws/index.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let issuers = 0;

/** Issues tokens as the API server does for ServiceAccounts, which a role of the stand-in can trust. */
export class WebIdentityIssuer {
  readonly trust: WebIdentityTrust;
  readonly tokens: string[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    const key = { ...publicKey.export({ format: 'jwk' }), kid: 'key-1' };
    this.trust = { issuer: `https://oidc-${++issuers}.example`, keys: [key] };
  }

  /** Valid for ten minutes. */
  createToken(): string {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = {
      ...{ iss: this.trust.issuer, sub: 'system:serviceaccount:ns:signer', aud: ['sts.amazonaws.com'] },
      ...{ exp: Math.floor(this.#clock.now() / 1000) + 600, jti: this.tokens.length },
    };
    const signed = `${encode({ alg: 'RS256', kid: 'key-1' })}.${encode(claims)}`;
    const token = `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
    this.tokens.push(token);
    return token;
  }
}
