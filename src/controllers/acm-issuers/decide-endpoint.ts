import type { AcmeEndpoint, UpdateAcmeEndpointInput } from '../../aws/acm/acm-calls.ts';
import type { Obstacle } from './obstacle.ts';
import { type AcmEndpointPlan, type ManagedEndpointPlan, publicKeyAlgorithms } from './plan-endpoint.ts';

/** What changes of a managed endpoint; undefined: nothing. */
export function decideUpdate(plan: ManagedEndpointPlan, there: AcmeEndpoint): UpdateAcmeEndpointInput | undefined {
  const isSameContact = there.contact === plan.contact;
  const isSameKeys = keysOf(there.allowedKeyAlgorithms) === keysOf(plan.allowedKeyAlgorithms);
  if (isSameContact && isSameKeys) return undefined;
  return {
    arn: there.arn,
    ...(isSameContact ? {} : { contact: plan.contact }),
    ...(isSameKeys ? {} : { allowedKeyAlgorithms: orAll(plan.allowedKeyAlgorithms) }),
  };
}

/** An empty list may be no list to ACM, or no change. */
const orAll = (names: readonly string[]): readonly string[] => (names.length > 0 ? names : publicKeyAlgorithms);

/** All that ACM issues for is no restriction, whether it is told as none or as the whole list. */
function keysOf(names: readonly string[]): string {
  const isWhole = publicKeyAlgorithms.every((name) => names.includes(name));
  return isWhole ? '' : [...names].sort().join(' ');
}

/** Why the endpoint does not issue, if so. `hasContact`: the account would tell one. */
export function findEndpointProblem(
  plan: AcmEndpointPlan,
  there: AcmeEndpoint,
  hasContact: boolean,
): Obstacle | undefined {
  const { arn, status, failureReason } = there;
  const otherwise =
    plan.kind === 'named'
      ? 'Name another one in spec.acm.endpoint.arn.'
      : 'Delete it at ACM; the controller creates another one.';
  switch (status) {
    case 'ACTIVE':
      break;
    case 'CREATING':
      return { kind: 'onItsWay', reason: 'EndpointCreating', message: `ACM creates the endpoint ${arn}.` };
    case 'FAILED': {
      const why = failureReason ? ` (${failureReason})` : '';
      return {
        kind: 'notReady',
        reason: 'EndpointFailed',
        message: `ACM could not create the endpoint ${arn}${why}. ${otherwise}`,
      };
    }
    case 'DELETING':
      return deleting(plan, arn);
    default:
      return {
        kind: 'notReady',
        reason: 'EndpointNotActive',
        message: `The endpoint ${arn} is ${status}. Only an ACTIVE one issues.`,
      };
  }
  if (there.url === undefined)
    return {
      kind: 'onItsWay',
      reason: 'EndpointCreating',
      message: `ACM does not tell the URL of the endpoint ${arn} yet.`,
    };
  if (there.contact !== 'REQUIRED' || hasContact) return undefined;
  const message = `The endpoint ${arn} asks accounts for a contact. Set spec.acm.email.`;
  return { kind: 'notReady', reason: 'ContactRequired', message };
}

function deleting(plan: AcmEndpointPlan, arn: string): Obstacle {
  const what = `The endpoint ${arn} is being deleted.`;
  return plan.kind === 'named'
    ? { kind: 'notReady', reason: 'EndpointDeleted', message: `${what} Name another one in spec.acm.endpoint.arn.` }
    : { kind: 'onItsWay', reason: 'EndpointCreating', message: `${what} Another one is created once it is gone.` };
}

/**
 * The directory of an endpoint, which RFC 8555 clients begin with: https://docs.aws.amazon.com/acm/latest/userguide/acme.html
 * tells it with `/directory` at its end.
 */
export function directoryOf(url: string): string {
  const path = url.replace(/\/+$/, '');
  return path.endsWith('/directory') ? path : `${path}/directory`;
}

/** What the column CA shows. */
export const subjectOfEndpoint = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);
