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
  const own = await listOwn(question);
  const usable = own.find((binding) => isUsable(binding, plan, nowMs));
  const arn = usable?.arn ?? (await create(question, own));
  return acm.getAcmeExternalAccountBindingCredentials(arn);
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
  own: readonly AcmeExternalAccountBinding[],
): Promise<string> {
  const { roleArn, expiresAfterMinutes } = plan;
  // One that has ended must not be what the token finds.
  const ended = own.map(({ arn }) => arn).sort();
  const wanted = { endpointArn, roleArn, ...(expiresAfterMinutes === undefined ? {} : { expiresAfterMinutes }) };
  const binding = await acm.createAcmeExternalAccountBinding({
    ...wanted,
    idempotencyToken: idempotencyToken(issuer, 'binding', wanted, ended),
    tags: ownTags(issuer),
  });
  return binding.arn;
}
