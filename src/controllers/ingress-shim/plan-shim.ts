import type { Certificate } from '../../api/certificate.ts';
import type { IssuerRef } from '../../api/certificate-request.ts';
import { goQuote } from '../../flags/go-quote.ts';
import { acmeAnnotations } from './acme-annotations.ts';
import type { Ask } from './ask.ts';
import { readAsk } from './ask.ts';
import type { Blocks } from './blocks.ts';
import { mentionedSecrets } from './blocks.ts';
import { isControlledBy, tellHolder, tellRivals } from './holder.ts';
import { resolveIssuer } from './issuer.ts';
import { isSubdomain } from './kubernetes-names.ts';
import { readListeners } from './listeners.ts';
import { readSpec } from './read-spec.ts';
import { tellDoubtful, tellRefused } from './refused-values.ts';
import { isAsWanted } from './same-certificate.ts';
import type {
  ShimAction,
  ShimEvent,
  ShimFacts,
  ShimObject,
  ShimPlan,
  ShimSettings,
  WantedCertificate,
} from './shim-plan.ts';
import { duplicateSecrets, readTlsBlocks } from './tls-blocks.ts';
import { isGoing, isTriggered } from './trigger.ts';
import { isGoIpAddress } from './values/go-ip.ts';
import type { Common } from './wanted.ts';
import { extraAnnotations, wantedCertificate } from './wanted.ts';

const nothing: ShimPlan = { actions: [], problems: [], waitsFor: [] };
const badConfig = (message: string): ShimEvent => ({ type: 'Warning', reason: 'BadConfig', message });

/**
 * What is to be done for one object. Pure and total: the same facts give the same plan, and nothing is thrown. The steps
 * and their order are those of cert-manager's ingress-shim (pkg/controller/certificate-shim/sync.go).
 */
export function planShim(facts: ShimFacts, settings: ShimSettings): ShimPlan {
  const ask = readAsk(facts, settings.strictParity);
  if (ask === undefined || !isTriggered(ask, settings) || isGoing(ask.object)) return nothing;
  const issuer = resolveIssuer(ask, settings);
  if (issuer.kind === 'others') return nothing;
  if (issuer.kind === 'faulty') return refuse(`${badAnnotations}: ${issuer.faults.join(', ')}`);
  const { object } = ask;
  const duplicates = object.kind === 'Ingress' ? duplicateSecrets(object.spec?.tls ?? []) : undefined;
  return duplicates === undefined ? planBlocks(ask, issuer.issuerRef, facts, settings) : refuse(duplicates);
}

const badAnnotations = 'Could not determine issuer for ingress due to bad annotations';
const refuse = (message: string): ShimPlan => ({ ...nothing, problems: [badConfig(message)] });

function planBlocks(ask: Ask, issuerRef: Required<IssuerRef>, facts: ShimFacts, settings: ShimSettings): ShimPlan {
  const { blocks, skipped } = readBlocks(ask, settings);
  const problems = skipped.map(badConfig);
  // Without a block nobody reads the annotations, and nothing can be wrong with them.
  if (blocks.length === 0) return { actions: planDeletions(facts, []), problems, waitsFor: [] };

  const reading = readSpec(ask.annotations);
  if (!reading.ok) {
    const told = settings.strictParity ? [] : [badConfig(reading.told)];
    return { ...nothing, problems: [...problems, ...told], fault: reading.fault };
  }
  const refused = settings.strictParity ? undefined : tellRefused(reading.draft, ask.annotations);
  if (refused !== undefined) return { ...nothing, problems: [...problems, badConfig(refused)], fault: refused };

  const doubtful = settings.strictParity ? [] : tellDoubtful(reading.draft, ask.annotations, isGoIpAddress);
  const extra = extraAnnotations(ask.annotations, settings.extraCertificateAnnotations);
  const common: Common = {
    object: ask.object,
    issuerRef,
    draft: reading.draft,
    annotations: { ...extra, ...acmeAnnotations(ask) },
  };
  const held = indexHeld(facts);
  const steps = blocks.map((block) => {
    const wanted = wantedCertificate(block, common);
    // cert-manager writes the annotations for ACME only when it creates a Certificate.
    const updated = settings.strictParity ? wantedCertificate(block, { ...common, annotations: extra }) : wanted;
    return planCertificate(wanted, updated, held, settings.strictParity);
  });
  const planned = steps.flatMap(({ actions }) => actions);
  const writes = (['create', 'update'] as const).flatMap((kind) => planned.filter((action) => action.kind === kind));
  return {
    actions: [...writes, ...planDeletions(facts, writes)],
    problems: [...problems, ...doubtful.map(badConfig), ...steps.flatMap((step) => step.problems)],
    waitsFor: steps.flatMap(({ waitsFor }) => waitsFor),
  };
}

function readBlocks({ object, annotations }: Ask, { extraProtocols }: ShimSettings): Blocks {
  if (object.kind === 'Ingress') return readTlsBlocks(object.spec?.tls ?? []);
  const namespace = object.metadata.namespace ?? '';
  return readListeners(object.spec?.listeners ?? [], { namespace, annotations, extraProtocols });
}

/** The Certificates that there are, for an object with thousands of blocks. */
interface Held {
  readonly object: ShimObject;
  readonly byName: ReadonlyMap<string, Certificate>;
  readonly bySecret: ReadonlyMap<string, readonly Certificate[]>;
}

function indexHeld({ object, certificates }: ShimFacts): Held {
  return {
    object,
    byName: new Map(certificates.map((certificate) => [certificate.metadata.name, certificate])),
    bySecret: Map.groupBy(certificates, ({ spec }) => spec?.secretName ?? ''),
  };
}

/** `updated` is what an existing Certificate is made into, `wanted` what a new one is. */
function planCertificate(
  wanted: WantedCertificate,
  updated: WantedCertificate,
  { object, byName, bySecret }: Held,
  strictParity: boolean,
): ShimPlan {
  const { name } = wanted.metadata;
  if (!strictParity && !isSubdomain(name)) return { ...nothing, problems: [badConfig(badSecretName(name))] };
  const existing = byName.get(name);
  const rivals = strictParity ? [] : tellRivals(bySecret.get(wanted.spec.secretName) ?? [], wanted);
  if (existing === undefined) {
    const event = done('CreateCertificate', 'created', name);
    return { ...nothing, actions: [{ kind: 'create', certificate: wanted, event }], problems: rivals };
  }
  if (!isControlledBy(existing, object)) {
    if (strictParity) return nothing;
    const told = tellHolder(existing, wanted, object);
    return { actions: [], problems: told === undefined ? [] : [told], waitsFor: [name] };
  }
  // What goes comes back by itself: its deletion is an event of this object.
  if (isLeaving(existing) || isAsWanted(existing, updated, strictParity)) return { ...nothing, problems: rivals };
  const event = done('UpdateCertificate', 'updated', name);
  return { ...nothing, actions: [{ kind: 'update', existing, certificate: updated, event }], problems: rivals };
}

function badSecretName(name: string): string {
  return (
    `Skipped secretName ${goQuote(name)}: no Certificate can have this name. Use lower case letters, digits, "-" and ".", ` +
    'with a letter or digit at both ends, and no more than 253 characters.'
  );
}

/** Certificates that the object controls and no longer mentions, but for those that are just being mended. */
function planDeletions({ object, certificates }: ShimFacts, writes: readonly ShimAction[]): ShimAction[] {
  const mentioned = mentionedSecrets(object);
  const updated = new Set(writes.map((action) => (action.kind === 'update' ? action.existing.metadata.name : '')));
  return certificates
    .filter((certificate) => isControlledBy(certificate, object) && !isLeaving(certificate))
    .filter(({ metadata, spec }) => !mentioned.has(spec?.secretName ?? '') && !updated.has(metadata.name))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((existing) => {
      const event = done('DeleteCertificate', 'deleted unrequired', existing.metadata.name);
      return { kind: 'delete', existing, event };
    });
}

const isLeaving = ({ metadata }: Certificate): boolean => metadata.deletionTimestamp !== undefined;

function done(reason: string, what: string, name: string): ShimEvent {
  return { type: 'Normal', reason, message: `Successfully ${what} Certificate ${goQuote(name)}` };
}
