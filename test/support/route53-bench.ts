import { createAwsCall } from '../../src/aws/call.ts';
import type { AwsClients } from '../../src/aws/clients.ts';
import { identityKey, type IdentitySpec } from '../../src/aws/identity.ts';
import { pacedRoute53 } from '../../src/aws/paced.ts';
import { Pacer } from '../../src/aws/pacing.ts';
import { createRecords, type Records } from '../../src/aws/route53/records.ts';
import { createRoute53Dns, type Route53Dns } from '../../src/aws/route53/route53-dns.ts';
import type { Route53Identity } from '../../src/aws/route53/route53-identity.ts';
import { createZones, type Zones } from '../../src/aws/route53/zones.ts';
import { noMetric } from '../../src/system/metrics.ts';
import { type AwsStandIn, type CallRecord, type Identity, startAwsStandIn } from '../aws/index.ts';
import { createTestClients } from './aws-clients.ts';
import { FakeClock } from './fake-clock.ts';
import { specOf, staticSource } from './identity-bench.ts';

/** The real SDK, and everything above it, against the stand-in's Route 53. */
export class Route53Bench {
  readonly clock: FakeClock;
  readonly aws: AwsStandIn;
  readonly zones: Zones;
  readonly records: Records;
  readonly #pacer: Pacer;
  readonly #clients: AwsClients;

  static async create(): Promise<Route53Bench> {
    const clock = new FakeClock();
    return new Route53Bench(clock, await startAwsStandIn({ clock }));
  }

  private constructor(clock: FakeClock, aws: AwsStandIn) {
    this.clock = clock;
    this.aws = aws;
    this.zones = createZones({ clock });
    this.records = createRecords({ clock, zones: this.zones });
    this.#pacer = new Pacer(clock);
    process.env['AWS_ENDPOINT_URL'] = aws.endpoint;
    this.#clients = createTestClients(clock, { call: createAwsCall(clock, { calls: noMetric, duration: noMetric }) });
  }

  /** `rate`: calls per second of the account; 0: as many as there are. */
  identity(
    { account, ...keys }: Identity,
    { rate = 0, claimant = 'issuer', ...rest }: Partial<IdentitySpec> & { rate?: number; claimant?: string } = {},
  ): Route53Identity {
    const spec = specOf(staticSource({ account, ...keys }), rest);
    const calls = this.#clients.get(spec).route53;
    const paced = pacedRoute53(calls, rate, { pacer: this.#pacer, account, claimant });
    return { key: identityKey(spec), account, calls: paced };
  }

  dns(identity: Route53Identity, hostedZoneId?: string): Route53Dns {
    const { zones, records } = this;
    return createRoute53Dns({ zones, records, identity, ...(hostedZoneId === undefined ? {} : { hostedZoneId }) });
  }

  /** The operations that Route 53 saw, in order. */
  async calls(): Promise<string[]> {
    const calls: readonly CallRecord[] = await this.aws.calls({ service: 'route53' });
    return calls.map(({ operation }) => operation);
  }

  /** What stands in a zone beside NS and SOA: `name type values`. */
  async contents(zoneId: string): Promise<string[]> {
    const records = await this.aws.records({ zoneId });
    return records
      .filter(({ type }) => type !== 'NS' && type !== 'SOA')
      .map(({ name, type, values }) => `${name} ${type} ${values.join(' ')}`);
  }

  async close(): Promise<void> {
    this.#clients.close();
    delete process.env['AWS_ENDPOINT_URL'];
    await this.aws.stop();
  }
}
