/**
 * A token for AssumeRoleWithWebIdentity could not be had. `code` is one word that does not change from try to try, such as
 * TokenRequestForbidden; `message` is fit for a condition.
 */
export class CredentialRequestError extends Error {
  override readonly name = 'CredentialRequestError';
  readonly code: string;
  /** Somebody has to create or to allow something first. False: the next try may succeed by itself. */
  readonly isMissing: boolean;

  constructor(code: string, message: string, options: { readonly isMissing: boolean }) {
    super(message);
    this.code = code;
    this.isMissing = options.isMissing;
  }
}
