/** The common ground of a CRD's schema and a TypeScript type: names, nesting, optionality. Plain JSON, to be compared. */
export type Shape =
  | { readonly type: 'boolean' | 'number' | 'string' }
  | { readonly type: 'string'; readonly oneOf: readonly string[] }
  | { readonly type: 'array'; readonly items: Shape }
  | { readonly type: 'map'; readonly values: Shape }
  | { readonly type: 'object'; readonly properties: Readonly<Record<string, Property>> };

export interface Property {
  readonly optional: boolean;
  readonly shape: Shape;
}
