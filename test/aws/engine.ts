import { systemClock, type Clock } from '../../src/system/clock.ts';
import { createAcmService } from './acm/service.ts';
import { newAcmState, type AcmState } from './acm/state.ts';
import { createAcmeService } from './acme/service.ts';
import { newAcmeState, type AcmeState } from './acme/state.ts';
import { Faults } from './faults.ts';
import { Identities } from './identities.ts';
import type { Settings } from './model.ts';
import { createPcaService } from './pca/service.ts';
import { newPcaState, type PcaState } from './pca/state.ts';
import { MemoryRecords } from './public-records.ts';
import { Quotas } from './quotas.ts';
import { Recorder } from './recorder.ts';
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
  /** The public DNS outside hosted zones. */
  readonly outsideRecords: MemoryRecords;
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
  const outsideRecords = new MemoryRecords();
  const acm = newAcmState({
    ...{ times, identities, recorder, pca, records: outsideRecords },
    writeRecord: ({ name, value }) => {
      outsideRecords.set(name, { cname: value });
      return undefined;
    },
  });
  const acme = newAcmeState(acm);
  const services = [
    createPcaService(pca),
    createStsService({ times, identities }),
    createAcmService(acm),
    createAcmeService(acme),
  ];
  const faults = new Faults();
  const quotas = new Quotas(clock);
  const parts = { times, identities, faults, quotas, recorder, pca, acm, acme, outsideRecords, services };
  const engine: Engine = { ...parts, stopping: new AbortController() };
  applySettings(engine, settings);
  return engine;
}

export function applySettings(engine: Engine, { quotas, idempotencyMismatch, issuingTimeMs, acm }: Settings): void {
  if (quotas !== undefined) engine.quotas.configure(quotas);
  if (idempotencyMismatch !== undefined) engine.pca.settings.idempotencyMismatch = idempotencyMismatch;
  if (issuingTimeMs !== undefined) engine.pca.settings.issuingTimeMs = issuingTimeMs;
  Object.assign(engine.acm.settings, acm);
}
