import { systemClock, type Clock } from '../../src/system/clock.ts';
import { createAcmService } from './acm/service.ts';
import { newAcmState, type AcmState } from './acm/state.ts';
import { createAcmeService } from './acme/service.ts';
import { newAcmeState, type AcmeState } from './acme/state.ts';
import { DnsServer } from './dns/dns-server.ts';
import { createPublicRecords } from './dns/public-records.ts';
import { Faults } from './faults.ts';
import { Identities } from './identities.ts';
import type { Settings } from './model.ts';
import { createPcaService } from './pca/service.ts';
import { newPcaState, type PcaState } from './pca/state.ts';
import { firstOf, MemoryRecords, type PublicRecords } from './public-records.ts';
import { Quotas } from './quotas.ts';
import { Recorder } from './recorder.ts';
import { createRoute53Service } from './route53/service.ts';
import { newRoute53State, type Route53State } from './route53/state.ts';
import { createRecordWriter } from './route53/write-record.ts';
import type { Service, Times } from './service.ts';
import { createStsService } from './sts/service.ts';

export interface EngineOptions extends Settings {
  /** Issuing time, idempotency window, quotas, expiry and latency go by it; default: the machine's. */
  readonly clock?: Clock;
  /**
   * Epoch milliseconds by the clock of those who sign requests and tokens; default: the machine's, because SDK clients
   * use that even where `clock` is a fake one.
   */
  readonly callersNow?: () => number;
}

/** All state of one stand-in, and its services. */
export interface Engine {
  readonly times: Times;
  readonly identities: Identities;
  readonly faults: Faults;
  readonly quotas: Quotas;
  readonly recorder: Recorder;
  readonly pca: PcaState;
  readonly acm: AcmState;
  readonly acme: AcmeState;
  readonly route53: Route53State;
  readonly dns: DnsServer;
  /** The public DNS outside hosted zones. */
  readonly outsideRecords: MemoryRecords;
  /** The whole public DNS: hosted zones first. */
  readonly publicRecords: PublicRecords;
  readonly services: readonly Service[];
  /** Aborts when the stand-in stops. */
  readonly stopping: AbortController;
}

const machineNow = (): number => systemClock.now();

export function createEngine({ clock = systemClock, callersNow = machineNow, ...settings }: EngineOptions): Engine {
  const times = { clock, callersNow };
  const identities = new Identities(clock);
  const recorder = new Recorder();
  const pca = newPcaState({ times, identities, recorder });
  const route53 = newRoute53State({ times, identities });
  const outsideRecords = new MemoryRecords();
  const records = firstOf(createPublicRecords(route53), outsideRecords);
  const writeRecord = createRecordWriter(route53);
  const acm = newAcmState({ times, identities, recorder, pca, records, writeRecord });
  const acme = newAcmeState(acm);
  const services = [
    createPcaService(pca),
    createStsService({ times, identities }),
    createAcmService(acm),
    createAcmeService(acme),
    createRoute53Service(route53),
  ];
  const faults = new Faults();
  const quotas = new Quotas(clock);
  const dns = new DnsServer(route53);
  const parts = { times, identities, faults, quotas, recorder, services, pca, acm, acme, route53, dns, outsideRecords };
  const engine: Engine = { ...parts, publicRecords: records, stopping: new AbortController() };
  applySettings(engine, settings);
  return engine;
}

export function applySettings(engine: Engine, settings: Settings): void {
  const { quotas, idempotencyMismatch, issuingTimeMs, acm, insyncAfterMs, zoneBusyMs } = settings;
  if (quotas !== undefined) engine.quotas.configure(quotas);
  if (idempotencyMismatch !== undefined) engine.pca.settings.idempotencyMismatch = idempotencyMismatch;
  if (issuingTimeMs !== undefined) engine.pca.settings.issuingTimeMs = issuingTimeMs;
  if (insyncAfterMs !== undefined) engine.route53.settings.insyncAfterMs = insyncAfterMs;
  if (zoneBusyMs !== undefined) engine.route53.settings.zoneBusyMs = zoneBusyMs;
  Object.assign(engine.acm.settings, acm);
}
