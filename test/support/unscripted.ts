import type { AcmCalls } from '../../src/aws/acm/acm-calls.ts';
import type { Route53Calls } from '../../src/aws/route53/route53-calls.ts';

/** Calls of which a test expects none: each rejects. */
export const unscripted = (): AcmCalls & Route53Calls =>
  new Proxy({} as AcmCalls & Route53Calls, {
    get: (_, method) => (): Promise<never> => Promise.reject(new Error(`the test did not script ${String(method)}`)),
  });
