import type { PcaApi } from '../../aws/clients.ts';
import { AwsError } from '../../aws/errors.ts';
import type { Clock } from '../../system/clock.ts';
import { CertificateError, parseCertificates } from '../../x509/certificate.ts';
import { parseBasicConstraints } from '../../x509/extensions.ts';
import { DerError } from '../../x509/asn1.ts';

/** The permission to ask is optional: without it the service refuses what goes too deep. */
const retryMs = 3_600_000;

/**
 * The path length of the authority (RFC 5280 4.2.1.9), from its own certificate. Asked for only when a CA is to be
 * signed, and once; nothing fails or waits because it cannot be found out.
 */
export class AuthorityPath {
  readonly #api: PcaApi;
  readonly #arn: string;
  readonly #clock: Clock;
  #asking: Promise<number> | undefined;
  #askAgainAt = Infinity;

  constructor(api: PcaApi, arn: string, clock: Clock) {
    this.#api = api;
    this.#arn = arn;
    this.#clock = clock;
  }

  /** A CA that the authority signs must have a path length below this. Infinity: unlimited, or not known. */
  async room(): Promise<number> {
    if (this.#asking && this.#clock.monotonic() < this.#askAgainAt) return this.#asking;
    this.#askAgainAt = Infinity;
    this.#asking = this.#ask();
    return this.#asking;
  }

  async #ask(): Promise<number> {
    try {
      const [certificate] = parseCertificates(await this.#api.getCertificateAuthorityCertificate(this.#arn));
      return parseBasicConstraints(certificate?.extensions ?? []).pathLength ?? Infinity;
    } catch (error) {
      const isNoAnswer = error instanceof AwsError || error instanceof CertificateError || error instanceof DerError;
      this.#askAgainAt = isNoAnswer ? this.#clock.monotonic() + retryMs : -Infinity;
      if (isNoAnswer) return Infinity;
      throw error;
    }
  }
}
