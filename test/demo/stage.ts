import { startAwsStandIn, type AwsStandIn, type Identity } from '../aws/index.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { CONTROL_PLANE_PROGRAMS } from '../cluster/programs/program-table.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { acmUser, type RunningController, startController } from '../support/controller.ts';
import { createFederation } from './federation.ts';
import { createPublicStage, type PublicStage } from './public.ts';

type Say = (line: string) => void;

/** Everything that the demo runs on. */
export interface Stage {
  readonly plane: ControlPlane;
  readonly aws: AwsStandIn;
  readonly controller: RunningController;
  /** The CA that the examples' placeholder stands for. */
  readonly authorityArn: string;
  /** What else stands for something in the examples, with that. */
  readonly placeholders: ReadonlyMap<string, string>;
  /** The access key of the tenant `team-a`. */
  readonly tenant: Identity;
  /** Public certificates. */
  readonly publicStage: PublicStage;
  /** Ends everything. May be called again. */
  end(): Promise<void>;
}

const region = 'eu-central-1';

/** Starts the control plane with cert-manager, the stand-in for AWS, and the bundled controller, each as it is. */
export async function setStage(say: Say): Promise<Stage> {
  const programs = await ensurePrograms(CONTROL_PLANE_PROGRAMS, { log: say, environment: process.env });
  const [plane, aws] = await Promise.all([
    startControlPlane({ programs, certManager: {}, log: say }),
    startAwsStandIn(),
  ]);
  let publicStage: PublicStage | undefined;
  const end = async (): Promise<void> => {
    await Promise.all([plane.stop(), publicStage?.stop()]);
    await aws.stop();
  };
  try {
    say('etcd, kube-apiserver, kube-controller-manager and cert-manager run; so does the stand-in for AWS');
    const authorityArn = await createHierarchy(aws);
    publicStage = await createPublicStage(aws);
    say('so does Pebble, an ACME server, which asks the name server of a zone in the stand-in for Route 53');
    const placeholders = new Map([...(await createFederation(plane, aws, region)), ...publicStage.placeholders]);
    const tenant = await aws.createIdentity({ name: 'team-a' });
    const environment = aws.environment(aws.identity, region);
    const controller = await startController((spec) => plane.startProcess(spec), plane, {
      environment,
      args: ['--leader-elect', '--log-level=debug'],
      user: acmUser,
    });
    say('the controller runs (dist/manager.js, with the permissions of the examples and no others)');
    return { plane, aws, controller, authorityArn, placeholders, tenant, publicStage, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** As companies have it: a root that signs nothing but the CA in use, which takes a second to issue. */
async function createHierarchy(aws: AwsStandIn): Promise<string> {
  const root = await aws.createCertificateAuthority({
    keyAlgorithm: 'EC_secp384r1',
    subject: { commonName: 'Example Root CA', organization: 'Example' },
    region,
  });
  const issuing = await aws.createCertificateAuthority({
    parent: root.arn,
    keyAlgorithm: 'RSA_2048',
    subject: { commonName: 'Example Issuing CA', organization: 'Example' },
    pathLength: 2,
    region,
    issuingTimeMs: 1000,
  });
  return issuing.arn;
}
