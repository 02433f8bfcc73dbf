import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findFreePorts } from '../cluster/free-ports.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { Supervisor } from '../cluster/supervisor/supervisor.ts';
import { untilAnswers } from './until-answers.ts';

/** Pebble's own challenge server: DNS on a port of 127.0.0.1 whose records tests set. */
export interface ChallengeServer {
  /** For startPebble. */
  readonly dnsServer: string;
  /** Beside the values that the name has already. */
  addTxt(name: string, value: string): Promise<void>;
  /** All values of the name. */
  clearTxt(name: string): Promise<void>;
  stop(): Promise<void>;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

export async function startChallengeServer(): Promise<ChallengeServer> {
  const name = 'pebble-challtestsrv';
  const programs = await ensurePrograms([name], { log: say, environment: process.env });
  const supervisor = await Supervisor.start(join(tmpdir(), 'challenge-server-'));
  try {
    const [dnsPort = 0, managementPort = 0] = await findFreePorts(2);
    const dnsServer = `127.0.0.1:${dnsPort}`;
    const management = `127.0.0.1:${managementPort}`;
    const unused = ['http01', 'https01', 'doh', 'tlsalpn01'].flatMap((flag) => [`-${flag}`, '']);
    const args = ['-dnsserver', dnsServer, '-management', management, ...unused];
    const program = await supervisor.start({ name, command: programs[name], args });
    const post = (path: string, body: object): Promise<void> => postJson(`http://${management}/${path}`, body);
    await untilAnswers(program, () => post('clear-txt', { host: 'nobody.' }));
    return {
      dnsServer,
      addTxt: (host, value) => post('set-txt', { host: `${host}.`, value }),
      clearTxt: (host) => post('clear-txt', { host: `${host}.` }),
      stop: () => supervisor.stop(),
    };
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

function postJson(url: string, body: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent: false }, (answer) => {
      const said = text(answer);
      said.then((words) => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`${url} answered ${answer.statusCode}: ${words}`));
      }, reject);
    });
    outgoing.on('error', reject).end(JSON.stringify(body));
  });
}
