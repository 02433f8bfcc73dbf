import { beforeEach, expect, test } from '@jest/globals';
import { NameServerError } from './ask-name-server.ts';
import { NameServerCheck } from './name-server-check.ts';

const record = { name: '_acme-challenge.a.test', value: 'v', place: 'hosted zone Z1' };
const servers = ['ns-1.test', 'ns-2.test', 'ns-3.test'];
let answers: Record<string, readonly string[] | Error>;
let asked: string[];
let check: NameServerCheck;

beforeEach(() => {
  asked = [];
  answers = Object.fromEntries(servers.map((server) => [server, ['v', 'other']]));
  check = new NameServerCheck(async (server) => {
    asked.push(server);
    const answer = answers[server] ?? [];
    if (answer instanceof Error) throw answer;
    return answer;
  });
});

const look = () => check.look(record, servers);

test('all answer with it', async () => {
  expect(await look()).toEqual({ kind: 'seen' });
  expect(asked).toEqual(servers);
});

test('those that lack it are told by name after a while, in the same words each time, and asked on', async () => {
  answers = { ...answers, 'ns-3.test': [], 'ns-1.test': ['other'], 'ns-2.test': new NameServerError('ETIMEOUT') };
  for (let tries = 0; tries < 4; tries++) expect(await look()).toEqual({ kind: 'pending', afterMs: 4_000 });
  const told = await look();
  expect(told).toMatchObject({ kind: 'blocked', code: 'NotAtAllNameServers', afterMs: 15_000 });
  expect(told).toMatchObject({
    message: expect.stringContaining(
      'The record _acme-challenge.a.test is not at all name servers of hosted zone Z1: ns-1.test answers with other values; ' +
        'ns-2.test cannot be asked (ETIMEOUT); ns-3.test has no such record. The challenge is accepted once',
    ),
  });
  expect(await look()).toEqual(told);
  answers = Object.fromEntries(servers.map((server) => [server, ['v']]));
  expect(await look()).toEqual({ kind: 'seen' });
});

test('where none of those that lack it can be asked, they are asked more rarely', async () => {
  answers['ns-2.test'] = new NameServerError('ETIMEOUT');
  for (let tries = 0; tries < 4; tries++) await look();
  expect(await look()).toMatchObject({ kind: 'blocked', afterMs: 60_000 });
});

test('who has answered with it is not asked again: of many values a name server may give some by turns', async () => {
  answers['ns-2.test'] = ['another of many'];
  await look();
  answers = { 'ns-1.test': ['another of many'], 'ns-2.test': ['v'], 'ns-3.test': [] };
  asked = [];
  expect(await look()).toEqual({ kind: 'seen' });
  expect(asked).toEqual(['ns-2.test']);
});

test('a record that was taken away and written again is looked for anew', async () => {
  await look();
  check.forget(record);
  asked = [];
  await look();
  expect(asked).toEqual(servers);
});

test('does not swallow a fault of this program', async () => {
  answers['ns-1.test'] = new TypeError('bug');
  await expect(look()).rejects.toThrow('bug');
});
