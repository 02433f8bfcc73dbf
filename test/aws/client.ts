import { CONTROL_NAMES, CONTROL_PATH } from './control-routes.ts';
import { environmentFor } from './environment.ts';
import type { Controls, Identity } from './model.ts';

/** A stand-in that runs elsewhere, with the same orders as one within the process. */
export interface RemoteAwsStandIn extends Controls {
  readonly endpoint: string;
  /** Environment variables with which the AWS SDK talks to the stand-in as this identity. */
  environment(identity: Identity, region?: string): Record<string, string>;
}

/** Connects to the stand-in at `endpoint` (`http://127.0.0.1:port`). An order that it refuses rejects. */
export function connectAwsStandIn(endpoint: string): RemoteAwsStandIn {
  const orders = CONTROL_NAMES.map((name) => [name, (argument?: unknown) => order(endpoint, name, argument)]);
  const controls = Object.fromEntries(orders) as unknown as Controls;
  return { ...controls, endpoint, environment: (identity, region) => environmentFor(endpoint, identity, region) };
}

async function order(endpoint: string, name: string, argument: unknown): Promise<unknown> {
  const response = await fetch(new URL(`${CONTROL_PATH}/${name}`, endpoint), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: argument === undefined ? '' : JSON.stringify(argument),
  });
  const { result, error } = (await response.json()) as { readonly result?: unknown; readonly error?: string };
  if (error !== undefined) throw new Error(error);
  return result ?? undefined;
}
