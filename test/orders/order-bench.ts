import { createAccountKey, loadAccountKey } from '../../src/acme/account-key.ts';
import { type AcmeClient, createAcmeClient } from '../../src/acme/acme-client.ts';
import { type AcmeHttp, createAcmeHttp } from '../../src/acme/http.ts';
import type { SpecifiedRequest } from '../../src/api/certificate-request.ts';
import { formatInstant } from '../../src/api/instants.ts';
import { Pacer } from '../../src/aws/pacing.ts';
import { AcmeQuota, acmRates } from '../../src/signers/acm/acme-quota.ts';
import { AcmSigner } from '../../src/signers/acm/acm-signer.ts';
import type { AcmDomain, AcmSignerSettings } from '../../src/signers/acm/settings.ts';
import type { Clock } from '../../src/system/clock.ts';
import { type AwsStandIn, startAwsStandIn } from '../aws/index.ts';
import type { Settings } from '../aws/model.ts';
import {
  acmClient,
  createBinding,
  createEndpoint,
  issuanceRole,
  recordOf,
  validateDomain,
} from '../aws/testing/acm.ts';
import {
  approved,
  certificateRequest,
  issuer,
  withCsr,
  withIssuer,
  withIssuerReady,
  withMetadata,
  withSpec,
} from '../support/builders.ts';
import { csrPem, dnsSan, ecKey, mintCsr } from '../support/pki.ts';
import { RequestBench } from '../support/request-bench.ts';

const scopes = { exact: true, subdomains: true, wildcards: true };
export const coveredDomain: AcmDomain = { name: 'example.com', scope: ['Exact', 'Subdomains', 'Wildcards'] };

/** An account at an ACME server. */
export interface AcmeService {
  readonly http: AcmeHttp & { close(): void };
  readonly directoryUrl: string;
  readonly keyPem: string;
  readonly accountUrl: string;
}

/** At an ACME endpoint of the stand-in, with a validated domain. */
export interface AcmService extends AcmeService {
  readonly aws: AwsStandIn;
  readonly endpointArn: string;
  readonly roleArn: string;
  /** The CNAME that proves the domain. */
  readonly record: { readonly name: string; readonly value: string };
}

/** What a process does outside itself, one call at a time: `send` does it. */
export type Outside = <T>(send: () => Promise<T>) => Promise<T>;
const unhindered: Outside = (send) => send();

/**
 * The request controller's reconciler with the real signer and the real ACME client. Time stands still while calls are
 * made; `drain` alone moves it, for the stand-in too.
 */
export class OrderBench<S extends AcmeService = AcmService> {
  readonly bench: RequestBench;
  readonly service: S;
  readonly requests: SpecifiedRequest[] = [];
  /** Every exchange of the process with the server goes through it. */
  outside: Outside = unhindered;
  readonly #signers = new Map<string, AcmSigner>();
  readonly #settings: Partial<AcmSignerSettings>;
  #pacer: Pacer;
  /** Of the process that is alive. */
  #life = { isOver: false };

  constructor(bench: RequestBench, service: S, settings: Partial<AcmSignerSettings> = {}) {
    this.bench = bench;
    this.service = service;
    this.#settings = settings;
    this.#pacer = new Pacer(bench.clock);
    bench.findSigner = ({ metadata }) => this.#signerOf(metadata.name);
  }

  /** Requests for `<prefix>-<n>.example.com`, each for a key of its own, of an issuer. */
  create(count: number, prefix = 'host', issuerName = 'issuer'): readonly SpecifiedRequest[] {
    const hosts = Array.from({ length: count }, (_, index) => `${prefix}-${index}.example.com`);
    return hosts.map((host) => this.createFor([host], issuerName));
  }

  /** A request for these names, named after the first. */
  createFor(names: readonly string[], issuerName = 'issuer'): SpecifiedRequest {
    const now = formatInstant(this.bench.clock.now());
    const request = certificateRequest(
      `${names[0]}`.replace('*', 'any'),
      approved(now),
      withCsr(csrPem(mintCsr({ key: ecKey(), extensions: [dnsSan(...names)] }))),
      withSpec({ usages: ['server auth'] }),
      withIssuer('AWSPCAIssuer', issuerName),
      withMetadata({ creationTimestamp: now }),
    );
    this.bench.put(request);
    this.requests.push(request);
    return request;
  }

  addIssuer(name: string): void {
    this.bench.issuers.push(issuer(name, withIssuerReady()));
  }

  /** Runs each request when it asks for it, until all are content or so much time has passed. Returns what has passed. */
  async drain(limitMs: number): Promise<number> {
    const { clock } = this.bench;
    const startMs = clock.monotonic();
    const due = new Map(this.requests.map((request) => [request, startMs]));
    for (let next = earliest(due); next; next = earliest(due)) {
      const [request, atMs] = next;
      if (atMs - startMs > limitMs) break;
      if (atMs > clock.monotonic()) await clock.advance(atMs - clock.monotonic());
      const { requeueAfterMs } = await this.bench.runFresh(request);
      if (requeueAfterMs === undefined) due.delete(request);
      else due.set(request, clock.monotonic() + requeueAfterMs);
    }
    return clock.monotonic() - startMs;
  }

  /** The process ends where it stands, and another one takes over, which knows only what is outside. */
  restart(): void {
    this.#life.isOver = true;
    this.#life = { isOver: false };
    this.#signers.clear();
    this.#pacer = new Pacer(this.bench.clock);
    this.outside = unhindered;
    this.bench.restart();
  }

  /** `status reason` of the Ready conditions, each once. */
  get reasons(): Set<string | undefined> {
    return new Set(this.requests.map((request) => this.bench.ready(request)?.split(':')[0]));
  }

  close(): void {
    this.#life.isOver = true;
    this.service.http.close();
  }

  #signerOf(issuerName: string): AcmSigner {
    const known = this.#signers.get(issuerName);
    if (known) return known;
    const { clock, logger } = this.bench;
    const quota = new AcmeQuota({
      ...{ pacer: this.#pacer, rates: acmRates, account: '111122223333', region: 'us-east-1', issuerKey: issuerName },
    });
    const settings = { provider: 'acm', client: this.#connect(), domains: [coveredDomain], quota } as const;
    const signer = new AcmSigner({ settings: { ...settings, ...this.#settings }, clock, logger });
    this.#signers.set(issuerName, signer);
    return signer;
  }

  #connect(): AcmeClient {
    const { directoryUrl, keyPem, accountUrl, http } = this.service;
    const life = this.#life;
    const mortal: AcmeHttp = (request) => this.outside(() => http(request));
    const clock = mortalClock(this.bench.clock, life);
    return createAcmeClient({ directoryUrl, http: mortal, clock, key: loadAccountKey(keyPem), accountUrl });
  }
}

/** The timers of a process end with it. */
const mortalClock = (clock: Clock, life: { readonly isOver: boolean }): Clock => ({
  now: () => clock.now(),
  monotonic: () => clock.monotonic(),
  schedule: (delayMs, callback) => clock.schedule(delayMs, () => (life.isOver ? undefined : callback())),
});

function earliest(due: ReadonlyMap<SpecifiedRequest, number>): readonly [SpecifiedRequest, number] | undefined {
  let first: readonly [SpecifiedRequest, number] | undefined;
  for (const entry of due) if (!first || entry[1] < first[1]) first = entry;
  return first;
}

export type AcmOrders = OrderBench & {
  readonly aws: AwsStandIn;
  /** When orders were finalised, by the stand-in's clock. */
  finalizedAt(outcome?: string): Promise<number[]>;
  stop(): Promise<void>;
};

/** A bench whose endpoint has example.com validated, with all scopes. `settings`: of the stand-in. */
export async function openOrderBench(
  settings: Settings = {},
  signerSettings: Partial<AcmSignerSettings> = {},
): Promise<AcmOrders> {
  const bench = new RequestBench();
  const aws = await startAwsStandIn({ clock: bench.clock, ...settings });
  const http = createAcmeHttp({ userAgent: 'test/1', network: { proxies: {} } });
  const sdk = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
  const { arn: endpointArn, url: directoryUrl } = await createEndpoint(sdk);
  const validation = await validateDomain(aws, sdk, endpointArn, 'example.com', scopes);
  const record = await recordOf(sdk, validation);
  const roleArn = await issuanceRole(aws);
  const externalAccountBinding = await createBinding(sdk, endpointArn, roleArn);
  sdk.destroy();
  const keyPem = await createAccountKey();
  const client = createAcmeClient({ directoryUrl, http, clock: bench.clock, key: loadAccountKey(keyPem) });
  const { url: accountUrl } = await client.newAccount({ contact: [], externalAccountBinding });
  await aws.reset();
  const service = { aws, http, endpointArn, directoryUrl, roleArn, record, keyPem, accountUrl };
  return Object.assign(new OrderBench(bench, service, signerSettings), {
    aws,
    finalizedAt: async (outcome = 'ok') => {
      const calls = await aws.calls({ service: 'acme', operation: 'FinalizeOrder' });
      return calls.filter((call) => call.outcome === outcome).map(({ time }) => time);
    },
    stop: async function (this: OrderBench) {
      this.close();
      await aws.stop();
    },
  });
}
