/** `arn:<partition>:acm-pca:<region>:<account>:certificate-authority/<id>` and what is in it. */
export interface AuthorityArn {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

const AUTHORITY =
  /^arn:(?<partition>[\w+=/,.@-]+):acm-pca:(?<region>[\w-]+):(?<account>\d{12}):certificate-authority\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TEMPLATE = /^arn:(?<partition>[\w+=/,.@-]+):acm-pca:::template\/(?<name>[\w]+\/V\d+)$/;

export function parseAuthorityArn(arn: string): AuthorityArn | undefined {
  const { partition, region, account } = AUTHORITY.exec(arn)?.groups ?? {};
  if (partition === undefined || region === undefined || account === undefined) return undefined;
  return { arn, partition, region, account };
}

export function parseTemplateArn(arn: string): { readonly partition: string; readonly name: string } | undefined {
  const { partition, name } = TEMPLATE.exec(arn)?.groups ?? {};
  return partition === undefined || name === undefined ? undefined : { partition, name };
}

export function templateArn(partition: string, name: string): string {
  return `arn:${partition}:acm-pca:::template/${name}`;
}
