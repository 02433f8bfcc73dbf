import { describe, expect, test } from '@jest/globals';
import { matchesFilter, parseAuditLine, type AuditFilter } from './audit-event.ts';

const line = (change: object = {}): string =>
  JSON.stringify({
    ...{ kind: 'Event', auditID: 'id', stage: 'ResponseComplete', verb: 'patch', user: { username: 'alice' } },
    requestURI: '/apis/cert-manager.io/v1/namespaces/n/certificaterequests/r/status?fieldManager=x',
    objectRef: {
      apiGroup: 'cert-manager.io',
      resource: 'certificaterequests',
      subresource: 'status',
      namespace: 'n',
      name: 'r',
    },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-01-02T03:04:05.000006Z',
    ...change,
  });

describe('parseAuditLine', () => {
  test('reads who did what to what, with which outcome', () => {
    expect(parseAuditLine(line())).toEqual({
      ...{ id: 'id', user: 'alice', verb: 'patch', group: 'cert-manager.io', resource: 'certificaterequests' },
      ...{ subresource: 'status', namespace: 'n', name: 'r', status: 200, receivedAt: '2026-01-02T03:04:05.000006Z' },
      uri: '/apis/cert-manager.io/v1/namespaces/n/certificaterequests/r/status?fieldManager=x',
    });
  });

  test('reads a call that names no object', () => {
    const version = { objectRef: undefined, requestURI: '/version', verb: 'get' };
    expect(parseAuditLine(line(version))).toMatchObject({
      group: '',
      resource: '',
      subresource: '',
      namespace: '',
      name: '',
    });
  });

  test.each<[string, object, boolean]>([
    ['an answered call', {}, true],
    ['a call in whose handler the server panicked', { stage: 'Panic' }, true],
    ['the start of an answer that takes long', { stage: 'ResponseStarted' }, false],
    ['a watch that starts', { verb: 'watch', stage: 'ResponseStarted' }, true],
    ['a watch that ends', { verb: 'watch', stage: 'ResponseComplete' }, false],
    ['a watch that was refused', { verb: 'watch', responseStatus: { code: 403 } }, true],
  ])('%s: %j counts: %s', (_, change, counts) => {
    expect(parseAuditLine(line(change)) !== undefined).toBe(counts);
  });

  test('skips an empty line', () => {
    expect(parseAuditLine('')).toBeUndefined();
  });
});

describe('matchesFilter', () => {
  const event = parseAuditLine(line());

  test.each<[AuditFilter, boolean]>([
    [{}, true],
    [{ user: 'alice', verb: 'patch', subresource: 'status' }, true],
    [{ verb: ['get', 'patch'] }, true],
    [{ verb: [] }, false],
    [{ user: 'alice', verb: 'get' }, false],
    [{ subresource: '' }, false],
    [{ group: 'cert-manager.io', resource: 'certificaterequests', namespace: 'n', name: 'r' }, true],
    [{ name: 'other' }, false],
  ])('%j: %s', (filter, expected) => {
    expect(event && matchesFilter(event, filter)).toBe(expected);
  });
});
