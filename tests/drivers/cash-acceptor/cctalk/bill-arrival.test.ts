/**
 * What the ccTalk bill validator tells when it comes up or comes back: the rows of cash-acceptor.md 6.2 that ccTalk can produce, with and
 * without what the host kept for the driver.
 */
import { describe, expect, test } from 'vitest';
import type { CashAcceptorEvent, PowerUpState } from '../../../../drivers/cash-acceptor/cash-acceptor.ts';
import { bench, escrowed, ready, restarted, within, YUAN, type Bench, type BenchParts } from './bench.ts';

async function powerUp({ clock, acceptor }: Bench): Promise<PowerUpState> {
  return (await within(clock, acceptor.connect())).powerUp;
}

function resumed(events: readonly CashAcceptorEvent[]): readonly PowerUpState[] {
  return events.flatMap((event) => (event.type === 'resumed' ? [event.powerUp] : []));
}

/** The terminal's process dies right after it ordered the note in, before it hears anything more. */
async function diedStacking(parts: BenchParts = {}): Promise<Bench> {
  const made = await escrowed(parts);
  await within(made.clock, made.acceptor.stack());
  return restarted(made, parts);
}

describe('only the terminal restarts, and it kept what the driver asked for', () => {
  test('the note still waits: noteInEscrow, and it is stacked and credited once', async () => {
    const made = await restarted(await escrowed());
    expect(await powerUp(made)).toEqual({ kind: 'noteInEscrow', denomination: 5000 });
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(2_000);
    expect(made.credits).toHaveLength(1);
  });

  test('the note fell into the box meanwhile: the handler has the credit before connect resolves, once', async () => {
    const made = await diedStacking();
    await made.clock.advance(3_000);
    expect(await powerUp(made)).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(made.credits).toMatchObject([{ evidence: 'vendValid', denomination: 5000 }]);
    const again = await restarted(made);
    expect(await powerUp(again)).toEqual({ kind: 'idle' });
    expect(again.credits).toEqual([]);
  });

  test('the note is just on its way into the box: waited for, then the credit', async () => {
    const made = await diedStacking();
    expect(await powerUp(made)).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(made.credits).toHaveLength(1);
  });

  test('the note went back by itself: returning; a second one that was fed meanwhile goes back too, and is nobody’s', async () => {
    const parts = { unit: { escrowLimit: 2_000 } };
    const made = await restarted(await escrowed(parts), parts);
    await made.clock.advance(4_000);
    made.unit.feedNote(YUAN[10]);
    await made.clock.advance(1_000);
    expect(await powerUp(made)).toEqual({ kind: 'returning' });
    await made.clock.advance(3_000);
    expect(made.unit.returned).toEqual([5000, 1000]);
    expect(made.events).toEqual([]);
    expect(made.credits).toEqual([]);
  });

  test('a note of somebody else was fed and given back while nobody listened: the stacked one is credited, the other is not', async () => {
    const parts = { unit: { escrowLimit: 2_000 } };
    const made = await diedStacking(parts);
    await made.clock.advance(1_500);
    made.unit.feedNote(YUAN[10]);
    await made.clock.advance(5_000);
    expect(await powerUp(made)).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(made.credits).toMatchObject([{ denomination: 5000 }]);
  });

  test('nothing happened: idle', async () => {
    expect(await powerUp(await restarted(await ready()))).toEqual({ kind: 'idle' });
  });

  test('more than five events happened: lostEvents, inhibited, and a note in escrow goes back', async () => {
    const made = await restarted(await escrowed());
    for (let count = 0; count < 3; count += 1) {
      made.unit.cheat();
      await made.clock.advance(100);
      made.unit.feedNote(YUAN[10]);
      await made.clock.advance(1_000);
    }
    expect(await powerUp(made)).toEqual({ kind: 'lostEvents' });
    await made.clock.advance(3_000);
    expect(made.unit.inside).toBeUndefined();
    expect(made.acceptor.lastStatus.state).toBe('disabled');
  });

  test('the host dies before it wrote the credit: it is offered again to the next process', async () => {
    const made = await escrowed();
    made.acceptor.setCreditHandler(() => new Promise(() => {}));
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(2_000);
    const next = await restarted(made);
    expect(await powerUp(next)).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    expect(next.credits).toHaveLength(1);
  });

  test('a handler that hangs does not keep connect from resolving in its 15 s', async () => {
    const made = await diedStacking();
    await made.clock.advance(2_000);
    made.acceptor.setCreditHandler(() => new Promise(() => {}));
    expect(await powerUp(made)).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
  });
});

describe('only the terminal restarts, and it kept nothing', () => {
  const parts = { memory: false };

  test('the note still waits: noteInEscrow', async () => {
    expect(await powerUp(await restarted(await escrowed(parts), parts))).toEqual({ kind: 'noteInEscrow', denomination: 5000 });
  });

  test('the last bill event says stacked: stackedEarlier with its value, and the handler is not called', async () => {
    const made = await diedStacking(parts);
    await made.clock.advance(2_000);
    expect(await powerUp(made)).toEqual({ kind: 'stackedEarlier', denomination: 5000 });
    expect(made.credits).toEqual([]);
  });

  test('one note came and went: returning', async () => {
    const made = await escrowed(parts);
    await within(made.clock, made.acceptor.returnNote());
    await made.clock.advance(2_000);
    expect(await powerUp(await restarted(made, parts))).toEqual({ kind: 'returning' });
  });

  test('a note was stacked and another came and went: whose is whose can’t be told', async () => {
    const limited = { memory: false, unit: { escrowLimit: 2_000 } };
    const made = await diedStacking(limited);
    await made.clock.advance(1_500);
    made.unit.feedNote(YUAN[10]);
    await made.clock.advance(5_000);
    expect(await powerUp(made)).toEqual({ kind: 'untold' });
  });

  test('five events, none of a bill’s way: untold', async () => {
    const made = await ready(parts);
    for (let count = 0; count < 5; count += 1) {
      made.unit.feedNote('unknown');
      await made.clock.advance(2_000);
    }
    expect(await powerUp(await restarted(made, parts))).toEqual({ kind: 'untold' });
  });

  test('what is kept is not this driver’s: as if nothing was kept', async () => {
    const made = await restarted(await escrowed());
    made.memory.text = '{"some":"thing"}';
    expect(await powerUp(made)).toEqual({ kind: 'noteInEscrow', denomination: 5000 });
  });
});

describe('its power fails', () => {
  test('for an instant while idle, before any event: noticed by its settings, resumed, inhibited until accept', async () => {
    const { clock, unit, events, acceptor } = await ready();
    unit.powerCycle();
    await clock.advance(8_000);
    expect(resumed(events)).toEqual([{ kind: 'clean' }]);
    expect(unit.isOpen).toBe(false);
    await within(clock, acceptor.accept([YUAN[10]]));
    expect(unit.isOpen).toBe(true);
  });

  test('with a note in escrow: it comes back, and that is what is told', async () => {
    const { clock, unit, events, credits } = await escrowed();
    unit.powerCycle();
    await clock.advance(8_000);
    expect(resumed(events)).toEqual([{ kind: 'noteInAcceptor', returned: true }]);
    expect(unit.returned).toEqual([5000]);
    expect(credits).toEqual([]);
  });

  /** 700 ms after the order the note is past the stacker's edge and falls, whatever happens to the power. */
  async function cutWhileFalling(parts: BenchParts = {}, prepare: (made: Bench) => void = () => {}): Promise<Bench> {
    const made = await escrowed(parts);
    prepare(made);
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(700);
    made.unit.powerCycle();
    await made.clock.advance(8_000);
    expect(made.unit.box).toEqual([5000]);
    return made;
  }

  test('while the note falls, and the unit says nothing of it: clean, since its accept counter is not trusted', async () => {
    expect(resumed((await cutWhileFalling()).events)).toEqual([{ kind: 'clean' }]);
  });

  test('the same with a trusted accept counter: +1, it is in the box', async () => {
    const made = await cutWhileFalling({ options: { trustAcceptCounter: true } });
    expect(resumed(made.events)).toEqual([{ kind: 'counted', stacked: true }]);
  });

  test('while the note falls, and the unit says "unknown bill stacked": noteInStacker', async () => {
    const made = await cutWhileFalling({}, ({ unit }) => void (unit.faults.tellsStackedAfterPowerUp = 'unknownBillStacked'));
    expect(resumed(made.events)).toEqual([{ kind: 'noteInStacker' }]);
    expect(made.credits).toEqual([]);
  });

  test('while the note falls, and the unit tells it as stacked: creditPending, one credit', async () => {
    const made = await cutWhileFalling({}, ({ unit }) => void (unit.faults.tellsStackedAfterPowerUp = 'stacked'));
    expect(resumed(made.events)).toEqual([{ kind: 'creditPending', evidence: 'vendValid' }]);
    expect(made.credits).toHaveLength(1);
  });

  test('an order that was never heard, then a power cut, a return nobody told of: the trusted counter says +0', async () => {
    const made = await escrowed({ options: { trustAcceptCounter: true } });
    made.unit.faults.tellsNoReturn = true;
    made.unit.powerCycle();
    await made.clock.advance(8_000);
    expect(resumed(made.events)).toEqual([{ kind: 'counted', stacked: false }]);
  });

  test('with both, terminal and unit, while the note falls: the counter was kept and proves it', async () => {
    const parts = { options: { trustAcceptCounter: true } };
    const made = await escrowed(parts);
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(700);
    const next = await restarted(made, parts);
    next.unit.powerOff();
    await next.clock.advance(60_000);
    next.unit.powerOn();
    await next.clock.advance(1_000);
    expect(await powerUp(next)).toEqual({ kind: 'counted', stacked: true });
    expect(await powerUp(await restarted(next, parts))).toEqual({ kind: 'idle' });
  });

  test('for so long that the unit is offline: connect tells the same', async () => {
    const made = await escrowed();
    made.unit.powerOff();
    await made.clock.advance(3_000);
    expect(made.acceptor.lastStatus.device).toBe('offline');
    made.unit.powerOn();
    await made.clock.advance(3_000); // it has returned the note before anybody asks
    expect(await powerUp(made)).toEqual({ kind: 'noteInAcceptor', returned: true });
  });
});

describe('trouble on arrival', () => {
  test.each(['acceptor', 'stacker'] as const)(
    'a jam in the %s from before: jammed, still jammed after a reset; cleared, connect finds it well',
    async (where) => {
      const made = await ready();
      made.unit.knobs.jamNext = where;
      made.unit.feedNote(YUAN[50]);
      await made.clock.advance(1_300);
      if (where === 'stacker') await within(made.clock, made.acceptor.stack());
      await made.clock.advance(1_500);
      const next = await restarted(made);
      expect(await powerUp(next)).toEqual({ kind: 'jammed', where });
      expect(next.acceptor.lastStatus).toMatchObject({ state: 'jammed' });
      next.unit.clearJam();
      expect((await powerUp(next)).kind).not.toBe('jammed');
      await within(next.clock, next.acceptor.accept([YUAN[10]]));
      expect(next.acceptor.lastStatus.state).toBe('idle');
    },
  );

  test('a jam that came and was cleared while nobody listened: told as jammed, and after the reset it takes notes again', async () => {
    const made = await ready();
    made.unit.knobs.jamNext = 'acceptor';
    made.unit.feedNote(YUAN[50]);
    const next = await restarted(made);
    await next.clock.advance(2_000);
    next.unit.clearJam();
    expect(await powerUp(next)).toEqual({ kind: 'jammed', where: 'acceptor' });
    expect(next.acceptor.lastStatus).toMatchObject({ device: 'online', state: 'disabled' });
    await within(next.clock, next.acceptor.accept([YUAN[10]]));
  });

  test('a fault that the self check reports: unknown, and nothing is accepted', async () => {
    const { clock, acceptor, unit } = bench();
    unit.faults.selfCheck = 30;
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'unknown' });
    expect(acceptor.lastStatus).toMatchObject({ device: 'hardwareError', state: 'fault' });
    await expect(within(clock, acceptor.accept([YUAN[10]]))).rejects.toMatchObject({ code: 'hardwareError' });
  });
});

describe('while it is connected', () => {
  test('more events than the ring holds between two polls: resumed tells lostEvents, and the validator is inhibited', async () => {
    const { clock, unit, events } = await ready();
    for (let count = 0; count < 6; count += 1) unit.cheat();
    await clock.advance(4_000);
    expect(resumed(events)).toEqual([{ kind: 'lostEvents' }]);
    expect(unit.isOpen).toBe(false);
  });

  test('five events between two polls are all told', async () => {
    const { clock, unit, events } = await ready();
    for (let count = 0; count < 5; count += 1) unit.cheat();
    await clock.advance(1_000);
    expect(events.filter((event) => event.type === 'cheated')).toHaveLength(5);
  });

  test('the counter goes round: 300 notes rejected, each told once', { timeout: 30_000 }, async () => {
    const { clock, unit, events } = await ready();
    for (let count = 0; count < 300; count += 1) {
      unit.cheat();
      await clock.advance(250);
    }
    expect(events.filter((event) => event.type === 'cheated')).toHaveLength(300);
    expect(resumed(events)).toEqual([]);
  });
});
