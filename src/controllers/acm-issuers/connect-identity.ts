import { withoutSession } from '../../aws/arn.ts';
import type { AwsApi, AwsClients } from '../../aws/clients.ts';
import { AwsError } from '../../aws/errors.ts';
import { describeSource, identityKey, type IdentitySpec } from '../../aws/identity.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { IdentityPlan } from '../issuers/plan-credentials.ts';
import { readCredentials } from '../issuers/read-credentials.ts';
import { type Asker, explainAws } from './explain-aws.ts';
import type { Obstacle } from './obstacle.ts';

/** An identity that AWS knows. */
export interface Connection {
  readonly kind: 'connection';
  readonly api: AwsApi;
  readonly spec: IdentitySpec;
  readonly caller: { readonly arn: string; readonly account: string };
  /** Where its credentials come from, for a person. */
  readonly source: string;
  readonly asker: Asker;
}

export interface ConnectOptions {
  readonly client: KubeClient;
  readonly aws: AwsClients;
  /** Told of each identity before it is used. */
  readonly using: (spec: IdentitySpec) => void;
  /** In a sentence: the field of the identity's first role. */
  readonly roleField?: string;
}

export type RegionalIdentityPlan = IdentityPlan & { readonly region: string };

/** The identity that the plan names, with what its Secret holds now, if it names one. */
export async function readIdentity(
  client: KubeClient,
  { credentials, roles, roleSessionName, region }: RegionalIdentityPlan,
): Promise<{ readonly kind: 'identity'; readonly spec: IdentitySpec } | Obstacle> {
  const reading = await readCredentials(client, credentials);
  if (reading.kind === 'missing') return { kind: 'missing', reason: 'Error', message: reading.message };
  if (reading.kind === 'unknown') return { kind: 'unknown', reason: 'Unreachable', message: reading.message };
  return { kind: 'identity', spec: { source: reading.source, roles, roleSessionName, region } };
}

/** Reads the credentials that the plan names, and asks AWS who that is. */
export async function connectIdentity(
  plan: RegionalIdentityPlan,
  { client, aws, using, roleField }: ConnectOptions,
): Promise<Connection | Obstacle> {
  const read = await readIdentity(client, plan);
  if (read.kind !== 'identity') return read;
  const { spec } = read;
  const { credentials, region } = plan;
  using(spec);
  const api = aws.get(spec);
  const tokenOwner = credentials.kind === 'serviceAccount' ? credentials : undefined;
  const known = { roles: api.roles, region, tokenOwner, ...(roleField !== undefined && { roleField }) };
  try {
    const { arn, account } = await api.getCallerIdentity();
    const caller = { arn: withoutSession(arn), account };
    const asker: Asker = { ...known, identity: caller.arn };
    return { kind: 'connection', api, spec, caller, source: describeSource(spec), asker };
  } catch (error) {
    if (error instanceof AwsError) return explainAws(error, { ...known, identity: undefined });
    throw error;
  }
}

export const keyOfConnection = ({ spec }: Connection): string => identityKey(spec);
