import type { Issuer } from '../../api/awspca.ts';
import { type CertificateRequest, certificateRequests, isFinished } from '../../api/certificate-request.ts';
import { awspcaGroup } from '../../api/awspca.ts';
import { issuerReadiness } from '../../api/issuer-readiness.ts';
import { issuerKeyFor, issuerKeyOf } from '../../api/issuer-target.ts';
import type { Informer, InformerHandler } from '../../kube/informer.ts';
import { keyOf } from '../../kube/objects.ts';
import type { Controller } from '../../runtime/controller.ts';

export const issuerIndex = 'issuer';

/** How CertificateRequests are watched: only those that name our group and have not had their last word. */
export const requestWatch = {
  resource: certificateRequests,
  // A field that cert-manager's CRD offers since v1.20; older ones refuse it, and what comes is filtered here.
  fieldSelector: {
    selector: `spec.issuerRef.group=${awspcaGroup}`,
    matches: (request: CertificateRequest) => request.spec?.issuerRef.group === awspcaGroup,
  },
  // Thousands of finished requests stay in the cluster, and nothing about them is ever read again.
  keeps: (request: CertificateRequest) => !isFinished(request),
  indexers: { [issuerIndex]: requestsByIssuer },
};

function requestsByIssuer(request: CertificateRequest): string[] {
  const key = issuerKeyOf(request);
  return key === undefined ? [] : [key];
}

/**
 * Wakes what waits for an issuer, by its key: a backlog, which lets a new request pass. What is in the queue already keeps the
 * priority that it has there.
 */
export function createWakeRequests(
  controller: Pick<Controller, 'enqueue'>,
  requests: Pick<Informer<CertificateRequest>, 'store'>,
): (issuerKey: string) => void {
  return (issuerKey) => {
    for (const request of requests.store.byIndex(issuerIndex, issuerKey))
      controller.enqueue(keyOf(request.metadata), { priority: 'low' });
  };
}

/** Wakes the controller: by what happens to requests, and by what happens to the issuers that they wait for. */
export function connectRequestController(
  controller: Pick<Controller, 'enqueue'>,
  requests: Informer<CertificateRequest>,
  issuers: readonly Pick<Informer<Issuer>, 'addHandler'>[],
): void {
  requests.addHandler({
    // What waited before this process started lets a new request pass.
    added: (request, initial) => controller.enqueue(keyOf(request.metadata), { priority: initial ? 'low' : 'high' }),
    updated: (_, request) => controller.enqueue(keyOf(request.metadata)),
    deleted: (request) => controller.enqueue(keyOf(request.metadata)),
  });
  const wakeRequests = createWakeRequests(controller, requests);
  for (const informer of issuers) informer.addHandler(wakeOnReadiness(wakeRequests));
}

/** A request only sees whether its issuer is there and ready, and why not. */
function wakeOnReadiness(wakeRequests: (issuerKey: string) => void): InformerHandler<Issuer> {
  const wake = (issuer: Issuer): void => wakeRequests(issuerKeyFor(issuer));
  return {
    // At the start every request is there too, and is told by itself.
    added: (issuer, initial) => {
      if (!initial) wake(issuer);
    },
    updated: (previous, current) => {
      const [before, after] = [issuerReadiness(previous), issuerReadiness(current)];
      const isSame = before.ready === after.ready && (before.ready || after.ready || before.reason === after.reason);
      if (!isSame || previous.metadata.uid !== current.metadata.uid) wake(current);
    },
    deleted: wake,
  };
}
