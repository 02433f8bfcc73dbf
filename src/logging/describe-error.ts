/**
 * An error as one line: name, message, code, and the same of its causes. Nothing else of an error is ever written: those
 * of the AWS SDK carry the whole answer with its headers.
 */
export function describeError(error: unknown): string {
  return chainOf(error).map(describeOne).join('; caused by ');
}

/** The stacks of an error and its causes; undefined when there is none. */
export function stackOf(error: unknown): string | undefined {
  const stacks = chainOf(error).flatMap((link) =>
    link instanceof Error && link.stack !== undefined ? [link.stack] : [],
  );
  return stacks.length === 0 ? undefined : stacks.join('\ncaused by ');
}

const longestChain = 5;

/** The error and what caused it, outermost first. Bounded, since an error can be its own cause. */
function chainOf(error: unknown): unknown[] {
  const chain = [error];
  for (let link = error; link instanceof Error && link.cause !== undefined && chain.length < longestChain;) {
    link = link.cause;
    chain.push(link);
  }
  return chain;
}

function describeOne(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return `a thrown ${error === null ? 'null' : typeof error}`;
  const message = error.message === '' ? messagesWithin(error) : error.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const suffix = code === '' || message.includes(code) ? '' : ` (${code})`;
  return `${error.name === 'Error' && message !== '' ? '' : `${error.name}: `}${message}${suffix}`;
}

/** Node gives an AggregateError without a message when no address of a host could be reached. */
function messagesWithin(error: Error): string {
  if (!(error instanceof AggregateError)) return '';
  const messages = error.errors.slice(0, longestChain).map((inner) => (inner instanceof Error ? inner.message : ''));
  return messages.filter((message) => message !== '').join(', ');
}
