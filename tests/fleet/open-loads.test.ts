/** Loads that nobody has decided: whom they are told to, who may decide them, and that they are decided once. Cards and MACs: card-application.md 6.2. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkAnswerSchema, loadStandingSchema, type LoadStanding } from '../../common/upstream-api/issuer.ts';
import { loadRequest, problemOf, registeredTerminal, startWorld, V1, type HandMadeTerminal, type World } from './support.ts';

/** `undeterminedAfterMinutes` by default. */
const LIMIT_MS = 15 * 60_000;
const ROW_4 = { row: 4, balanceNow: 0, counterNow: 0, proof: 'none', log: 'notFound' } as const;
const ROW_1 = { row: 1, balanceNow: 1, counterNow: 1, proof: 'good', log: 'found' } as const;

interface Place {
  readonly world: World;
  /** Began the load. */
  readonly first: HandMadeTerminal;
  readonly other: HandMadeTerminal;
}

async function afterLoad(): Promise<Place> {
  const world = await startWorld();
  const [first, other] = [await registeredTerminal(world, 'T-0001'), await registeredTerminal(world, 'T-0002')];
  await first.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'));
  return { world, first, other };
}

const check = async (terminal: HandMadeTerminal) => checkAnswerSchema.parse((await terminal.post('/v1/issuer/check', { card: V1.card })).body);
const standing = async (terminal: HandMadeTerminal): Promise<LoadStanding> => loadStandingSchema.parse((await terminal.get('/v1/issuer/loads/L1')).body);
const confirm = (terminal: HandMadeTerminal, tac?: string) =>
  terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', ...(tac === undefined ? {} : { tac }) });
const reverse = (terminal: HandMadeTerminal) => terminal.post('/v1/issuer/loads/reverse', { loadId: 'L1' });
const clearing = (world: World, verdict: string) => world.hand('/sandbox/issuer/loads/L1/clearing', { verdict });
const examined = (terminal: HandMadeTerminal, finding: object, examinationId = 'E1') =>
  terminal.post('/v1/issuer/loads/examined', { examinationId, loadId: 'L1', ...finding });
const loadsOf = async (world: World) => {
  const { reserved, undetermined, credited, reversed, disputed } = (await world.books()).issuer;
  return { reserved, undetermined, credited, reversed, disputed };
};
const OPEN = { reserved: 0, undetermined: 1, credited: 0, reversed: 0, disputed: 0 };

describe('a load that is not confirmed', () => {
  test('is named to every terminal that asks about its card, with what the examination needs and no MAC', async () => {
    const { other, first } = await afterLoad();
    const { mac1: _mac1, ...init } = V1.init;
    const { hostDate, hostTime } = V1.host;
    const named = [{ ...init, loadId: 'L1', hostDate, hostTime, reference: 'A01-0315-7K4M-9' }];
    expect((await check(other)).openLoads).toEqual(named);
    expect((await check(first)).openLoads).toEqual(named);
  });

  test('is named of a card that may not be loaded, too', async () => {
    const { world, other } = await afterLoad();
    await world.hand(`/sandbox/issuer/cards/${V1.card.serial}/status`, { status: 'lost' });
    expect(await check(other)).toMatchObject({ allowed: false, reason: 'reportedLost', openLoads: [{ loadId: 'L1' }] });
  });

  test.each([
    ['confirmed', (place: Place) => confirm(place.first, V1.tac)],
    ['reversed', (place: Place) => reverse(place.first)],
    ['cleared', (place: Place) => clearing(place.world, 'credited')],
  ])('is named no more once it is %s', async (_how, act) => {
    const place = await afterLoad();
    expect((await act(place)).status).toBe(200);
    expect(await check(place.other)).toEqual({ allowed: true, purseLimit: 500_000 });
  });

  test('is undetermined after the limit, by the server’s clock, and never released by it', async () => {
    const { world, other } = await afterLoad();
    await world.clock.advance(LIMIT_MS - 1);
    expect(await loadsOf(world)).toEqual({ ...OPEN, reserved: 1, undetermined: 0 });
    await world.clock.advance(1);
    expect(await loadsOf(world)).toEqual(OPEN);
    await world.clock.advance(90 * 86_400_000);
    await world.restart();
    expect(await loadsOf(world)).toEqual(OPEN);
    expect((await check(other)).openLoads).toMatchObject([{ loadId: 'L1' }]);
  });

  test('still counts against the day when it is undetermined', async () => {
    const world = await startWorld({ issuer: { dailyCount: 1 } });
    const terminal = await registeredTerminal(world);
    await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'));
    await world.clock.advance(LIMIT_MS);
    expect(await check(terminal)).toMatchObject({ allowed: false, reason: 'limit' });
  });

  test('can be confirmed and reversed when it is undetermined, as before', async () => {
    for (const [act, books] of [
      [confirm, { ...OPEN, undetermined: 0, credited: 1 }],
      [reverse, { ...OPEN, undetermined: 0, reversed: 1 }],
    ] as const) {
      const { world, first } = await afterLoad();
      await world.clock.advance(LIMIT_MS);
      expect((await act(first)).status).toBe(200);
      expect(await loadsOf(world)).toEqual(books);
    }
  });

  test('bars another load of the card: at another terminal at once, at its own when it is undetermined', async () => {
    const { world, first, other } = await afterLoad();
    const again = (terminal: HandMadeTerminal, loadId: string) => terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, loadId));
    expect((await again(other, 'L2')).body).toEqual({ result: 'refused', code: 'loadOpen' });
    expect((await again(first, 'L3')).body).toMatchObject({ result: 'authorized' });
    await reverse(first);
    await first.post('/v1/issuer/loads/reverse', { loadId: 'L3' });
    expect((await again(other, 'L4')).body).toMatchObject({ result: 'authorized' });
    await world.clock.advance(LIMIT_MS);
    expect((await again(other, 'L5')).body).toEqual({ result: 'refused', code: 'loadOpen' });
  });
});

describe('a TAC', () => {
  test('is checked for every terminal, and books nothing', async () => {
    const { world, other } = await afterLoad();
    const ask = (tac: string) => other.post('/v1/issuer/loads/check-tac', { loadId: 'L1', tac });
    expect((await ask(V1.tac)).body).toEqual({ tac: 'good' });
    expect((await ask('00000000')).body).toEqual({ tac: 'bad' });
    expect(await loadsOf(world)).toEqual({ ...OPEN, reserved: 1, undetermined: 0 });
  });
});

describe('what the card said elsewhere', () => {
  test.each([
    ['credited, with its TAC', { verdict: 'credited', tac: V1.tac, evidence: ROW_1 }, { state: 'credited', tac: 'good' }, { credited: 1 }],
    [
      'credited, by counter, balance and log',
      { verdict: 'credited', evidence: { ...ROW_1, row: 2, proof: 'none' } },
      { state: 'credited', tac: 'absent' },
      { credited: 1 },
    ],
    ['not credited', { verdict: 'notCredited', evidence: ROW_4 }, { state: 'notCredited' }, { reversed: 1 }],
    ['nothing certain', { verdict: 'undetermined', evidence: { row: 12 } }, { state: 'open' }, { undetermined: 1 }],
    ['credited, with a TAC that is not of this load', { verdict: 'credited', tac: '00000000' }, { state: 'open' }, { undetermined: 1, disputed: 1 }],
  ])('%s: the terminal that began the load hears it', async (_what, finding, expected, books) => {
    const { world, first, other } = await afterLoad();
    expect((await examined(other, finding)).body).toEqual(expected);
    expect(await standing(first)).toEqual(expected);
    expect(await loadsOf(world)).toEqual({ ...OPEN, undetermined: 0, ...books });
  });

  test('may come again under the same key, with the same contents only, and from the same terminal only', async () => {
    const { world, first, other } = await afterLoad();
    const finding = { verdict: 'notCredited', evidence: ROW_4 };
    for (let time = 0; time < 2; time += 1) expect((await examined(other, finding)).body).toEqual({ state: 'notCredited' });
    expect(problemOf(await examined(other, { verdict: 'credited' })).code).toBe('idempotencyConflict');
    expect(problemOf(await examined(first, finding)).code).toBe('idempotencyConflict');
    expect(await loadsOf(world)).toEqual({ ...OPEN, undetermined: 0, reversed: 1 });
  });

  test('is refused of a load that nobody asked for, that was barred, or that was refused', async () => {
    const { first, other } = await afterLoad();
    await first.post('/v1/issuer/loads/reverse', { loadId: 'L2' });
    await first.post('/v1/issuer/loads/authorize', loadRequest({ ...V1, init: { ...V1.init, mac1: '00000000' } }, 'L3'));
    const codes = ['L0', 'L2', 'L3'].map(async (loadId) => problemOf(await examined(other, { loadId, verdict: 'notCredited' }, loadId)).code);
    expect(await Promise.all(codes)).toEqual(['unknownLoad', 'unknownLoad', 'loadNotAuthorized']);
  });

  test('that contradicts what was decided changes nothing and is a dispute', async () => {
    const credited = await afterLoad();
    await confirm(credited.first);
    expect((await examined(credited.other, { verdict: 'notCredited', evidence: ROW_4 })).body).toEqual({ state: 'credited', tac: 'absent' });
    expect(await loadsOf(credited.world)).toEqual({ ...OPEN, undetermined: 0, credited: 1, disputed: 1 });

    const reversed = await afterLoad();
    await reverse(reversed.first);
    expect((await examined(reversed.other, { verdict: 'credited', evidence: { ...ROW_1, proof: 'none' } })).body).toEqual({ state: 'notCredited' });
    expect(await loadsOf(reversed.world)).toEqual({ ...OPEN, undetermined: 0, reversed: 1, disputed: 1 });
  });

  test('is told to the terminal that began the load alone', async () => {
    const { other } = await afterLoad();
    expect(problemOf(await other.get('/v1/issuer/loads/L1')).code).toBe('unknownLoad');
  });

  test('reaches no store and no log with a readable MAC', async () => {
    const { world, other } = await afterLoad();
    await examined(other, { verdict: 'notCredited', evidence: ROW_4 });
    expect(JSON.stringify(await world.books())).not.toMatch(new RegExp(`${V1.init.mac1}|${V1.host.mac2}`));
  });
});

describe('the clearing', () => {
  test.each([
    ['credited', { state: 'credited', tac: 'absent' }],
    ['notCredited', { state: 'notCredited' }],
  ])('decides an open load as %s, and may say so twice', async (verdict, expected) => {
    const { world, first } = await afterLoad();
    for (let time = 0; time < 2; time += 1) expect((await clearing(world, verdict)).body).toEqual(expected);
    expect(await standing(first)).toEqual(expected);
  });

  test('does not overturn what was decided: money may have moved on it', async () => {
    const { world, first } = await afterLoad();
    await reverse(first);
    expect(problemOf(await clearing(world, 'credited')).code).toBe('loadReversed');
    const other = await afterLoad();
    await confirm(other.first, V1.tac);
    expect(problemOf(await clearing(other.world, 'notCredited')).code).toBe('loadCredited');
  });

  test('is a hand’s work, and does not exist outside a sandbox', async () => {
    const { world } = await afterLoad();
    await world.restart('live');
    expect((await clearing(world, 'credited')).status).toBe(404);
  });
});

/** Whoever speaks, in whatever order and however often: a standing that was told as decided is told for ever, short of a good TAC. */
test('a decision is final', async () => {
  const acts = fc.constantFrom('confirm', 'tac', 'reverse', 'credited', 'notCredited', 'undetermined', 'clearCredited', 'clearNotCredited', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 1, maxLength: 8 }), async (story) => {
      const { world, first, other } = await afterLoad();
      let decided: LoadStanding['state'] | undefined;
      for (const [index, act] of story.entries()) {
        await perform(act, { world, first, other }, `E${index}`);
        const { state } = await standing(first);
        if (act === 'tac') decided = 'credited';
        if (decided !== undefined) expect(state).toBe(decided);
        if (state !== 'open') decided = state;
        const { authorized, reserved, undetermined, credited, reversed } = (await world.books()).issuer;
        expect(reserved + undetermined + credited + reversed).toBe(authorized);
      }
      await world.stop();
    }),
    { numRuns: 30 },
  );
}, 60_000);

async function perform(act: string, { world, first, other }: Place, examinationId: string): Promise<void> {
  if (act === 'confirm') await confirm(first);
  else if (act === 'tac') await confirm(first, V1.tac);
  else if (act === 'reverse') await reverse(first);
  else if (act === 'wait') await world.clock.advance(LIMIT_MS);
  else if (act === 'clearCredited') await clearing(world, 'credited');
  else if (act === 'clearNotCredited') await clearing(world, 'notCredited');
  else await examined(other, { verdict: act }, examinationId);
}
