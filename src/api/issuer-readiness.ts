import type { Issuer } from './awspca.ts';
import { findCondition } from './conditions.ts';

export type IssuerReadiness =
  | { readonly ready: true }
  /** `reason` and `message` are those of the Ready condition, where one speaks of the present generation. */
  | { readonly ready: false; readonly reason?: string; readonly message?: string };

/**
 * Whether an issuer may sign as it stands now. A Ready condition that was set for another generation speaks of another
 * spec and counts for nothing; so does one without generation, as older versions of the controller wrote it.
 */
export function issuerReadiness(issuer: Issuer): IssuerReadiness {
  const condition = findCondition(issuer.status?.conditions, 'Ready');
  if (condition === undefined || condition.observedGeneration !== issuer.metadata.generation) return { ready: false };
  if (condition.status === 'True') return { ready: true };
  return { ready: false, reason: condition.reason, message: condition.message };
}

/** {@link issuerReadiness} as yes or no. */
export function isIssuerReady(issuer: Issuer): boolean {
  return issuerReadiness(issuer).ready;
}
