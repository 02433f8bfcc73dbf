import type { AcmStatus } from '../../api/acm.ts';
import { createCnameFollower } from '../../signers/acm/follow-cname.ts';
import { createRoute53Solver } from '../../signers/acm/route53-solver.ts';
import type { AcmRun } from './acm-services.ts';
import { createDomainRecords } from './domain-records.ts';
import { type AccountOutcome, ensureAccount } from './ensure-account.ts';
import type { Examination } from './examination.ts';
import { explainAcme } from './explain-acme.ts';
import { gravest, isObstacle, type Obstacle } from './obstacle.ts';
import type { AtDirectoryPlan } from './plan-acm-issuer.ts';

/** Brings an issuer at another ACME server as far as it comes now: the identities of its domains, and its account. */
export async function examineDirectory(run: AcmRun, plan: AtDirectoryPlan): Promise<Examination> {
  const solved = await openDomains(run, plan);
  const account = await examineAccount(run, plan);
  const domains = solved.flatMap((domain) => (isObstacle(domain) ? [] : [domain]));
  const unreachable = gravest(solved.filter(isObstacle));
  const obstacles = [...(unreachable ? [unreachable] : []), ...(account.kind === 'account' ? [] : [account])];
  const seen: AcmStatus = {
    subject: new URL(plan.endpoint.url).host,
    endpoint: { directoryURL: plan.endpoint.url },
    ...describeAccount(account),
    domains: plan.domains.map(({ name, record }) => ({
      name,
      ...(record.kind === 'route53' && record.hostedZoneId !== undefined && { hostedZoneID: record.hostedZoneId }),
    })),
  };
  return { obstacles, seen, domains, ...(account.kind === 'account' && { acme: account.client }) };
}

type Solved = Examination['domains'][number];

function openDomains(run: AcmRun, { domains }: AtDirectoryPlan): Promise<(Solved | Obstacle)[]> {
  const { services, issuerKey, using } = run;
  const { client, aws, dns: shared } = services;
  const records = createDomainRecords({ ...shared, client, aws, using, issuerKey });
  return Promise.all(
    domains.map(async (domain): Promise<Solved | Obstacle> => {
      if (domain.record.kind !== 'route53') return { plan: domain };
      const opened = await records.open(domain.record);
      if (isObstacle(opened)) return { ...opened, message: `${domain.name}: ${opened.message}` };
      const delegation = domain.followsCname ? { findTarget: createCnameFollower(services.resolveCname) } : {};
      const { dns, findNameServers } = opened;
      const check = domain.asksNameServers ? { check: { ask: services.askNameServer, findNameServers } } : {};
      return { plan: domain, solver: createRoute53Solver({ dns, ...delegation, ...check }) };
    }),
  );
}

async function examineAccount(run: AcmRun, plan: AtDirectoryPlan): Promise<AccountOutcome> {
  const { services, issuer } = run;
  const { url: directoryUrl, caPem } = plan.endpoint;
  try {
    return await ensureAccount({
      ...{ client: services.client, issuer, plan: plan.account, directoryUrl },
      connect: (key, accountUrl) => services.connectAcme({ directoryUrl, caPem }, key, accountUrl),
      ensureBinding: () => Promise.reject(new Error('only ACM makes bindings')),
      findMisfit: () => Promise.resolve(false),
    });
  } catch (error) {
    const obstacle = explainAcme(error, { directoryUrl, account: plan.account, isAcm: false });
    if (!obstacle) throw error;
    return obstacle;
  }
}

function describeAccount(account: AccountOutcome): AcmStatus {
  if (account.kind === 'account') return { account: { url: account.url, status: 'valid' } };
  return account.account ? { account: account.account } : {};
}
