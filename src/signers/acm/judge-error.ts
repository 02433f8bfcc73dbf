import { AcmeProblem, AcmeTransportError } from '../../acme/errors.ts';
import type { Setback } from '../signer.ts';
import { areCoveredAtAcm } from './domain-coverage.ts';
import type { DomainGate } from './domain-gates.ts';
import { explainProblem, serverName, toSetback } from './explain-problem.ts';
import type { OrderContext } from './order-context.ts';
import { consequenceOfProblem } from './problem-table.ts';

export type AcmeError = AcmeProblem | AcmeTransportError;

/** Anything else is a fault of this program and goes up as it is. */
export function toAcmeError(error: unknown): AcmeError {
  if (error instanceof AcmeProblem || error instanceof AcmeTransportError) return error;
  throw error;
}

/**
 * A denial that is not about the account, which is valid. RFC 8555 has one type for both, so the account is asked for.
 */
export interface Denied {
  readonly kind: 'denied';
  readonly problem: AcmeProblem;
}

/** What follows from a call that failed. `names`: what it was about, where that is known. */
export async function judgeError(
  { account, settings }: Pick<OrderContext, 'account' | 'settings'>,
  error: AcmeError,
  names: readonly string[] = [],
): Promise<Setback | Denied> {
  const areCovered = areCoveredAtAcm(settings, names);
  const isDenial = error instanceof AcmeProblem && consequenceOfProblem(error, error.status, areCovered) === 'denied';
  if (!isDenial) return toSetback(settings.provider, error, areCovered);
  return (await account.findFault()) ?? { kind: 'denied', problem: error };
}

/** As `judgeError`, where a denial is about the names: requests for the same domains wait with this one. */
export async function judgeErrorForDomains(
  context: Pick<OrderContext, 'account' | 'settings'>,
  error: AcmeError,
  gate: DomainGate,
  names: readonly string[],
): Promise<Setback> {
  const judged = await judgeError(context, error, names);
  if (judged.kind !== 'denied') return judged;
  const { provider } = context.settings;
  const said = `${serverName(provider)} refuses ${judged.problem.operation} for ${gate.domains} with`;
  return gate.shut({
    code: judged.problem.code,
    message: explainProblem(provider, said, judged.problem, areCoveredAtAcm(context.settings, names)),
  });
}
