/** Under what an order was placed. */
export interface OrderTerms {
  readonly accountUrl: string;
  /** The server asked for challenges: their records have to be taken away in the end. */
  readonly challenged: boolean;
}

const challengedMark = ' challenged';

/** `https://…/acct/1`, and ` challenged` after it where the server asked for challenges. */
export const formatTerms = ({ accountUrl, challenged }: OrderTerms): string =>
  `${accountUrl}${challenged ? challengedMark : ''}`;

/** Reads them back, whoever wrote them. */
export function parseTerms(text: string): OrderTerms {
  const challenged = text.endsWith(challengedMark);
  return { accountUrl: challenged ? text.slice(0, -challengedMark.length) : text, challenged };
}
