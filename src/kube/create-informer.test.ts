import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { settle } from '../../test/support/fake-clock.ts';
import { answers, createBench, fails, page, refused, widget, type Widget } from '../../test/support/informer-bench.ts';

let bench: ReturnType<typeof createBench>;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.stop.abort());

describe('a field selector', () => {
  const fieldSelector = { selector: 'spec.colour=red', matches: ({ spec }: Widget) => spec?.colour === 'red' };

  test('is sent with list and watch', async () => {
    const { client, start } = bench;
    client.onList(answers(page('7', [])));
    start({ fieldSelector });
    await settle();
    expect(client.listed[0]).toMatchObject({ fieldSelector: 'spec.colour=red' });
    expect(client.watching.options).toMatchObject({ fieldSelector: 'spec.colour=red' });
  });

  test('that the server does not know is replaced by filtering here, said once', async () => {
    const { client, logger, told, start } = bench;
    client.onList(fails(refused(400, 'BadRequest')), answers(page('7', [widget('a', '1'), widget('b', '2', 'blue')])));
    start({ fieldSelector });
    await settle();
    client.watching.send(
      { type: 'MODIFIED', object: widget('b', '8', 'red') },
      { type: 'MODIFIED', object: widget('a', '9', 'blue') },
      { type: 'MODIFIED', object: widget('a', '10', 'blue') },
      { type: 'DELETED', object: widget('a', '11', 'blue') },
    );
    await settle();
    expect(told).toEqual(['initial a@1', 'added b@8', 'deleted a@9']);
    expect(client.listed[1]).not.toHaveProperty('fieldSelector');
    expect(client.watching.options).not.toHaveProperty('fieldSelector');
    expect(logger.lines.filter(({ message }) => message.includes('field selector'))).toHaveLength(1);
  });

  test('that is refused although none was sent is an error like others', async () => {
    const { clock, client, start } = bench;
    client.onList(fails(refused(400, 'BadRequest')), answers(page('1', [])));
    const { informer } = start();
    await settle();
    expect(informer.synced).toBe(false);
    await clock.advance(1200);
    expect(informer.synced).toBe(true);
  });
});

describe('handlers and transforms', () => {
  test('a handler that throws is logged and harms neither the others nor what follows', async () => {
    const { client, logger, told, start } = bench;
    client.onList(answers(page('7', [widget('a', '1')])));
    const { informer } = start();
    informer.addHandler({
      added: () => {
        throw new Error('handler');
      },
    });
    await settle();
    client.watching.send({ type: 'ADDED', object: widget('b', '8') });
    await settle();
    expect(told).toEqual(['initial a@1', 'added b@8']);
    expect(informer.synced).toBe(true);
    expect(client.watches).toHaveLength(1);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  test('a handler that comes late is told what is there', async () => {
    const { client, start } = bench;
    client.onList(answers(page('7', [widget('a', '1')])));
    const { informer } = start();
    await informer.whenSynced();
    const late: string[] = [];
    informer.addHandler({ added: ({ metadata }, initial) => late.push(`${metadata.name} ${initial}`) });
    expect(late).toEqual(['a true']);
  });

  test('the transform meets every object before it is stored, and stored objects are frozen', async () => {
    const { client, start } = bench;
    client.onList(answers(page('7', [widget('a', '1')])));
    const { informer } = start({ transform: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }) });
    await settle();
    client.watching.send({ type: 'ADDED', object: widget('b', '8') });
    await settle();
    expect(informer.store.list().map((object) => object.spec)).toEqual([undefined, undefined]);
    expect(informer.store.list().every((object) => Object.isFrozen(object.metadata))).toBe(true);
  });

  test('an object that the transform cannot take is left out and logged; the others are there', async () => {
    const { client, logger, start } = bench;
    client.onList(answers(page('7', [widget('odd', '1'), widget('a', '2')])));
    const { informer } = start({
      transform: (object) => {
        if (object.metadata.name === 'odd') throw new TypeError('odd');
        return object;
      },
    });
    await informer.whenSynced();
    expect(informer.store.list().map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(logger.lines).toMatchObject([{ level: 'error', object: 'shop/odd' }]);
  });

  test('what is not kept is not in the store; what is not kept any more is told as deleted', async () => {
    const { client, told, start } = bench;
    client.onList(answers(page('7', [widget('a', '1'), widget('b', '2', 'blue')])));
    const { informer } = start({ keeps: ({ spec }) => spec?.colour === 'red' });
    await settle();
    client.watching.send(
      { type: 'MODIFIED', object: widget('a', '8', 'blue') },
      { type: 'MODIFIED', object: widget('b', '9') },
      { type: 'DELETED', object: widget('a', '10', 'blue') },
    );
    await settle();
    expect(told).toEqual(['initial a@1', 'deleted a@8', 'added b@9']);
    expect(informer.store.list()).toEqual([widget('b', '9')]);
  });
});
