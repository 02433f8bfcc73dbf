import type { KubeObject, ObjectName, Resource } from '../kube/objects.ts';
import { microTime } from '../kube/time.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/ */
export interface LeaseSpec {
  /** Empty or absent: nobody holds the lease. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export const leases: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

/** A Lease as it was last seen, and since when (monotonic) its spec has looked like that. */
export interface Observation {
  readonly lease: Lease;
  readonly unchangedSince: number;
}

/**
 * What a look at the lease tells. Time is taken here, on our monotonic clock: the times in the lease were written by
 * other machines' clocks and mean nothing to us.
 */
export function observe(previous: Observation | undefined, lease: Lease, now: number): Observation {
  const isUnchanged = previous !== undefined && sameSpec(previous.lease.spec, lease.spec);
  return { lease, unchangedSince: isUnchanged ? previous.unchangedSince : now };
}

function sameSpec(a: LeaseSpec = {}, b: LeaseSpec = {}): boolean {
  return (
    a.holderIdentity === b.holderIdentity &&
    a.leaseDurationSeconds === b.leaseDurationSeconds &&
    a.acquireTime === b.acquireTime &&
    a.renewTime === b.renewTime &&
    a.leaseTransitions === b.leaseTransitions
  );
}

export type LeaseDecision =
  /** There is no lease yet. */
  | { readonly action: 'create' }
  /** It is ours. */
  | { readonly action: 'renew'; readonly lease: Lease }
  /** Nobody holds it, or its holder has not renewed it for as long as it promised. */
  | { readonly action: 'take'; readonly lease: Lease }
  /** Somebody holds it; it expires in `remainingMs` unless it is renewed. */
  | { readonly action: 'wait'; readonly holder: string; readonly remainingMs: number };

export interface LeaseQuestion {
  readonly observation: Observation | undefined;
  readonly identity: string;
  /** Monotonic. */
  readonly now: number;
  /** Our own lease duration, milliseconds. */
  readonly leaseDurationMs: number;
}

/** A lease that claims to last longer than so many of our own durations is not believed: one write could block all. */
const longestBelieved = 10;

export function decideLease({ observation, identity, now, leaseDurationMs }: LeaseQuestion): LeaseDecision {
  if (!observation) return { action: 'create' };
  const { lease, unchangedSince } = observation;
  const holder = lease.spec?.holderIdentity ?? '';
  if (holder === identity) return { action: 'renew', lease };
  if (holder === '') return { action: 'take', lease };
  const claimedMs = (lease.spec?.leaseDurationSeconds ?? 0) * 1000 || leaseDurationMs;
  const remainingMs = unchangedSince + Math.min(claimedMs, longestBelieved * leaseDurationMs) - now;
  return remainingMs <= 0 ? { action: 'take', lease } : { action: 'wait', holder, remainingMs };
}

export interface Claim {
  readonly identity: string;
  readonly leaseDurationMs: number;
  /** Wall clock: the lease shows it to people. */
  readonly wallNow: number;
}

/** The object to POST when there is no lease. */
export function planNewLease({ namespace, name }: ObjectName, claim: Claim): object {
  const time = microTimeOf(claim);
  const spec: LeaseSpec = { ...heldBy(claim), acquireTime: time, renewTime: time, leaseTransitions: 0 };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec };
}

/** The object to PUT; its resourceVersion makes the API server refuse it when somebody else was faster. */
export function planClaim(decision: Extract<LeaseDecision, { lease: Lease }>, claim: Claim): Lease {
  const { lease } = decision;
  const renewed: LeaseSpec = { ...lease.spec, ...heldBy(claim), renewTime: microTimeOf(claim) };
  if (decision.action === 'renew') return { ...lease, spec: renewed };
  const leaseTransitions = (lease.spec?.leaseTransitions ?? 0) + 1;
  return { ...lease, spec: { ...renewed, acquireTime: microTimeOf(claim), leaseTransitions } };
}

/** The object to PUT to give the lease back: anybody may take it at once. */
export function planRelease(lease: Lease, wallNow: number): Lease {
  const time = microTime(new Date(wallNow));
  const spec: LeaseSpec = {
    ...lease.spec,
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: time,
    renewTime: time,
  };
  return { ...lease, spec };
}

const microTimeOf = (claim: Claim): string => microTime(new Date(claim.wallNow));

function heldBy({ identity, leaseDurationMs }: Claim): LeaseSpec {
  return { holderIdentity: identity, leaseDurationSeconds: Math.round(leaseDurationMs / 1000) };
}
