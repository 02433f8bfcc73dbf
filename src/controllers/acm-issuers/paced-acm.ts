import type { AcmCalls } from '../../aws/acm/acm-calls.ts';
import { AwsError } from '../../aws/errors.ts';
import type { Pacer } from '../../aws/pacing.ts';

/** ACM's quotas of calls are shared by the kind of call. https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
const rates = {
  'ACME reads': 30,
  'ACME writes': 20,
  'ACME domain validation writes': 5,
  'tag writes': 5,
  'tag reads': 10,
} as const;
type Quota = keyof typeof rates;

/** The turn of a call has not come; what was done before stays done, and is not done again. */
export class TurnNotYet extends Error {
  override readonly name = 'TurnNotYet';
  readonly afterMs: number;

  constructor(afterMs: number) {
    super('the turn of the call has not come');
    this.afterMs = afterMs;
  }
}

export interface PacedAcmOptions {
  readonly acm: AcmCalls;
  readonly pacer: Pacer;
  readonly account: string;
  readonly region: string;
  readonly issuerKey: string;
}

/** The same calls within ACM's quotas. Throws TurnNotYet where a call has to wait: nobody waits inside. */
export function paceAcm({ acm, pacer, account, region, issuerKey }: PacedAcmOptions): AcmCalls {
  const pace =
    <A extends readonly unknown[], R>(quota: Quota, operation: string, send: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const scope = { service: 'acm', account, region, operation: quota };
      const ticket = `${operation} ${JSON.stringify(args)}`;
      const turn = pacer.reserve({ scope, ratePerSecond: rates[quota], claimant: issuerKey, ticket });
      if (turn.kind === 'wait') throw new TurnNotYet(turn.afterMs);
      try {
        return await send(...args);
      } catch (error) {
        if (error instanceof AwsError && error.consequence === 'throttled') turn.end('throttled');
        throw error;
      } finally {
        turn.end('called');
      }
    };
  const read = <A extends readonly unknown[], R>(operation: string, send: (...args: A) => Promise<R>) =>
    pace('ACME reads', operation, send);
  const write = <A extends readonly unknown[], R>(operation: string, send: (...args: A) => Promise<R>) =>
    pace('ACME writes', operation, send);
  const validate = <A extends readonly unknown[], R>(operation: string, send: (...args: A) => Promise<R>) =>
    pace('ACME domain validation writes', operation, send);
  return {
    createAcmeEndpoint: write('CreateAcmeEndpoint', acm.createAcmeEndpoint),
    describeAcmeEndpoint: read('DescribeAcmeEndpoint', acm.describeAcmeEndpoint),
    listAcmeEndpoints: read('ListAcmeEndpoints', acm.listAcmeEndpoints),
    updateAcmeEndpoint: write('UpdateAcmeEndpoint', acm.updateAcmeEndpoint),
    deleteAcmeEndpoint: write('DeleteAcmeEndpoint', acm.deleteAcmeEndpoint),
    createAcmeDomainValidation: validate('CreateAcmeDomainValidation', acm.createAcmeDomainValidation),
    describeAcmeDomainValidation: read('DescribeAcmeDomainValidation', acm.describeAcmeDomainValidation),
    listAcmeDomainValidations: read('ListAcmeDomainValidations', acm.listAcmeDomainValidations),
    updateAcmeDomainValidation: validate('UpdateAcmeDomainValidation', acm.updateAcmeDomainValidation),
    deleteAcmeDomainValidation: validate('DeleteAcmeDomainValidation', acm.deleteAcmeDomainValidation),
    createAcmeExternalAccountBinding: write('CreateAcmeExternalAccountBinding', acm.createAcmeExternalAccountBinding),
    describeAcmeExternalAccountBinding: read(
      'DescribeAcmeExternalAccountBinding',
      acm.describeAcmeExternalAccountBinding,
    ),
    listAcmeExternalAccountBindings: read('ListAcmeExternalAccountBindings', acm.listAcmeExternalAccountBindings),
    getAcmeExternalAccountBindingCredentials: read(
      'GetAcmeExternalAccountBindingCredentials',
      acm.getAcmeExternalAccountBindingCredentials,
    ),
    revokeAcmeExternalAccountBinding: write('RevokeAcmeExternalAccountBinding', acm.revokeAcmeExternalAccountBinding),
    deleteAcmeExternalAccountBinding: write('DeleteAcmeExternalAccountBinding', acm.deleteAcmeExternalAccountBinding),
    describeAcmeAccount: read('DescribeAcmeAccount', acm.describeAcmeAccount),
    listAcmeAccounts: read('ListAcmeAccounts', acm.listAcmeAccounts),
    revokeAcmeAccount: write('RevokeAcmeAccount', acm.revokeAcmeAccount),
    tagResource: pace('tag writes', 'TagResource', acm.tagResource),
    untagResource: pace('tag writes', 'UntagResource', acm.untagResource),
    listTagsForResource: pace('tag reads', 'ListTagsForResource', acm.listTagsForResource),
  };
}
