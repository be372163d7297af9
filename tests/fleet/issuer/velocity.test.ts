/** Numbered limits at their edges: the last load that is allowed, the first that is not, and the moment at which room comes back. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issuerSettingsSchema } from '../../../fleet/server/config.ts';
import { execute } from '../database.ts';
import { loadRequest, registeredTerminal, startWorld, V1, type HandMadeTerminal, type World } from '../support.ts';
import { loadOf } from './cards.ts';

const MINUTE = 60_000;
const [SECOND_CARD, THIRD_CARD, FOURTH_CARD] = ['00004100000012345679', '00004100000012345680', '00004100000012345681'] as const;
const [REFUSED_BY_1, REFUSED_BY_2] = [
  { result: 'refused', code: 'dailyCount', rule: { number: 1, messageKey: 'limit.dailyCount' } },
  { result: 'refused', code: 'dailyAmount', rule: { number: 2, messageKey: 'limit.dailyAmount' } },
];
const refusedBy = (number: number) => ({ result: 'refused', code: 'velocity', rule: { number, messageKey: `limit.own${number}` } });
const rule = (number: number, more: object) => ({ number, messageKey: `limit.own${number}`, ...more });

interface Place {
  readonly world: World;
  readonly terminal: HandMadeTerminal;
  readonly other: HandMadeTerminal;
}

async function place(issuer: object, startAt: number = V1.at): Promise<Place> {
  const world = await startWorld({ issuer, startAt });
  return { world, terminal: await registeredTerminal(world, 'T-0001'), other: await registeredTerminal(world, 'T-0002') };
}

const load = async (terminal: HandMadeTerminal, loadId: string, amount = 1, serial?: string): Promise<unknown> =>
  (await terminal.post('/v1/issuer/loads/authorize', loadOf(loadId, amount, serial))).body;
const credit = (terminal: HandMadeTerminal, loadId: string) => terminal.post('/v1/issuer/loads/confirm', { loadId });
const reverse = (terminal: HandMadeTerminal, loadId: string) => terminal.post('/v1/issuer/loads/reverse', { loadId });
const AUTHORIZED = { result: 'authorized' };

test('the daily limits are rules 1 and 2, and the count is named before the amount', async () => {
  const { terminal } = await place({ dailyCount: 2, dailyAmount: 1000 });
  expect(await load(terminal, 'L1', 1001)).toEqual(REFUSED_BY_2);
  expect(await load(terminal, 'L2', 400)).toMatchObject(AUTHORIZED);
  expect(await load(terminal, 'L3', 600)).toMatchObject(AUTHORIZED);
  expect(await load(terminal, 'L4', 1)).toEqual(REFUSED_BY_1);
  // the same request again, after a reversal made room: the same answer
  await reverse(terminal, 'L2');
  expect(await load(terminal, 'L4', 1)).toEqual(REFUSED_BY_1);
  expect(await load(terminal, 'L5', 401)).toEqual(REFUSED_BY_2);
  expect(await load(terminal, 'L6', 400)).toMatchObject(AUTHORIZED);
});

test('a card hears of the limit, and of its number, before any money is taken', async () => {
  const { terminal } = await place({ velocityRules: [rule(10, { scope: 'card', window: { minutes: 60 }, maxCount: 1 })] });
  await load(terminal, 'L1');
  await credit(terminal, 'L1');
  expect((await terminal.post('/v1/issuer/check', { card: V1.card })).body).toEqual({
    allowed: false,
    reason: 'limit',
    rule: { number: 10, messageKey: 'limit.own10' },
  });
});

describe('a window of minutes', () => {
  test('is as long as it says: the load that is exactly as old counts no more', async () => {
    const { world, terminal } = await place({ velocityRules: [rule(10, { scope: 'card', window: { minutes: 60 }, maxAmount: 1000 })] });
    expect(await load(terminal, 'L1', 1000)).toMatchObject(AUTHORIZED);
    await credit(terminal, 'L1');
    await world.clock.advance(60 * MINUTE - 1);
    expect(await load(terminal, 'L2', 1)).toEqual(refusedBy(10));
    await world.clock.advance(1);
    expect(await load(terminal, 'L3', 1000)).toMatchObject(AUTHORIZED);
  });

  test('does not care about midnight', async () => {
    const { world, terminal } = await place(
      { velocityRules: [rule(10, { scope: 'card', window: { minutes: 5 }, maxCount: 1 })] },
      Date.UTC(2026, 2, 15, 15, 59),
    );
    await load(terminal, 'L1');
    await credit(terminal, 'L1');
    await world.clock.advance(2 * MINUTE);
    expect(await load(terminal, 'L2')).toEqual(refusedBy(10));
  });
});

describe('a day', () => {
  test.each([
    ['Shanghai', 480, Date.UTC(2026, 2, 15, 16)],
    ['Greenwich', 0, Date.UTC(2026, 2, 16)],
    ['Caracas', -240, Date.UTC(2026, 2, 15, 4)],
  ])('begins at midnight in %s', async (_where, utcOffsetMinutes, midnight) => {
    const { world, terminal } = await place({ utcOffsetMinutes, dailyCount: 1 }, midnight - 2);
    expect(await load(terminal, 'L1')).toMatchObject(AUTHORIZED);
    await credit(terminal, 'L1');
    await world.clock.advance(1);
    expect(await load(terminal, 'L2')).toEqual(REFUSED_BY_1);
    await world.clock.advance(1);
    expect(await load(terminal, 'L3')).toMatchObject(AUTHORIZED);
    await credit(terminal, 'L3');
    expect(await load(terminal, 'L4')).toEqual(REFUSED_BY_1);
    await world.clock.advance(86_400_000 - 1);
    expect(await load(terminal, 'L5')).toEqual(REFUSED_BY_1);
    await world.clock.advance(1);
    expect(await load(terminal, 'L6')).toMatchObject(AUTHORIZED);
  });
});

describe('what is counted', () => {
  test.each([
    ['reserved', async () => {}, false],
    ['credited', ({ terminal }: Place) => credit(terminal, 'L1'), false],
    ['undetermined', ({ world }: Place) => world.clock.advance(15 * MINUTE), false],
    ['reversed', ({ terminal }: Place) => reverse(terminal, 'L1'), true],
    ['decided by the clearing as not credited', ({ world }: Place) => world.hand('/sandbox/issuer/loads/L1/clearing', { verdict: 'notCredited' }), true],
  ])('a load that is %s', async (_state, act, free) => {
    const here = await place({ velocityRules: [rule(10, { scope: 'terminal', window: 'day', maxAmount: 500 })] });
    await load(here.terminal, 'L1', 500);
    await act(here);
    const next = await load(here.terminal, 'L2', 500, SECOND_CARD);
    expect(next).toEqual(free ? expect.objectContaining(AUTHORIZED) : refusedBy(10));
  });

  test('a load that a TAC proves after its reversal counts again', async () => {
    const { terminal } = await place({ velocityRules: [rule(10, { scope: 'card', window: 'day', maxCount: 1 })] });
    expect((await terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'))).body).toMatchObject(AUTHORIZED);
    await reverse(terminal, 'L1');
    await terminal.post('/v1/issuer/loads/confirm', { loadId: 'L1', tac: V1.tac });
    expect(await load(terminal, 'L2')).toEqual(refusedBy(10));
  });

  test('a refused load does not', async () => {
    const { terminal } = await place({ velocityRules: [rule(10, { scope: 'card', window: 'day', maxAmount: 500 })] });
    for (const loadId of ['L1', 'L2', 'L3']) expect(await load(terminal, loadId, 501)).toEqual(refusedBy(10));
    expect(await load(terminal, 'L4', 500)).toMatchObject(AUTHORIZED);
  });
});

test('card, terminal and issuer are counted apart, and the lowest number is named', async () => {
  const { terminal, other } = await place({
    velocityRules: [
      rule(30, { scope: 'issuer', window: 'day', maxCount: 3 }),
      rule(20, { scope: 'terminal', window: 'day', maxCount: 2 }),
      rule(10, { scope: 'card', window: 'day', maxCount: 1 }),
    ],
  });
  expect(await load(terminal, 'L1')).toMatchObject(AUTHORIZED);
  await credit(terminal, 'L1');
  expect(await load(other, 'L2')).toEqual(refusedBy(10));
  expect(await load(terminal, 'L3', 1, SECOND_CARD)).toMatchObject(AUTHORIZED);
  await credit(terminal, 'L3');
  expect(await load(terminal, 'L4')).toEqual(refusedBy(10));
  expect(await load(terminal, 'L5', 1, THIRD_CARD)).toEqual(refusedBy(20));
  expect(await load(other, 'L6', 1, THIRD_CARD)).toMatchObject(AUTHORIZED);
  expect(await load(other, 'L7', 1, FOURTH_CARD)).toEqual(refusedBy(30));
});

test('whatever is loaded and reversed, no window ever holds more than its maximum', async () => {
  const { world, terminal } = await place({ velocityRules: [rule(10, { scope: 'card', window: { minutes: 10 }, maxAmount: 1000 })] });
  let loads = 0;
  const standing: { at: number; amount: number }[] = [];
  const step = fc.record({ amount: fc.integer({ min: 1, max: 700 }), minutes: fc.integer({ min: 0, max: 6 }), reversed: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(step, async ({ amount, minutes, reversed }) => {
      await world.clock.advance(minutes * MINUTE);
      const now = world.clock.now();
      const inWindow = standing.filter(({ at }) => at > now - 10 * MINUTE).reduce((sum, each) => sum + each.amount, 0);
      const loadId = `P${(loads += 1)}`;
      const answer = await load(terminal, loadId, amount);
      expect(answer).toMatchObject(inWindow + amount > 1000 ? { code: 'velocity' } : AUTHORIZED);
      if (inWindow + amount > 1000) return;
      if (reversed) await reverse(terminal, loadId);
      else {
        await credit(terminal, loadId);
        standing.push({ at: now, amount });
      }
    }),
    { numRuns: 40 },
  );
});

test.each([
  ['two rules with one number', [rule(10, { scope: 'card', window: 'day', maxCount: 1 }), rule(10, { scope: 'issuer', window: 'day', maxCount: 1 })]],
  ['a rule with a number of the server’s own', [rule(9, { scope: 'card', window: 'day', maxCount: 1 })]],
  ['a rule that counts nothing', [rule(10, { scope: 'card', window: 'day' })]],
  ['a rule that counts both', [rule(10, { scope: 'card', window: 'day', maxCount: 1, maxAmount: 1 })]],
])('%s is a mistake in the settings', (_what, velocityRules) => {
  expect(issuerSettingsSchema.safeParse({ ...V1.issuer, velocityRules }).success).toBe(false);
});

test('a decision reads the loads of its window and no others, from an index', async () => {
  const world = await startWorld();
  if (world.database.startsWith('postgres:')) return;
  for (const [column, index] of [
    ['serial = ? and', 'loads_counted_by_card (serial=? AND at>?)'],
    ['terminal_id = ? and', 'loads_counted_by_terminal (terminal_id=? AND at>?)'],
    ['', 'loads_counted_by_time (at>?)'],
  ]) {
    const plan = await execute(
      world.database,
      `explain query plan select count(*), sum(amount) from loads where ${column?.replace('?', "'x'")} at >= 1
         and state in ('reserved', 'undetermined', 'credited') and not exists (select 1 from claimed_loads where claimed_loads.load_id = loads.load_id)`,
    );
    expect(JSON.stringify(plan)).toContain(`USING COVERING INDEX ${index}`);
  }
});
