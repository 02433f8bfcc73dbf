/** A fault of an issuer's spec, which nothing but a change of it, or of a flag, mends. `message` is for its condition. */
export class InvalidSpec extends Error {
  readonly reason: 'Validation' | 'Error';

  constructor(reason: 'Validation' | 'Error', message: string) {
    super(message);
    this.reason = reason;
  }
}
