/** Pending loads: written once, however many terminals try and whatever is lost. Cards and MACs: card-application.md 6.2. */
import { describe, expect, test } from 'vitest';
import { listPendingAnswerSchema } from '../../../common/upstream-api/pending-loads.ts';
import { readIssuerStatement } from '../../../common/reconciliation/statement-file.ts';
import { loadRequest, problemOf, V1, type HandMadeTerminal, type Signed, type World } from '../support.ts';
import { answerLost, identified, OTHER_SERIAL, placeWithHolder, SERIAL, statementText } from './people.ts';

const MINUTE = 60_000;
const PENDING = { pendingId: 'P1', serial: SERIAL, kind: 'subsidy', amount: 1, reference: 'SUBSIDY-1' };
const create = (world: World, change: object = {}): Promise<Signed> => world.hand('/sandbox/issuer/pending-loads', { ...PENDING, ...change });
const list = async (terminal: HandMadeTerminal, serial: string = SERIAL) =>
  listPendingAnswerSchema.parse((await terminal.post('/v1/issuer/pending-loads/list', { card: { ...V1.card, serial } })).body).pendingLoads;
const claim = (terminal: HandMadeTerminal, claimId = 'C1', change: object = {}): Promise<Signed> =>
  terminal.post('/v1/issuer/pending-loads/claim', { claimId, pendingId: 'P1', card: V1.card, ...change });
const give = (terminal: HandMadeTerminal, claimId = 'C1'): Promise<Signed> => terminal.post('/v1/issuer/pending-loads/release', { claimId });
const authorize = (terminal: HandMadeTerminal, loadId = 'L1', claimId = 'C1', change: object = {}): Promise<Signed> =>
  terminal.post('/v1/issuer/loads/authorize', { ...loadRequest(V1, loadId), claim: { claimId, pendingId: 'P1' }, ...change });
const confirm = (terminal: HandMadeTerminal, loadId = 'L1', tac: string = V1.tac): Promise<Signed> =>
  terminal.post('/v1/issuer/loads/confirm', { loadId, tac });
const reverse = (terminal: HandMadeTerminal, loadId = 'L1'): Promise<Signed> => terminal.post('/v1/issuer/loads/reverse', { loadId });
const books = async (world: World) => (await world.books()).issuerServices.pendingLoads;
const CLAIMED = { result: 'claimed', amount: 1, reference: 'SUBSIDY-1', expiresAt: V1.at + 10 * MINUTE };
const refused = (code: string) => ({ result: 'refused', code });
const SUMS = { created: 1, available: 0, reserved: 0, undetermined: 0, loaded: 0, cancelled: 0, expired: 0, awaited: 0, loadedTwice: 0 };

async function place(options: Parameters<typeof placeWithHolder>[0] = {}) {
  const there = await placeWithHolder(options);
  expect((await create(there.world)).body).toEqual({ pendingId: 'P1', state: 'available' });
  return there;
}

test('is listed, claimed, authorized, written and confirmed like a load; each call may be lost and said again', async () => {
  const { world, terminal } = await place();
  expect(await list(terminal)).toEqual([{ pendingId: 'P1', kind: 'subsidy', reference: 'SUBSIDY-1', state: 'available', amount: 1 }]);
  expect((await answerLost(world, '/v1/issuer/pending-loads/claim', () => claim(terminal))).body).toEqual(CLAIMED);
  expect(await list(terminal)).toMatchObject([{ state: 'reserved' }]);
  expect((await answerLost(world, '/v1/issuer/loads/authorize', () => authorize(terminal))).body).toEqual({ result: 'authorized', ...V1.host });
  expect(await books(world)).toMatchObject({ ...SUMS, reserved: 1, pendingLoads: [{ pendingId: 'P1', loadId: 'L1', state: 'reserved' }] });
  expect((await answerLost(world, '/v1/issuer/loads/confirm', () => confirm(terminal))).body).toEqual({ tac: 'good' });
  expect(await list(terminal)).toEqual([]);
  expect(await books(world)).toMatchObject({ ...SUMS, loaded: 1 });
  expect((await world.books()).issuer).toMatchObject({ credited: 1, reserved: 0 });
  await world.clock.advance(1);
  expect(readIssuerStatement(await statementText(world, 'issuer')).loads).toMatchObject([{ loadId: 'L1', pendingId: 'P1', state: 'credited' }]);
});

test('is claimed by one of two terminals, and by the other once it was given back', async () => {
  const { terminal, other, world } = await place();
  expect((await claim(terminal)).body).toEqual(CLAIMED);
  expect((await claim(other, 'C2')).body).toEqual(refused('taken'));
  expect((await answerLost(world, '/v1/issuer/pending-loads/release', () => give(terminal))).body).toEqual({ state: 'released' });
  expect((await claim(other, 'C3')).body).toEqual(CLAIMED);
  // the refusal of C2 is final, and C1 is over
  expect((await claim(other, 'C2')).body).toEqual(refused('taken'));
  expect((await claim(terminal)).body).toEqual(refused('released'));
  expect((await authorize(terminal)).body).toEqual(refused('claimNotHeld'));
});

test('is had to the end of its time: then it is neither listed nor claimed, and a claim made in time is as good as before', async () => {
  const { world, terminal, other } = await placeWithHolder();
  const until = V1.at + 5 * MINUTE;
  expect((await create(world, { availableUntil: until })).body).toEqual({ pendingId: 'P1', state: 'available' });
  expect((await create(world, { pendingId: 'P2', availableUntil: until })).body).toEqual({ pendingId: 'P2', state: 'available' });
  expect(await list(terminal)).toMatchObject([{ availableUntil: until }, { availableUntil: until }]);
  expect((await claim(terminal)).body).toEqual(CLAIMED);
  await world.clock.advance(5 * MINUTE);
  expect(await list(other)).toMatchObject([{ pendingId: 'P1', state: 'reserved' }]);
  expect((await claim(other, 'C2', { pendingId: 'P2' })).body).toEqual(refused('expired'));
  expect(await books(world)).toMatchObject({ ...SUMS, created: 2, reserved: 1, expired: 1 });
  expect((await create(world, { pendingId: 'P2', availableUntil: until + 1 })).status).toBe(409);
});

describe('a claim', () => {
  test('that is not used is over after its minutes, at that very moment', async () => {
    const { world, terminal, other } = await place();
    await claim(terminal);
    await world.clock.advance(10 * MINUTE - 1);
    expect((await claim(other, 'C2')).body).toEqual(refused('taken'));
    await world.clock.advance(1);
    expect(await books(world)).toMatchObject({ ...SUMS, available: 1 });
    expect((await authorize(terminal)).body).toEqual(refused('claimNotHeld'));
    expect((await claim(other, 'C3')).body).toMatchObject({ result: 'claimed' });
  });

  test('whose load nobody confirmed ends in what is known of the load: undetermined, until card or clearing says', async () => {
    for (const [verdict, state, again] of [
      ['credited', 'loaded', 'loaded'],
      ['notCredited', 'available', undefined],
    ] as const) {
      const { world, terminal, other } = await place();
      await claim(terminal);
      await authorize(terminal);
      await world.clock.advance(15 * MINUTE);
      expect(await list(other)).toMatchObject([{ state: 'undetermined' }]);
      expect((await claim(other, 'C2')).body).toEqual(refused('taken'));
      await world.clock.advance(90 * 24 * 60 * MINUTE);
      expect(await books(world)).toMatchObject({ ...SUMS, undetermined: 1 });
      await world.hand('/sandbox/issuer/loads/L1/clearing', { verdict });
      expect(await books(world)).toMatchObject({ ...SUMS, [state]: 1 });
      expect((await claim(other, 'C3')).body).toEqual(again === undefined ? expect.objectContaining({ result: 'claimed' }) : refused(again));
    }
  });

  test('stays its terminal’s after a load that was reversed, and one more load may be authorized on it', async () => {
    const { world, terminal, other } = await place();
    await claim(terminal);
    await authorize(terminal);
    await reverse(terminal);
    expect((await claim(other, 'C2')).body).toEqual(refused('taken'));
    expect((await authorize(terminal, 'L2')).body).toMatchObject({ result: 'authorized' });
    expect((await confirm(terminal, 'L2')).body).toEqual({ tac: 'good' });
    expect(await books(world)).toMatchObject({ ...SUMS, loaded: 1 });
    expect((await authorize(terminal, 'L3')).body).toEqual(refused('claimNotHeld'));
  });

  test('authorizes one load at a time', async () => {
    const { terminal } = await place();
    await claim(terminal);
    await authorize(terminal);
    expect((await authorize(terminal, 'L2')).body).toEqual(refused('loadOpen'));
    expect((await authorize(terminal)).body).toEqual({ result: 'authorized', ...V1.host });
  });

  test('can’t be given back while its load may be on the card', async () => {
    const { terminal, other } = await place();
    await claim(terminal);
    await authorize(terminal);
    expect(problemOf(await give(terminal)).code).toBe('claimInUse');
    await confirm(terminal);
    expect(problemOf(await give(terminal)).code).toBe('claimInUse');
    expect(problemOf(await give(other)).code).toBe('unknownClaim');
  });

  test('that was given back before it arrived can’t be made', async () => {
    const { world, terminal, other } = await place();
    expect((await give(terminal)).body).toEqual({ state: 'released' });
    expect((await claim(terminal)).body).toEqual(refused('released'));
    expect(problemOf(await claim(other)).code).toBe('idempotencyConflict');
    expect(await books(world)).toMatchObject({ ...SUMS, available: 1 });
  });

  test('with the same id and other contents, or from another terminal, is a conflict', async () => {
    const { terminal, other } = await place();
    await claim(terminal);
    expect(problemOf(await claim(terminal, 'C1', { pendingId: 'P2' })).code).toBe('idempotencyConflict');
    expect(problemOf(await claim(other)).code).toBe('idempotencyConflict');
  });

  test('is refused for another card, for one that waits, is cancelled, or does not exist, and for a card that is not served', async () => {
    const { world, terminal } = await place();
    expect((await claim(terminal, 'C1', { card: { ...V1.card, serial: OTHER_SERIAL } })).body).toEqual(refused('unknownPending'));
    expect((await claim(terminal, 'C2', { pendingId: 'P9' })).body).toEqual(refused('unknownPending'));
    await create(world, { pendingId: 'P2', availableFrom: V1.at + 1 });
    expect(await list(terminal)).toMatchObject([{ pendingId: 'P1' }, { pendingId: 'P2', availableFrom: V1.at + 1 }]);
    expect((await claim(terminal, 'C3', { pendingId: 'P2' })).body).toEqual(refused('notYet'));
    await world.clock.advance(1);
    expect((await claim(terminal, 'C4', { pendingId: 'P2' })).body).toMatchObject({ result: 'claimed' });
    expect((await world.hand('/sandbox/issuer/pending-loads/P1/cancel')).body).toEqual({ pendingId: 'P1', state: 'cancelled' });
    expect((await world.hand('/sandbox/issuer/pending-loads/P1/cancel')).body).toEqual({ pendingId: 'P1', state: 'cancelled' });
    expect((await claim(terminal, 'C5')).body).toEqual(refused('cancelled'));
    expect(problemOf(await world.hand('/sandbox/issuer/pending-loads/P2/cancel')).code).toBe('pendingTaken');
    expect(problemOf(await world.hand('/sandbox/issuer/pending-loads/P9/cancel')).code).toBe('unknownPending');
    await identified(terminal);
    await terminal.post('/v1/issuer/losses', { reportId: 'R1', identificationId: 'I1', serial: SERIAL, reference: 'R' });
    expect((await claim(terminal, 'C6')).body).toEqual(refused('reportedLost'));
  });
});

describe('the load of a claim', () => {
  test('with a claim of another pending load is refused', async () => {
    const { terminal } = await place();
    await claim(terminal);
    expect((await authorize(terminal, 'L1', 'C1', { claim: { claimId: 'C1', pendingId: 'P2' } })).body).toEqual(refused('claimNotHeld'));
  });

  test('over another amount than was claimed is refused', async () => {
    const { world, terminal } = await place();
    await create(world, { pendingId: 'P2', amount: 2 });
    await claim(terminal, 'C2', { pendingId: 'P2' });
    expect((await authorize(terminal, 'L1', 'C2', { claim: { claimId: 'C2', pendingId: 'P2' } })).body).toEqual(refused('claimAmount'));
  });

  test('at a terminal that did not claim it is refused', async () => {
    const { terminal, other } = await place();
    await claim(terminal);
    expect((await authorize(other)).body).toEqual(refused('claimNotHeld'));
  });

  test('is bound by what the purse may hold, and neither by the limit of a load nor by the day; nor does it use them up', async () => {
    const { terminal } = await place({ issuer: { dailyCount: 1, dailyAmount: 1, velocityRules: [] } });
    expect((await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L0'))).body).toMatchObject({ result: 'authorized' });
    await confirm(terminal, 'L0');
    await claim(terminal);
    expect((await authorize(terminal)).body).toMatchObject({ result: 'authorized' });
    const full = await place({ issuer: { purseLimit: 1, loadLimit: 1 } });
    await claim(full.terminal);
    expect((await authorize(full.terminal)).body).toMatchObject({ result: 'authorized' });
    await confirm(full.terminal);
    const used = await place({ issuer: { dailyCount: 1 } });
    await claim(used.terminal);
    await authorize(used.terminal);
    await confirm(used.terminal);
    expect((await used.terminal.post('/v1/issuer/check', { card: V1.card })).body).toMatchObject({ allowed: true });
  });

  test('that was reversed, claimed again and then proved by its TAC is loaded twice, and the books say so', async () => {
    const { world, terminal, other } = await place();
    await claim(terminal);
    await authorize(terminal);
    await reverse(terminal);
    await give(terminal);
    await claim(other, 'C2');
    await authorize(other, 'L2', 'C2');
    await confirm(other, 'L2');
    await confirm(terminal, 'L1');
    expect(await books(world)).toMatchObject({ ...SUMS, loaded: 1, loadedTwice: 1 });
    expect((await world.books()).issuer).toMatchObject({ credited: 2, creditedAfterReversal: 1 });
  });
});

test('created again with the same contents it is there once; with others it is a conflict', async () => {
  const { world } = await place();
  expect((await create(world)).body).toEqual({ pendingId: 'P1', state: 'available' });
  for (const change of [{ amount: 2 }, { serial: OTHER_SERIAL }, { kind: 'refund' }, { reference: 'other' }, { availableFrom: 5 }]) {
    expect(problemOf(await create(world, change)).code).toBe('idempotencyConflict');
  }
  expect(await books(world)).toMatchObject({ ...SUMS, available: 1 });
});

test('twenty claims from two terminals at once: one has it', async () => {
  const { terminal, other } = await place();
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => claim(index % 2 === 0 ? terminal : other, `C${index}`)));
  expect(answers.filter(({ body }) => (body as { result: string }).result === 'claimed')).toHaveLength(1);
});
