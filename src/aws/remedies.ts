import { errorRow } from './consequences.ts';
import type { AwsError } from './errors.ts';

const bindingTrust =
  'the trust policy of the role has to name the principal acm-acme.amazonaws.com with sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity';

/** What a refusal of an operation takes, beside the permission for the operation itself. */
const beside: Readonly<Record<string, string>> = {
  CreateAcmeEndpoint: ' and acm:TagResource',
  CreateAcmeDomainValidation:
    ' and acm:TagResource, and where ACM writes the record also route53:ChangeResourceRecordSets',
  CreateAcmeExternalAccountBinding: `, acm:TagResource, and iam:PassRole on the role for the service acm-acme.amazonaws.com (iam:PassedToService); ${bindingTrust}`,
};

/** What a person does about a code that means something of its own at an operation. */
const particular: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CreateAcmeExternalAccountBinding: {
    ValidationException: `Check spec.acm.externalAccountBinding.roleARN: ACM takes the role once to try it, and ${bindingTrust}.`,
  },
};

const acmOperation = /^(?:\w*Acme\w+|(?:Un)?[Tt]agResource|ListTagsForResource)$/;
const route53Operations: Readonly<Record<string, string>> = {
  ListHostedZonesByName: 'on *; or set hostedZoneID, and nothing has to be listed',
  ListResourceRecordSets: 'on arn:aws:route53:::hostedzone/<id>',
  ChangeResourceRecordSets: 'on arn:aws:route53:::hostedzone/<id>',
  GetChange: 'on arn:aws:route53:::change/*',
  GetHostedZone: 'on arn:aws:route53:::hostedzone/<id>',
};

/**
 * What a person does about an error of ACM's ACME operations or of Route 53, a sentence; undefined: nothing but wait.
 * Names the permission that is missing, as IAM writes it.
 */
export function remedyOf({
  operation,
  code,
  consequence,
}: Pick<AwsError, 'operation' | 'code' | 'consequence'>): string | undefined {
  const own = particular[operation]?.[code] ?? errorRow(code)?.remedy;
  if (own !== undefined || consequence !== 'denied') return own;
  const where = route53Operations[operation];
  if (where !== undefined)
    return `Allow route53:${operation} to the identity ${where}. A zone of another account takes a role of that account.`;
  return acmOperation.test(operation) ? `Allow acm:${operation}${beside[operation] ?? ''}.` : undefined;
}
