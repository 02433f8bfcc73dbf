import { type AwsStandIn, startAwsStandIn } from '../../aws/index.ts';
import type { AwsStandInOptions } from '../../aws/stand-in.ts';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane.ts';
import { eventually } from '../../cluster/wait.ts';
import { acmUser, type RunningController, startController } from '../../support/controller.ts';
import { createCsr, createRequest, type RequestOptions } from './requests.ts';
import { sharedControlPlane } from './shared-control-plane.ts';
import { applyObject, awaitReady, type Condition, readObject, readyOf, type TestObject } from './shared-issuer.ts';

export const region = 'eu-west-1';
const issuerKind = 'AWSPCAClusterIssuer';

/** A control plane, a stand-in for AWS and a role that ACM may issue with, for tests that kill controllers. */
export interface AcmBench {
  readonly plane: ControlPlane;
  readonly aws: AwsStandIn;
  readonly issuanceRole: string;
  start(options?: { readonly args?: readonly string[]; readonly user?: typeof acmUser }): Promise<RunningController>;
  stop(): Promise<void>;
}

export async function openAcmBench(options: AwsStandInOptions = {}): Promise<AcmBench> {
  const plane = await startControlPlane({ programs: sharedControlPlane().facts.programs, certManager: {} });
  const aws = await startAwsStandIn(options);
  const { arn: issuanceRole } = await aws.createRole({ name: 'issuance', trust: ['acm-acme.amazonaws.com'] });
  let started = 0;
  return {
    ...{ plane, aws, issuanceRole },
    start: ({ args = [], user = acmUser } = {}) =>
      startController((spec) => plane.startProcess(spec), plane, {
        name: `controller-${started++}`,
        environment: aws.environment(aws.identity, region),
        args: ['--log-level=debug', ...args],
        user,
      }),
    stop: async () => {
      await plane.stop();
      await aws.stop();
    },
  };
}

/** The issuer as ACM is concerned. */
export interface AcmIssuerObject extends TestObject {
  readonly metadata: TestObject['metadata'] & { readonly finalizers?: readonly string[]; readonly generation?: number };
  readonly status?: TestObject['status'] & {
    readonly acm?: {
      readonly subject?: string;
      readonly endpoint?: { readonly arn?: string; readonly directoryURL?: string; readonly status?: string };
      readonly account?: {
        readonly url?: string;
        readonly status?: string;
        readonly externalAccountBindingARN?: string;
      };
      readonly domains?: readonly {
        readonly name: string;
        readonly arn?: string;
        readonly status?: string;
        readonly hostedZoneID?: string;
        readonly recordName?: string;
        readonly recordValue?: string;
      }[];
    };
  };
}

export const applyAcmIssuer = ({ plane }: Pick<AcmBench, 'plane'>, name: string, acm: object): Promise<TestObject> =>
  applyObject(plane, {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: issuerKind,
    metadata: { name },
    spec: { acm },
  });

export const awaitAcmIssuer = async (
  { plane }: Pick<AcmBench, 'plane'>,
  name: string,
  matches: (condition: Condition & { readonly observedGeneration?: number }) => boolean,
): Promise<AcmIssuerObject> => await awaitReady(plane, issuerKind, '', name, matches);

export const isReady = ({ status }: Condition): boolean => status === 'True';
export const isOfGeneration =
  (generation: number) =>
  (condition: Condition & { readonly observedGeneration?: number }): boolean =>
    condition.status === 'True' && condition.observedGeneration === generation;

export const readAcmIssuer = async (
  { plane }: Pick<AcmBench, 'plane'>,
  name: string,
): Promise<AcmIssuerObject | undefined> => await readObject(plane, issuerKind, '', name);

export const issuerRefOf = (name: string) => ({ group: 'awspca.cert-manager.io', kind: issuerKind, name });

/** Asks the issuer for a certificate for these names. */
export function requestFor(
  { plane }: Pick<AcmBench, 'plane'>,
  issuer: string,
  name: string,
  dnsNames: readonly string[],
  options: RequestOptions = {},
): Promise<TestObject> {
  const extensions = [`subjectAltName=${dnsNames.map((dns) => `DNS:${dns}`).join(',')}`];
  const csr = createCsr({ subject: '/', extensions });
  return createRequest(plane, { namespace: 'default', issuerRef: issuerRefOf(issuer) }, name, { csr, ...options });
}

export async function reasonOf({ plane }: Pick<AcmBench, 'plane'>, request: string): Promise<string | undefined> {
  return readyOf(await readObject(plane, 'CertificateRequest', 'default', request))?.reason;
}

/** What was really made at AWS, by kind of call: creations that were carried out. */
export async function creations({ aws }: Pick<AcmBench, 'aws'>): Promise<Record<string, number>> {
  const calls = (await aws.calls()).filter(({ operation }) => operation.startsWith('Create'));
  const made = calls.filter(({ outcome }) => outcome === 'ok');
  return made.reduce<Record<string, number>>(
    (counts, { operation }) => ({ ...counts, [operation]: (counts[operation] ?? 0) + 1 }),
    {},
  );
}

/** The CNAMEs of a zone, as name and value without the dots at their ends. */
export async function cnamesOf({ aws }: Pick<AcmBench, 'aws'>, zoneId: string): Promise<[string, string][]> {
  const records = await aws.records({ zoneId });
  const plain = (text = ''): string => text.replace(/\.$/, '');
  return records.filter(({ type }) => type === 'CNAME').map(({ name, values }) => [plain(name), plain(values[0])]);
}

export { eventually };
