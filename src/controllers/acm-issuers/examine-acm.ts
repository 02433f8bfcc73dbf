import type { AcmStatus } from '../../api/acm.ts';
import type { AcmCalls, AcmeEndpoint } from '../../aws/acm/acm-calls.ts';
import { AwsError } from '../../aws/errors.ts';
import { pacedAcm } from '../../aws/paced.ts';
import type { AcmRun } from './acm-services.ts';
import { ClusterUnknown } from './cluster-identity.ts';
import { connectIdentity, type Connection } from './connect-identity.ts';
import { directoryOf, subjectOfEndpoint } from './decide-endpoint.ts';
import { createDomainRecords } from './domain-records.ts';
import { type AccountOutcome, ensureAccount } from './ensure-account.ts';
import { ensureBinding } from './ensure-binding.ts';
import { ensureDomains, listValidations } from './ensure-domains.ts';
import { ensureEndpoint } from './ensure-endpoint.ts';
import type { Examination } from './examination.ts';
import { explainAcme } from './explain-acme.ts';
import { explainAws, isAwsNotFound } from './explain-aws.ts';
import { isObstacle, type Obstacle } from './obstacle.ts';
import type { AtAcmPlan } from './plan-acm-issuer.ts';
import { isUsedByAnother, removeLeavingDomains } from './remove-domains.ts';
import { summarise } from './summarise.ts';

/** ACM under the issuer's identity. */
export interface AcmAccess {
  readonly acm: AcmCalls;
  readonly connection: Connection;
}

export async function connectAcm(run: AcmRun, plan: AtAcmPlan): Promise<AcmAccess | Obstacle> {
  const { client, aws, dns, rates } = run.services;
  const connection = await connectIdentity(plan.identity, { client, aws, using: run.using });
  if (isObstacle(connection)) return connection;
  const pacing = { pacer: dns.pacer, account: connection.caller.account, region: plan.endpoint.region };
  const acm = pacedAcm(connection.api.acm, rates, { ...pacing, claimant: run.issuerKey });
  return { connection, acm: run.reads.begin(connection.caller.arn, acm) };
}

/** Brings an issuer at ACM as far as it comes now: endpoint, domains, account. Each step finds what an earlier run made. */
export async function examineAcm(run: AcmRun, plan: AtAcmPlan): Promise<Examination> {
  const access = await connectAcm(run, plan);
  if (isObstacle(access)) return { obstacles: [access], seen: {}, domains: [] };
  const identity = { ...access.connection.caller, source: access.connection.source };
  const examination = await explained(access, () => examineEndpoint(run, plan, access));
  return isObstacle(examination)
    ? { obstacles: [examination], seen: {}, domains: [], identity }
    : { ...examination, identity };
}

async function explained<T>({ connection }: AcmAccess, work: () => Promise<T>): Promise<T | Obstacle> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClusterUnknown) return { kind: 'missing', reason: 'Error', message: error.message };
    if (error instanceof AwsError) return explainAws(error, connection.asker);
    throw error;
  }
}

async function examineEndpoint(run: AcmRun, plan: AtAcmPlan, access: AcmAccess): Promise<Examination> {
  const { issuer, services } = run;
  const { acm } = access;
  const hasContact = plan.account.contact.length > 0;
  const question = { acm, issuer, plan: plan.endpoint, cluster: services.cluster, hasContact };
  const found = await ensureEndpoint(question);
  const seen: AcmStatus = found.endpoint ? describeEndpoint(found.endpoint) : {};
  if (found.kind !== 'endpoint') return { obstacles: [found], seen, domains: [] };
  const { endpoint } = found;
  const domains = await explained(access, () => examineDomains(run, plan, access, endpoint));
  const account = await explained(access, () => examineAccount(run, plan, access, endpoint));
  return conclude(run, plan, endpoint, { seen, domains, account });
}

const describeEndpoint = ({ arn, url, status }: AcmeEndpoint): AcmStatus => ({
  subject: subjectOfEndpoint(arn),
  endpoint: { arn, status, ...(url !== undefined && { directoryURL: directoryOf(url) }) },
});

async function examineDomains(run: AcmRun, plan: AtAcmPlan, access: AcmAccess, endpoint: AcmeEndpoint) {
  const { issuer, issuerKey, services, using, failures, writing, asserted, told } = run;
  const { client, aws, dns, clock } = services;
  const records = createDomainRecords({ ...dns, client, aws, using, issuerKey });
  const { acm, connection } = access;
  const leaving = (issuer.status?.acm?.domains ?? []).filter(
    ({ name, deletionPolicy }) => deletionPolicy === 'Delete' && !plan.domains.some((domain) => domain.name === name),
  );
  if (plan.domains.length + leaving.length === 0) return { findings: [], leftover: [] };
  const validations = await listValidations(acm, endpoint.arn);
  const removal = { acm, records, issuer, plan, endpointArn: endpoint.arn, listIssuers: services.listIssuers };
  const question = {
    ...{
      acm,
      records,
      issuer,
      endpointArn: endpoint.arn,
      isShared: (name: string) => plan.endpoint.kind === 'named' || isUsedByAnother(removal, name),
      failures,
      writing,
      asserted,
      told,
    },
    nowMs: clock.now(),
    explain: (error: AwsError) => explainAws(error, connection.asker),
  };
  const findings = await ensureDomains(question, plan.domains, validations);
  const leftover =
    leaving.length === 0 ? [] : await removeLeavingDomains(removal, leaving, validations, question.explain);
  return { findings, leftover };
}

async function examineAccount(
  run: AcmRun,
  plan: AtAcmPlan,
  { acm }: AcmAccess,
  endpoint: AcmeEndpoint,
): Promise<(AccountOutcome & { readonly bindingArn?: string | undefined }) | Obstacle> {
  const { services, issuer } = run;
  const { client, clock, connectAcme } = services;
  const { binding } = plan.account;
  const directoryUrl = directoryOf(endpoint.url ?? '');
  const server = { directoryUrl, caPem: undefined };
  let bindingArn: string | undefined;
  const ensureRoleBinding = async () => {
    if (binding?.kind !== 'role') throw new Error('only a role makes a binding');
    return ensureBinding({ acm, issuer, endpointArn: endpoint.arn, plan: binding, nowMs: clock.now() });
  };
  const findMisfit = async (accountUrl: string): Promise<boolean> => {
    bindingArn = await findBinding(acm, endpoint.arn, accountUrl);
    if (binding?.kind !== 'role' || bindingArn === undefined) return false;
    const roleArn = await findRole(acm, bindingArn);
    return roleArn !== undefined && roleArn !== binding.roleArn;
  };
  try {
    const outcome = await ensureAccount({
      ...{ client, issuer, plan: plan.account, directoryUrl, findMisfit, ensureBinding: ensureRoleBinding },
      connect: (key, accountUrl) => connectAcme(server, key, accountUrl),
    });
    return outcome.kind === 'account' && bindingArn === undefined
      ? { ...outcome, bindingArn: await findBinding(acm, endpoint.arn, outcome.url) }
      : { ...outcome, bindingArn };
  } catch (error) {
    const obstacle = explainAcme(error, { directoryUrl, account: plan.account, isAcm: true });
    if (!obstacle) throw error;
    return obstacle;
  }
}

/** The binding that the account was registered with; undefined: ACM does not tell. */
async function findBinding(acm: AcmCalls, endpointArn: string, accountUrl: string): Promise<string | undefined> {
  try {
    return (await acm.describeAcmeAccount(endpointArn, accountUrl)).bindingArn;
  } catch (error) {
    if (isAwsNotFound(error)) return undefined;
    throw error;
  }
}

/** Undefined: the binding is gone, which an account outlives. */
async function findRole(acm: AcmCalls, bindingArn: string): Promise<string | undefined> {
  try {
    return (await acm.describeAcmeExternalAccountBinding(bindingArn)).roleArn;
  } catch (error) {
    if (isAwsNotFound(error)) return undefined;
    throw error;
  }
}

interface Findings {
  readonly seen: AcmStatus;
  readonly domains: Awaited<ReturnType<typeof examineDomains>> | Obstacle;
  readonly account: Awaited<ReturnType<typeof examineAccount>>;
}

function conclude(run: AcmRun, plan: AtAcmPlan, endpoint: AcmeEndpoint, findings: Findings): Examination {
  const { domains, account } = findings;
  const summary = isObstacle(domains)
    ? { obstacles: [domains] }
    : summarise(plan.domains, domains.findings, domains.leftover, run.isSuspect);
  const obstacles = [...summary.obstacles, ...(account.kind === 'account' ? [] : [account])];
  const seen = {
    ...findings.seen,
    ...('seen' in summary ? { domains: summary.seen } : {}),
    ...describeAccount(account),
  };
  const rest = 'afterMs' in summary || 'concern' in summary ? summary : {};
  if (account.kind !== 'account') return { ...rest, obstacles, seen, domains: [] };
  return {
    ...rest,
    ...{ obstacles, seen, acme: account.client, domains: plan.domains.map((domain) => ({ plan: domain })) },
    allowedKeyAlgorithms: endpoint.allowedKeyAlgorithms,
  };
}

function describeAccount(account: Findings['account']): AcmStatus {
  if (account.kind === 'account') {
    const { url, bindingArn } = account;
    return {
      account: { url, status: 'valid', ...(bindingArn !== undefined && { externalAccountBindingARN: bindingArn }) },
    };
  }
  return 'account' in account ? { account: account.account } : {};
}
