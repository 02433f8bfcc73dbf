/** The text with a full stop where it has no end of its own. */
export const endSentence = (text: string): string => (/[.!?\u2026]$/.test(text) ? text : `${text}.`);
