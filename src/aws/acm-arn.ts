/** The parts of an ACME endpoint's ARN: `arn:<partition>:acm:<region>:<account>:acme-endpoint/<id>`. */
export interface AcmeEndpointArn {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

const pattern = /^arn:([\w-]+):acm:([\w-]+):(\d{12}):acme-endpoint\/[\w-]+$/;

/** Undefined when `arn` does not name an ACME endpoint of ACM. */
export function parseAcmeEndpointArn(arn: string): AcmeEndpointArn | undefined {
  const [, partition, region, account] = pattern.exec(arn) ?? [];
  return partition && region && account ? { arn, partition, region, account } : undefined;
}
