import { describe, expect, test } from '@jest/globals';
import type { CertificateRequest } from '../../api/certificate-request.ts';
import {
  approved,
  certificateRequest,
  denied,
  invalid,
  withIssuer,
  withMetadata,
  withReady,
  withRequestStatus,
} from '../../../test/support/builders.ts';
import { decideGate } from './decide-gate.ts';

const deleted = withMetadata({ deletionTimestamp: '2026-01-02T03:05:00Z' });
const withCertificate = withRequestStatus({ certificate: 'AAAA' });
const withoutSpec: CertificateRequest = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'CertificateRequest',
  metadata: certificateRequest('cr1').metadata,
};

describe('a request that is not to be touched', () => {
  test.each<[string, CertificateRequest]>([
    ['another group', certificateRequest('cr1', withIssuer('Issuer', 'ca', 'cert-manager.io'), denied())],
    ['no spec', withoutSpec],
    ['issued', certificateRequest('cr1', approved(), withReady('True', 'Issued'))],
    ['failed', certificateRequest('cr1', approved(), withReady('False', 'Failed'))],
    ['denied, and told so', certificateRequest('cr1', denied(), withReady('False', 'Denied'))],
    ['failed, and denied since', certificateRequest('cr1', denied(), withReady('False', 'Failed'))],
    ['failed with a status that contradicts', certificateRequest('cr1', approved(), withReady('Unknown', 'Failed'))],
    ['invalid', certificateRequest('cr1', approved(), invalid())],
    ['invalid and denied', certificateRequest('cr1', denied(), invalid())],
    ['invalid and of an unsupported kind', certificateRequest('cr1', withIssuer('Issuer', 'i'), invalid())],
    ['deleted', certificateRequest('cr1', approved(), deleted)],
    ['deleted and denied', certificateRequest('cr1', denied(), deleted)],
    ['deleted and of an unsupported kind', certificateRequest('cr1', withIssuer('Issuer', 'i'), deleted)],
    ['with a certificate already', certificateRequest('cr1', approved(), withCertificate)],
  ])('%s', (_, request) => {
    expect(decideGate(request, true)).toEqual({ step: 'ignore' });
    expect(decideGate(request, false)).toEqual({ step: 'ignore' });
  });
});

describe('a denial', () => {
  test.each<[string, CertificateRequest]>([
    ['is mirrored', certificateRequest('cr1', denied())],
    ['holds against an approval', certificateRequest('cr1', approved(), denied())],
    ['holds for an unsupported kind', certificateRequest('cr1', withIssuer('Issuer', 'i'), denied())],
    ['holds although it is Pending', certificateRequest('cr1', denied(), withReady('False', 'Pending'))],
    ['holds with a certificate', certificateRequest('cr1', denied(), withCertificate)],
  ])('%s', (_, request) => {
    expect(decideGate(request, true)).toEqual({ step: 'mirrorDenial' });
    expect(decideGate(request, false)).toEqual({ step: 'mirrorDenial' });
  });
});

describe('an unsupported kind', () => {
  test.each([['Issuer'], ['ClusterIssuer'], ['awspcaissuer'], ['AWSPCAIssuers'], ['']])(
    '%j is refused without waiting for an approval that can never come',
    (kind) => {
      const request = certificateRequest('cr1', withIssuer(kind, 'i'));
      expect(decideGate(request, true)).toEqual({ step: 'refuseKind', kind });
    },
  );
});

describe('approval', () => {
  test('is waited for', () => {
    expect(decideGate(certificateRequest('cr1'), true)).toEqual({ step: 'awaitApproval' });
  });

  test('is not asked for where the check is switched off', () => {
    expect(decideGate(certificateRequest('cr1'), false)).toMatchObject({ step: 'sign' });
  });
});

describe('signing', () => {
  test('goes to the issuer of the request’s own namespace', () => {
    const request = certificateRequest('cr1', withIssuer('AWSPCAIssuer', 'i'), approved());
    const target = {
      type: 'issuer',
      kind: 'AWSPCAIssuer',
      name: { namespace: 'team', name: 'i' },
      issuerKey: 'AWSPCAIssuer/team/i',
    };
    expect(decideGate(request, true)).toEqual({ step: 'sign', request, target });
  });

  test('goes to a cluster issuer', () => {
    const request = certificateRequest('cr1', withIssuer('AWSPCAClusterIssuer', 'i'), approved());
    const target = {
      type: 'issuer',
      kind: 'AWSPCAClusterIssuer',
      name: { name: 'i' },
      issuerKey: 'AWSPCAClusterIssuer/i',
    };
    expect(decideGate(request, true)).toEqual({ step: 'sign', request, target });
  });

  test('goes on while Pending', () => {
    const request = certificateRequest('cr1', approved(), withReady('False', 'Pending', 'waiting'));
    expect(decideGate(request, true)).toMatchObject({ step: 'sign' });
  });
});
