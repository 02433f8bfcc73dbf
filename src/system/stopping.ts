/** The process stops: whatever waited for this is begun anew by the next one. No fault of anybody. */
export class Stopping extends Error {
  override readonly name = 'Stopping';

  constructor() {
    super('the process is stopping');
  }
}
