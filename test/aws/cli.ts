import { parseArgs } from 'node:util';
import { describeStart } from './cli-text.ts';
import { startAwsStandIn } from './stand-in.ts';

/** Runs the stand-in as a process of its own, until SIGINT or SIGTERM. */
const USAGE = `Usage: npm run aws-stand-in -- [options]
  --port <number>             port on 127.0.0.1 (default: a free one)
  --region <name>             Region of the certificate authorities (default: us-east-1)
  --dns-port <number>         start the DNS server of hosted zones, on this port of 127.0.0.1 (0: a free one)
  --issuing-time-ms <number>  how long a certificate takes to be issued (default: 0)
  --json                      print one line of JSON instead of text
  --help                      print this`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    region: { type: 'string', default: 'us-east-1' },
    'dns-port': { type: 'string' },
    'issuing-time-ms': { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else await run();

async function run(): Promise<void> {
  const { region } = values;
  const issuingTimeMs = Number(values['issuing-time-ms']);
  const standIn = await startAwsStandIn({ port: Number(values.port), issuingTimeMs });
  const root = await standIn.createCertificateAuthority({ region });
  const subordinate = await standIn.createCertificateAuthority({ region, parent: root.arn, keyAlgorithm: 'RSA_2048' });
  const { endpoint, identity } = standIn;
  const dnsPort = values['dns-port'];
  const dns = dnsPort === undefined ? undefined : await standIn.startDnsServer({ port: Number(dnsPort) });
  const started = { endpoint, region, identity, authorities: [root, subordinate], ...(dns && { dns }) };
  const environment = standIn.environment(identity, region);
  console.log(values.json ? JSON.stringify({ ...started, environment }) : describeStart(started, environment));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void standIn.stop());
}
