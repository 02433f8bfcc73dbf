/** `low` is for what nobody waits for: objects of the first list, and periodic looks at unchanged ones. */
export type Priority = 'high' | 'low';

/** controller-runtime labels `workqueue_depth` with its numeric priorities: 0 for new work, −100 for the rest. */
export const priorityLabels: Readonly<Record<Priority, string>> = { high: '0', low: '-100' };
