import type { SpecifiedRequest } from '../../api/certificate-request.ts';
import { parseGoDuration } from '../../flags/go-values.ts';
import type { SigningRequest } from '../../signers/signer.ts';

/** Chooses among the templates that the issuer allows. cert-manager copies a Certificate's annotations to its requests. */
const templateNameAnnotation = 'awspca.cert-manager.io/template-name';

export type SigningRequestReading =
  | { readonly kind: 'request'; readonly request: SigningRequest }
  | { readonly kind: 'rejected'; readonly message: string };

/** What a signer has to know of a CertificateRequest. */
export function toSigningRequest({ metadata, spec }: SpecifiedRequest): SigningRequestReading {
  const duration = spec.duration === undefined ? undefined : parseGoDuration(spec.duration);
  if (duration && (!duration.ok || duration.value <= 0)) {
    const fault = duration.ok ? 'must be longer than zero' : duration.fault;
    return { kind: 'rejected', message: `spec.duration ${JSON.stringify(spec.duration)} ${fault}.` };
  }
  const templateName = metadata.annotations?.[templateNameAnnotation];
  return {
    kind: 'request',
    request: {
      uid: metadata.uid,
      csrPem: Buffer.from(spec.request, 'base64').toString('utf8'),
      durationMs: duration?.value,
      isCA: spec.isCA ?? false,
      usages: spec.usages ?? [],
      ...(templateName ? { templateName } : {}),
    },
  };
}
