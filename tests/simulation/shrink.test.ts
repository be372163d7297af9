/** A plan that breaks something becomes as small as it can be. What breaks here is told by the test, not by a world. */
import { expect, test } from 'vitest';
import type { FaultKind, PlannedFault } from './faults.ts';
import { shrink } from './shrink.ts';
import type { SeedOptions } from './run-seed.ts';

const options: SeedOptions = { seed: '1', sessions: 8, flows: ['topUp'], kinds: [], disk: '/nowhere' };
const fault = (kind: FaultKind, session: number): PlannedFault => ({ kind, session, nth: 1 });
const noise = Array.from({ length: 40 }, (_, index) => fault('receiptPrinter.mute', index % 8));
const breach = { oracle: 'conservation', detail: '', at: 0 };

test('only the two faults that break it together are left, and no session after them', async () => {
  const culprits = [fault('card.tornAfter', 0), fault('money.lostAfter', 1)];
  const plan = [...noise.slice(0, 17), ...culprits, ...noise.slice(17)];
  const { plan: small, sessions } = await shrink(options, { plan, sessions: 8, violations: [breach] }, async (tried) => ({
    violations: culprits.every((culprit) => tried.plan?.includes(culprit) === true) ? [breach] : [],
  }));
  expect({ small, sessions }).toEqual({ small: culprits, sessions: 2 });
});

test('another oracle that objects is another violation: the plan is not made smaller for it', async () => {
  const plan = [fault('card.tornAfter', 0), fault('money.lostAfter', 0)];
  const { plan: small } = await shrink({ ...options, sessions: 1 }, { plan, sessions: 1, violations: [breach] }, async (tried) => ({
    violations: tried.plan?.length === 2 ? [breach] : [{ ...breach, oracle: 'liveness' }],
  }));
  expect(small).toEqual(plan);
});

test('it gives up after so many worlds', async () => {
  let worlds = 0;
  const { runs } = await shrink(
    { ...options, sessions: 8 },
    { plan: [...noise, ...noise, ...noise, ...noise], sessions: 8, violations: [breach] },
    async () => {
      worlds += 1;
      return { violations: [] };
    },
  );
  expect(runs).toBe(worlds);
  expect(worlds).toBeLessThanOrEqual(80);
});
