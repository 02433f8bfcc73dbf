import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { eventually } from '../../cluster/wait.ts';
import type { RunningController } from '../../support/controller.ts';
import { readyOf } from '../support/shared-issuer.ts';
import { awaitAllIssued, billedOnce, createManyApproved, listRequests, numbered } from './support/approved-requests.ts';
import { expectCalm } from './support/calm.ts';
import { FaultBench, type Lines } from './support/fault-bench.ts';
import { createFinished, createForeign, createSecrets } from './support/full-cluster.ts';

// A guard against hanging.
jest.setTimeout(300_000);

let bench: FaultBench;
let lines: Lines;
let controller: RunningController;
beforeAll(async () => {
  bench = await FaultBench.start();
  lines = await bench.lines();
  await bench.applyIssuer();
});
afterAll(() => bench.stop());
afterEach(async () => {
  lines.aws.heal();
  await controller.process.stop();
});

async function start(): Promise<void> {
  controller = await bench.controller(lines, { args: ['--pca-issue-rate=0', '--pca-get-rate=0'] });
  await bench.awaitIssuer();
}

const billedCount = async (): Promise<number> => (await bench.aws.billed()).length;

/** Every certificate that was billed stands on a request, or the request knows its ARN: nothing that was paid is lost. */
async function expectNothingHalfDone(): Promise<void> {
  const requests = await listRequests(bench.plane);
  const known = new Set(requests.map(({ metadata }) => metadata.annotations?.['aws-privateca-issuer/certificate-arn']));
  const lost = (await bench.aws.billed()).filter(({ certificateArn }) => !known.has(certificateArn));
  expect(lost).toEqual([]);
}

const report = (line: string): void => void process.stdout.write(`${line}\n`);

test('beside many finished requests, Secrets and requests of others: two writes and one event each, and no read', async () => {
  await createFinished(bench.plane, 'finished', 300);
  await createSecrets(bench.plane, 'foreign', 150);
  await createForeign(bench.plane, 'others', 100);
  await start();
  // Its check tells an event, which is none of the requests'.
  const isTold = async (): Promise<boolean> =>
    lines.api.calls.some(({ label, status }) => label === 'POST events' && status === 201);
  await eventually(isTold, { what: 'the issuer’s event' });
  const before = lines.api.calls.length;
  const names = numbered('new', 100);
  await createManyApproved(bench.plane, names);
  const requests = await awaitAllIssued(bench.plane, names);
  expect(await billedOnce(bench.aws, requests)).toEqual({ certificates: 100, held: 100 });
  const labels = (): string[] => lines.api.calls.slice(before).map(({ label }) => label);
  const countOf = (label: string): number => labels().filter((other) => other === label).length;
  await eventually(async () => countOf('POST events') >= 100, { what: 'the last event' });
  expect({
    arns: countOf('PATCH certificaterequests'),
    statuses: countOf('PUT certificaterequests/status'),
    events: countOf('POST events'),
    others: labels().filter(
      (label) => !/^(PATCH certificaterequests$|PUT certificaterequests.status$|POST events|WATCH)/.test(label),
    ),
  }).toEqual({ arns: 100, statuses: 100, events: 100, others: [] });
  const untouched = (await listRequests(bench.plane)).filter(({ metadata }) => metadata.name.startsWith('others'));
  expect(untouched.filter((request) => readyOf(request))).toEqual([]);
});

test('SIGTERM under load: what is under way is brought to its end, and the next process does the rest', async () => {
  await bench.aws.reset();
  await bench.aws.updateCertificateAuthority({ arn: bench.authority.arn, issuingTimeMs: 300 });
  const names = numbered('busy', 300);
  // Nobody signs before the controller runs, so that all are open when it does.
  await createManyApproved(bench.plane, names, 50);
  await start();
  await eventually(async () => (await billedCount()) >= 30, { what: 'some are billed', everyMs: 5 });
  const asked = performance.now();
  controller.process.signal('SIGTERM');
  expect(await controller.process.exited).toEqual({ code: 0, signal: null });
  report(`SIGTERM under load until the end of the process: ${Math.round(performance.now() - asked)} ms`);
  expect(await billedCount()).toBeLessThan(names.length);
  await expectNothingHalfDone();
  expectCalm(await controller.log());

  await start();
  const requests = await awaitAllIssued(bench.plane, names);
  expect(await billedOnce(bench.aws, requests)).toEqual({ certificates: 300, held: 300 });
});

test('SIGTERM while AWS answers nothing that is only read: given up soon, the lease given back, and the next process goes on', async () => {
  await bench.aws.reset();
  await start();
  const reads = /^(GetCertificate|DescribeCertificateAuthority|GetCallerIdentity)$/;
  const silence = lines.aws.inflict(({ label }) => (reads.test(label) ? { instead: 'silence' } : undefined));
  const isAsked = async (): Promise<boolean> => silence.hits.some(({ label }) => label === 'GetCertificate');
  const names = numbered('unread', 20);
  await createManyApproved(bench.plane, names);
  await eventually(async () => (await billedCount()) === 20, { what: 'all are bought', everyMs: 5 });
  await eventually(isAsked, { what: 'a certificate is asked for in vain', everyMs: 5 });
  const asked = performance.now();
  controller.process.signal('SIGTERM');
  expect(await controller.process.exited).toEqual({ code: 0, signal: null });
  report(`SIGTERM while only reads hang until the end of the process: ${Math.round(performance.now() - asked)} ms`);
  await expectNothingHalfDone();
  const log = await controller.log();
  expect(log).toMatch(/"unfinished":\[\]/);
  expect(log).not.toMatch(/abandoning the reconciles/);
  expectCalm(log);
  lines.aws.heal();
  await start();
  const requests = await awaitAllIssued(bench.plane, names);
  expect(await billedOnce(bench.aws, requests)).toEqual({ certificates: 20, held: 20 });
});

test('SIGTERM while AWS does not answer: the process ends all the same, and nothing is bought twice', async () => {
  await bench.aws.reset();
  await start();
  const silence = lines.aws.inflict(({ label }) =>
    label === 'IssueCertificate' ? { delivery: 'silence' } : undefined,
  );
  const names = numbered('silent', 20);
  await createManyApproved(bench.plane, names);
  await eventually(async () => (await billedCount()) === 20, { what: 'all are bought, and nobody knows', everyMs: 5 });
  const asked = performance.now();
  controller.process.signal('SIGTERM');
  expect(await controller.process.exited).toEqual({ code: 0, signal: null });
  expect(silence.hits.map(({ status }) => status)).toEqual(Array.from(names, () => undefined));
  report(`SIGTERM while AWS is silent until the end of the process: ${Math.round(performance.now() - asked)} ms`);
  lines.aws.heal();
  await start();
  const requests = await awaitAllIssued(bench.plane, names);
  expect(await billedOnce(bench.aws, requests)).toEqual({ certificates: 20, held: 20 });
});
