// npm run demo: the whole way from an annotated Ingress to a TLS Secret, on real programs. `--once` ends by itself.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildFailed, MissingPrerequisite } from '../cluster/programs/missing-prerequisite.ts';
import { DemoFailed, play, playDenial } from './play.ts';
import { handShake, readTlsSecret, verifyWithOpenssl } from './proof.ts';
import { setStage, type Stage } from './stage.ts';
import { denial, story } from './story.ts';

const started = performance.now();
const write = (text: string): void => void process.stdout.write(text);
const say = (line: string): void => {
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  write(`[${seconds} s] ${line}\n`);
};
const headline = (title: string): void => write(`\n== ${title}\n`);

const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
const isOnce = process.argv.includes('--once');

async function perform(): Promise<void> {
  headline('The stage');
  const stage = await setStage(say);
  try {
    const isDone = await Promise.race([tell(stage).then(() => true), asked.then(() => false)]);
    if (isDone && !isOnce) {
      invite(stage);
      await asked;
    }
  } finally {
    headline('The end');
    await stage.end();
    say('everything is stopped; nothing is left behind');
  }
}

async function tell(stage: Stage): Promise<void> {
  for (const act of story) {
    headline(act.title);
    await play(stage, act, say);
    await tellCalls(stage);
  }
  headline(denial.title);
  await playDenial(stage, say);
  await show(stage);
  await prove(stage);
  const billed = await stage.aws.billed();
  headline(
    `${billed.length} certificates were billed; up after ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
}

let told = 0;

/** What AWS was asked since the last time. */
async function tellCalls({ aws }: Stage): Promise<void> {
  const calls = (await aws.calls()).filter(({ sequence }) => sequence > told);
  told = Math.max(told, ...calls.map(({ sequence }) => sequence));
  const counts = new Map<string, number>();
  for (const { operation, outcome } of calls) {
    const answer = `${operation} ${outcome}`;
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  say(`AWS (stand-in) was asked: ${[...counts].map(([answer, count]) => `${answer} x${count}`).join(', ')}`);
}

const views: readonly (readonly string[])[] = [
  ['get', 'awspcaclusterissuers,awspcaissuers', '-A'],
  ['get', 'certificates,certificaterequests', '-A'],
  ['describe', 'awspcaclusterissuer', 'public'],
  ['describe', 'awspcaclusterissuer', 'wrong-arn'],
  ['describe', 'certificaterequest', '-n', 'default', 'waits-for-its-issuer-1'],
  ['get', 'events', '-n', 'default', '--field-selector', 'involvedObject.name=shop-tls-1'],
];

async function show(stage: Stage): Promise<void> {
  for (const view of views) {
    headline(`kubectl ${view.join(' ')}`);
    const { stdout, stderr } = await stage.plane.kubectl(view);
    write(stdout + stderr);
  }
}

async function prove(stage: Stage): Promise<void> {
  const secret = await readTlsSecret(stage.plane, 'default', 'shop-tls');
  const folder = await mkdtemp(join(tmpdir(), 'aws-privateca-issuer-proof-'));
  try {
    headline('openssl verify -CAfile ca.crt -untrusted tls.crt tls.crt (Secret default/shop-tls of the Ingress)');
    write(await verifyWithOpenssl(secret, folder));
  } catch (error) {
    throw new DemoFailed('openssl does not verify the chain of Secret default/shop-tls', { cause: error });
  } finally {
    await rm(folder, { recursive: true });
  }
  await provePublic(stage);
  headline('A TLS handshake: a server with the Secret, a client that trusts its ca.crt');
  write(`${await handShake(secret, 'shop.example.com')}\n`);
}

async function provePublic({ plane, publicStage }: Stage): Promise<void> {
  const roots = await publicStage.roots();
  for (const name of ['shop-public-tls', 'other-service-tls']) {
    const secret = await readTlsSecret(plane, 'default', name, roots);
    const folder = await mkdtemp(join(tmpdir(), 'aws-privateca-issuer-proof-'));
    try {
      headline(`openssl verify -CAfile roots.pem -untrusted tls.crt tls.crt (Secret default/${name})`);
      write(await verifyWithOpenssl(secret, folder));
    } catch (error) {
      throw new DemoFailed(`openssl does not verify the chain of Secret default/${name}`, { cause: error });
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

function invite(stage: Stage): void {
  const { kubectl } = stage.plane.facts.programs;
  headline('Now you');
  write(`
  export KUBECONFIG=${stage.plane.adminKubeconfigPath}
  alias kubectl=${kubectl}

  kubectl get certificaterequests -A --watch                # what happens
  kubectl explain awspcaissuer.spec                          # what an issuer can say
  kubectl delete secret shop-tls                             # cert-manager asks again, with a new key
  kubectl annotate ingress shop cert-manager.io/duration=48h # a new certificate
  kubectl delete ingress shop                                # takes its Certificate with it
  curl -s ${stage.controller.metricsUrl} | grep awspca_      # what it cost
  tail -f ${stage.controller.process.logPath}

Ctrl-C stops everything and leaves nothing behind.
`);
}

try {
  await perform();
} catch (error) {
  const isPlain = error instanceof DemoFailed || error instanceof MissingPrerequisite || error instanceof BuildFailed;
  process.stderr.write(isPlain ? `\nThe demo failed: ${error.message}\n` : '');
  if (!isPlain) throw error;
  process.exitCode = 1;
}
