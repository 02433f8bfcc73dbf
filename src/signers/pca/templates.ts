import type { KeyUsage } from '../../x509/extensions.ts';
import { purpose } from '../usages.ts';

/** What a template fixes, whatever the request says. A usage that is absent is left to the request. */
interface Content {
  readonly kind: 'endEntity' | 'subordinate' | 'root';
  readonly pathLength?: number;
  readonly keyUsage?: readonly KeyUsage[];
  readonly extendedKeyUsage?: readonly string[];
}

/** A certificate template of AWS Private CA. Every one takes subject and alternative names from the CSR. */
export interface Template extends Content {
  /** `EndEntityCertificate_CSRPassthrough/V1` */
  readonly name: string;
  /** Whether it takes from the CSR, and from the call (ApiPassthrough), what it does not fix. */
  readonly takesCsr: boolean;
  readonly takesApi: boolean;
  /** The name of its kin that takes from the call, of those that there are. */
  readonly apiKin?: string;
}

const tls: readonly KeyUsage[] = ['digitalSignature', 'keyEncipherment'];
const signature: readonly KeyUsage[] = ['digitalSignature'];
const authority: readonly KeyUsage[] = ['digitalSignature', 'keyCertSign', 'cRLSign'];

const variants = {
  base: '',
  csr: '_CSRPassthrough',
  api: '_APIPassthrough',
  both: '_APICSRPassthrough',
} as const;
type Variant = keyof typeof variants;
const every: readonly Variant[] = ['base', 'csr', 'api', 'both'];
const passing: readonly Variant[] = ['csr', 'api', 'both'];

/**
 * https://docs.aws.amazon.com/privateca/latest/userguide/template-varieties.html
 * https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html
 */
const families: readonly (readonly [name: string, variants: readonly Variant[], content: Content])[] = [
  [
    'EndEntityCertificate',
    every,
    { kind: 'endEntity', keyUsage: tls, extendedKeyUsage: [purpose.serverAuth, purpose.clientAuth] },
  ],
  [
    'EndEntityServerAuthCertificate',
    every,
    { kind: 'endEntity', keyUsage: tls, extendedKeyUsage: [purpose.serverAuth] },
  ],
  [
    'EndEntityClientAuthCertificate',
    every,
    { kind: 'endEntity', keyUsage: tls, extendedKeyUsage: [purpose.clientAuth] },
  ],
  [
    'CodeSigningCertificate',
    every,
    { kind: 'endEntity', keyUsage: signature, extendedKeyUsage: [purpose.codeSigning] },
  ],
  [
    'OCSPSigningCertificate',
    every,
    { kind: 'endEntity', keyUsage: signature, extendedKeyUsage: [purpose.ocspSigning] },
  ],
  ['BlankEndEntityCertificate', passing, { kind: 'endEntity' }],
  ['BlankEndEntityCertificate_CriticalBasicConstraints', passing, { kind: 'endEntity' }],
  ['RootCACertificate', ['base', 'api'], { kind: 'root', keyUsage: authority }],
  ['BlankRootCACertificate', ['api'], { kind: 'root' }],
  ['BlankRootCACertificate_PathLen0', ['api'], { kind: 'root', pathLength: 0 }],
  ['BlankRootCACertificate_PathLen1', ['api'], { kind: 'root', pathLength: 1 }],
  ['BlankRootCACertificate_PathLen2', ['api'], { kind: 'root', pathLength: 2 }],
  ['BlankRootCACertificate_PathLen3', ['api'], { kind: 'root', pathLength: 3 }],
  ['SubordinateCACertificate_PathLen0', every, { kind: 'subordinate', pathLength: 0, keyUsage: authority }],
  ['SubordinateCACertificate_PathLen1', every, { kind: 'subordinate', pathLength: 1, keyUsage: authority }],
  ['SubordinateCACertificate_PathLen2', every, { kind: 'subordinate', pathLength: 2, keyUsage: authority }],
  ['SubordinateCACertificate_PathLen3', every, { kind: 'subordinate', pathLength: 3, keyUsage: authority }],
  ['BlankSubordinateCACertificate_PathLen0', passing, { kind: 'subordinate', pathLength: 0 }],
  ['BlankSubordinateCACertificate_PathLen1', passing, { kind: 'subordinate', pathLength: 1 }],
  ['BlankSubordinateCACertificate_PathLen2', passing, { kind: 'subordinate', pathLength: 2 }],
  ['BlankSubordinateCACertificate_PathLen3', passing, { kind: 'subordinate', pathLength: 3 }],
];

const nameOf = (family: string, variant: Variant): string => `${family}${variants[variant]}/V1`;

/** Every template that is known here, by its name. */
export const templates: ReadonlyMap<string, Template> = new Map(
  families.flatMap(([family, present, content]) =>
    present.map((variant): [string, Template] => {
      const name = nameOf(family, variant);
      const takesCsr = variant === 'csr' || variant === 'both';
      const takesApi = variant === 'api' || variant === 'both';
      const apiKin = present.includes('api') ? { apiKin: nameOf(family, 'api') } : {};
      return [name, { name, ...content, takesCsr, takesApi, ...apiKin }];
    }),
  ),
);
