import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../cluster/wait.ts';
import type { Stage } from './stage.ts';
import { type Act, denial, type Expectation } from './story.ts';

type Say = (line: string) => void;

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const placeholderArn =
  'arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/00000000-0000-0000-0000-000000000000';
const patienceMs = 60_000;

/** Something did not come out as it should. `message` names it. */
export class DemoFailed extends Error {
  override readonly name = 'DemoFailed';
}

/** Applies the files of an act and waits until everything is as it must be, telling each change as it happens. */
export async function play(stage: Stage, act: Act, say: Say): Promise<void> {
  for (const file of act.files) await applyExample(stage, file, say);
  await Promise.all(act.expected.map((expectation) => awaitExpectation(stage, expectation, say)));
}

/** Lets the policy take effect, asks for the certificate, and denies the request as a person would. */
export async function playDenial(stage: Stage, say: Say): Promise<void> {
  const { plane } = stage;
  const { request } = denial;
  await applyExample(stage, denial.policy, say);
  await awaitPolicy(stage);
  await applyExample(stage, denial.certificate, say);
  const find = ['get', 'certificaterequest', '-n', request.namespace, request.name];
  await eventually(async () => (await plane.kubectl(find)).exitCode === 0, { what: 'the request is there' });
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = {
    type: 'Denied',
    status: 'True',
    reason: 'Reviewed',
    message: 'Not from us.',
    lastTransitionTime: now,
  };
  const patch = JSON.stringify([
    { op: 'add', path: '/status', value: {} },
    { op: 'add', path: '/status/conditions', value: [condition] },
  ]);
  const where = ['-n', request.namespace, request.name];
  await demand(stage, ['patch', 'certificaterequest', ...where, '--subresource=status', '--type=json', '-p', patch]);
  say(`kubectl patch certificaterequest -n ${request.namespace} ${request.name}: Denied`);
  await awaitExpectation(stage, denial.expected, say);
}

/** A policy is enforced a moment after it was created; until then an approval would slip through. */
async function awaitPolicy(stage: Stage): Promise<void> {
  const name = 'is-the-policy-enforced';
  const request = `
apiVersion: cert-manager.io/v1
kind: CertificateRequest
metadata: { name: ${name}, namespace: guarded }
spec: { request: YQ==, issuerRef: { name: nobody, kind: Nobody, group: example.com } }
`;
  await demand(stage, ['apply', '-f', '-'], request);
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Probe', message: 'Probe' }];
  const probe = [
    'patch',
    'certificaterequest',
    '-n',
    'guarded',
    name,
    '--subresource=status',
    '--type=merge',
    '--dry-run=server',
  ];
  const isRefused = async (): Promise<boolean> =>
    (await stage.plane.kubectl([...probe, '-p', JSON.stringify({ status: { conditions } })])).exitCode !== 0;
  await eventually(isRefused, { what: 'the policy is enforced' });
  await demand(stage, ['delete', 'certificaterequest', '-n', 'guarded', name]);
}

async function applyExample(stage: Stage, file: string, say: Say): Promise<void> {
  const text = await readFile(`${examples}${file}`, 'utf8');
  const manifest = [...stage.placeholders]
    .reduce((filled, [placeholder, real]) => filled.replaceAll(placeholder, real), text)
    .replaceAll(placeholderArn, stage.authorityArn)
    .replace('AKIAEXAMPLEEXAMPLE00', stage.tenant.accessKeyId)
    .replace('example-secret-access-key', stage.tenant.secretAccessKey);
  const output = await demand(stage, ['apply', '-f', '-'], manifest);
  say(`kubectl apply -f examples/${file}: ${output.trim().split('\n').join(', ')}`);
}

async function demand({ plane }: Stage, args: readonly string[], input?: string): Promise<string> {
  const { exitCode, stdout, stderr } = await plane.kubectl(args, input === undefined ? {} : { input });
  if (exitCode !== 0) throw new DemoFailed(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

async function awaitExpectation(stage: Stage, expectation: Expectation, say: Say): Promise<void> {
  const { resource, namespace, name, ready, reason } = expectation;
  const where = namespace === undefined ? [name] : [name, '-n', namespace];
  const label = `${resource} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  let seen = '';
  const isAsExpected = async (): Promise<boolean> => {
    const { stdout } = await stage.plane.kubectl(['get', resource, ...where, '-o', 'json', '--ignore-not-found']);
    const condition = readyOf(stdout);
    const now = condition ? `Ready=${condition.status} (${condition.reason}): ${condition.message}` : '';
    if (now !== seen && now !== '') say(`${label}: ${now}`);
    seen = now;
    return condition?.status === ready && condition.reason === reason;
  };
  const patience = { what: label, timeoutMs: patienceMs, everyMs: 150 };
  await eventually(isAsExpected, patience).catch((cause: unknown) => {
    const wanted = `Ready=${ready} (${reason})`;
    throw new DemoFailed(
      `${label} did not come to ${wanted} within ${patienceMs / 1000} s; it is: ${seen || 'not there'}`,
      {
        cause,
      },
    );
  });
}

interface ReadyCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

function readyOf(json: string): ReadyCondition | undefined {
  if (json.trim() === '') return undefined;
  const object = JSON.parse(json) as { status?: { conditions?: ReadyCondition[] } };
  return object.status?.conditions?.find(({ type }) => type === 'Ready');
}
