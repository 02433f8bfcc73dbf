/** What follows from each is in the error table; none changes from try to try. */
export type CredentialRequestCode =
  'ServiceAccountNotFound' | 'TokenRequestForbidden' | 'TokenRequestRefused' | 'TokenRequestFailed';

/** A token for AssumeRoleWithWebIdentity could not be had. `message` is fit for a condition, and says what to do. */
export class CredentialRequestError extends Error {
  override readonly name = 'CredentialRequestError';
  readonly code: CredentialRequestCode;

  constructor(code: CredentialRequestCode, message: string) {
    super(message);
    this.code = code;
  }
}
