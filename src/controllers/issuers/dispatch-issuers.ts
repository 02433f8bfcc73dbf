import type { Issuer } from '../../api/awspca.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { AcmReconciler } from '../acm-issuers/acm-reconciler.ts';
import { setFinalizer } from '../acm-issuers/finalizer.ts';
import { isObstacle } from '../acm-issuers/obstacle.ts';
import type { IssuerReconciler } from './issuer-reconciler.ts';
import type { IssuerWriter } from './issuer-writer.ts';

export interface IssuerDispatch {
  readonly client: KubeClient;
  readonly writer: Pick<IssuerWriter, 'warn'>;
  readonly findIssuer: (issuerKey: string) => Issuer | undefined;
  /** Issuers at AWS Private CA, and those that are gone. */
  readonly pca: IssuerReconciler;
  /** Issuers with spec.acm. */
  readonly acm: AcmReconciler;
}

/** Gives each issuer to the reconciler of its kind of service. */
export function dispatchIssuers({
  client,
  writer,
  findIssuer,
  pca,
  acm,
}: IssuerDispatch): Omit<IssuerReconciler, 'forget'> {
  return {
    async reconcile(issuerKey, context) {
      const issuer = findIssuer(issuerKey);
      if (issuer?.spec?.acm) {
        pca.forget(issuerKey);
        return acm.reconcile(issuerKey, issuer);
      }
      acm.forget(issuerKey);
      // What it had at ACM stays: deletionPolicy speaks of issuers that are deleted.
      const released = issuer && (await setFinalizer(client, issuer, false));
      if (issuer && released && isObstacle(released)) writer.warn(issuer, 'FinalizerStays', released.message);
      return pca.reconcile(issuerKey, context);
    },
    reportFault(issuerKey, credentialsRefused) {
      pca.reportFault(issuerKey, credentialsRefused);
      acm.reportFault(issuerKey, credentialsRefused);
    },
  };
}
