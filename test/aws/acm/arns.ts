/** The parts of an ARN that tell where a thing lives. */
export interface ResourceArn {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

const PREFIX = 'arn:(?<partition>aws[a-z-]*):acm:(?<region>[a-z0-9-]+):(?<account>[0-9]{12})';
const ENDPOINT = `${PREFIX}:acme-endpoint/[a-zA-Z0-9-]+`;

export const ARN_PATTERNS = {
  endpoint: new RegExp(`^${ENDPOINT}$`),
  validation: new RegExp(`^${ENDPOINT}/acme-domain-validation/[a-zA-Z0-9-]+$`),
  binding: new RegExp(`^${ENDPOINT}/acme-external-account-binding/[a-zA-Z0-9-]+$`),
  certificate: new RegExp(`^${PREFIX}:certificate/[a-zA-Z0-9-]+$`),
  resource: new RegExp(`^${PREFIX}:.+$`),
} as const;

export function parseResourceArn(arn: string): ResourceArn | undefined {
  const { partition, region, account } = ARN_PATTERNS.resource.exec(arn)?.groups ?? {};
  if (partition === undefined || region === undefined || account === undefined) return undefined;
  return { arn, partition, region, account };
}

/** The endpoint that a validation or a binding belongs to. */
export function endpointArnOf(arn: string): string {
  return arn.split('/').slice(0, 2).join('/');
}
