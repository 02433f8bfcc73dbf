import { beforeEach, describe, expect, test } from '@jest/globals';
import type { SpecifiedRequest } from '../../api/certificate-request.ts';
import {
  approved,
  certificateRequest,
  clusterIssuer,
  denied,
  issuer,
  startTime,
  withIssuer,
  withIssuerReady,
  withMetadata,
  withReady,
} from '../../../test/support/builders.ts';
import { apiError } from '../../../test/support/fake-kube-api.ts';
import { RequestBench } from '../../../test/support/request-bench.ts';
import { begun, issued } from '../../../test/support/scripted-signer.ts';

let bench: RequestBench;
beforeEach(() => {
  bench = new RequestBench();
});

async function reconcile(request: SpecifiedRequest) {
  bench.put(request);
  return bench.run(request);
}

describe('a last word without signing', () => {
  const unsupported =
    "unsupported issuer kind: Issuer. spec.issuerRef.kind is AWSPCAIssuer (in the request's namespace) or AWSPCAClusterIssuer.";

  test.each([
    [
      'a denial is mirrored',
      certificateRequest('cr1', denied()),
      'Denied',
      'The CertificateRequest was denied by an approval controller',
    ],
    ['an unsupported kind fails', certificateRequest('cr1', withIssuer('Issuer', 'i')), 'Failed', unsupported],
    [
      'a kind that was left out fails',
      certificateRequest('cr1', withIssuer('', 'i')),
      'Failed',
      unsupported.replace('Issuer.', '(none).'),
    ],
  ])('%s, with failureTime and one event', async (_, request, reason, message) => {
    expect(await reconcile(request)).toEqual({});
    expect(bench.ready(request)).toBe(`False ${reason}: ${message}`);
    expect(bench.status(request)?.failureTime).toBe(startTime);
    expect(bench.events.told).toEqual([`Warning ${reason}: ${message}`]);
    expect(bench.writes).toEqual(['replace status']);
    expect(bench.signer.calls).toEqual([]);
  });

  test('is said once, also while the watch lags behind', async () => {
    const request = certificateRequest('cr1', denied());
    await reconcile(request);
    await bench.run(request);
    await bench.runFresh(request);
    expect(bench.writes).toHaveLength(1);
  });

  test('is said again when the first time failed', async () => {
    const request = certificateRequest('cr1', denied());
    bench.api.failNext({ error: apiError(500, 'InternalError') });
    await expect(reconcile(request)).rejects.toMatchObject({ code: 500 });
    expect(bench.events.told).toEqual([]);
    await bench.run(request);
    expect(bench.ready(request)).toMatch(/^False Denied/);
  });
});

describe('a request that waits for its approval', () => {
  const waiting = certificateRequest('cr1');

  test('is not signed; after ten seconds an event says so, once', async () => {
    expect(await reconcile(waiting)).toEqual({ requeueAfterMs: 10_000 });
    await bench.clock.advance(4_000);
    expect(await bench.run(waiting)).toEqual({ requeueAfterMs: 6_000 });
    expect(bench.events.events).toEqual([]);
    await bench.clock.advance(6_000);
    expect(await bench.run(waiting)).toEqual({});
    await bench.run(waiting);
    expect(bench.events.events).toMatchObject([{ type: 'Normal', reason: 'WaitingForApproval', action: 'Sign' }]);
    expect(bench.writes).toEqual([]);
    expect(bench.signer.calls).toEqual([]);
  });

  test('is signed once it is approved', async () => {
    await reconcile(waiting);
    bench.put(certificateRequest('cr1', approved()));
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    await bench.run(waiting);
    expect(bench.ready(waiting)).toBe('True Issued: certificate issued');
  });

  test('is signed without, where the check is switched off', async () => {
    bench.approvalRequired = false;
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    await reconcile(waiting);
    expect(bench.ready(waiting)).toBe('True Issued: certificate issued');
    expect(bench.signer.attempts).toEqual([{ number: 1, baseMs: Date.parse(startTime) }]);
  });
});

describe('the issuer', () => {
  const request = certificateRequest('cr1', approved());
  const notReady = issuer('issuer', withIssuerReady({ status: 'False', reason: 'CertificateAuthorityDisabled' }));

  test('missing: the request says so at once and waits for it', async () => {
    bench.issuers.length = 0;
    expect(await reconcile(request)).toEqual({});
    expect(bench.ready(request)).toBe(
      'False Pending: issuer could not be found: there is no AWSPCAIssuer team/issuer. ' +
        'The request is signed as soon as it exists and is ready.',
    );
    expect(bench.status(request)?.failureTime).toBeUndefined();
    expect(bench.events.events).toMatchObject([{ type: 'Normal', reason: 'Pending' }]);
  });

  test('missing: what the request says already is not written again', async () => {
    bench.issuers.length = 0;
    await reconcile(request);
    await bench.clock.advance(60_000);
    await bench.runFresh(request);
    expect(bench.writes).toHaveLength(1);
    expect(bench.events.events).toHaveLength(1);
  });

  test('of the other kind does not count', async () => {
    bench.issuers.splice(0, 1, clusterIssuer('issuer', withIssuerReady()));
    await reconcile(request);
    expect(bench.ready(request)).toContain('issuer could not be found: there is no AWSPCAIssuer team/issuer.');
  });

  test('of another namespace does not count', async () => {
    bench.issuers.splice(0, 1, issuer('issuer', withMetadata({ namespace: 'other' }), withIssuerReady()));
    await reconcile(request);
    expect(bench.ready(request)).toContain('issuer could not be found');
  });

  test('not ready: the request says so at once, with the reason and where to look', async () => {
    bench.issuers.splice(0, 1, notReady);
    expect(await reconcile(request)).toEqual({});
    expect(bench.ready(request)).toBe(
      'False Pending: issuer is not ready: AWSPCAIssuer team/issuer (CertificateAuthorityDisabled). ' +
        'The request is signed as soon as it is ready; see: kubectl describe awspcaissuer -n team issuer',
    );
    expect(bench.signer.calls).toEqual([]);
  });

  test.each([
    ['never checked', issuer('issuer')],
    ['changed since it was Ready', issuer('issuer', withIssuerReady({ observedGeneration: 0 }))],
    ['changed since it was not', issuer('issuer', withIssuerReady({ status: 'False', observedGeneration: 0 }))],
  ])('%s: the request waits five seconds before it says so', async (_, unverified) => {
    bench.issuers.splice(0, 1, unverified);
    expect(await reconcile(request)).toEqual({ requeueAfterMs: 5_000 });
    await bench.clock.advance(3_000);
    expect(await bench.run(request)).toEqual({ requeueAfterMs: 2_000 });
    expect(bench.writes).toEqual([]);
    await bench.clock.advance(2_000);
    expect(await bench.run(request)).toEqual({});
    expect(bench.ready(request)).toContain('issuer is not ready: AWSPCAIssuer team/issuer (being verified). ');
  });

  test('Ready, but not checked by this process: the same', async () => {
    bench.findSigner = () => undefined;
    expect(await reconcile(request)).toEqual({ requeueAfterMs: 5_000 });
    expect(bench.writes).toEqual([]);
  });

  test('being verified a second time is waited for as long as the first', async () => {
    bench.issuers.splice(0, 1, issuer('issuer'));
    await reconcile(request);
    bench.issuers.splice(0, 1, notReady);
    await bench.clock.advance(60_000);
    await bench.runFresh(request);
    bench.issuers.splice(0, 1, issuer('issuer'));
    expect(await bench.runFresh(request)).toEqual({ requeueAfterMs: 5_000 });
  });

  test('ready again: the request is signed', async () => {
    bench.issuers.splice(0, 1, notReady);
    await reconcile(request);
    bench.issuers.splice(0, 1, issuer('issuer', withIssuerReady()));
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    await bench.runFresh(request);
    expect(bench.ready(request)).toBe('True Issued: certificate issued');
  });

  test('of the cluster is named without a namespace', async () => {
    const forCluster = certificateRequest('cr1', withIssuer('AWSPCAClusterIssuer', 'shared'), approved());
    bench.issuers.splice(
      0,
      1,
      clusterIssuer('shared', withIssuerReady({ status: 'False', reason: 'Error', message: 'x' })),
    );
    await reconcile(forCluster);
    expect(bench.ready(forCluster)).toContain('AWSPCAClusterIssuer shared (Error). ');
    expect(bench.ready(forCluster)).toContain('kubectl describe awspcaclusterissuer shared');
  });
});

describe('what this process remembers', () => {
  test('ends with the request', async () => {
    const request = certificateRequest('cr1');
    await reconcile(request);
    expect(bench.memories.size).toBe(1);
    bench.deliverDeletion(request);
    expect(await bench.run(request)).toEqual({});
    expect(bench.memories.size).toBe(0);
  });

  test('ends with the last word', async () => {
    const request = certificateRequest('cr1', denied());
    await reconcile(request);
    await bench.runFresh(request);
    expect(bench.memories.size).toBe(0);
  });

  test('is not taken for a successor of the same name', async () => {
    const request = certificateRequest('cr1', denied());
    await reconcile(request);
    const successor = certificateRequest('cr1', approved(), withMetadata({ uid: 'another' }));
    bench.put(successor);
    bench.signer.onBegin(begun('arn')).onCollect(issued);
    await bench.run(successor);
    expect(bench.ready(successor)).toBe('True Issued: certificate issued');
  });

  test('is not even begun for what is not ours', async () => {
    await reconcile(certificateRequest('cr1', withReady('True', 'Issued')));
    expect(bench.memories.size).toBe(0);
    expect(bench.writes).toEqual([]);
  });
});
