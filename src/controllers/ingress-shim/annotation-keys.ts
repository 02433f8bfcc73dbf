import { awspcaGroup } from '../../api/awspca.ts';

const certManager = 'cert-manager.io/';
const acme = 'acme.cert-manager.io/';

/**
 * What cert-manager's ingress-shim reads. https://cert-manager.io/docs/usage/ingress/#supported-annotations,
 * pkg/apis/certmanager/v1/types.go and pkg/apis/acme/v1/types.go of cert-manager.
 */
export const keys = {
  issuer: `${certManager}issuer`,
  clusterIssuer: `${certManager}cluster-issuer`,
  issuerKind: `${certManager}issuer-kind`,
  issuerGroup: `${certManager}issuer-group`,
  commonName: `${certManager}common-name`,
  altNames: `${certManager}alt-names`,
  ipSans: `${certManager}ip-sans`,
  emailSans: `${certManager}email-sans`,
  organizations: `${certManager}subject-organizations`,
  organizationalUnits: `${certManager}subject-organizationalunits`,
  countries: `${certManager}subject-countries`,
  provinces: `${certManager}subject-provinces`,
  localities: `${certManager}subject-localities`,
  postalCodes: `${certManager}subject-postalcodes`,
  streetAddresses: `${certManager}subject-streetaddresses`,
  serialNumber: `${certManager}subject-serialnumber`,
  duration: `${certManager}duration`,
  renewBefore: `${certManager}renew-before`,
  renewBeforePercentage: `${certManager}renew-before-percentage`,
  usages: `${certManager}usages`,
  revisionHistoryLimit: `${certManager}revision-history-limit`,
  privateKeyAlgorithm: `${certManager}private-key-algorithm`,
  privateKeyEncoding: `${certManager}private-key-encoding`,
  privateKeySize: `${certManager}private-key-size`,
  privateKeyRotationPolicy: `${certManager}private-key-rotation-policy`,
  secretTemplate: `${certManager}secret-template`,
  ignoreTlsListeners: `${certManager}ignore-tls-listeners`,
  http01EditInPlace: `${acme}http01-edit-in-place`,
  http01IngressClass: `${acme}http01-ingress-class`,
  http01IngressClassName: `${acme}http01-ingress-ingressclassname`,
  http01ParentRefFallback: `${acme}http01-parentreffallback`,
} as const;

/** What stands on a Certificate for the sake of ACME issuers. */
export const certificateKeys = {
  http01OverrideIngressName: `${acme}http01-override-ingress-name`,
  http01OverrideIngressClass: `${acme}http01-override-ingress-class`,
  http01OverrideIngressClassName: `${acme}http01-override-ingress-ingressclassname`,
  http01ParentRefKind: `${acme}http01-parentrefkind`,
  http01ParentRefName: `${acme}http01-parentrefname`,
  http01ParentRefNamespace: `${acme}http01-parentrefnamespace`,
  issueTemporaryCertificate: `${certManager}issue-temporary-certificate`,
} as const;

/** Our short forms: they name an issuer of ours without kind and group. */
export const shortKeys = {
  issuer: `${awspcaGroup}/issuer`,
  clusterIssuer: `${awspcaGroup}/cluster-issuer`,
} as const;

export type Annotations = Readonly<Record<string, string>>;

/** The annotation's value; undefined when it is not there (never what every JavaScript object has). */
export function valueOf(annotations: Annotations, key: string): string | undefined {
  return Object.hasOwn(annotations, key) ? annotations[key] : undefined;
}
