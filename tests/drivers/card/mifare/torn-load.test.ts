/**
 * The property that money rests on: wherever the field fails while a storage card is loaded or examined, the card is credited exactly once or not at
 * all, never partly, and the recovery says which. Expected values are what the card really holds.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import type { StorageProfile } from '../../../../drivers/card/mifare/profile.ts';
import { examineStorageLoad, openStoragePurse, type PendingStorageLoad, type StorageExamineOutcome } from '../../../../drivers/card/mifare/purse.ts';
import type { MifareFault, SimulatedMifare } from '../../../../drivers/card/mifare/simulated-card.ts';
import { campus, campusCard, COPY, keys, MAIN, storageChannel, type ReaderHabits } from './cards.ts';

const REF = { aid: '4D46040001', issuer: '', serial: '04A1B2C3', tail: 'B2C3' };

interface Attempt {
  /** Absent: the card left before there was anything to journal. */
  readonly pending?: PendingStorageLoad;
  readonly said?: 'credited' | 'unknown';
}

async function load(card: SimulatedMifare, profile: StorageProfile, habits: ReaderHabits, amount: number): Promise<Attempt> {
  const opened = await openStoragePurse(storageChannel(card, habits), profile, { keys });
  if (!opened.ok) return {};
  const prepared = await opened.purse.prepareLoad(fen(amount));
  if (prepared.kind !== 'ready') return {};
  return { pending: prepared.pending, said: (await opened.purse.creditLoad()).kind };
}

function examine(card: SimulatedMifare, profile: StorageProfile, habits: ReaderHabits, pending: PendingStorageLoad): Promise<StorageExamineOutcome> {
  return examineStorageLoad(storageChannel(card, habits), profile, { pending, ref: REF, usedElsewhere: 'no' }, { keys });
}

const when: fc.Arbitrary<MifareFault['when']> = fc.oneof(
  fc.constantFrom('before' as const, 'after' as const),
  fc.integer({ min: 0, max: 16 }).map((programmed) => ({ programmed })),
);
const fault: fc.Arbitrary<MifareFault> = fc.record({ command: fc.constant('any' as const), nth: fc.integer({ min: 1, max: 20 }), when });
const habits: fc.Arbitrary<ReaderHabits> = fc.record({ canCopyValue: fc.boolean(), valueOrder: fc.constantFrom('right' as const, 'turnedRound' as const) });
const profile = fc.constantFrom('increment' as const, 'write' as const).map((credit) => campus({ credit }));

describe('a storage card torn out of the field', () => {
  const everyMoment: readonly MifareFault['when'][] = ['before', 'after', ...Array.from({ length: 17 }, (_, programmed) => ({ programmed }))];

  it.each([
    ['by increment and copy', campus(), { canCopyValue: true }],
    ['by writing whole blocks', campus({ credit: 'write' }), { canCopyValue: false }],
  ] as const)('at every command and every byte of a load %s: credited once or not at all', async (_, scheme, reader) => {
    const seen = new Set<string>();
    let nth = 1;
    for (let cut = true; cut; nth += 1) {
      cut = false;
      for (const moment of everyMoment) {
        const card = campusCard(1234);
        card.arm({ command: 'any', nth, when: moment });
        const { pending, said } = await load(card, scheme, reader, 5000);
        cut ||= card.torn;
        card.disarm();
        if (pending === undefined) {
          expect([card.value(MAIN), card.value(COPY)]).toEqual([1234, 1234]);
          continue;
        }
        const verdict = await examine(card, scheme, reader, pending);
        expect(['credited', 'notCredited']).toContain(verdict.kind);
        if (said === 'credited') expect(verdict.kind).toBe('credited');
        const expected = verdict.kind === 'credited' ? 6234 : 1234;
        expect([card.value(MAIN), card.value(COPY)]).toEqual([expected, expected]);
        seen.add(verdict.kind);
      }
    }
    // The loop went past the last command, and both outcomes were met on the way.
    expect(nth).toBeGreaterThan(8);
    expect(seen).toEqual(new Set(['credited', 'notCredited']));
  });

  it('again and again, at the load and at each examination: the verdict never changes its mind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 90_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        profile,
        habits,
        fc.array(fault, { minLength: 1, maxLength: 6 }),
        async (balance, amount, scheme, reader, faults) => {
          const card = campusCard(balance);
          const [atLoad, ...later] = faults;
          if (atLoad) card.arm(atLoad);
          const { pending, said } = await load(card, scheme, reader, amount);
          card.disarm();
          if (pending === undefined) {
            expect([card.value(MAIN), card.value(COPY)]).toEqual([balance, balance]);
            return;
          }
          const verdicts: string[] = said === 'credited' ? ['credited'] : [];
          for (const next of later) {
            card.arm(next);
            const outcome = await examine(card, scheme, reader, pending);
            card.disarm();
            if (outcome.kind !== 'removed') verdicts.push(outcome.kind);
          }
          const last = await examine(card, scheme, reader, pending);
          expect(['credited', 'notCredited']).toContain(last.kind);
          expect(new Set([...verdicts, last.kind]).size).toBe(1);
          const expected = last.kind === 'credited' ? balance + amount : balance;
          expect([card.value(MAIN), card.value(COPY)]).toEqual([expected, expected]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('left behind by another terminal and torn while it is mended: keeps the value that counted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom([900, 1000], [900, undefined], [undefined, 900] as const),
        fc.array(fault, { maxLength: 5 }),
        habits,
        async ([main, copy], faults, reader) => {
          const blank = '00'.repeat(16);
          const blocks = { ...(main === undefined ? { [MAIN]: blank } : {}), ...(copy === undefined ? { [COPY]: blank } : {}) };
          const card = campusCard(main ?? 0, copy ?? 0, { blocks });
          for (const next of faults) {
            card.arm(next);
            const opened = await openStoragePurse(storageChannel(card, reader), campus(), { keys });
            if (opened.ok) await opened.purse.prepareLoad(fen(100));
            card.disarm();
          }
          expect(await openStoragePurse(storageChannel(card, reader), campus(), { keys })).toMatchObject({ ok: true, card: { balance: 900 } });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('and loaded again after "not credited" holds the amount once', async () => {
    await fc.assert(
      fc.asyncProperty(fault, habits, async (first, reader) => {
        const card = campusCard(1000);
        card.arm(first);
        const { pending } = await load(card, campus(), reader, 200);
        card.disarm();
        const verdict = pending === undefined ? undefined : await examine(card, campus(), reader, pending);
        if (verdict?.kind !== 'credited') expect((await load(card, campus(), reader, 200)).said).toBe('credited');
        expect([card.value(MAIN), card.value(COPY)]).toEqual([1200, 1200]);
      }),
      { numRuns: 300 },
    );
  });
});
