import type { Issuer } from '../../api/awspca.ts';
import { issuerKeyFor } from '../../api/issuer-target.ts';
import type { Logger } from '../../system/logger.ts';
import type { AcmIssuerPlan } from './plan-acm-issuer.ts';

/** Tells the log what is odd about a spec and works all the same: once for each state of it. */
export function tellNotes(
  logger: Pick<Logger, 'warn'>,
  issuer: Issuer,
  { domains }: Pick<AcmIssuerPlan, 'domains'>,
  told: { notedGeneration?: number },
): void {
  const { generation = 0 } = issuer.metadata;
  if (told.notedGeneration === generation) return;
  told.notedGeneration = generation;
  for (const note of new Set(domains.flatMap((domain) => domain.note ?? [])))
    logger.warn({ issuer: issuerKeyFor(issuer), note }, 'a field of an issuer does not do what it seems to say');
}
