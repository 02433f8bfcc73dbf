import { ACMPCAClient, IssueCertificateCommand } from '@aws-sdk/client-acm-pca';
import type { Scenario, Stage } from '../stage.ts';
import { finish, sleepUntil } from './together.ts';

const count = 200;
const otherPerSecond = 50;
const otherSeconds = 15;

export const crowded: Scenario = async (stage) => {
  await stage.setUp({ quotas: {}, issuingTimeMs: 1000 });
  await stage.startReady();
  const watch = await stage.watchRequests();
  await stage.create(count);
  const other = issueBeside(stage);
  const started = performance.now();
  await stage.approveAll(count);
  await other;
  await finish(watch, { count, started, boundSeconds: 90 });
  const lastAt = Math.max(...watch.seen.map(({ readyAt, failedAt }) => readyAt ?? failedAt ?? NaN));
  const { ready, failed } = watch;
  return {
    crowdedFailed: { value: failed },
    crowdedTime: Number.isNaN(lastAt)
      ? { unfinished: `not done in 90 s (${ready} Ready, ${failed} failed)` }
      : { value: (lastAt - started) / 1000 },
    crowdedMissing: { value: count - ready },
  };
};

/** Another client of the same account, which takes no notice of being throttled. */
async function issueBeside(stage: Stage): Promise<void> {
  const { world, authorityArn } = stage;
  const { accessKeyId, secretAccessKey } = await world.aws.createIdentity({});
  const client = new ACMPCAClient({
    ...{ endpoint: world.aws.endpoint, region: 'us-east-1', maxAttempts: 1 },
    credentials: { accessKeyId, secretAccessKey },
  });
  const command = new IssueCertificateCommand({
    CertificateAuthorityArn: authorityArn,
    Csr: Buffer.from(stage.csr(0).request, 'base64'),
    SigningAlgorithm: 'SHA256WITHECDSA',
    Validity: { Type: 'DAYS', Value: 1 },
  });
  const started = performance.now();
  const refusals: Error[] = [];
  const calls: Promise<unknown>[] = [];
  for (let index = 0; index < otherPerSecond * otherSeconds; index++) {
    await sleepUntil(started + (index * 1000) / otherPerSecond);
    calls.push(client.send(command).catch((error: unknown) => refusals.push(error as Error)));
  }
  await Promise.all(calls);
  const unexpected = refusals.find(({ name }) => name !== 'ThrottlingException');
  if (unexpected) throw unexpected;
  if (refusals.length === 0) throw new Error('the other client never met the quota');
  client.destroy();
}
