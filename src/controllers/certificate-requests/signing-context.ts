import type { SpecifiedRequest } from '../../api/certificate-request.ts';
import type { Signer } from '../../signers/signer.ts';
import type { Clock } from '../../system/clock.ts';
import type { Logger } from '../../system/logger.ts';
import type { Counter } from '../../system/metrics.ts';
import type { Random } from '../../system/random.ts';
import type { RequestMemory } from './request-memory.ts';
import type { RequestWriter } from './request-writer.ts';

/** What signing needs, the same for all requests. */
export interface SigningContext {
  readonly writer: RequestWriter;
  readonly clock: Clock;
  readonly random: Random;
  readonly approvalRequired: boolean;
  /** Since when, wall-clock milliseconds, this process answers for requests. */
  readonly inChargeSinceMs: () => number;
  /** Whether this process still holds the lease, if there is one: a process that was frozen may have lost it. */
  readonly mayCall: () => boolean;
  /** Certificates that were delivered; that were bought; that an ARN kept on a request saved from being bought again. */
  readonly issued: Counter<'issuer_kind'>;
  readonly billed: Counter<'issuer_kind'>;
  readonly billingAvoided: Counter<'issuer_kind'>;
  /** An issuer cannot sign for anybody: have it checked again. */
  readonly reportIssuerFault: (issuerKey: string, credentialsRefused: boolean) => void;
}

/** One request on its way through one signer. */
export interface Job {
  readonly request: SpecifiedRequest;
  readonly memory: RequestMemory;
  readonly signer: Signer;
  readonly issuerKind: string;
  readonly issuerKey: string;
  readonly logger: Logger;
  /** Whether the request, as it is known at this moment, is still to be signed. */
  readonly isStillWanted: (latest: SpecifiedRequest) => boolean;
}
