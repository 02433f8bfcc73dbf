import { beforeEach, expect, test } from '@jest/globals';
import { approved, certificateRequest, startTime, withReady } from '../../../test/support/builders.ts';
import { apiError, FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { RecordedEvents } from '../../../test/support/recorders.ts';
import { readRecord } from './issuance-record.ts';
import { failedStatus, pendingStatus } from './request-status.ts';
import { RequestWriter } from './request-writer.ts';

const start = Date.parse(startTime);
const request = certificateRequest('cr1', approved());
const attempt = { number: 1, baseMs: start };

let api: FakeKubeApi;
let events: RecordedEvents;
let writer: RequestWriter;
beforeEach(() => {
  api = new FakeKubeApi();
  api.put(request);
  events = new RecordedEvents();
  writer = new RequestWriter(api, events);
});

test('a status is written on the very state that was read, by our field manager', async () => {
  const status = pendingStatus(request, 'because', start);
  expect(await writer.writeStatus(request, status)).toBe('written');
  expect(api.writes).toEqual([
    {
      key: 'team/cr1',
      options: { fieldManager: 'aws-privateca-issuer', subresource: 'status' },
      write: {
        type: 'replace',
        body: {
          apiVersion: 'cert-manager.io/v1',
          kind: 'CertificateRequest',
          metadata: { name: 'cr1', namespace: 'team', uid: 'uid-of-cr1', resourceVersion: '1' },
          status: { conditions: [...(request.status?.conditions ?? []), ...status.conditions] },
        },
      },
    },
  ]);
});

test('each status is told in an event about the request', async () => {
  await writer.writeStatus(request, failedStatus(request, 'Failed', 'because', start));
  expect(events.events).toEqual([
    {
      regarding: {
        apiVersion: 'cert-manager.io/v1',
        kind: 'CertificateRequest',
        namespace: 'team',
        name: 'cr1',
        uid: 'uid-of-cr1',
      },
      type: 'Warning',
      reason: 'Failed',
      note: 'because',
      action: 'Sign',
    },
  ]);
});

test('what the request says already is neither written nor told', async () => {
  const told = certificateRequest('cr1', approved(), withReady('False', 'Pending', 'because'));
  expect(await writer.writeStatus(told, pendingStatus(told, 'because', start + 5_000))).toBe('written');
  expect(api.writes).toEqual([]);
  expect(events.events).toEqual([]);
});

test('a request that has changed since is not written on, nor anything told', async () => {
  const record = { attempt, reference: 'arn' };
  await writer.keep(request, record);
  const status = pendingStatus(request, 'because', start);
  await expect(writer.writeStatus(request, status)).rejects.toMatchObject({ code: 409 });
  expect(events.events).toEqual([]);
});

test('what is kept comes back with the request as it is then', async () => {
  const record = { attempt, reference: 'arn' };
  const kept = await writer.keep(request, record);
  if (kept === 'gone') throw new Error('it was there');
  expect(readRecord(kept, start)).toEqual(record);
  expect(kept.metadata.resourceVersion).toBe(api.current(request).metadata.resourceVersion);
  expect(await writer.writeStatus(kept, pendingStatus(kept, 'because', start))).toBe('written');
});

test('a request that is no more is gone for both', async () => {
  api.remove(request);
  expect(await writer.writeStatus(request, pendingStatus(request, 'because', start))).toBe('gone');
  expect(await writer.keep(request, { attempt, reference: undefined })).toBe('gone');
  expect(events.events).toEqual([]);
});

test.each([[apiError(422, 'Invalid', 'metadata.annotations')], [apiError(403, 'Forbidden')], [apiError(500, 'X')]])(
  'other failures go up: %s',
  async (error) => {
    api.failNext({ error }, { error });
    await expect(writer.keep(request, { attempt, reference: undefined })).rejects.toBe(error);
    await expect(writer.writeStatus(request, pendingStatus(request, 'because', start))).rejects.toBe(error);
  },
);
