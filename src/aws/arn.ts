/** The parts of a certificate authority's ARN: `arn:<partition>:acm-pca:<region>:<account>:certificate-authority/<id>`. */
export interface CertificateAuthorityArn {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

const pattern = /^arn:([\w-]+):acm-pca:([\w-]+):(\d{12}):certificate-authority\/[\w-]+$/;

/** Undefined when `arn` does not name a certificate authority of AWS Private CA. */
export function parseCertificateAuthorityArn(arn: string): CertificateAuthorityArn | undefined {
  const [, partition, region, account] = pattern.exec(arn) ?? [];
  return partition && region && account ? { arn, partition, region, account } : undefined;
}

/** Undefined when `arn` does not name an IAM role: `arn:<partition>:iam::<account>:role/<path and name>`. */
export function parseRoleArn(arn: string): { readonly partition: string; readonly account: string } | undefined {
  const [, partition, account] = /^arn:([\w-]+):iam::(\d{12}):role\/[\w+=,.@/-]+$/.exec(arn) ?? [];
  return partition && account ? { partition, account } : undefined;
}

/** Templates are global: region and account stay empty. */
export function templateArn(partition: string, template: string): string {
  return `arn:${partition}:acm-pca:::template/${template}`;
}

/** An STS caller's ARN without the session's name, which differs from pod to pod and says nothing to a person. */
export function withoutSession(arn: string): string {
  // A full stop or comma behind the name belongs to the sentence around it.
  return arn.replace(/(:assumed-role\/[\w+=,.@-]+)\/[\w+=,.@-]*[\w+=@-]/g, '$1');
}

/** Whether `text` looks like a certificate of the given authority. What stands for the certificate itself is opaque. */
export function isCertificateArnOf(text: string, authorityArn: string): boolean {
  const prefix = `${authorityArn}/certificate/`;
  return text.startsWith(prefix) && /^[\w.-]+$/.test(text.slice(prefix.length));
}
