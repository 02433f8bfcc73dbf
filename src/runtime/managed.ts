import type { Informer } from '../kube/informer.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import type { Controller } from './controller.ts';
import type { FlushingEventRecorder } from './event-recorder.ts';
import type { LeaderElector } from './leader-elector.ts';

/** A server that runs for as long as the process does. */
export interface ManagedServer {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ManagedInformer {
  /** For log lines and errors. */
  readonly name: string;
  readonly informer: Pick<Informer<KubeObject>, 'run' | 'synced' | 'whenSynced'>;
}

/** A controller, which runs once it is in charge. */
export interface ManagedController extends Pick<Controller, 'name' | 'run'> {
  /** The lists that it works from and has to have before; left out: all that the process waits for. */
  readonly lists?: readonly ManagedInformer[];
}

/** What makes up the process. */
export interface Managed {
  readonly servers: readonly ManagedServer[];
  readonly informers: readonly ManagedInformer[];
  readonly controllers: readonly ManagedController[];
  /** Left out: this process always leads. */
  readonly elector?: Pick<LeaderElector, 'acquire' | 'lost' | 'release'>;
  readonly events?: Pick<FlushingEventRecorder, 'flush'>;
  /** Ends what only reads and waits for somebody else's answer. */
  readonly stopReading?: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Milliseconds. */
export interface StopTimes {
  /** For runs in flight to end by themselves; with those that still read, of it. */
  readonly graceMs: number;
  readonly readingMs: number;
  /** For these runs to notice that they were abandoned. */
  readonly abandonMs: number;
  /** For each of the steps that follow: informers, servers, lease, events. */
  readonly stepMs: number;
}

/** 9.5 s in all: below the ten seconds of a pod whose terminationGracePeriodSeconds is 10. */
export const defaultStopTimes: StopTimes = { graceMs: 6000, readingMs: 2000, abandonMs: 500, stepMs: 750 };
