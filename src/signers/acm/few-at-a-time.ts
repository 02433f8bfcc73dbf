/**
 * Does the work for each item, so many at once and no more, in order. `isEnough`: after an answer that settles the matter
 * nothing more is begun. Rejects with the first failure, and begins no more then. Answers stand at the places of their items.
 */
export async function fewAtATime<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
  isEnough: (answer: R) => boolean = () => false,
): Promise<R[]> {
  const answers: R[] = [];
  const left = items.entries();
  let hasEnded = false;
  const follow = async (): Promise<void> => {
    for (const [index, item] of left) {
      try {
        const answer = await work(item);
        answers[index] = answer;
        hasEnded ||= isEnough(answer);
      } catch (error) {
        hasEnded = true;
        throw error;
      }
      if (hasEnded) return;
    }
  };
  await Promise.all(Array.from({ length: most }, follow));
  return answers;
}
