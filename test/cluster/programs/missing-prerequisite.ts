export type PrerequisiteCode = 'go-missing' | 'go-too-old' | 'openssl-missing' | 'assets-missing';

/** Something that the machine must have is not there. The message is one sentence that says how to get it. */
export class MissingPrerequisite extends Error {
  override readonly name = 'MissingPrerequisite';
  readonly code: PrerequisiteCode;

  constructor(code: PrerequisiteCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Go could not build a program. The message ends with what Go said last. */
export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';
  readonly code = 'build-failed';
}
