import type { Clock } from '../../src/system/clock.ts';
import type { QuotaSettings } from './model.ts';

/** Calls per second, account and Region. https://docs.aws.amazon.com/general/latest/gr/pca.html */
export const DEFAULT_QUOTAS: Readonly<Record<string, number>> = {
  IssueCertificate: 25,
  GetCertificate: 75,
  DescribeCertificateAuthority: 20,
  GetCertificateAuthorityCertificate: 20,
  ListCertificateAuthorities: 20,
  RevokeCertificate: 20,
  // All operations of Route 53 together, by account.
  // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
  Route53: 10,
};

/** Calls at once, where that is not one second's worth. */
const BURSTS: Readonly<Record<string, number>> = { Route53: 50 };

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Token buckets by account, Region and operation; each holds one second's worth of calls, or its burst. */
export class Quotas {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  #settings: QuotaSettings;

  constructor(clock: Clock, settings: QuotaSettings = {}) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Replaces the settings; used quota is forgotten. */
  configure(settings: QuotaSettings): void {
    this.#settings = settings;
    this.reset();
  }

  reset(): void {
    this.#buckets.clear();
  }

  /** Takes one call's worth; false when there is none left. */
  take(account: string, region: string, operation: string): boolean {
    const rate = this.#rateOf(operation);
    if (rate === undefined) return true;
    const bucket = this.#fill(`${account}/${region}/${operation}`, rate, BURSTS[operation] ?? rate);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #rateOf(operation: string): number | undefined {
    if (this.#settings === 'off') return undefined;
    const rate = this.#settings[operation] ?? DEFAULT_QUOTAS[operation];
    return rate === 'off' ? undefined : rate;
  }

  #fill(key: string, rate: number, burst: number): Bucket {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, filledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate);
    bucket.filledAt = now;
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
