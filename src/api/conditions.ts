import { formatInstant } from './instants.ts';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** What every kind of condition has in common. `lastTransitionTime` is RFC 3339 with whole seconds. */
export interface BaseCondition {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** The condition of an issuer: apimachinery `metav1.Condition`, in which all but the generation is required. */
export interface Condition extends BaseCondition {
  readonly lastTransitionTime: string;
  /** UpperCamelCase, 1 to 1024 characters. */
  readonly reason: string;
  /** At most 32768 characters. */
  readonly message: string;
  readonly observedGeneration?: number;
}

/** A condition that is wanted; the moment of its last transition follows from what was there before. */
export type WantedCondition<T extends BaseCondition> = Omit<T, 'lastTransitionTime'>;

export function findCondition<T extends BaseCondition>(
  conditions: readonly T[] | undefined,
  type: string,
): T | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** True when a condition of this type has this status, and this reason if one is given. */
export function hasCondition(
  conditions: readonly BaseCondition[] | undefined,
  wanted: { readonly type: string; readonly status: ConditionStatus; readonly reason?: string },
): boolean {
  const found = findCondition(conditions, wanted.type);
  return found?.status === wanted.status && (wanted.reason === undefined || found.reason === wanted.reason);
}

/**
 * The wanted condition with its `lastTransitionTime`: that of `previous` while the status stays the same, else `now`
 * (milliseconds since the epoch).
 */
export function withTransitionTime<T extends BaseCondition>(
  previous: BaseCondition | undefined,
  wanted: WantedCondition<T>,
  now: number,
): WantedCondition<T> & { readonly lastTransitionTime: string } {
  const kept = previous?.status === wanted.status ? previous.lastTransitionTime : undefined;
  return { ...wanted, lastTransitionTime: kept ?? formatInstant(now) };
}

/** True when both say the same in every field. */
export function haveSameFields(a: object, b: object): boolean {
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return left.length === right.size && left.every(([key, value]) => right.get(key) === value);
}
