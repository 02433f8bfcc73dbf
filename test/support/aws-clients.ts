import { type AwsCall, createAwsCall } from '../../src/aws/call.ts';
import type { AwsClients } from '../../src/aws/clients.ts';
import { type AwsClientsOptions, createAwsClients } from '../../src/aws/create-aws-clients.ts';
import type { Clock } from '../../src/system/clock.ts';
import { noMetric } from '../../src/system/metrics.ts';

const uncounted = (clock: Clock): AwsCall => createAwsCall(clock, { calls: noMetric, duration: noMetric });

/** The real clients, without proxies or metrics; AWS is where the environment says. */
export function createTestClients(clock: Clock, options: Partial<AwsClientsOptions> = {}): AwsClients {
  return createAwsClients({
    call: uncounted(clock),
    clock,
    logger: { warn: () => undefined },
    version: '2.0.0',
    network: { proxies: {}, useFips: false, useDualStack: false, ignoreEndpointUrls: false },
    ownRegion: undefined,
    ...options,
  });
}
