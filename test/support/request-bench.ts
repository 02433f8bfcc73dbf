import type { Issuer } from '../../src/api/awspca.ts';
import type { CertificateRequest, SpecifiedRequest } from '../../src/api/certificate-request.ts';
import { RequestMemories } from '../../src/controllers/certificate-requests/request-memory.ts';
import { createRequestReconciler } from '../../src/controllers/certificate-requests/request-reconciler.ts';
import { RequestWriter } from '../../src/controllers/certificate-requests/request-writer.ts';
import { keyOf } from '../../src/kube/objects.ts';
import type { Reconcile, Result } from '../../src/runtime/reconciler.ts';
import type { Signer } from '../../src/signers/signer.ts';
import { issuer, withIssuerReady } from './builders.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeKubeApi } from './fake-kube-api.ts';
import { createMemoryLogger } from './memory-logger.ts';
import { RecordedEvents, RecordedMetric } from './recorders.ts';
import { ScriptedSigner } from './scripted-signer.ts';

/** The request controller's reconciler among doubles, with a ready AWSPCAIssuer `team/issuer`. */
export class RequestBench {
  readonly clock: FakeClock;
  readonly api = new FakeKubeApi();
  readonly events = new RecordedEvents();
  readonly logger = createMemoryLogger();
  readonly issued = new RecordedMetric();
  readonly billed = new RecordedMetric();
  readonly billingAvoided = new RecordedMetric();
  readonly faults: [issuerKey: string, credentialsRefused: boolean][] = [];
  readonly signer = new ScriptedSigner();
  /** What the issuers' watch shows, and the signers of those that were checked. */
  readonly issuers: Issuer[] = [issuer('issuer', withIssuerReady())];
  findSigner: (issuer: Issuer) => Signer | undefined = () => this.signer;
  /** Asked each time when the lease is asked for. */
  holdsLease: () => boolean = () => true;
  approvalRequired = true;
  inChargeSinceMs: number;
  memories = new RequestMemories();
  readonly #watched = new Map<string, CertificateRequest>();
  #reconcile: Reconcile | undefined;

  constructor(clock = new FakeClock()) {
    this.clock = clock;
    this.inChargeSinceMs = clock.now() - 3_600_000;
  }

  /** Puts a request behind the API and into the watch's store. */
  put(request: CertificateRequest): void {
    this.api.put(request);
    this.#watched.set(keyOf(request.metadata), request);
  }

  /** The watch delivers what is behind the API by now. */
  deliver(request: CertificateRequest): void {
    this.#watched.set(keyOf(request.metadata), this.api.current(request));
  }

  /** The watch delivers that the request is gone. */
  deliverDeletion(request: CertificateRequest): void {
    this.#watched.delete(keyOf(request.metadata));
  }

  /** Runs the reconciler once, on what the watch has delivered so far. */
  run(request: CertificateRequest): Promise<Result> {
    this.#reconcile ??= this.#create();
    const signal = new AbortController().signal;
    return this.#reconcile(keyOf(request.metadata), { logger: this.logger, signal });
  }

  /** As `run`, after the watch has delivered everything. */
  runFresh(request: CertificateRequest): Promise<Result> {
    this.deliver(request);
    return this.run(request);
  }

  /** Runs, and runs again each time that the reconciler asks for it, until it is content or `limitMs` have passed. */
  async runUntilContent(request: CertificateRequest, limitMs: number): Promise<void> {
    const end = this.clock.monotonic() + limitMs;
    for (let result = await this.runFresh(request); result.requeueAfterMs; result = await this.runFresh(request)) {
      if (this.clock.monotonic() + result.requeueAfterMs > end) return;
      await this.clock.advance(result.requeueAfterMs);
    }
  }

  /** Another process takes over: it knows only what is behind the API. */
  restart(): void {
    this.memories = new RequestMemories();
    this.inChargeSinceMs = this.clock.now();
    this.#reconcile = undefined;
  }

  status(request: SpecifiedRequest): SpecifiedRequest['status'] {
    return this.api.current(request).status;
  }

  /** `status reason: message` of the Ready condition. */
  ready(request: SpecifiedRequest): string | undefined {
    const ready = this.status(request)?.conditions?.find(({ type }) => type === 'Ready');
    return ready && `${ready.status} ${ready.reason}: ${ready.message}`;
  }

  /** What was written so far, in order. */
  get writes(): string[] {
    return this.api.writes.map(({ write, options }) => `${write.type} ${options.subresource ?? 'annotations'}`);
  }

  #create(): Reconcile {
    const { clock, issued, billed, billingAvoided } = this;
    return createRequestReconciler({
      signing: {
        ...{ clock, issued, billed, billingAvoided },
        writer: new RequestWriter(this.api, this.events),
        random: () => 0.5,
        approvalRequired: this.approvalRequired,
        inChargeSinceMs: () => this.inChargeSinceMs,
        mayCall: () => this.holdsLease(),
        reportIssuerFault: (issuerKey, credentialsRefused) => void this.faults.push([issuerKey, credentialsRefused]),
      },
      memories: this.memories,
      findRequest: (key) => this.#watched.get(key),
      findIssuer: (kind, name) =>
        this.issuers.find((known) => known.kind === kind && keyOf(known.metadata) === keyOf(name)),
      findSigner: (known) => this.findSigner(known),
    });
  }
}
