import type { AcmDomainStatus } from '../../api/acm.ts';
import { listDomains } from './decide-domain.ts';
import type { DomainFinding } from './ensure-domains.ts';
import { gravest, type Obstacle } from './obstacle.ts';
import type { DomainPlan } from './plan-domains.ts';

export interface DomainSummary {
  readonly obstacles: readonly Obstacle[];
  readonly seen: readonly AcmDomainStatus[];
  readonly concern?: string;
  readonly afterMs?: number;
}

/** A domain that has left the spec and could not be removed yet. */
export interface Leftover {
  readonly status: AcmDomainStatus;
  readonly obstacle: Obstacle;
}

/**
 * All domains in one word, with each that matters by name. A record that cannot be asserted does not matter as long as ACM
 * issues (`isSuspect` false), and a domain that is to be removed never does: both are told beside.
 */
export function summarise(
  plans: readonly DomainPlan[],
  findings: readonly DomainFinding[],
  leftovers: readonly Leftover[],
  isSuspect: boolean,
): DomainSummary {
  const named = findings.map((finding, index) => ({ name: plans[index]?.name ?? '', ...finding }));
  const counted = named.flatMap(({ name, obstacle, concern }) => {
    const counting = obstacle ?? (isSuspect ? concern : undefined);
    return counting ? [{ name, obstacle: counting }] : [];
  });
  const concerns = [
    ...named.flatMap(({ name, concern }) => (concern && !isSuspect ? [{ name, obstacle: concern }] : [])),
    ...leftovers.map(({ status, obstacle }) => ({ name: `${status.name} (to be removed)`, obstacle })),
  ];
  const told = concerns.filter(({ obstacle }) => obstacle.kind !== 'onItsWay' && obstacle.kind !== 'unknown');
  const afterMs = soonest([...counted, ...concerns].map(({ obstacle }) => obstacle));
  return {
    obstacles: join(counted),
    seen: [...findings.map(({ status }) => status), ...leftovers.map(({ status }) => status)],
    ...(told.length > 0 && { concern: list(told) }),
    ...(afterMs !== undefined && { afterMs }),
  };
}

interface Named {
  readonly name: string;
  readonly obstacle: Obstacle;
}

const list = (named: readonly Named[]): string =>
  listDomains(named.map(({ name, obstacle: { message } }) => ({ name, message })));

function join(named: readonly Named[]): readonly Obstacle[] {
  const worst = gravest(named.map(({ obstacle }) => obstacle));
  if (!worst) return [];
  // Those who have something to do read theirs first.
  const first = named.filter(({ obstacle }) => obstacle.kind === worst.kind);
  const others = named.filter(({ obstacle }) => obstacle.kind !== worst.kind);
  const isMixed = first.some(({ obstacle }) => obstacle.reason !== worst.reason);
  const reason = isMixed && worst.kind === 'notReady' ? { reason: 'DomainsNotValid' } : {};
  const afterMs = soonest(named.map(({ obstacle }) => obstacle));
  return [{ ...worst, ...reason, message: list([...first, ...others]), ...(afterMs !== undefined && { afterMs }) }];
}

function soonest(obstacles: readonly Obstacle[]): number | undefined {
  const times = obstacles.flatMap(({ afterMs }) => (afterMs === undefined ? [] : [afterMs]));
  return times.length > 0 ? Math.max(1, Math.min(...times)) : undefined;
}
