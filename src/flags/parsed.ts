/** What became of a text: a value, or a fault in words that continue `invalid value "…" for flag …: `. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

export type Parse<T> = (text: string) => Parsed<T>;

export const parsed = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const faulty = (fault: string): Parsed<never> => ({ ok: false, fault });
