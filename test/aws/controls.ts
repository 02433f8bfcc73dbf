import { acmControls } from './acm/controls.ts';
import type { AcmControls } from './acm/model.ts';
import { settleOrders } from './acme/settle.ts';
import { createAuthority, type CertificateAuthority } from './pca/authority.ts';
import { summaryOf } from './pca/describe.ts';
import { dnsControls, type DnsControls } from './dns/controls.ts';
import { applySettings, type Engine } from './engine.ts';
import type { Authority, AuthorityOptions, AuthorityUpdate, Controls, ShareOptions } from './model.ts';
import { CROSS_ACCOUNT_TEMPLATES, DEFAULT_TEMPLATE } from './pca/templates.ts';
import { route53Controls, type Route53Controls } from './route53/controls.ts';

/** The orders that a test can give, carried out on the engine. */
export function createControls(engine: Engine): Controls {
  return {
    ...identityControls(engine),
    ...authorityControls(engine),
    ...acmControls(engine),
    ...route53Controls(engine.route53),
    ...dnsControls(engine.dns),
    ...observationControls(engine),
  };
}

type IdentityControls = Pick<
  Controls,
  | 'createIdentity'
  | 'createAccessKey'
  | 'deleteAccessKey'
  | 'expireAccessKey'
  | 'createRole'
  | 'deleteRole'
  | 'deny'
  | 'clearDenials'
>;

function identityControls({ identities }: Engine): IdentityControls {
  return {
    createIdentity: async (options) => identities.createUser(options),
    createAccessKey: async ({ arn }) => identities.createKey(arn),
    deleteAccessKey: async ({ accessKeyId }) => identities.deleteKey(accessKeyId),
    expireAccessKey: async ({ accessKeyId }) => identities.expireKey(accessKeyId),
    createRole: async (options) => identities.createRole(options),
    deleteRole: async ({ arn }) => identities.deleteRole(arn),
    deny: async (denial) => identities.deny(denial),
    clearDenials: async () => identities.clearDenials(),
  };
}

type AuthorityControls = Pick<Controls, 'createCertificateAuthority' | 'updateCertificateAuthority' | 'share'>;

function authorityControls(engine: Engine): AuthorityControls {
  return {
    createCertificateAuthority: async (options = {}) => create(engine, options),
    updateCertificateAuthority: async (update) => updateAuthority(engine, update),
    share: async (options) => shareAuthority(engine, options),
  };
}

async function create(engine: Engine, options: AuthorityOptions): Promise<Authority> {
  const now = engine.times.clock.now();
  const known = (arn?: string): CertificateAuthority | undefined =>
    arn === undefined ? arn : requireKnown(engine, arn);
  const authority = await createAuthority(options, known(options.parent), now, known(options.crossSignedBy));
  engine.pca.authorities.set(authority.arn, authority);
  return summaryOf(authority, now);
}

function updateAuthority(engine: Engine, { arn, status, issuingTimeMs }: AuthorityUpdate): Authority {
  const authority = requireKnown(engine, arn);
  const now = engine.times.clock.now();
  if (status !== undefined) {
    authority.status = status;
    authority.statusChangedAt = now;
  }
  if (issuingTimeMs !== undefined) authority.issuingTimeMs = issuingTimeMs;
  return summaryOf(authority, now);
}

function shareAuthority(engine: Engine, { arn, accounts, templates = [DEFAULT_TEMPLATE] }: ShareOptions): void {
  const refused = templates.filter((name) => !CROSS_ACCOUNT_TEMPLATES.includes(name));
  if (refused.length > 0) throw new Error(`cannot be shared with another account: ${refused.join(', ')}`);
  const authority = requireKnown(engine, arn);
  for (const account of accounts) authority.shares.set(account, new Set(templates));
}

function requireKnown(engine: Engine, arn: string): CertificateAuthority {
  const authority = engine.pca.authorities.get(arn);
  if (!authority) throw new Error(`no certificate authority ${arn}`);
  return authority;
}

type OtherControls = IdentityControls & AuthorityControls & AcmControls & Route53Controls & DnsControls;
type ObservationControls = Omit<Controls, keyof OtherControls>;

function observationControls(engine: Engine): ObservationControls {
  const { faults, recorder, quotas, acme } = engine;
  return {
    configure: async (settings) => applySettings(engine, settings),
    failNext: async (order) => faults.order(order),
    setLatency: async (order) => faults.setLatency(order),
    clearFaults: async (query) => {
      faults.clear(query?.certificateAuthorityArn);
      if (query?.certificateAuthorityArn === undefined) acme.failures.length = 0;
    },
    calls: async (query) => recorder.calls(query),
    billed: async () => recorder.billed(),
    reset: async () => {
      await settleOrders(acme);
      recorder.reset();
      quotas.reset();
      faults.clear();
      acme.failures.length = 0;
    },
  };
}
