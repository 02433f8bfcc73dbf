import type { CertificateSpec } from '../../api/certificate.ts';
import type { IssuerRef } from '../../api/certificate-request.ts';
import { gateways, listenerSets } from '../../api/gateway.ts';
import { ingresses } from '../../api/ingress.ts';
import { formatGoNanoseconds } from '../../flags/go-duration.ts';
import type { OwnerReference } from '../../kube/objects.ts';
import { apiVersionOf } from '../../kube/objects.ts';
import type { Annotations } from './annotation-keys.ts';
import { valueOf } from './annotation-keys.ts';
import type { SecretBlock } from './blocks.ts';
import type { ShimObject, WantedCertificate } from './shim-plan.ts';
import type { SpecDraft } from './spec-annotation.ts';
import { isGoIpAddress } from './values/go-ip.ts';

/** What all Certificates of an object have in common. */
export interface Common {
  readonly object: ShimObject;
  readonly issuerRef: Required<IssuerRef>;
  readonly draft: SpecDraft;
  readonly annotations: Annotations;
}

export function wantedCertificate(block: SecretBlock, common: Common): WantedCertificate {
  const { object, annotations } = common;
  const labels = certificateLabels(object);
  return {
    metadata: {
      name: block.secretName,
      namespace: object.metadata.namespace ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [controllerReference(object)],
    },
    spec: certificateSpec(block, common),
  };
}

/** The annotations of the object that go on to its Certificates, because a flag names them. */
export function extraAnnotations(annotations: Annotations, extraKeys: readonly string[]): Annotations {
  return Object.fromEntries(
    extraKeys.flatMap((key) => {
      const value = valueOf(annotations, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** On a Certificate, this one would have it pruned together with the objects of an ApplySet (KEP-3659). */
const applySetLabel = 'applyset.kubernetes.io/part-of';

function certificateLabels({ metadata }: ShimObject): Readonly<Record<string, string>> | undefined {
  const labels = Object.entries(metadata.labels ?? {}).filter(([key]) => key !== applySetLabel);
  return labels.length === 0 ? undefined : Object.fromEntries(labels);
}

const apiVersions = {
  Ingress: apiVersionOf(ingresses),
  Gateway: apiVersionOf(gateways),
  ListenerSet: apiVersionOf(listenerSets),
};

function controllerReference({ kind, metadata: { name, uid } }: ShimObject): OwnerReference {
  return { apiVersion: apiVersions[kind], kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Leaves out what is empty, as cert-manager's client does. */
function certificateSpec({ secretName, hosts }: SecretBlock, { issuerRef, draft }: Common): CertificateSpec {
  const distinct = [...new Set(hosts)];
  const { commonName = '', emailAddresses = [], subject, privateKey } = draft;
  const dnsNames = [...distinct.filter((host) => !isGoIpAddress(host)), ...draft.dnsNames];
  const ipAddresses = [...distinct.filter(isGoIpAddress), ...draft.ipAddresses];
  const { duration, renewBefore, renewBeforePercentage, revisionHistoryLimit, secretTemplate } = draft;
  return {
    secretName,
    issuerRef: {
      name: issuerRef.name,
      ...(issuerRef.kind === '' ? {} : { kind: issuerRef.kind }),
      ...(issuerRef.group === '' ? {} : { group: issuerRef.group }),
    },
    ...(commonName === '' ? {} : { commonName }),
    ...(dnsNames.length === 0 ? {} : { dnsNames }),
    ...(ipAddresses.length === 0 ? {} : { ipAddresses }),
    ...(emailAddresses.length === 0 ? {} : { emailAddresses }),
    ...(Object.keys(subject).length === 0 ? {} : { subject: { ...subject } }),
    ...(duration === undefined ? {} : { duration: formatGoNanoseconds(duration) }),
    ...(renewBefore === undefined ? {} : { renewBefore: formatGoNanoseconds(renewBefore) }),
    ...(renewBeforePercentage === undefined ? {} : { renewBeforePercentage }),
    usages: draft.usages,
    ...(revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit }),
    ...keyOptions(privateKey),
    ...(secretTemplate === undefined ? {} : { secretTemplate }),
  };
}

/** A size of 0 is what cert-manager's client takes for none; the pointer beside it is kept, and is written as `{}`. */
function keyOptions(privateKey: SpecDraft['privateKey']): Pick<CertificateSpec, 'privateKey'> {
  if (Object.keys(privateKey).length === 0) return {};
  const { size, ...others } = privateKey;
  return { privateKey: size === undefined || size === 0 ? others : { size, ...others } };
}
