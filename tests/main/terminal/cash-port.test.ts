/** The flows' note path over the real ID-003 driver and a simulated acceptor: what is told is what is in the box. */
import { afterEach, describe, expect, it, test } from 'vitest';
import { fen, type Fen } from '../../../common/fen.ts';
import type { PowerUpState } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { Id003CashAcceptor, id003OptionsSchema } from '../../../drivers/cash-acceptor/id003/device.ts';
import { SimulatedId003 } from '../../../drivers/cash-acceptor/id003/simulator.ts';
import type { CashEvent } from '../../../state-machines/ports.ts';
import { CashDesk } from '../../../main/terminal/ports/cash-port.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { SimulatedLine } from '../../support/simulated-line.ts';

class Desk {
  readonly clock = new SimulatedClock();
  readonly unit = new SimulatedId003(this.clock);
  readonly line = new SimulatedLine();
  readonly acceptor = new Id003CashAcceptor(id003OptionsSchema.parse({ denominations: [100, 500, 1000, 2000, 5000, 10_000] }), {
    transport: this.line,
    clock: this.clock,
  });
  readonly stray: string[] = [];
  readonly alarms: string[] = [];
  readonly events: CashEvent[] = [];
  readonly desk: CashDesk;

  constructor() {
    this.unit.onSend((bytes) => this.line.fromUnit(bytes));
    this.line.attachUnit((bytes) => this.unit.receive(bytes));
    this.desk = new CashDesk({
      acceptor: this.acceptor,
      clock: this.clock,
      taken: [500, 1000, 2000, 5000, 10_000],
      onStrayCredit: ({ evidence }) => void this.stray.push(evidence),
      onAlarm: (report) => void this.alarms.push(report.kind),
    });
    this.desk.onEvent((event) => void this.events.push(event));
  }

  async within<T>(promise: Promise<T>, ms = 40_000): Promise<T> {
    const waiting = { over: false };
    void promise.finally(() => (waiting.over = true));
    for (let spent = 0; spent < ms && !waiting.over; spent += 50) await this.clock.advance(50);
    if (!waiting.over) throw new Error(`nothing came within ${ms} virtual ms`);
    return promise;
  }

  async open(...denominations: number[]): Promise<void> {
    await this.within(this.acceptor.connect());
    await this.within(this.desk.accept(denominations.map((denomination) => fen(denomination))));
  }

  async feed(denomination: Fen): Promise<void> {
    this.unit.feedNote(denomination);
    await this.clock.advance(3000);
  }
}

let bench: Desk | undefined;
function desk(): Desk {
  bench = new Desk();
  return bench;
}
afterEach(async () => {
  await bench?.acceptor.close();
});

describe('the note path', () => {
  it('a stacked note is written down before the acceptor is told that it was', async () => {
    const at = desk();
    await at.open(5000);
    await at.feed(fen(5000));
    expect(at.events).toContainEqual({ type: 'NOTE.ESCROWED', denomination: 5000 });
    const sentAtCredit: number[] = [];
    const result = await at.within(at.desk.stack(() => void sentAtCredit.push(at.line.sent.filter((frame) => frame[2] === 0x50).length)));
    expect(result).toBe('stacked');
    expect(sentAtCredit).toEqual([0]);
    await at.clock.advance(3000);
    expect(at.line.sent.filter((frame) => frame[2] === 0x50).length).toBeGreaterThan(0);
    expect(at.unit.box).toEqual([5000]);
  });

  it('a note that comes after inhibiting goes back without anyone ordering it', async () => {
    const at = desk();
    await at.open(5000);
    at.unit.feedNote(fen(5000));
    await at.clock.advance(100);
    await at.within(at.desk.accept([]));
    await at.clock.advance(10_000);
    expect(at.unit.box).toEqual([]);
    expect(at.unit.escrow).toBeUndefined();
    expect(at.unit.returned).toEqual([5000]);
  });

  it('power of the acceptor fails while stacking and the note is found in the box: credited once, flagged', async () => {
    const at = desk();
    await at.open(5000);
    await at.feed(fen(5000));
    const credits: string[] = [];
    const stacking = at.desk.stack(({ evidence }) => void credits.push(evidence));
    await at.clock.advance(900);
    at.unit.powerCycle();
    const result = await at.within(stacking);
    await at.clock.advance(20_000);
    const inBox = at.unit.box.length;
    expect(result).toBe(inBox === 1 ? 'stacked' : 'returned');
    expect(credits.length).toBe(inBox);
  });

  it('the line dies in the middle and stays dead: nobody knows, and it says so', async () => {
    const at = desk();
    await at.open(5000);
    await at.feed(fen(5000));
    const stacking = at.desk.stack(() => {});
    await at.clock.advance(50);
    at.line.unplug();
    expect(await at.within(stacking)).toBe('unknown');
  });

  it('a credit that can not be written down is not acknowledged, and comes again', async () => {
    const at = desk();
    await at.open(5000);
    await at.feed(fen(5000));
    let tries = 0;
    const stacking = at.desk.stack(() => {
      tries += 1;
      if (tries < 3) throw new Error('the disk is full');
    });
    expect(await at.within(stacking)).toBe('stacked');
    expect(tries).toBe(3);
    await at.clock.advance(5000);
    expect(at.unit.box).toEqual([5000]);
  });

  it('a note that is not wanted is told as inhibited', async () => {
    const at = desk();
    await at.open(1000);
    await at.feed(fen(5000));
    expect(at.events).toContainEqual({ type: 'NOTE.REJECTED', reason: 'inhibited' });
    expect(at.unit.box).toEqual([]);
  });

  it('a note the acceptor knows and the site does not take is not offered to the flows', async () => {
    const at = desk();
    await at.open(5000);
    expect(at.acceptor.denominations).toContain(100);
    expect(at.desk.denominations).toEqual([500, 1000, 2000, 5000, 10_000]);
  });

  it('box taken out and put back: told as trouble', async () => {
    const at = desk();
    await at.open(5000);
    at.unit.removeBox();
    await at.clock.advance(2000);
    expect(at.events).toContainEqual({ type: 'CASH.TROUBLE', trouble: 'boxRemoved' });
  });
});

/** The order is out, its answer will never come, and the acceptor, back again, says this. */
async function orderedThenSays(order: 'stack' | 'return', report: PowerUpState): Promise<{ result: string; credits: string[]; at: Desk }> {
  const at = desk();
  await at.open(5000);
  await at.feed(fen(5000));
  const credits: string[] = [];
  const ending = order === 'stack' ? at.desk.stack(({ evidence }) => void credits.push(evidence)) : at.desk.returnNote();
  await at.clock.advance(0);
  at.line.unplug();
  await at.clock.advance(100);
  at.desk.resumed(report);
  return { result: await at.within(ending), credits, at };
}

describe('a jam', () => {
  const troubles = (at: Desk): readonly string[] => at.events.flatMap((event) => (event.type === 'CASH.TROUBLE' ? [event.trouble] : []));

  test('of a note that is being drawn in: it is stuck, and nobody knows its value', async () => {
    const at = desk();
    await at.open(5000);
    at.unit.knobs.jamNext = 'acceptor';
    await at.feed(fen(5000));
    expect(at.events.map(({ type }) => type)).toContain('NOTE.ACCEPTING');
    expect(troubles(at)).toEqual(['noteStuck']);
  });

  test('of a note that is ordered into the box: its value is known', async () => {
    const at = desk();
    await at.open(5000);
    await at.feed(fen(5000));
    at.unit.knobs.jamNext = 'stacker';
    expect(await at.within(at.desk.stack(() => {}))).toBe('unknown');
    expect(troubles(at)).toEqual(['jammed']);
  });

  test('that an acceptor tells of when it comes back, with no note seen: one is stuck', async () => {
    const at = desk();
    await at.open(5000);
    at.desk.resumed({ kind: 'jammed', where: 'acceptor' });
    expect(troubles(at)).toEqual(['noteStuck']);
  });

  test('behind the acceptor, of no note that is under way: no note but those already told of', async () => {
    const at = desk();
    await at.open(5000);
    at.desk.resumed({ kind: 'jammed', where: 'stacker' });
    expect(troubles(at)).toEqual(['jammed']);
  });
});

describe('an acceptor that was away in the middle of an order', () => {
  // protocols/cash-acceptor.md 6.2, row STACK_ORDERED of each table.
  test.each<[PowerUpState, string, readonly string[], readonly string[]]>([
    [{ kind: 'clean' }, 'unknown', [], []],
    [{ kind: 'noteInAcceptor', returned: true }, 'returned', [], []],
    [{ kind: 'noteInAcceptor', returned: false }, 'unknown', [], []],
    [{ kind: 'noteInStacker' }, 'stacked', ['powerUpInStacker'], []],
    [{ kind: 'idle' }, 'unknown', [], []],
    [{ kind: 'returning' }, 'returned', [], ['returning']],
    [{ kind: 'counted', stacked: true }, 'stacked', ['powerUpInStacker'], []],
    [{ kind: 'counted', stacked: false }, 'returned', [], []],
    [{ kind: 'stackedEarlier', denomination: fen(5000) }, 'stacked', ['powerUpInStacker'], []],
    [{ kind: 'untold' }, 'unknown', [], []],
    [{ kind: 'lostEvents' }, 'unknown', [], ['lostEvents']],
    [{ kind: 'jammed', where: 'stacker' }, 'unknown', [], ['jammed']],
    [{ kind: 'cheated' }, 'unknown', [], ['cheated']],
    [{ kind: 'unknown' }, 'unknown', [], ['unknown']],
  ])('into the box, and says %j: %s', async (report, result, credits, alarms) => {
    const found = await orderedThenSays('stack', report);
    expect({ result: found.result, credits: found.credits, alarms: found.at.alarms }).toEqual({ result, credits, alarms });
  });

  // Row RETURN_ORDERED.
  test.each<[PowerUpState, string]>([
    [{ kind: 'clean' }, 'returned'],
    [{ kind: 'idle' }, 'returned'],
    [{ kind: 'counted', stacked: false }, 'returned'],
    [{ kind: 'counted', stacked: true }, 'unknown'],
    [{ kind: 'stackedEarlier', denomination: undefined }, 'unknown'],
    [{ kind: 'untold' }, 'unknown'],
    [{ kind: 'lostEvents' }, 'unknown'],
  ])('out again, and says %j: %s, and no credit', async (report, result) => {
    const found = await orderedThenSays('return', report);
    expect(found.result).toBe(result);
    expect(found.at.stray).toEqual([]);
  });

  test('that can not tell what it took ends the taking of notes', async () => {
    const { at } = await orderedThenSays('stack', { kind: 'lostEvents' });
    expect(at.events).toContainEqual({ type: 'CASH.TROUBLE', trouble: 'untold' });
  });

  test('after a note that is booked already: what lies in the box is that one, and nobody is alarmed', async () => {
    const at = desk();
    await at.open(5000);
    await at.feed(fen(5000));
    await at.within(at.desk.stack(() => {}));
    at.desk.resumed({ kind: 'noteInStacker' });
    expect(at.alarms).toEqual([]);
    expect(at.stray).toEqual([]);
  });

  test('with nothing ordered, and says that a note lies in the box: staff must know of it', async () => {
    const at = desk();
    await at.open(5000);
    at.desk.resumed({ kind: 'noteInStacker' });
    expect(at.alarms).toEqual(['noteInStacker']);
  });
});
