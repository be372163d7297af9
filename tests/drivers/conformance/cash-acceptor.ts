/**
 * The conformance suite of cash acceptors: what the class promises, said once and held by every model, with the unit in this process and
 * with the unit in another one behind a real serial port. A new model joins with its factory in cash-acceptor-units.ts and a file like
 * cash-acceptor-id003.test.ts. What happens to power, line and port is in cash-acceptor-line.ts.
 * Source: drivers/cash-acceptor/cash-acceptor.ts and protocols/cash-acceptor.md 6.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { benches, failure, STANDS, TIME, YUAN_10, YUAN_5, YUAN_50, type CashAcceptorSubject, type StandKind } from './cash-acceptor-bench.ts';
import { badPorts, line, power, wire } from './cash-acceptor-line.ts';

/** @param stands all of them, but for a subject that differs from another one only in what the line does not see */
export function cashAcceptorConformance(subject: CashAcceptorSubject, stands = STANDS): void {
  describe.each(stands)(`${subject.unitName ?? subject.model}, $name`, TIME, (kind) => {
    beforeEach((context) => context.skip(kind.missing !== undefined, `not run: ${kind.missing}`));
    notes(subject, kind);
    passing(subject, kind);
    credits(subject, kind);
    trouble(subject, kind);
    power(subject, kind);
    line(subject, kind);
    wire(subject, kind);
    badPorts(subject, kind);
  });
}

function notes(subject: CashAcceptorSubject, kind: StandKind): void {
  describe('notes', () => {
    const made = benches(subject, kind);

    test('powered up with nothing in its path: says who it is and what it knows, and takes nothing until it is told to', async () => {
      const at = made();
      const { identity, powerUp } = await at.stand.settled(at.acceptor.connect());
      expect(powerUp).toEqual({ kind: 'clean' });
      expect(identity.model).not.toBe('');
      expect(at.acceptor.denominations).toEqual([100, 500, 1000, 2000, 5000, 10_000]);
      expect(at.acceptor.lastStatus).toEqual({ device: 'online', state: 'disabled', box: subject.boxAtStart });
      expect(await at.stand.unit.call('feedNote', YUAN_10)).toBe('refused');
    });

    test('a note in escrow is told once with its value and waits', async () => {
      const at = made();
      await at.ready();
      await at.escrowed(YUAN_50);
      await at.exchanges(20);
      expect(at.told('escrowed')).toEqual([{ type: 'escrowed', denomination: YUAN_50 }]);
      expect(await at.stand.unit.get('escrow')).toBe(YUAN_50);
      expect(at.credits).toEqual([]);
    });

    test('returned on order: the note comes back, told once, no credit', async () => {
      const at = made();
      await at.ready();
      await at.escrowed();
      await at.returnNote();
      await at.until('returned is told', () => at.told('returned').length > 0);
      await at.state('idle');
      await at.exchanges(5);
      expect(at.told('returned')).toHaveLength(1);
      expect(await at.stand.unit.get('returned')).toEqual([YUAN_10]);
      expect(await at.inBox()).toBe(0);
      expect(at.credits).toEqual([]);
    });

    test('exactly what is asked for is let in; an empty list lets in nothing', async () => {
      const at = made();
      await at.ready();
      await at.accept(YUAN_50);
      await at.feed(YUAN_10);
      await at.until('it is out again', async () => (await at.stand.unit.get('returned')).length === 1);
      await at.escrowed(YUAN_50);
      await at.returnNote();
      await at.until('returned is told', () => at.told('returned').length > 0);
      await at.accept();
      expect(await at.stand.unit.call('feedNote', YUAN_50)).toBe('refused');
    });

    test('stack or return with nothing in escrow: invalidState, and nothing moves', async () => {
      const at = made();
      await at.ready();
      expect((await failure(at.stack())).code).toBe('invalidState');
      expect((await failure(at.returnNote())).code).toBe('invalidState');
    });
  });
}

/** Rejecting and fraud are states that pass: the unit takes its real time for them. */
function passing(subject: CashAcceptorSubject, kind: StandKind): void {
  describe('what passes', () => {
    const made = benches(subject, kind, {}, 1);

    test.each([YUAN_5, 'unknown', 'torn'] as const)('a note that is not accepted (%s) comes back and is never in escrow', async (note) => {
      const at = made();
      await at.ready();
      await at.feed(note);
      await at.until('it is out again', async () => (await at.stand.unit.get('returned')).length === 1);
      await at.state('idle');
      expect(at.told('rejected')).toHaveLength(1);
      expect(at.told('escrowed')).toEqual([]);
    });

    test('a good note that is misread comes back; the next one is taken', async () => {
      const at = made();
      await at.ready();
      await at.stand.unit.knob('rejectNext', true);
      await at.feed(YUAN_10);
      await at.until('rejected is told', () => at.told('rejected').length === 1);
      await at.escrowed(YUAN_10);
      expect(await at.stand.unit.get('returned')).toEqual([YUAN_10]);
    });

    test('a note pulled out on a string: cheated is told once, no credit', async () => {
      const at = made();
      await at.ready();
      await at.escrowed(YUAN_10);
      await at.stand.unit.call('cheat');
      await at.until('cheated is told', () => at.told('cheated').length > 0);
      await at.exchanges(5);
      expect(at.told('cheated')).toHaveLength(1);
      expect(at.credits).toEqual([]);
    });
  });
}

function credits(subject: CashAcceptorSubject, kind: StandKind): void {
  describe('credits', () => {
    const made = benches(subject, kind);

    test('stacked on order: one credit, one note in the box', async () => {
      const at = made();
      await at.ready();
      await at.escrowed(YUAN_50);
      await at.stack();
      await at.until('the credit is told', () => at.credits.length > 0);
      await at.state('idle');
      await at.exchanges(10);
      expect(at.credits).toEqual([subject.evidence]);
      expect(await at.stand.unit.get('box')).toEqual([YUAN_50]);
    });

    test('the credit message is acknowledged only after the handler resolved, and the handler is not called twice meanwhile', async () => {
      const at = made();
      await at.ready();
      const written = Promise.withResolvers<void>();
      let calls = 0;
      at.acceptor.setCreditHandler(() => {
        calls += 1;
        return written.promise;
      });
      await at.escrowed();
      await at.stack();
      await at.until('the handler is called', () => calls > 0);
      await at.exchanges(10);
      expect(calls).toBe(1);
      expect(subject.acknowledged?.(at.trace) ?? false).toBe(false);
      written.resolve();
      await at.state('idle');
      expect(calls).toBe(1);
      expect(subject.acknowledged?.(at.trace) ?? true).toBe(true);
    });

    test('a handler that can not write is asked again until it can; then there is one credit', async () => {
      const at = made();
      await at.ready();
      let calls = 0;
      let written = 0;
      at.acceptor.setCreditHandler(async () => {
        calls += 1;
        if (calls < 3) throw new Error('disk full');
        written += 1;
      });
      await at.escrowed();
      await at.stack();
      await at.until('it is written', () => written > 0);
      await at.state('idle');
      await at.exchanges(10);
      expect(written).toBe(1);
      expect(await at.inBox()).toBe(YUAN_10);
    });

    test('two equal notes are two credits', async () => {
      const at = made();
      await at.ready();
      for (const count of [1, 2]) {
        await at.escrowed(YUAN_10);
        await at.stack();
        await at.until(`credit ${count}`, () => at.credits.length === count);
      }
      await at.state('idle');
      expect(await at.stand.unit.get('box')).toEqual([YUAN_10, YUAN_10]);
    });
  });
}

function trouble(subject: CashAcceptorSubject, kind: StandKind): void {
  describe('trouble', () => {
    const made = benches(subject, kind);

    test('the box is removed: the status says so, nothing is accepted; put back, it takes notes as before', async () => {
      const at = made();
      await at.ready();
      expect(await at.stand.unit.call('removeBox')).toEqual([]);
      await at.until('the status says so', () => at.acceptor.lastStatus.box === 'removed');
      expect(await at.stand.unit.call('feedNote', YUAN_10)).toBe('refused');
      expect((await failure(at.accept(YUAN_10))).code).toBe('invalidState');
      await at.stand.unit.call('insertBox');
      await at.until('the box is back', () => at.acceptor.lastStatus.box === 'ok');
      await at.accept(YUAN_10);
      await at.escrowed(YUAN_10);
    });

    test.each([
      ['stacking', 'stacker'],
      ['accepting', 'acceptor'],
    ] as const)('a jam while %s is reported once with where; nothing is accepted until it is cleared', async (_while, where) => {
      const at = made();
      await at.ready();
      await at.stand.unit.knob('jamNext', where);
      if (where === 'stacker') {
        await at.escrowed();
        await at.stack();
      } else await at.feed(YUAN_10);
      await at.until('jammed is told', () => at.told('jammed').length > 0);
      await at.exchanges(5);
      expect(at.told('jammed')).toEqual([{ type: 'jammed', where }]);
      expect(at.acceptor.lastStatus).toMatchObject({ device: 'hardwareError', state: 'jammed' });
      expect((await failure(at.accept(YUAN_10))).code).toBe('mediaJammed');
      expect(at.credits).toEqual([]);
      expect(await at.stand.unit.call('clearJam')).toBe(YUAN_10);
      await at.connect();
      await at.accept(YUAN_10);
      await at.escrowed(YUAN_10);
      expect(await at.inBox()).toBe(0);
    });
  });

  describe('a box with room for one note', () => {
    const made = benches(subject, kind, { boxCapacity: 1 });

    test('full: the note that filled it is credited, then the status says so and nothing is accepted', async () => {
      const at = made();
      await at.ready();
      await at.escrowed();
      await at.stack();
      await at.until('the box is full', () => at.acceptor.lastStatus.box === 'full');
      expect(at.credits).toEqual([subject.evidence]);
      expect(await at.stand.unit.call('feedNote', YUAN_10)).toBe('refused');
      expect((await failure(at.accept(YUAN_10))).code).toBe('storageFull');
    });
  });
}
