import { acmOperations } from '../../src/aws/acm/acm-calls.ts';
import { type Consequence, consequenceOf, type ErrorOrigin, errorTable } from '../../src/aws/consequences.ts';
import { AwsError } from '../../src/aws/errors.ts';
import { remedyOf } from '../../src/aws/remedies.ts';
import { route53Operations } from '../../src/aws/route53/route53-calls.ts';
import { explainGetDenial, explainTemplate, toSetback } from '../../src/signers/pca/setbacks.ts';

const introduction = `# Errors of AWS

What this controller does about each error code, for whoever was paged. Look for the code: in the message of a request
(\`kubectl describe certificaterequest\`) or issuer, in the log (\`"code"\`), or in the metric
\`awspca_aws_api_calls_total{service,operation,code}\`, which counts every call of every code.

- **No fault of AWS fails a request.** A request fails only for what its requester asked: the codes that say \`Failed\`
  below. Everything else is \`Ready=False\`, reason \`Pending\`, until it is over.
- **No fault costs a second certificate.** A call is repeated with the same idempotency token and the same validity, which
  AWS carries out once within five minutes. The one exception is a certificate that AWS itself gives up on
  (\`RequestFailedException\`, three times).
- **A wait is said** in the condition and in one Normal event \`Pending\` once it is longer than five seconds; the words do
  not change from try to try. The growing delay is half a second, doubled each time, at most a minute.
- **A fault of one template or one request never turns its issuer.** What may be the issuer's is asked of the CA first
  (DescribeCertificateAuthority).
- A code that is not here counts by its HTTP status: 429 as a throttle, 401 and 403 as a denial, all else as a failure that
  passes.

This page is written by \`node test/docs/write-errors-page.ts\` from the tables that the controller itself goes by.
`;

interface Meaning {
  readonly fault: string;
  readonly request: string;
  readonly again: string;
  readonly person: string;
}

/** What follows from each consequence, as a person sees it. */
const meanings: Readonly<Record<Consequence, Meaning>> = {
  request: {
    fault: 'the request',
    request: '`Failed`, with failureTime and a Warning event. cert-manager makes the next request after its backoff',
    again: 'never: a new request is needed',
    person: 'Read the message: ask for something else, or change the issuer, then `cmctl renew`',
  },
  authority: {
    fault: "the CA, or what the issuer's spec says",
    request: '`Pending`: `issuer is not ready`. The issuer: Ready=False with what is wrong and a Warning event',
    again: 'as soon as the issuer is Ready; that is checked every minute, and at every change of its spec',
    person: 'See the issuer: `kubectl describe awspcaissuer`, `awspca_issuer_ready`',
  },
  denied: {
    fault: "IAM: the identity's policy, or the resource share",
    request:
      '`Pending`, naming what to allow, for requests with that template. If the CA may not even be described: the issuer is Ready=False, reason `AccessDenied`',
    again: 'every minute: one call for all requests that wait',
    person: 'Allow what the message names',
  },
  credentials: {
    fault: 'the credentials, or the clock',
    request:
      '`Pending` if it lasts. The issuer takes none of the credentials that it kept, and is checked: Ready=False, reason `CredentialsRefused`, while AWS refuses them',
    again:
      'at once with new credentials, then with a growing delay; a refused issuer is checked every 2 to 15 seconds, each time with what its Secret says then',
    person: 'Renew the access key or token, unless it passes within a minute',
  },
  throttled: {
    fault: 'too many calls in this account and region, of whomever',
    request: '`Pending` if it lasts',
    again: 'with a growing delay; the pace of all calls of that kind is halved, and recovers within seconds',
    person: 'Nothing. If it is every day: raise the quota at AWS and `--pca-issue-rate`, `--pca-get-rate`',
  },
  quota: {
    fault: 'a limit of the CA or the account',
    request: '`Pending`, at once',
    again: 'every minute: one call for all requests that wait',
    person: 'Raise the quota in the AWS account of the CA',
  },
  transient: {
    fault: 'AWS, the network, or what stands between',
    request: '`Pending` if it lasts',
    again: 'with a growing delay',
    person: 'Nothing, unless it lasts',
  },
  inProgress: {
    fault: 'nobody: the certificate is being made',
    request: '`Pending`: `waiting for certificate to be issued`, if it lasts',
    again: 'when certificates of this CA usually are ready',
    person: 'Nothing',
  },
  failed: {
    fault: 'AWS, which does not say why',
    request: '`Pending` if it lasts',
    again: 'three looks, five seconds apart; then a new certificate is asked for, which is billed',
    person: 'If it repeats, ask AWS with the certificate ARN of the log',
  },
};

const origins: Readonly<Record<ErrorOrigin, string>> = {
  pca: 'Codes of AWS Private CA',
  acm: "Codes of ACM's ACME endpoints",
  route53: 'Codes of Route 53',
  common: 'Codes of every AWS service',
  sts: 'Codes of STS, while a role is assumed',
  token: "Codes of this controller, while it asks for a ServiceAccount's token",
  source: 'No credentials at all (said by the AWS SDK)',
  settings: 'Settings that exclude each other (said by this controller)',
  pace: 'Calls that wait for their turn (said by this controller)',
  network: 'No answer, or none that can be read (said by Node.js or the AWS SDK)',
  unmet: 'Codes that no call of an issuer can meet',
};

const notes: Partial<Record<ErrorOrigin, string>> = {
  acm: "Met with `spec.acm`. They are always the issuer's: no request fails for them. `ValidationException`, `ResourceNotFoundException` and the codes of every AWS service can be met there too.",
  route53:
    "Met where the controller writes records: `dns01.route53` of an issuer with `spec.acm`. They are always the issuer's. `PriorRequestNotComplete` is a throttle of one zone, and passes by itself.",
  pace: 'Not an error of AWS: so many calls a second are made and no more, as the flags with `-rate` say.',
  sts: "Met with `spec.role`, `spec.roleChain` and `spec.serviceAccountRef`, or with IRSA. They are always the issuer's: no request fails for them. The codes of every AWS service can be met there too; see [Credentials](credentials.md).",
  token:
    'Met with `spec.serviceAccountRef`. The issuer: Ready=False, reason `Error`, looked at again every few seconds; where the API server only failed, reason `CredentialsUnavailable`, and one that was Ready stays so for 15 minutes.',
  source:
    'The issuer: Ready=False, reason `CredentialsUnavailable`; one that was Ready stays so for 15 minutes, and its requests wait.',
  settings: 'The issuer: Ready=False, reason `Error`. The controller has to be started anew.',
  network:
    'The issuer: Ready=False, reason `Unreachable`; one that was Ready stays so for 15 minutes, and its requests wait.',
  unmet:
    'They are in the models of ACM PCA, ACM, Route 53 and STS, for operations that only an administrator or another program calls: import, revocation, policies, tags, permissions, listing, federation tokens, health checks, traffic policies, DNSSEC. Should one arrive all the same, it counts as a failure that passes: nothing can be concluded from it about a request.',
};

const explained = 'what AWS says about it';
const template = 'EndEntityServerAuthCertificate/V1';

function example(operation: string, code: string): string {
  const consequence = consequenceOf(operation, code) ?? 'transient';
  const error = new AwsError(operation, code, consequence, explained, true, undefined);
  const row = errorTable[code];
  if (operation === 'IssueCertificate' && !row?.isConclusive && ['denied', 'authority'].includes(consequence)) {
    return explainTemplate(error, template);
  }
  return operation === 'GetCertificate' && consequence === 'denied'
    ? explainGetDenial(error)
    : toSetback(error).message;
}

const examples: readonly (readonly [string, string])[] = [
  ['IssueCertificate', 'ValidationException'],
  ['IssueCertificate', 'InvalidArnException'],
  ['IssueCertificate', 'ResourceNotFoundException'],
  ['IssueCertificate', 'InvalidStateException'],
  ['IssueCertificate', 'AccessDeniedException'],
  ['GetCertificate', 'AccessDeniedException'],
  ['AssumeRole', 'AccessDenied'],
  ['AssumeRoleWithWebIdentity', 'InvalidIdentityToken'],
  ['IssueCertificate', 'ExpiredTokenException'],
  ['IssueCertificate', 'SignatureDoesNotMatch'],
  ['IssueCertificate', 'ThrottlingException'],
  ['IssueCertificate', 'LimitExceededException'],
  ['IssueCertificate', 'InternalFailure'],
  ['IssueCertificate', 'UnknownOperationException'],
  ['IssueCertificate', 'CredentialsProviderError'],
  ['IssueCertificate', 'ECONNREFUSED'],
  ['IssueCertificate', 'CERT_HAS_EXPIRED'],
  ['GetCertificate', 'RequestFailedException'],
];

const list = (rows: readonly (readonly string[])[]): string =>
  rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');

function codeLine(code: string): readonly string[] {
  const { consequence, at = {}, ifAuthorityIsFine, remedy } = errorTable[code] ?? { consequence: 'transient' };
  const elsewhere = Object.entries(at).map(([operation, meaning]) => `\`${meaning}\` of ${operation}`);
  const fine = ifAuthorityIsFine ? [`\`${ifAuthorityIsFine}\` of IssueCertificate, when the CA can issue`] : [];
  const means = [
    ...elsewhere,
    ...fine,
    elsewhere.length + fine.length > 0 ? `else \`${consequence}\`` : `\`${consequence}\``,
  ];
  return [`\`${code}\``, means.join('; '), remedy ?? meanings[at['IssueCertificate'] ?? consequence].person];
}

function section(origin: ErrorOrigin): string {
  const codes = Object.keys(errorTable).filter((code) => errorTable[code]?.origin === origin);
  const note = notes[origin] === undefined ? '' : `${notes[origin]}\n\n`;
  if (origin === 'unmet') return `## ${origins[origin]}\n\n${note}${codes.map((code) => `- \`${code}\`\n`).join('')}`;
  return `## ${origins[origin]}\n\n${note}| code | means | what a person does |\n| --- | --- | --- |\n${list(codes.map(codeLine))}`;
}

/** The operations that a denial is explained for in particular, as IAM knows them. */
function denials(): string {
  const names = [...Object.keys(acmOperations), ...Object.keys(route53Operations)];
  const rows = names.map((name) => {
    const operation = name.charAt(0).toUpperCase() + name.slice(1);
    return [`\`${operation}\``, remedyOf({ operation, code: 'AccessDeniedException', consequence: 'denied' }) ?? ''];
  });
  return `## What IAM has to allow for \`spec.acm\`\n\nWith \`AccessDenied\` or \`AccessDeniedException\`, which change with the operation:\n\n| operation | what a person does |\n| --- | --- |\n${list(rows)}`;
}

const counting = `## Certificates that were bought

\`awspca_certificates_billed_total\` counts what AWS was asked to sign and did, once for each certificate: a repetition that
this process made itself is not counted again. \`awspca_certificates_billing_avoided_total\` counts certificates that were
found again, by the ARN on their request, in place of being signed anew. What cannot be known: a process that dies between
the answer of IssueCertificate and the write of the ARN has counted the certificate; its successor repeats the call, AWS
recognises it and bills nothing, and the successor counts it too. The sum over restarts may therefore be too high by what
was in flight at a crash, never too low.

A public certificate is counted when it is delivered, also one of a server that bills nothing.
`;

/** docs/errors.md, from the table of the codes and the messages that are made of them. */
export function renderErrorsPage(): string {
  const meaningLines = Object.entries(meanings).map(([consequence, { fault, request, again, person }]) => [
    ...[`\`${consequence}\``, fault, request, again, person],
  ]);
  const exampleLines = examples.map(
    ([operation, code]) => `- \`${code}\` of ${operation}:\n  > ${example(operation, code)}\n`,
  );
  return [
    introduction,
    `## What follows\n\n| means | whose fault | the request | tried again | what a person does |\n| --- | --- | --- | --- | --- |\n${list(meaningLines)}`,
    ...(Object.keys(origins) as ErrorOrigin[]).map(section),
    denials(),
    `## What the condition says\n\nWhere AWS explains itself, its words stand in the place of “${explained}”, without request ids, times, addresses and session names.\n\n${exampleLines.join('')}`,
    counting,
  ].join('\n');
}
