/**
 * Regions in which an EC key signs with any of the ECDSA digests; in newer ones the digest follows from the curve.
 * https://docs.aws.amazon.com/privateca/latest/userguide/PCACertInstall.html
 */
const ANY_DIGEST = new Set([
  ...['eu-north-1', 'me-south-1', 'ap-south-1', 'eu-west-3', 'us-east-2', 'af-south-1', 'eu-west-1', 'eu-central-1'],
  ...['sa-east-1', 'ap-east-1', 'us-east-1', 'ap-northeast-2', 'eu-west-2', 'ap-northeast-1', 'us-gov-east-1'],
  ...['us-gov-west-1', 'us-west-2', 'us-west-1', 'ap-southeast-1', 'ap-southeast-2'],
]);

export function isAnyDigestAllowed(region: string): boolean {
  return ANY_DIGEST.has(region);
}
