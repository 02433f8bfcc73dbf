import type { Clock } from '../../src/system/clock.ts';
import { ACM_QUOTAS } from './acm/quotas.ts';
import { ACME_QUOTAS } from './acme/quotas.ts';
import type { QuotaSettings } from './model.ts';
import { ROUTE53_QUOTAS } from './route53/quotas.ts';

export interface Quota {
  /** Calls per second. */
  readonly rate: number;
  /** Calls at once; default: one second's worth. */
  readonly burst?: number;
  /** Operations that name the same bucket share it; default: the operation alone. */
  readonly bucket?: string;
  /** Counted over all Regions together. */
  readonly isGlobal?: boolean;
}

/** Calls per second, account and Region. https://docs.aws.amazon.com/general/latest/gr/pca.html */
const PCA_QUOTAS: Readonly<Record<string, Quota>> = {
  IssueCertificate: { rate: 25 },
  GetCertificate: { rate: 75 },
  DescribeCertificateAuthority: { rate: 20 },
  GetCertificateAuthorityCertificate: { rate: 20 },
  ListCertificateAuthorities: { rate: 20 },
  RevokeCertificate: { rate: 20 },
};

/** By service and operation. */
const DEFAULT_QUOTAS: Readonly<Record<string, Readonly<Record<string, Quota>>>> = {
  'acm-pca': PCA_QUOTAS,
  acm: ACM_QUOTAS,
  acme: ACME_QUOTAS,
  route53: ROUTE53_QUOTAS,
};

/** Who is counted, and for what. */
export interface QuotaUse {
  readonly account: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Token buckets by account, Region and operation; each holds one second's worth of calls. */
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

  /** Takes one call's worth and returns 0; when there is none left, the milliseconds until there will be. */
  take(use: QuotaUse): number {
    const quota = this.#quotaOf(use);
    if (quota === undefined) return 0;
    const { rate, bucket: name = `${use.service}:${use.operation}` } = quota;
    const region = quota.isGlobal ? 'global' : use.region;
    const bucket = this.#fill(`${use.account}/${region}/${name}`, quota);
    if (bucket.tokens < 1) return ((1 - bucket.tokens) / rate) * 1000;
    bucket.tokens -= 1;
    return 0;
  }

  #quotaOf({ service, operation }: QuotaUse): Quota | undefined {
    if (this.#settings === 'off') return undefined;
    const ordered = this.#settings[`${service}:${operation}`] ?? this.#settings[operation];
    if (ordered === 'off') return undefined;
    return ordered === undefined ? this.#usualOf(service, operation) : { rate: ordered };
  }

  /** AWS's own, unless there is an order for the whole service. */
  #usualOf(service: string, operation: string): Quota | undefined {
    const ordered = this.#settings === 'off' ? 'off' : this.#settings[`${service}:*`];
    const usual = DEFAULT_QUOTAS[service]?.[operation];
    if (ordered === 'off' || !usual) return undefined;
    return ordered === undefined ? usual : { ...usual, rate: ordered };
  }

  #fill(key: string, { rate, burst = rate }: Quota): Bucket {
    const now = this.#clock.monotonic();
    const most = Math.max(1, burst);
    const bucket = this.#buckets.get(key) ?? { tokens: most, filledAt: now };
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate);
    bucket.filledAt = now;
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
