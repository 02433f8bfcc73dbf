import type { Identities } from '../identities.ts';
import type { Recorder } from '../recorder.ts';
import type { Times } from '../service.ts';
import type { CertificateAuthority } from './authority.ts';

export interface IssuedCertificate {
  readonly arn: string;
  readonly authority: CertificateAuthority;
  /** Lower-case hex. */
  readonly serial: string;
  /** DER. */
  readonly certificate: Buffer;
  /** Monotonic milliseconds from which GetCertificate answers. */
  readonly readyAt: number;
  /** A root CA's own certificate has nothing above it. */
  readonly isRoot: boolean;
  revokedAt: number | undefined;
}

/** What a caller's token stands for while its window is open. */
export interface RememberedToken {
  readonly certificateArn: string;
  /** Tells whether a later request with the token asks for the same. */
  readonly fingerprint: string;
  /** Monotonic milliseconds. */
  readonly forgottenAt: number;
}

export interface PcaSettings {
  idempotencyMismatch: 'first-certificate' | 'error';
  issuingTimeMs: number;
}

/** All that the service remembers, and what it needs of the rest of the stand-in. */
export interface PcaState {
  readonly times: Times;
  readonly identities: Identities;
  readonly recorder: Recorder;
  readonly settings: PcaSettings;
  readonly authorities: Map<string, CertificateAuthority>;
  readonly certificates: Map<string, IssuedCertificate>;
  /** By caller's account, CA and token. */
  readonly tokens: Map<string, RememberedToken>;
}

export function newPcaState(parts: Pick<PcaState, 'times' | 'identities' | 'recorder'>): PcaState {
  const settings: PcaSettings = { idempotencyMismatch: 'first-certificate', issuingTimeMs: 0 };
  return { ...parts, settings, authorities: new Map(), certificates: new Map(), tokens: new Map() };
}
