import { type AcmeErrorCode, AcmeProblem } from '../../src/acme/errors.ts';
import { explainDeath } from '../../src/signers/acm/explain-death.ts';
import { toSetback } from '../../src/signers/acm/explain-problem.ts';
import { type ProblemConsequence, problemTable } from '../../src/signers/acm/problem-table.ts';

const introduction = `# Requests for public certificates

What becomes of a CertificateRequest whose issuer has \`spec.acm\`. How such an issuer is set up: [public
certificates](public-certificates.md).

This page is written by \`node test/docs/write-public-requests-page.ts\` from the tables that the controller itself goes
by.

## What is refused before anything is called

A request that can never succeed is \`Failed\` at once, by name and with what to ask for instead; the code is in the
log.

| at ACM | elsewhere | what | code |
| --- | --- | --- | --- |
| refused | refused | a CSR that cannot be read, or is not signed by its own key | \`InvalidCSR\` |
| refused | refused | \`isCA\`: no ACME server issues CAs | \`CANotIssued\` |
| refused | refused | IP addresses, URIs, email addresses and other names: only DNS names can be ordered and proven here | \`UnsupportedName\` |
| refused | refused | what is no domain name; a \`*\` that is not a first label of its own | \`UnsupportedName\` |
| refused | refused | no name at all | \`NoName\` |
| refused | refused | names that \`spec.acm.domains\` does not cover, where there are any | \`UncoveredName\` |
| refused | – | keys other than RSA 2048, P-256 and P-384, and those that the endpoint does not allow | \`UnsupportedKey\` |
| refused | – | more than 100 names | \`TooManyNames\` |
| refused | – | a common name of more than 64 bytes, or one that is not among the DNS names | \`InvalidCommonName\` |
| refused | – | a usage that cert-manager does not know | \`UnknownUsage\` |
| refused | – | usages that no public certificate has: \`cert sign\`, \`crl sign\`, \`code signing\`, \`email protection\`, \`s/mime\`, \`timestamping\`, \`ocsp signing\`, \`ipsec …\`, \`… sgc\` | \`UnsupportedUsage\` |

ACM does not say whether the scope \`Subdomains\` reaches below the first label, and whether \`Wildcards\` covers
\`*.sub.example.com\` as well as \`*.example.com\`. Here both count as covered, and ACM has the last word.

## What is told, and issued all the same

One Normal event each, with the certificate:

- \`DurationIgnored\`: \`spec.duration\` is not the lifetime of the certificate. The server alone decides that: 45 days at
  ACM. See to it that \`spec.renewBefore\` of the Certificate is shorter; left out, cert-manager renews after two
  thirds.
- \`UsagesIgnored\`: usages were asked for that the certificate lacks, such as \`client auth\`, which ACM's do not have.
  What depends on the kind of key (\`digital signature\`, \`key encipherment\`, \`key agreement\`) is not counted.

## How an order goes

1. An order is placed for the names, at most 20 a second for an account and region. It costs nothing.
2. Its URL is written on the request: annotations \`awspca.cert-manager.io/acme-order\` and, binding it to this request,
   \`awspca.cert-manager.io/issuance\`. Nothing is bought before that. Whatever happens to the controller from here on,
   the next one goes on with this order; an order that is of another account, of another server or for other names is
   ignored.
3. Where the server asks for proof, TXT records are written at \`_acme-challenge\` of each name through the domain's
   \`dns01.route53\`, side by side where a name and its wildcard are asked for together; with \`dns01.cnameStrategy:
   Follow\` where the CNAMEs of \`_acme-challenge\` lead. Once Route 53 says that they have reached all its name servers
   the server is told to look; with \`dns01.checkNameServers\` each of the zone's name servers is asked besides, and the
   condition says after a while which of them answers what. The records are removed as soon as they are not needed any more, and before the order is forgotten: what to remove follows from the order itself, so a
   crash leaves none behind. Only the records of a request that was deleted while the controller was down stay, and
   those that cannot be removed within a minute wait for the next request of the issuer: they prove nothing any more, and
   whoever wants to deletes TXT records of \`_acme-challenge\` while no request is pending.
4. It is finalised with the CSR when its turn comes: one a second for all issuers of an account and region at ACM,
   issuers by turns.
5. The server works: about half a minute at ACM, at most two by its documentation. After ten minutes the request says
   so, and it is looked at on.
6. The certificate is compared with key and names of the CSR, its chain is verified and stored as served, without the
   root. \`status.ca\` stays empty: whom to trust is for those who verify to know.

An order that dies is replaced by another one, soon the first time (2 s; 30 s where the issuer is checked first), then
after 1, 2, 4, 8 and at most 15 minutes, with the reason in the request's condition. A request has at most one order
in flight.

## What a problem of the server does

By the types of [RFC 8555, section 6.7](https://www.rfc-editor.org/rfc/rfc8555#section-6.7). HTTP status 429 or 5xx is
\`wait\` whatever the type says; 401 or 403 without a type is \`denied\`. Of a \`compound\` problem the gravest part
decides, in the order of this table.
`;

interface Meaning {
  readonly fault: string;
  readonly call: string;
  readonly order: string;
}

const meanings: Readonly<Record<ProblemConsequence, Meaning>> = {
  request: {
    fault: 'the request',
    call: '`Failed`',
    order: '`Failed`',
  },
  issuer: {
    fault: "the account, its key or its binding: the issuer's",
    call: '`Pending`; the issuer is checked at once',
    order: 'replaced; the issuer is checked at once',
  },
  denied: {
    fault:
      'the account, which is asked for its status; where that is `valid`: the role (at ACM), or the proof of a name (elsewhere)',
    call: '`Pending`; of an account that is not valid the issuer is checked at once. Else requests for the same domains wait, and one of them tries again each minute',
    order: 'replaced; the issuer is checked at once',
  },
  domain: {
    fault: 'DNS, CAA or the proof of a name',
    call: '`Pending`; the issuer is checked at once, and at ACM asserts its CNAMEs',
    order: 'replaced; the issuer is checked at once, and at ACM asserts its CNAMEs',
  },
  wait: {
    fault: 'nobody: too many calls, or a failure of the server',
    call: '`Pending` if it lasts; again after the Retry-After of the answer (an hour at most), else with a growing delay',
    order: 'replaced',
  },
  lookAgain: {
    fault: 'nobody: the order has gone on',
    call: 'it is looked at after a second',
    order: 'replaced',
  },
  strange: {
    fault: 'nobody can tell',
    call: '`Pending`; again after a minute',
    order: 'replaced',
  },
};

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

const meaningTable = Object.entries(meanings)
  .map(([name, { fault, call, order }]) => line([`\`${name}\``, fault, call, order]))
  .join('');

const problemLines = Object.entries(problemTable)
  .map(([code, { consequence, remedy, atAcm, ofCovered }]) => {
    const more = [
      ...(atAcm === undefined ? [] : [`At ACM: ${atAcm}`]),
      ...(ofCovered === undefined ? [] : [`At ACM of names that spec.acm.domains covers: ${ofCovered}`]),
    ];
    const means = `\`${consequence}\`${ofCovered === undefined ? '' : '; at ACM of names that `spec.acm.domains` covers `domain`'}`;
    return line([`\`${code}\``, means, [remedy, ...more].join(' ')]);
  })
  .join('');

const explained = 'what the server says about it';

function said(code: AcmeErrorCode, operation: string): string {
  const problem = { type: `urn:ietf:params:acme:error:${code}`, code, detail: explained, subproblems: [] };
  const setback = toSetback('acm', new AcmeProblem({ operation, status: 400, problem, outcomeUnknown: false }));
  return `- \`${code}\` in answer to ${operation}:\n  > ${setback.message}\n`;
}

function died(code: AcmeErrorCode): string {
  const problem = { type: `urn:ietf:params:acme:error:${code}`, code, detail: explained, subproblems: [] };
  const outcome = explainDeath(
    { provider: 'acm', domains: [] },
    { kind: 'dead', reason: 'failed', identifiers: [], problem },
    1,
    [],
  );
  return `- \`${code}\` in an order:\n  > ${'message' in outcome ? outcome.message : ''}\n`;
}

/** docs/public-certificate-requests.md, from the table of the problems and the messages that are made of them. */
export function renderPublicRequestsPage(): string {
  const examples = [said('badCSR', 'finalize'), said('rejectedIdentifier', 'newOrder'), died('dns'), died('caa')];
  return [
    introduction,
    `| means | whose fault | in answer to a call | an order that ends with it |\n| --- | --- | --- | --- |\n${meaningTable}`,
    `| type | means | what a person does |\n| --- | --- | --- |\n${problemLines}`,
    `## What the condition says\n\nWhere the server explains itself, its words stand in the place of “${explained}”, without times and digests.\n\n${examples.join('')}`,
  ].join('\n');
}
