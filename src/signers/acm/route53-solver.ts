import { AwsError } from '../../aws/errors.ts';
import { HeldBack } from '../../aws/paced.ts';
import type { Route53Dns } from '../../aws/route53/route53-dns.ts';
import type { Setback } from '../signer.ts';
import { slowRetryMs } from './explain-problem.ts';
import { CnameError } from './follow-cname.ts';
import type { Dns01Solver } from './settings.ts';

export interface Route53SolverOptions {
  /** Under the identity of the domain's `dns01.route53`. */
  readonly dns: Pick<Route53Dns, 'presentTxt' | 'removeTxt'>;
  /** Where the record of a name is to be written, for who delegates `_acme-challenge` by a CNAME; default: at the name. */
  readonly findTarget?: (name: string) => Promise<string>;
}

/** Answers dns-01 challenges by TXT records in Route 53. */
export function createRoute53Solver({ dns, findTarget = itself }: Route53SolverOptions): Dns01Solver {
  return {
    async present(name, value) {
      try {
        const answer = await dns.presentTxt(await findTarget(name), value);
        if (answer.kind === 'noZone') return blocked(answer.code, `The record ${name} has no place: ${answer.message}`);
        return answer.kind === 'inSync' ? { kind: 'inSync' } : { kind: 'pending', afterMs: answer.afterMs };
      } catch (error) {
        return toSetback(name, error);
      }
    },
    async remove(name, value) {
      try {
        const answer = await dns.removeTxt(await findTarget(name), value);
        // Without its zone the record is gone too.
        return answer.kind === 'pending' ? answer : { kind: 'gone' };
      } catch (error) {
        if (error instanceof HeldBack) return { kind: 'pending', afterMs: error.afterMs };
        throw error;
      }
    },
  };
}

const itself = (name: string): Promise<string> => Promise.resolve(name);

const blocked = (code: string, message: string): Setback => ({ kind: 'blocked', code, message, afterMs: slowRetryMs });

function toSetback(name: string, error: unknown): Setback | { readonly kind: 'pending'; readonly afterMs: number } {
  if (error instanceof CnameError) {
    const message = `Where the record ${name} belongs cannot be told (${error.code}): ${error.message}. It is tried again.`;
    return { kind: 'retry', code: error.code, message, outcomeUnknown: false };
  }
  if (!(error instanceof AwsError)) throw error;
  if (error instanceof HeldBack) return { kind: 'pending', afterMs: error.afterMs };
  const { code, operation, consequence, detail } = error;
  const said = `The record ${name} cannot be written: AWS answered ${operation} with ${code}: ${detail}`;
  switch (consequence) {
    case 'throttled':
    case 'transient':
    case 'inProgress':
    case 'failed':
      return { kind: 'retry', code, message: `${said} It is tried again.`, outcomeUnknown: false };
    case 'credentials':
      return {
        kind: 'issuerFault',
        code,
        message: `${said} Renew the credentials of dns01.route53.`,
        credentialsRefused: true,
      };
    case 'denied':
      return blocked(code, `${said} Allow it to the identity of dns01.route53; it is tried again every minute.`);
    case 'request':
    case 'authority':
    case 'quota':
      return blocked(code, `${said} It is tried again every minute.`);
  }
}
