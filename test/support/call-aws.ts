// A process of its own that calls AWS as its environment says; prints who it is, and how often it asked.
import process from 'node:process';
import { createAwsCall } from '../../src/aws/call.ts';
import { createAwsClients } from '../../src/aws/create-aws-clients.ts';
import { parseConfig } from '../../src/config.ts';
import { systemClock } from '../../src/system/clock.ts';
import { noMetric } from '../../src/system/metrics.ts';

const parsed = parseConfig([], process.env);
if (parsed.kind !== 'config') throw new Error(JSON.stringify(parsed));
const { network, region: ownRegion } = parsed.config.aws;
const clients = createAwsClients({
  call: createAwsCall(systemClock, { calls: noMetric, duration: noMetric }),
  clock: systemClock,
  logger: { warn: () => undefined },
  version: '2.0.0',
  network,
  ownRegion,
});
const spec = { source: { kind: 'ambient' }, roles: [], roleSessionName: 'test', region: 'eu-west-1' } as const;
const callers = [await clients.get(spec).getCallerIdentity(), await clients.get(spec).getCallerIdentity()];
process.stdout.write(JSON.stringify(callers.map(({ arn }) => arn)));
clients.close();
