import type { ExternalAccountBinding } from '../../acme/acme-client.ts';
import type { Issuer } from '../../api/awspca.ts';
import type { AcmCalls, AcmeExternalAccountBinding } from '../../aws/acm/acm-calls.ts';
import { isAwsNotFound } from './explain-aws.ts';
import { idempotencyToken, isOwn, ownTags } from './own-tags.ts';
import type { BindingPlan } from './plan-account.ts';

type RolePlan = Extract<BindingPlan, { kind: 'role' }>;

export interface BindingQuestion {
  readonly acm: AcmCalls;
  readonly issuer: Issuer;
  readonly endpointArn: string;
  readonly plan: RolePlan;
  readonly nowMs: number;
}

/** A binding has to outlive the call that it is for. */
const marginMs = 30_000;

/** Whether an account can be registered with it now, for the role that is wanted. */
export function isUsable(
  { roleArn, revokedAt, expiresAt }: AcmeExternalAccountBinding,
  plan: RolePlan,
  nowMs: number,
): boolean {
  if (roleArn !== plan.roleArn || revokedAt !== undefined) return false;
  return expiresAt === undefined || expiresAt.getTime() - nowMs > marginMs;
}

/** The credentials of a binding of this issuer's own: the one that there is, in whatever process it was made, or a new one. */
export async function ensureBinding(question: BindingQuestion): Promise<ExternalAccountBinding> {
  const { acm, plan, nowMs } = question;
  const remembered = await findRemembered(question);
  if (remembered) return acm.getAcmeExternalAccountBindingCredentials(remembered);
  const own = await listOwn(question);
  const usable = own.find((binding) => isUsable(binding, plan, nowMs));
  if (usable) return acm.getAcmeExternalAccountBindingCredentials(usable.arn);
  return createAndRead(question, own.map(({ arn }) => arn).sort());
}

/** ACM may remember a token for longer than the binding that it stood for: one that is gone is replaced by another. */
async function createAndRead(question: BindingQuestion, ended: readonly string[]): Promise<ExternalAccountBinding> {
  const { acm } = question;
  const arn = await create(question, ended);
  try {
    return await acm.getAcmeExternalAccountBindingCredentials(arn);
  } catch (error) {
    if (!isAwsNotFound(error)) throw error;
    return acm.getAcmeExternalAccountBindingCredentials(await create(question, [...ended, arn]));
  }
}

/** That of the account in the status, which saves the look at all others; who wrote it there, its tags must prove. */
async function findRemembered({ acm, issuer, endpointArn, plan, nowMs }: BindingQuestion): Promise<string | undefined> {
  const arn = issuer.status?.acm?.account?.externalAccountBindingARN;
  if (arn === undefined || !arn.startsWith(`${endpointArn}/`)) return undefined;
  try {
    const isFit = isUsable(await acm.describeAcmeExternalAccountBinding(arn), plan, nowMs);
    return isFit && isOwn(await acm.listTagsForResource(arn), issuer) ? arn : undefined;
  } catch (error) {
    if (isAwsNotFound(error)) return undefined;
    throw error;
  }
}

/** Those of the same role first: an endpoint that many use has many, and tags are told one by one. */
async function listOwn({ acm, issuer, endpointArn, plan }: BindingQuestion): Promise<AcmeExternalAccountBinding[]> {
  const own: AcmeExternalAccountBinding[] = [];
  let token: string | undefined;
  do {
    const page = await acm.listAcmeExternalAccountBindings(endpointArn, token);
    for (const binding of page.items) {
      if (binding.roleArn === plan.roleArn && (await isOwnBinding(acm, issuer, binding.arn))) own.push(binding);
    }
    token = page.nextToken;
  } while (token !== undefined);
  return own;
}

async function isOwnBinding(acm: AcmCalls, issuer: Issuer, arn: string): Promise<boolean> {
  try {
    return isOwn(await acm.listTagsForResource(arn), issuer);
  } catch (error) {
    if (isAwsNotFound(error)) return false;
    throw error;
  }
}

async function create(
  { acm, issuer, endpointArn, plan }: BindingQuestion,
  // None of them must be what the token finds.
  ended: readonly string[],
): Promise<string> {
  const { roleArn, expiresAfterMinutes } = plan;
  const wanted = { endpointArn, roleArn, ...(expiresAfterMinutes === undefined ? {} : { expiresAfterMinutes }) };
  const binding = await acm.createAcmeExternalAccountBinding({
    ...wanted,
    idempotencyToken: idempotencyToken(issuer, 'binding', wanted, ended),
    tags: ownTags(issuer),
  });
  return binding.arn;
}
