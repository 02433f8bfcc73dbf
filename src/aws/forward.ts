/** Something that only makes calls. */
export type CallsOnly<T> = { readonly [K in keyof T]: (...args: never[]) => Promise<unknown> };

/** The names of all calls of `T`: one that is missing, or too many, is an error of types. */
export type CallNames<T> = Readonly<Record<keyof T, unknown>>;

/** The same calls, each made by `make`, which is told its name and how to make it on what really makes calls. */
export function forward<T extends CallsOnly<T>>(
  names: CallNames<T>,
  make: (name: keyof T & string, args: readonly unknown[], send: (target: T) => Promise<unknown>) => Promise<unknown>,
): T {
  const calls = Object.keys(names).map((key) => {
    const name = key as keyof T & string;
    const call = (...args: never[]): Promise<unknown> => make(name, args, (target) => target[name](...args));
    return [name, call] as const;
  });
  return Object.fromEntries(calls) as T;
}
