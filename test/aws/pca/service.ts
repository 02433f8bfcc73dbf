import { createHash } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { encodeJsonError, encodeJsonResult, jsonAuthenticationCode } from '../json-protocol.ts';
import { parseJsonRequest, targetsService } from '../json-protocol.ts';
import type { Call, Invocation, Service } from '../service.ts';
import { fromPem } from '../x509/pem.ts';
import { describeAuthority, listAuthorities } from './describe.ts';
import { getAuthorityCertificate, getCertificate } from './get.ts';
import { issueCertificate } from './issue.ts';
import { revokeCertificate } from './revoke.ts';
import type { PcaState } from './state.ts';

const TARGET = 'ACMPrivateCA';

const OPERATIONS: Readonly<Record<string, (state: PcaState, call: Call) => unknown>> = {
  IssueCertificate: issueCertificate,
  GetCertificate: getCertificate,
  DescribeCertificateAuthority: describeAuthority,
  GetCertificateAuthorityCertificate: getAuthorityCertificate,
  RevokeCertificate: revokeCertificate,
  ListCertificateAuthorities: listAuthorities,
};

/** AWS Private CA. https://docs.aws.amazon.com/privateca/latest/APIReference/Welcome.html */
export function createPcaService(state: PcaState): Service {
  return {
    name: 'acm-pca',
    recognizes: (request) => targetsService(request, TARGET),
    parse: (request) => parseJsonRequest(request, TARGET),
    needsSignature: () => true,
    describe,
    execute: async (call) => operationOf(call)(state, call),
    authenticationCode: jsonAuthenticationCode,
    encodeResult: (_operation, result, requestId) => encodeJsonResult(result, requestId),
    encodeError: encodeJsonError,
  };
}

function operationOf({ operation }: Invocation): (state: PcaState, call: Call) => unknown {
  const perform = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (!perform) throw new ServiceError('UnknownOperationException', `No operation ${operation}.`);
  return perform;
}

function describe({ parameters }: Invocation): Readonly<Record<string, unknown>> {
  const { Csr, ...others } = parameters;
  if (typeof Csr !== 'string') return others;
  const bytes = Buffer.from(Csr, 'base64');
  const der = fromPem(bytes.toString('latin1'), ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']) ?? bytes;
  return { ...others, CsrSha256: createHash('sha256').update(der).digest('hex') };
}
