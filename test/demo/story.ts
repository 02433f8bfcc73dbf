/** One act of the demo: what is applied, and how it must end. */
export interface Act {
  readonly title: string;
  /** Files below examples/. */
  readonly files: readonly string[];
  readonly expected: readonly Expectation[];
}

/** An object and the Ready condition that it must come to. */
export interface Expectation {
  /** As kubectl takes it. */
  readonly resource: 'awspcaclusterissuer' | 'awspcaissuer' | 'certificate' | 'certificaterequest';
  readonly namespace?: string;
  readonly name: string;
  readonly ready: 'True' | 'False';
  readonly reason: string;
}

const certificate = (name: string, namespace = 'default'): Expectation => ({
  resource: 'certificate',
  namespace,
  name,
  ready: 'True',
  reason: 'Ready',
});

export const story: readonly Act[] = [
  {
    title: 'An issuer for every namespace, on the identity of the controller',
    files: ['cluster-issuer/cluster-issuer.yaml'],
    expected: [{ resource: 'awspcaclusterissuer', name: 'company', ready: 'True', reason: 'Verified' }],
  },
  {
    title: "A tenant's own issuer, with an access key from a Secret of its namespace",
    files: ['namespaced-issuer/issuer.yaml', 'namespaced-issuer/certificate.yaml'],
    expected: [
      { resource: 'awspcaissuer', namespace: 'team-a', name: 'team-a', ready: 'True', reason: 'Verified' },
      certificate('orders', 'team-a'),
    ],
  },
  {
    title: "A tenant's issuer without any key: its ServiceAccount's token is exchanged for a role",
    files: ['service-account-issuer/issuer.yaml', 'service-account-issuer/certificate.yaml'],
    expected: [
      { resource: 'awspcaissuer', namespace: 'team-b', name: 'team-b', ready: 'True', reason: 'Verified' },
      certificate('invoices', 'team-b'),
    ],
  },
  {
    title: 'A CA of another account, reached through two roles and an external ID',
    files: ['chained-roles/cluster-issuer.yaml', 'chained-roles/certificate.yaml'],
    expected: [
      { resource: 'awspcaclusterissuer', name: 'other-account', ready: 'True', reason: 'Verified' },
      certificate('from-other-account'),
    ],
  },
  {
    title: 'An annotated Ingress becomes a Certificate, a CertificateRequest, a signature and a TLS Secret',
    files: ['ingress/ingress.yaml'],
    expected: [
      { resource: 'certificaterequest', namespace: 'default', name: 'shop-tls-1', ready: 'True', reason: 'Issued' },
      certificate('shop-tls'),
    ],
  },
  {
    title:
      'One annotation, on an Ingress, a Gateway and a ListenerSet: the ingress-shim of this controller makes the Certificates',
    files: ['ingress/short-form.yaml', 'ingress/gateway.yaml', 'ingress/listener-set.yaml'],
    expected: [certificate('orders-tls'), certificate('edge-tls'), certificate('team-tls')],
  },
  {
    title: 'RSA and ECDSA, names and addresses, and a subordinate CA',
    files: ['certificates/rsa.yaml', 'certificates/ecdsa.yaml', 'subordinate-ca/certificate.yaml'],
    expected: [certificate('rsa'), certificate('ecdsa'), certificate('mesh-ca')],
  },
  {
    title: 'A template that a Certificate chooses among those that its issuer allows',
    files: ['templates/issuer.yaml', 'templates/certificate.yaml'],
    expected: [
      { resource: 'awspcaclusterissuer', name: 'company-choice', ready: 'True', reason: 'Verified' },
      certificate('platform-ca'),
    ],
  },
  {
    title: 'One certificate for each place where TLS may end',
    files: [
      'termination/load-balancer.yaml',
      'termination/ingress.yaml',
      'termination/pod.yaml',
      'termination/pod-to-pod.yaml',
    ],
    expected: [
      certificate('load-balancer'),
      certificate('ingress-default'),
      certificate('pod'),
      certificate('pod-to-pod'),
    ],
  },
  {
    title:
      'A public certificate through ACM: endpoint, domain with its CNAME in Route 53, binding and account are made',
    files: ['public-certificate/cluster-issuer.yaml', 'public-certificate/certificate.yaml'],
    expected: [
      { resource: 'awspcaclusterissuer', name: 'public', ready: 'True', reason: 'Verified' },
      certificate('shop-public'),
    ],
  },
  {
    title: 'One through another ACME service, Pebble, which validates dns-01 against the records in Route 53',
    files: ['public-certificate/other-service.yaml'],
    expected: [
      { resource: 'awspcaclusterissuer', name: 'other-service', ready: 'True', reason: 'Verified' },
      certificate('other-service'),
    ],
  },
  {
    title: 'A wrong ARN: the issuer says what is wrong, the request waits',
    files: ['wrong-arn/issuer.yaml'],
    expected: [
      { resource: 'awspcaclusterissuer', name: 'wrong-arn', ready: 'False', reason: 'CertificateAuthorityNotFound' },
      {
        resource: 'certificaterequest',
        namespace: 'default',
        name: 'waits-for-its-issuer-1',
        ready: 'False',
        reason: 'Pending',
      },
    ],
  },
];

/** The act in which a person denies a request. */
export const denial = {
  title: 'A denied request: a policy keeps the automatic approver out, and a person says no',
  policy: 'denied-request/policy.yaml',
  certificate: 'denied-request/certificate.yaml',
  request: { namespace: 'guarded', name: 'unwanted-1' },
  expected: {
    resource: 'certificaterequest',
    namespace: 'guarded',
    name: 'unwanted-1',
    ready: 'False',
    reason: 'Denied',
  } satisfies Expectation,
};
