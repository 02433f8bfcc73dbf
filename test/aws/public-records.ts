/**
 * What the public DNS says, as a validator sees it that stands outside. Names in any case, with or without the trailing
 * dot.
 */
export interface PublicRecords {
  /** Target of the CNAME that a query for this name gets, in lower case and without the trailing dot; undefined: there is none. */
  cname(name: string): string | undefined;
  /** Values of the TXT records that this name leads to, CNAMEs followed; each as one text, without quotation marks. */
  txt(name: string): readonly string[];
}
