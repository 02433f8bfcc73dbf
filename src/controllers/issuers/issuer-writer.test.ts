import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Issuer, IssuerStatus } from '../../api/awspca.ts';
import { clusterIssuer, issuer, startTime, withIssuerReady, withIssuerStatus } from '../../../test/support/builders.ts';
import { apiError, FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { createMemoryLogger, type MemoryLogger } from '../../../test/support/memory-logger.ts';
import { RecordedEvents } from '../../../test/support/recorders.ts';
import { IssuerWriter } from './issuer-writer.ts';

const verified = { type: 'Ready', status: 'True', reason: 'Verified', message: 'Issuer verified' } as const;
const condition = { ...verified, observedGeneration: 1, lastTransitionTime: startTime };
const status: IssuerStatus = {
  conditions: [condition],
  identity: { arn: 'arn', account: '1', source: 's' },
  certificateAuthority: { arn: 'ca', subject: 'CN=root' },
};
const withStatus = issuer('i', withIssuerStatus(status));

let api: FakeKubeApi;
let events: RecordedEvents;
let logger: MemoryLogger;
let writer: IssuerWriter;
beforeEach(() => {
  logger = createMemoryLogger();
  api = new FakeKubeApi();
  events = new RecordedEvents();
  writer = new IssuerWriter(api, events, logger);
});

test.each<[string, Issuer, object]>([
  ['AWSPCAIssuer', issuer('i'), { name: 'i', namespace: 'team', uid: 'uid-of-i', resourceVersion: '1' }],
  ['AWSPCAClusterIssuer', clusterIssuer('i'), { name: 'i', uid: 'uid-of-i', resourceVersion: '1' }],
])('applies the status of an %s on the very state that was read, and tells it', async (kind, object, metadata) => {
  api.put(object);
  await writer.applyStatus(object, status);
  expect(api.writes).toMatchObject([
    {
      options: { fieldManager: 'aws-privateca-issuer', subresource: 'status' },
      write: { type: 'apply', body: { apiVersion: 'awspca.cert-manager.io/v1beta1', kind, metadata, status } },
    },
  ]);
  expect(events.events).toMatchObject([
    { regarding: { kind, name: 'i' }, type: 'Normal', reason: 'Verified', note: 'Issuer verified', action: 'Check' },
  ]);
});

test('a status that is there already is neither written nor told', async () => {
  api.put(withStatus);
  await writer.applyStatus(withStatus, structuredClone(status));
  expect(api.writes).toEqual([]);
  expect(events.events).toEqual([]);
});

test.each<[string, IssuerStatus]>([
  ['the identity', { ...status, identity: { ...status.identity, source: 'other' } }],
  ['the CA', { ...status, certificateAuthority: { arn: 'ca', subject: 'CN=other' } }],
  ['an identity that is gone', { conditions: [condition], certificateAuthority: { arn: 'ca', subject: 'CN=root' } }],
])('a change of %s alone is written, not told', async (_, changed) => {
  api.put(withStatus);
  await writer.applyStatus(withStatus, changed);
  expect(api.writes).toHaveLength(1);
  expect(events.events).toEqual([]);
});

test('a Ready that is lost is a warning', async () => {
  const before = issuer('i', withIssuerReady());
  api.put(before);
  await writer.applyStatus(before, {
    conditions: [{ ...condition, status: 'False', reason: 'Error', message: 'why' }],
  });
  expect(events.told).toEqual(['Warning Error: why']);
});

test('an issuer that is no more is all right', async () => {
  await writer.applyStatus(issuer('i'), status);
  expect(events.events).toEqual([]);
});

test.each([
  [apiError(409, 'Conflict')],
  [apiError(422, 'Invalid', 'status.conditions[0].reason')],
  [apiError(503, 'ServiceUnavailable')],
])('other failures go up, and nothing is told: %s', async (error) => {
  api.put(issuer('i'));
  api.failNext({ error });
  await expect(writer.applyStatus(issuer('i'), status)).rejects.toBe(error);
  expect(events.events).toEqual([]);
});

test('a successor of the same name does not get its status', async () => {
  const successor = { ...issuer('i'), metadata: { ...issuer('i').metadata, uid: 'other', resourceVersion: '9' } };
  api.put(successor);
  await expect(writer.applyStatus(issuer('i'), status)).rejects.toMatchObject({ code: 409 });
  expect(api.current(successor)).toEqual(successor);
});

describe('a definition that is older than the code', () => {
  const older = { error: apiError(500, 'InternalError') };

  test('gets the conditions alone, each time, and the log says once what to do', async () => {
    for (const name of ['i', 'j']) {
      api.put(issuer(name));
      api.failNext(older);
      await writer.applyStatus(issuer(name), status);
    }
    expect(api.writes.map(({ key, write }) => [key, (write.body as { status: object }).status])).toEqual([
      ['team/i', status],
      ['team/i', { conditions: [condition] }],
      ['team/j', status],
      ['team/j', { conditions: [condition] }],
    ]);
    expect(events.told).toHaveLength(2);
    expect(logger.lines).toMatchObject([{ level: 'warn', definition: 'awspcaissuers.awspca.cert-manager.io' }]);
  });

  test('an API server that fails at both is no older definition', async () => {
    api.put(issuer('i'));
    const second = apiError(500, 'InternalError');
    api.failNext(older, { error: second });
    await expect(writer.applyStatus(issuer('i'), status)).rejects.toBe(second);
    expect([events.events, logger.lines]).toEqual([[], []]);
  });

  test('nor does conditions alone failing lead to a second try', async () => {
    api.put(issuer('i'));
    api.failNext(older);
    await expect(writer.applyStatus(issuer('i'), { conditions: [condition] })).rejects.toBe(older.error);
    expect(api.writes).toHaveLength(1);
  });
});
