/** Training terminals at live servers, live terminals at training servers: neither is enrolled, heard, or has its journal taken. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { createIds } from '../../common/ids.ts';
import type { ChainedEntry } from '../../common/upstream-api/journal.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { createEnrolment } from '../../fleet/server/identity/enrolment.ts';
import { chain, ENROLMENT_CODE, handMadeTerminal, problemOf, random, startWorld, type HandMadeTerminal, type World } from './support.ts';

const send = (terminal: HandMadeTerminal, entries: readonly ChainedEntry[]) => terminal.post('/v1/journal', { entries });

describe.each([
  { flavor: 'production', own: 'T-0001', other: 'TRAINING-01' },
  { flavor: 'training', own: 'TRAINING-01', other: 'T-0001' },
  { flavor: 'training', own: 'TRAINING-01', other: 'XTRAINING-01' },
  { flavor: 'production', own: 'T-0001', other: 'training-01' },
] as const)('a server of $flavor', ({ flavor, own, other }) => {
  test(`enrols ${own} and takes its journal`, async () => {
    const world = await startWorld({ flavor });
    const terminal = handMadeTerminal(world, own);
    expect((await terminal.register(ENROLMENT_CODE)).status).toBe(200);
    expect((await send(terminal, chain(own, 3))).status).toBe(200);
  });

  test(`does not enrol ${other}, and says why`, async () => {
    const world = await startWorld({ flavor });
    const refused = await handMadeTerminal(world, other).register(ENROLMENT_CODE);
    expect({ status: refused.status, code: problemOf(refused).code }).toEqual({ status: 403, code: 'otherFlavor' });
  });

  test(`does not hear ${other}, though a server of the other kind enrolled it in the same store`, async () => {
    const world = await startWorld({ flavor: flavor === 'training' ? 'production' : 'training' });
    const terminal = handMadeTerminal(world, other);
    expect((await terminal.register(ENROLMENT_CODE)).status).toBe(200);
    await world.restart('sandbox', flavor);
    for (const answer of [await terminal.post('/v1/heartbeat', {}), await send(terminal, chain(other, 3))])
      expect({ status: answer.status, code: problemOf(answer).code }).toEqual({ status: 403, code: 'otherFlavor' });
    expect((await world.books()).journal.terminals).toEqual([]);
  });
});

test('entries that carry a live terminal’s name over a training chain do not continue a live chain', async () => {
  const world: World = await startWorld();
  const terminal = handMadeTerminal(world, 'T-0001');
  await terminal.register(ENROLMENT_CODE);
  const renamed = chain('TRAINING-01', 2).map(({ entry, hash }) => ({ entry: { ...entry, terminalId: 'T-0001' }, hash }));
  expect(problemOf(await send(terminal, renamed)).code).toBe('journalBrokenChain');
});

test('no code is made for a training terminal at a live server', async () => {
  const world = await startWorld({ mode: 'live' });
  const store = await openStore(world.database);
  onTestFinished(() => store.destroy());
  const { clock, signingKey } = world;
  const enrolment = createEnrolment({ store, clock, ids: createIds(clock, random), random, signingKey });
  await expect(enrolment.makeCode('TRAINING-01', 'wang')).rejects.toMatchObject({ code: 'otherFlavor' });
});
