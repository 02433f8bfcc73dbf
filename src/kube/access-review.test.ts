import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { json, WireServer } from '../../test/support/wire-server.ts';
import { systemClock } from '../system/clock.ts';
import { type AccessNeed, renderRule, reviewAccess } from './access-review.ts';
import { createKubeClient } from './rest-client.ts';

describe('reviewAccess', () => {
  let server: WireServer;
  beforeEach(() => {
    server = new WireServer();
  });
  afterEach(() => server.close());

  test('asks about each need and gives back those that are not allowed', async () => {
    const source = {
      server: await server.listen(),
      namespace: undefined,
      origin: 'test',
      credentials: async () => ({ tls: {}, headers: {} }),
      forget: () => undefined,
    };
    const client = createKubeClient({ source, clock: systemClock, userAgent: 'test' });
    const answerByVerb = Array.from({ length: 3 }, (): Parameters<WireServer['answer']>[0] => (response, request) => {
      const { spec } = JSON.parse(request.body) as { spec: { resourceAttributes: { verb: string } } };
      json(201, { status: { allowed: spec.resourceAttributes.verb === 'get' } })(response, request);
    });
    server.answer(...answerByVerb);
    const needs: AccessNeed[] = [
      { verb: 'patch', group: 'cert-manager.io', resource: 'certificaterequests', subresource: 'status' },
      { verb: 'get', group: '', resource: 'secrets', namespace: 'shop', name: 'aws' },
      { verb: 'watch', group: '', resource: 'secrets' },
    ];
    expect(await reviewAccess(client, needs)).toEqual([needs[0], needs[2]]);
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array.from({ length: 3 }, () => 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews'),
    );
    const bodies = server.requests.map(({ body }) => JSON.parse(body) as { spec: { resourceAttributes: AccessNeed } });
    expect(bodies.map(({ spec }) => spec.resourceAttributes)).toEqual(expect.arrayContaining(needs));
  });
});

describe('renderRule', () => {
  test.each<[AccessNeed, string]>([
    [{ verb: 'get', group: '', resource: 'secrets' }, '- {apiGroups: [""], resources: ["secrets"], verbs: ["get"]}'],
    [
      { verb: 'patch', group: 'cert-manager.io', resource: 'certificaterequests', subresource: 'status' },
      '- {apiGroups: ["cert-manager.io"], resources: ["certificaterequests/status"], verbs: ["patch"]}',
    ],
    [
      { verb: 'update', group: 'coordination.k8s.io', resource: 'leases', namespace: 'x', name: 'lock' },
      '- {apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: ["lock"], verbs: ["update"]}',
    ],
  ])('%j', (need, line) => {
    expect(renderRule(need)).toBe(line);
  });
});
