import type { Clock } from '../system/clock.ts';
import type { Counter, Histogram } from '../system/metrics.ts';
import { Stopping } from '../system/stopping.ts';
import { toAwsError } from './errors.ts';

/** What is counted of AWS calls. `code` is `OK` or the error's code. */
export interface AwsMetrics {
  readonly calls: Counter<'service' | 'operation' | 'code'>;
  readonly duration: Histogram<'service' | 'operation'>;
}

/**
 * Makes one call to AWS: with a deadline that ends the socket too, counted, its error typed. Never retries. Where the process
 * stops, what only reads ends with {@link Stopping}.
 */
export type AwsCall = <T>(
  service: string,
  operation: string,
  send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
) => Promise<T>;

export interface AwsCallOptions {
  /** Aborted: nobody waits any more for what a call would only have read. */
  readonly stopReading?: AbortSignal;
  readonly deadlineMs?: number;
}

export function createAwsCall(
  clock: Clock,
  metrics: AwsMetrics,
  { stopReading, deadlineMs = 20_000 }: AwsCallOptions = {},
): AwsCall {
  return async (service, operation, send) => {
    const deadline = new AbortController();
    const stop = (): void => deadline.abort(new Stopping());
    const stopping = onlyReads(operation) ? stopReading : undefined;
    if (stopping?.aborted) throw new Stopping();
    stopping?.addEventListener('abort', stop, { once: true });
    const cancel = clock.schedule(deadlineMs, () => deadline.abort(timeout(operation)));
    const started = clock.monotonic();
    let code = 'OK';
    try {
      // The signal reaches the call's own socket, not what the SDK does before: fetching credentials, for one.
      const expired = new Promise<never>((_, reject) => {
        deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason as Error), { once: true });
      });
      return await Promise.race([expired, send({ abortSignal: deadline.signal })]);
    } catch (thrown) {
      // Of this call, or of one that fetched its credentials.
      const end: unknown = deadline.signal.aborted ? deadline.signal.reason : thrown;
      if (end instanceof Stopping) {
        code = 'Stopping';
        throw end;
      }
      const error = toAwsError(operation, thrown);
      code = error.code;
      throw error;
    } finally {
      cancel();
      stopping?.removeEventListener('abort', stop);
      metrics.calls.inc({ service, operation, code });
      metrics.duration.observe({ service, operation }, (clock.monotonic() - started) / 1000);
    }
  };
}

const timeout = (operation: string): Error =>
  Object.assign(new Error(`${operation} took too long`), { name: 'TimeoutError' });

/** A session that nobody uses is as good as read; whatever else changes or buys something has an answer that is worth having. */
const onlyReads = (operation: string): boolean => /^(?:Get|Describe|List|AssumeRole)/.test(operation);
