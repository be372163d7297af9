/** What is kept until it is counted, beside a list of everything. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FreshEntries } from '../../fleet/server/console/fresh-entries.ts';

const WHOSE = { terminalId: 'T-1', epoch: 1 };
const entries = (from: number, to: number, mark = '') =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, text: `${mark}${from + index}` }));

test('what was stored is there from where the counting stands, and no more than asked for', () => {
  const fresh = new FreshEntries();
  fresh.keep(WHOSE, entries(5, 7));
  fresh.keep(WHOSE, entries(8, 9));
  expect(fresh.after(WHOSE, 4, 100)).toEqual(['5', '6', '7', '8', '9']);
  expect(fresh.after(WHOSE, 6, 2)).toEqual(['7', '8']);
  fresh.forget(WHOSE, 7);
  expect(fresh.after(WHOSE, 7, 100)).toEqual(['8', '9']);
});

test('what is not there is not made up: before it, behind it, of another epoch or terminal, over a hole', () => {
  const fresh = new FreshEntries();
  fresh.keep(WHOSE, entries(5, 7));
  for (const seq of [0, 3, 7, 8]) expect(fresh.after(WHOSE, seq, 100)).toBeUndefined();
  expect(fresh.after({ ...WHOSE, epoch: 2 }, 4, 100)).toBeUndefined();
  expect(fresh.after({ ...WHOSE, terminalId: 'T-2' }, 4, 100)).toBeUndefined();
  fresh.keep(WHOSE, entries(9, 9)); // another server took 8
  expect(fresh.after(WHOSE, 4, 100)).toBeUndefined();
  expect(fresh.after(WHOSE, 8, 100)).toEqual(['9']);
});

test('it is bounded, and who was heard of longest ago goes first', () => {
  const fresh = new FreshEntries();
  for (let terminal = 1; terminal <= 40; terminal += 1) fresh.keep({ terminalId: `T-${terminal}`, epoch: 1 }, entries(1, 1000));
  const there = Array.from({ length: 40 }, (_, index) => fresh.after({ terminalId: `T-${index + 1}`, epoch: 1 }, 0, 1) !== undefined);
  expect(there).toEqual([...Array.from({ length: 10 }, () => false), ...Array.from({ length: 30 }, () => true)]);
});

test('whatever is kept and forgotten, what it gives is what was stored', () => {
  const steps = fc.array(fc.tuple(fc.nat(2), fc.nat(4), fc.constantFrom('keep', 'skip', 'forget')), { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.nat(60), (taken, asked) => {
      const fresh = new FreshEntries();
      const heads = [0, 0, 0];
      for (const [terminal, count, what] of taken) {
        const head = heads[terminal] ?? 0;
        const whose = { terminalId: `T-${terminal}`, epoch: 1 };
        if (what === 'forget') fresh.forget(whose, Math.max(0, head - count));
        else heads[terminal] = head + count;
        if (what === 'keep') fresh.keep(whose, entries(head + 1, head + count, `${terminal}:`));
      }
      for (const [terminal, head] of heads.entries()) {
        const given = fresh.after({ terminalId: `T-${terminal}`, epoch: 1 }, asked, 1000);
        if (given === undefined) continue;
        expect(given.length).toBeGreaterThan(0);
        expect(given).toEqual(entries(asked + 1, Math.min(head, asked + given.length), `${terminal}:`).map(({ text }) => text));
      }
    }),
  );
});
