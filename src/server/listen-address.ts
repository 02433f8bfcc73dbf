/** Where a server listens. */
export interface ListenAddress {
  /** Empty: every address of the machine. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** A server's address, undefined where it is switched off, with flag and value as the person gave them. */
export interface GivenAddress {
  readonly address: ListenAddress | undefined;
  /** `--metrics-bind-address :8080` */
  readonly flag: string;
}

/** One sentence if the two servers want the same port of the same address; to be asked before either starts. */
export function describeClash(a: GivenAddress, b: GivenAddress): string | undefined {
  if (!overlaps(a.address, b.address)) return undefined;
  return `${a.flag} and ${b.flag} are the same port; choose another one for either, or 0 to switch one off`;
}

function overlaps(a: ListenAddress | undefined, b: ListenAddress | undefined): boolean {
  if (!a || !b || a.port !== b.port || a.port === 0) return false;
  return a.host === b.host || isEverywhere(a.host) || isEverywhere(b.host);
}

const isEverywhere = (host: string): boolean => ['', '0.0.0.0', '::'].includes(host);
