import type { KubeClient } from '../kube/client.ts';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import { noMetric } from '../system/metrics.ts';
import type { Counter } from '../system/metrics.ts';
import type { Random } from '../system/random.ts';
import { createAlarm } from './alarm.ts';
import { eventName, eventNamespace, events, objectKey, planEvent, planSeries, seriesKey } from './event-object.ts';
import type { Reporter } from './event-object.ts';
import { createEventSender } from './event-sender.ts';
import type { EventRecorder, KubeEvent } from './events.ts';
import { createPause } from './pause.ts';
import { createTokenBuckets } from './token-buckets.ts';

export interface EventRecorderOptions extends Reporter {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** A UUID, from which the event gets its name. */
  readonly createId: () => string;
  readonly dropped?: Counter<'reason'>;
}

/**
 * Tells people what happens, through events.k8s.io/v1. What is said again about the same object within six minutes is
 * counted on the first event (its `series`), at most once a minute; other words make another event. One object may cause
 * 25 events at once and then one every five minutes.
 */
export interface FlushingEventRecorder extends EventRecorder {
  /** While this says so, there is work that is more urgent than telling of it: events wait a while. */
  giveWayTo(isUrgent: () => boolean): void;
  /** Sends what is outstanding for at most so long, then stops for good. Never rejects. */
  flush(timeoutMs: number): Promise<void>;
}

interface Series {
  readonly name: string;
  readonly namespace: string;
  count: number;
  /** The count that the API server knows, or is being told; 0 until the event is there. */
  told: number;
  toldAt: number;
  isBusy: boolean;
  seenAt: number;
  seenAtWall: number;
}

const seriesLifeMs = 360_000;
const seriesPeriodMs = 60_000;
const tickMs = 10_000;
const longestMemory = 4096;
const burst = 25;
const refillMs = 300_000;

export function createEventRecorder(options: EventRecorderOptions): FlushingEventRecorder {
  const { client, clock, reportingController, reportingInstance, dropped = noMetric } = options;
  const reporter = { reportingController, reportingInstance };
  const urgentWork: (() => boolean)[] = [];
  const isPressed = (): boolean => !isClosed && urgentWork.some((isUrgent) => isUrgent());
  const sender = createEventSender({ ...options, dropped, isPressed });
  const buckets = createTokenBuckets(clock, burst, refillMs, longestMemory);
  const known = new Map<string, Series>();
  const alarm = createAlarm(clock, tick);
  let isClosed = false;
  let nextTick: number | undefined;

  function record(event: KubeEvent): void {
    if (isClosed) {
      dropped.inc({ reason: 'stopped' });
      return;
    }
    const key = seriesKey(event);
    const series = known.get(key);
    if (series && clock.monotonic() - series.seenAt < seriesLifeMs) repeat(key, series);
    else begin(key, event);
    startTicking();
  }

  function startTicking(): void {
    nextTick ??= clock.monotonic() + tickMs;
    alarm.set(nextTick);
  }

  function repeat(key: string, series: Series): void {
    series.count++;
    series.seenAt = clock.monotonic();
    series.seenAtWall = clock.now();
    remember(key, series);
  }

  function begin(key: string, event: KubeEvent): void {
    if (!buckets.take(objectKey(event.regarding))) {
      dropped.inc({ reason: 'too_many' });
      return;
    }
    const series = createSeries(event);
    const body = planEvent(event, series.name, reporter, clock.now());
    remember(key, series);
    send(key, series, (signal) => client.create(events, series.namespace, body, { signal }));
  }

  function createSeries({ regarding }: KubeEvent): Series {
    const [now, wall] = [clock.monotonic(), clock.now()];
    const place = { name: eventName(regarding, options.createId()), namespace: eventNamespace(regarding) };
    return { ...place, count: 1, told: 0, toldAt: now, isBusy: false, seenAt: now, seenAtWall: wall };
  }

  /** The longest unused series makes room; its event stays, and what comes next makes another. */
  function remember(key: string, series: Series): void {
    known.delete(key);
    known.set(key, series);
    const [oldest] = known.keys();
    if (known.size > longestMemory && oldest !== undefined) known.delete(oldest);
  }

  function send(key: string, series: Series, call: (signal: AbortSignal) => Promise<unknown>): void {
    series.isBusy = true;
    series.told = series.count;
    sender.submit({
      send: call,
      settled(isDelivered) {
        series.isBusy = false;
        series.toldAt = clock.monotonic();
        // Not there, or not any more (events expire): what comes next starts over.
        if (!isDelivered && known.get(key) === series) known.delete(key);
      },
    });
  }

  function tell(key: string, series: Series): void {
    const body = planSeries(series.count, series.seenAtWall);
    const patch = { type: 'merge', body } as const;
    send(key, series, (signal) => client.patch(events, series, patch, { fieldManager: reportingController, signal }));
  }

  function tick(): void {
    const now = clock.monotonic();
    for (const [key, series] of known) {
      if (isWaiting(series) && now - series.toldAt >= seriesPeriodMs) tell(key, series);
      else if (!isOutstanding(series) && now - series.seenAt >= seriesLifeMs) known.delete(key);
    }
    buckets.tidy();
    nextTick = undefined;
    if (known.size > 0 || buckets.size > 0) startTicking();
  }

  /** An event whose creation is under way is told its count afterwards. */
  async function sendAll(isOver: () => boolean): Promise<void> {
    do {
      for (const [key, series] of known) if (isWaiting(series)) tell(key, series);
      await sender.whenIdle();
    } while (!isOver() && [...known.values()].some(isOutstanding));
  }

  async function flush(timeoutMs: number): Promise<void> {
    isClosed = true;
    alarm.set(undefined);
    const pause = createPause(clock);
    let isOver = false;
    void sendAll(() => isOver).then(() => pause.wake());
    await pause.rest(timeoutMs, new AbortController().signal);
    isOver = true;
    sender.close();
  }

  return { record, flush, giveWayTo: (isUrgent) => void urgentWork.push(isUrgent) };
}

/** One call at a time for each series: the event has to be there before it is told its count. */
const isWaiting = (series: Series): boolean => isOutstanding(series) && !series.isBusy;

const isOutstanding = ({ count, told }: Series): boolean => count > told;
