// node-forge's index loads its whole toolkit; the ASN.1 reader is a module of its own, which the published types leave out.
declare module 'node-forge/lib/asn1.js' {
  import type { asn1 } from 'node-forge';
  const reader: Pick<typeof asn1, 'toDer' | 'derToOid'> & {
    fromDer(bytes: string, options: { strict: boolean; parseAllBytes: boolean; decodeBitStrings: boolean }): asn1.Asn1;
  };
  export default reader;
  export type Asn1 = asn1.Asn1;
}
