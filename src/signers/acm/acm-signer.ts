import type { Attempt, BeginOutcome, CollectOutcome, Signer, SigningRequest, Withheld } from '../signer.ts';
import type { AcmSignerOptions } from './settings.ts';

/** Signs through one account at one ACME server: ACM's, or any other of RFC 8555. */
export class AcmSigner implements Signer {
  readonly buysAt = 'collect';
  readonly #options: AcmSignerOptions;

  constructor(options: AcmSignerOptions) {
    this.#options = options;
  }

  begin(request: SigningRequest, attempt: Attempt, beforeCall?: () => Promise<boolean>): Promise<BeginOutcome> {
    throw new Error(
      `not there yet: ${request.uid} ${attempt.number} ${typeof beforeCall} ${this.#options.clock.now()}`,
    );
  }

  collect(request: SigningRequest, reference: string): Promise<CollectOutcome | Withheld> {
    throw new Error(`not there yet: ${request.uid} ${reference}`);
  }

  adopt(): Promise<CollectOutcome> {
    return Promise.resolve({ kind: 'foreign', code: 'ForeignCertificate', message: 'it is no order of this account' });
  }
}
