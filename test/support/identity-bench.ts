import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAwsCall } from '../../src/aws/call.ts';
import type { AwsClients } from '../../src/aws/clients.ts';
import type { AwsClientsOptions } from '../../src/aws/create-aws-clients.ts';
import { type CredentialSource, defaultRoleSessionName, type IdentitySpec } from '../../src/aws/identity.ts';
import { noMetric } from '../../src/system/metrics.ts';
import type { AwsStandIn, CallRecord, Identity } from '../aws/index.ts';
import { createTestClients } from './aws-clients.ts';
import type { FakeClock } from './fake-clock.ts';
import { createMemoryLogger } from './memory-logger.ts';

/** Clients of AWS in an environment of their own: nothing of the machine's is seen. */
export class IdentityBench {
  readonly clock: FakeClock;
  /** Each call that was counted: `service operation code`. */
  readonly counted: string[] = [];
  readonly folder: string;
  readonly logger = createMemoryLogger();
  readonly #environment = process.env;
  readonly #clients: AwsClients[] = [];

  static async create(clock: FakeClock): Promise<IdentityBench> {
    return new IdentityBench(clock, await mkdtemp(join(tmpdir(), 'identity-')));
  }

  private constructor(clock: FakeClock, folder: string) {
    this.clock = clock;
    this.folder = folder;
    const { PATH = '' } = this.#environment;
    const files = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
    process.env = { PATH, HOME: folder, ...files };
  }

  set(variables: Readonly<Record<string, string>>): void {
    Object.assign(process.env, variables);
  }

  async file(name: string, content: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  clients(options: Partial<AwsClientsOptions> = {}): AwsClients {
    const calls = {
      inc: ({ service, operation, code }: Record<'service' | 'operation' | 'code', string>) =>
        void this.counted.push(`${service} ${operation} ${code}`),
    };
    const call = createAwsCall(this.clock, { calls, duration: noMetric });
    const created = createTestClients(this.clock, { call, logger: this.logger, ...options });
    this.#clients.push(created);
    return created;
  }

  async close(): Promise<void> {
    for (const clients of this.#clients) clients.close();
    process.env = this.#environment;
    await rm(this.folder, { recursive: true });
  }
}

export const ambient = { kind: 'ambient' } as const;

export function specOf(source: IdentitySpec['source'], rest: Partial<IdentitySpec> = {}): IdentitySpec {
  return { source, roles: [], roleSessionName: defaultRoleSessionName, region: 'us-east-1', ...rest };
}

export function staticSource({ accessKeyId, secretAccessKey, sessionToken }: Identity): CredentialSource {
  const key = { kind: 'static', accessKeyId, secretAccessKey, origin: 'Secret ns/key' } as const;
  return sessionToken === undefined ? key : { ...key, sessionToken };
}

/** The operations that STS saw, in order. */
export async function stsCalls(aws: AwsStandIn): Promise<string[]> {
  const calls: readonly CallRecord[] = await aws.calls({ service: 'sts' });
  return calls.map(({ operation }) => operation);
}
