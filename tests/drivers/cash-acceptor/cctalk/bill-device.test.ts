/** The ccTalk bill validator in everyday use and under every fault that its simulator knows. Restarts are in bill-arrival.test.ts. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { CctalkBillAcceptor } from '../../../../drivers/cash-acceptor/cctalk/bill-device.ts';
import { SimulatedCctalkCoin } from '../../../../drivers/cash-acceptor/cctalk/coin-simulator.ts';
import { SimulatedCctalkBus } from '../../../../drivers/cash-acceptor/cctalk/simulated-station.ts';
import { SimulatedCctalkBill } from '../../../../drivers/cash-acceptor/cctalk/bill-simulator.ts';
import type { CashAcceptorStatus } from '../../../../drivers/cash-acceptor/cash-acceptor.ts';
import { SimulatedId003 } from '../../../../drivers/cash-acceptor/id003/simulator.ts';
import { fen } from '../../../../common/fen.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';
import { bench, escrowed, optionsOf, ready, within, wire, YUAN, type Bench } from './bench.ts';

/** Frames on the wire that route a bill: 154 with the given byte (5.5: `28 01 01 9A 01 3B`). */
function routes({ line }: Pick<Bench, 'line'>, route: number): number {
  return line.sent.filter((frame) => toHex(frame).startsWith(`2801019A${toHex(Uint8Array.of(route))}`)).length;
}

function statuses({ acceptor }: Pick<Bench, 'acceptor'>): CashAcceptorStatus[] {
  const seen: CashAcceptorStatus[] = [];
  acceptor.onEvent((event) => {
    if (event.type === 'statusChanged') seen.push(event.status);
  });
  return seen;
}

describe('connecting', () => {
  test('a validator that just got its power tells who it is, and that nothing was in its path', async () => {
    const { clock, acceptor } = bench();
    const { identity, powerUp } = await within(clock, acceptor.connect());
    expect(identity).toEqual({ model: 'ccTalk bill validator BV-SIM', maker: 'SIM', firmware: 'V1.00', serialNumber: String(0x010203) });
    expect(powerUp).toEqual({ kind: 'clean' });
    expect(acceptor.denominations).toEqual([100, 500, 1000, 2000, 5000, 10_000]);
    expect(acceptor.lastStatus).toEqual({ device: 'online', state: 'disabled', box: 'unknown' });
    expect(acceptor.capabilities).toEqual({ escrow: true, media: 'notes' });
  });

  test('it is set to stacker and escrow before anything is let in, and the ring is read before anything is set', async () => {
    const made = await ready();
    const sent = made.line.sent.map(toHex);
    const [ring, inhibit, mode, accept] = ['2800019F38', '280101E400F2', '28010199033A', '280101E401F1'].map((frame) => sent.indexOf(frame));
    expect(ring).toBeGreaterThan(0);
    expect(inhibit).toBeGreaterThan(ring ?? 0);
    expect(mode).toBeGreaterThan(inhibit ?? 0);
    expect(accept).toBeGreaterThan(mode ?? 0);
    expect(sent.filter((frame) => frame.startsWith('28010199'))).toEqual(['28010199033A']); // never another mode
  });

  async function failure(line: SimulatedLine, clock: SimulatedClock, options: Parameters<typeof optionsOf>[0] = {}): Promise<unknown> {
    const acceptor = new CctalkBillAcceptor(optionsOf(options), { transport: line, clock });
    const error = await within(clock, acceptor.connect()).then(
      () => 'it connected',
      (reason: unknown) => reason,
    );
    expect(line.isOpen).toBe(false);
    expect(acceptor.lastStatus.device).toBe('offline');
    return error;
  }

  test('nobody there: one message says what was tried, that nothing came back and what to check', async () => {
    const error = await failure(new SimulatedLine(), new SimulatedClock());
    expect(error).toMatchObject({
      code: 'offline',
      message: expect.stringMatching(
        /bill validator at ccTalk address 40 \(simple checksum\) on sim:test did not answer: nothing came back; check power, cable/,
      ),
    });
  });

  test('only the own echo comes back: the message says so', async () => {
    const line = new SimulatedLine();
    line.attachUnit((bytes) => line.fromUnit(bytes));
    expect(await failure(line, new SimulatedClock())).toMatchObject({ code: 'offline', message: expect.stringContaining('only the echo of our own bytes') });
  });

  test('bytes that are no ccTalk come back, as with a wrong baud rate: the message names the line settings', async () => {
    const line = new SimulatedLine();
    line.attachUnit(() => line.fromUnit(fromHex('F8 00 E0 3C 1F')));
    expect(await failure(line, new SimulatedClock())).toMatchObject({
      code: 'protocol',
      message: expect.stringMatching(/sent 280001FED9, and F800E03C1F came back.*9600 baud, 8N1/),
    });
  });

  test('an ID-003 acceptor on the port does not answer ccTalk, and is left as it was', async () => {
    const clock = new SimulatedClock();
    const line = new SimulatedLine();
    const unit = new SimulatedId003(clock);
    wire(line, unit);
    expect(await failure(line, clock)).toMatchObject({ code: 'offline' });
    expect(unit.status.kind).toBe('powerUp');
  });

  test.each([
    [{ checksum: 'crc' as const }, {}, 'answers at address 40 with the CRC checksum'],
    [{}, { checksum: 'crc' as const }, 'answers at address 40 with the simple checksum'],
    [{}, { address: 41 }, 'answers at address 40 with the simple checksum'],
  ])('unit %j, options %j: the message names what does answer', async (unitOptions, options, words) => {
    const clock = new SimulatedClock();
    const line = new SimulatedLine();
    wire(line, new SimulatedCctalkBill(clock, unitOptions));
    expect(await failure(line, clock, options)).toMatchObject({ code: 'offline', message: expect.stringContaining(words) });
  });

  test('a coin acceptor at that address is named by its own category', async () => {
    const clock = new SimulatedClock();
    const line = new SimulatedLine();
    wire(line, new SimulatedCctalkCoin(clock, { address: 40 }));
    expect(await failure(line, clock)).toMatchObject({ code: 'notSupported', message: expect.stringContaining('"Coin Acceptor", not a bill validator') });
  });

  test('a configured face value that the validator does not know, or no bills of the country at all', async () => {
    const clock = new SimulatedClock();
    const line = new SimulatedLine();
    wire(line, new SimulatedCctalkBill(clock));
    expect(await failure(line, clock, { denominations: [1000, 20_000] })).toMatchObject({ code: 'notSupported', message: expect.stringContaining('200.00') });
    expect(await failure(line, clock, { country: 'GB' })).toMatchObject({
      code: 'notSupported',
      message: expect.stringContaining('no scaling factor for country GB'),
    });
  });

  /** 157 (5.2): request `28 01 01 9D <type>`, answer `01 07 28 00 <id>`. A copy comes with the next exchange, as on a line of 9600 baud. */
  async function withOneIdTwice(nth: number): Promise<{ readonly made: Bench; readonly connected: Promise<unknown> }> {
    const made = bench();
    let ids = 0;
    let late: readonly Uint8Array[] = [];
    made.line.attachUnit((bytes) => {
      made.unit.receive(bytes);
      const copies = late;
      late = [];
      for (const copy of copies) made.line.fromUnit(copy);
    });
    made.unit.onSend((bytes) => {
      if (!toHex(bytes).startsWith('01072800')) return;
      ids += 1;
      if (ids >= nth) late = [bytes];
    });
    return { made, connected: within(made.clock, made.acceptor.connect()) };
  }

  test.each(Array.from({ length: 24 }, (_, index) => index + 1))(
    'bill id %i and those after it come late by one: the table is never believed shifted',
    async (nth) => {
      const { made, connected } = await withOneIdTwice(nth);
      const outcome = await connected.then(
        () => 'connected',
        (error: unknown) => error,
      );
      if (outcome !== 'connected') expect(outcome).toMatchObject({ code: 'protocol', message: expect.stringMatching(/type \d+ as CN/) });
      else {
        await within(made.clock, made.acceptor.accept([YUAN[20]]));
        made.events.length = 0;
        made.unit.feedNote(YUAN[20]);
        await made.clock.advance(1_200);
        expect(made.events).toEqual([{ type: 'escrowed', denomination: YUAN[20] }]);
      }
      made.line.attachUnit((bytes) => made.unit.receive(bytes));
      await within(made.clock, made.acceptor.connect());
      expect(made.acceptor.denominations).toEqual([100, 500, 1000, 2000, 5000, 10_000]);
    },
  );

  test('a validator without escrow is refused', async () => {
    const { clock, acceptor, unit } = bench();
    unit.faults.withoutEscrow = true;
    await expect(within(clock, acceptor.connect())).rejects.toMatchObject({ code: 'notSupported', message: expect.stringContaining('escrow') });
  });

  test('a validator that refuses its settings is not used', async () => {
    const { clock, acceptor, unit } = bench();
    unit.faults.refuse = ['modifyInhibits'];
    await expect(within(clock, acceptor.connect())).rejects.toMatchObject({ code: 'protocol' });
  });

  test('what it does not know (serial number, operating mode, self check) is left out, not waited for for ever', async () => {
    const { clock, acceptor, unit } = bench();
    unit.faults.ignore = ['requestSerialNumber', 'requestOperatingMode', 'selfCheck', 'requestSoftware'];
    expect((await within(clock, acceptor.connect())).identity).toEqual({ model: 'ccTalk bill validator BV-SIM', maker: 'SIM' });
  });

  test('no cable: the transport says so; cancelled: aborted', async () => {
    const { clock, acceptor, line } = bench();
    line.unplug();
    await expect(acceptor.connect()).rejects.toMatchObject({ code: 'offline', message: expect.stringContaining('nothing is plugged in') });
    line.plug();
    const stop = new AbortController();
    const connecting = acceptor.connect(stop.signal);
    await clock.advance(50);
    stop.abort();
    await expect(within(clock, connecting)).rejects.toMatchObject({ code: 'aborted' });
  });

  test('it may be called again while connected', async () => {
    const { clock, acceptor } = await ready();
    expect(await within(clock, acceptor.connect())).toMatchObject({ powerUp: { kind: 'idle' } });
    expect(acceptor.lastStatus.state).toBe('disabled');
  });
});

describe.each([
  ['simple checksum, no echo', { checksum: 'simple', echo: false }],
  ['simple checksum, echo', { checksum: 'simple', echo: true }],
  ['CRC, no echo', { checksum: 'crc', echo: false }],
  ['CRC, echo', { checksum: 'crc', echo: true }],
] as const)('a note on a line with %s', (_name, { checksum, echo }) => {
  const parts = { options: { checksum }, unit: { checksum, echo } };

  test('is held, stacked on order, and credited once on the event that says it is in the box', async () => {
    const { clock, acceptor, unit, events, credits } = await escrowed(parts);
    expect(events).toEqual([{ type: 'escrowed', denomination: 5000 }]);
    expect(acceptor.lastStatus.state).toBe('escrowed');
    await within(clock, acceptor.stack());
    expect(acceptor.lastStatus.state).toBe('stacking');
    expect(credits).toEqual([]);
    await clock.advance(1_500);
    expect(unit.box).toEqual([5000]);
    expect(credits).toMatchObject([{ evidence: 'vendValid', denomination: 5000 }]);
    await clock.advance(5_000);
    expect(credits).toHaveLength(1);
    expect(acceptor.lastStatus.state).toBe('idle');
  });

  test('is held, given back on order, and never credited', async () => {
    const { clock, acceptor, unit, events, credits } = await escrowed(parts);
    await within(clock, acceptor.returnNote());
    expect(acceptor.lastStatus.state).toBe('returning');
    await clock.advance(2_000);
    expect(unit.returned).toEqual([5000]);
    expect(events.at(-1)).toEqual({ type: 'returned', evidence: 'returned' });
    expect(credits).toEqual([]);
    expect(acceptor.lastStatus.state).toBe('idle');
  });
});

describe('what is let in', () => {
  test('only what was asked for; the rest goes back as inhibited', async () => {
    const { clock, acceptor, unit, events } = await ready();
    await within(clock, acceptor.accept([YUAN[10]]));
    unit.feedNote(YUAN[50]);
    await clock.advance(2_000);
    expect(events).toEqual([{ type: 'rejected', reason: 'inhibited', deviceCode: '04' }]);
    expect(unit.returned).toEqual([5000]);
  });

  test('nothing before accept, and nothing after an empty list', async () => {
    const { clock, acceptor, unit } = bench();
    await within(clock, acceptor.connect());
    expect(unit.feedNote(YUAN[10])).toBe('refused');
    await within(clock, acceptor.accept([YUAN[10]]));
    await within(clock, acceptor.accept([]));
    expect(unit.feedNote(YUAN[10])).toBe('refused');
    expect(acceptor.lastStatus.state).toBe('disabled');
  });

  test('a face value that the validator does not know is refused', async () => {
    const { acceptor } = await ready();
    await expect(acceptor.accept([fen(200_00)])).rejects.toMatchObject({ code: 'notSupported' });
  });

  test.each([
    ['unknown', 'validation', '02'],
    ['torn', 'validation', '02'],
  ] as const)('a note that is %s goes back: %s', async (note, reason, deviceCode) => {
    const { clock, unit, events } = await ready();
    unit.feedNote(note);
    await clock.advance(2_000);
    expect(events).toEqual([{ type: 'rejected', reason, deviceCode }]);
  });

  test('a bill without a value that got into escrow all the same goes back, and the host hears only of a rejection', async () => {
    const { clock, unit, events, credits } = await ready();
    unit.faults.ignoresInhibits = true;
    unit.feedNote(fen(200)); // type 9: dollars
    await clock.advance(4_000);
    expect(unit.returned).toEqual([200]);
    expect(events).toEqual([{ type: 'rejected', reason: 'other', deviceCode: '09' }]);
    expect(credits).toEqual([]);
  });

  test('a validator that inhibited itself is told again', async () => {
    const { clock, unit, acceptor } = await ready({ unit: { creditPollLimit: 1_000 } });
    unit.knobs.silent = true;
    await clock.advance(300);
    unit.knobs.silent = false; // two polls were lost, the line was not
    await clock.advance(3_000);
    expect(acceptor.lastStatus.state).toBe('idle');
    expect(unit.isOpen).toBe(true);
  });
});

describe('orders', () => {
  test('without a note in escrow they fail', async () => {
    const { clock, acceptor } = await ready();
    await expect(within(clock, acceptor.stack())).rejects.toMatchObject({ code: 'invalidState' });
    await expect(within(clock, acceptor.returnNote())).rejects.toMatchObject({ code: 'invalidState' });
  });

  test.each([
    ['the order', 'toUnit'],
    ['its ACK', 'fromUnit'],
  ] as const)('%s gets lost: repeated only after the ring still showed escrow, and the note is credited once', async (_what, lost) => {
    const { clock, acceptor, unit, credits, line } = await escrowed();
    let first = true;
    line.attachUnit((bytes) => {
      const isOrder = toHex(bytes) === '2801019A013B' && first;
      if (isOrder) first = false;
      if (isOrder && lost === 'fromUnit') unit.knobs.loseAnswers = 1;
      if (!isOrder || lost === 'fromUnit') unit.receive(bytes);
    });
    line.sent.length = 0;
    // With the ACK lost the note moves already: the repeated order finds the escrow empty, and the event tells.
    await within(clock, acceptor.stack());
    await clock.advance(2_000);
    const sent = line.sent.map(toHex);
    const orders = sent.flatMap((frame, index) => (frame === '2801019A013B' ? [index] : []));
    expect(orders).toHaveLength(2);
    for (const index of orders) expect(sent[index - 1]).toBe('2800019F38');
    expect(unit.box).toEqual([5000]);
    expect(credits).toHaveLength(1);
  });

  test('the unit never hears of it: after 2 s the outcome is unknown, and the note still waits', async () => {
    const { clock, acceptor, unit } = await escrowed();
    unit.faults.ignore = ['routeBill'];
    await expect(within(clock, acceptor.stack())).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(unit.escrow).toBe(5000);
  });

  test('the unit refuses, or fails: said at once, and the note still waits for another order', async () => {
    const { clock, acceptor, unit } = await escrowed();
    unit.faults.refuse = ['routeBill'];
    await expect(within(clock, acceptor.stack())).rejects.toMatchObject({ code: 'invalidState' });
    unit.faults.refuse = [];
    unit.faults.failsRoute = true;
    await expect(within(clock, acceptor.stack())).rejects.toMatchObject({ code: 'hardwareError', deviceCode: 'FF' });
    unit.faults.failsRoute = false;
    expect(acceptor.lastStatus.state).toBe('escrowed');
    await within(clock, acceptor.returnNote());
    await clock.advance(2_000);
    expect(unit.returned).toEqual([5000]);
  });

  test('the line is lost in the order: outcome unknown, then offline', async () => {
    const { clock, acceptor, line } = await escrowed();
    const stacking = acceptor.stack();
    stacking.catch(() => {});
    await clock.advance(7);
    line.unplug();
    await expect(within(clock, stacking)).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(acceptor.lastStatus.device).toBe('offline');
  });

  test('the note left before the order came: a stack is not taken for done', async () => {
    const { clock, acceptor, unit, credits } = await escrowed({ unit: { escrowLimit: 1_000 }, options: { holdEvery: 30_000 } });
    await clock.advance(700); // on its way out, not told yet
    await expect(within(clock, acceptor.stack())).rejects.toMatchObject({ code: 'mediaMoved' });
    await clock.advance(2_000);
    expect(unit.returned).toEqual([5000]);
    expect(credits).toEqual([]);
  });

  test('one that is busy is asked again', async () => {
    const { clock, acceptor, unit, credits } = await ready();
    unit.faults.busy = 6;
    unit.feedNote(YUAN[10]);
    await clock.advance(3_000);
    await within(clock, acceptor.stack());
    await clock.advance(2_000);
    expect(credits).toHaveLength(1);
  });
});

describe('escrow', () => {
  test('the stay is lengthened before it ends, for as long as the host needs', async () => {
    const made = await escrowed();
    await made.clock.advance(95_000);
    expect(made.unit.escrow).toBe(5000);
    expect(routes(made, 255)).toBeGreaterThanOrEqual(9);
    await within(made.clock, made.acceptor.stack());
    await made.clock.advance(2_000);
    expect(made.credits).toHaveLength(1);
  });

  test('a note that leaves by itself without a word is known to be out once the escrow is empty', async () => {
    const made = await escrowed({ unit: { escrowLimit: 3_000 }, options: { holdEvery: 4_000 } });
    made.unit.faults.tellsNoReturn = true;
    await made.clock.advance(12_000);
    expect(made.unit.returned).toEqual([5000]);
    expect(made.events.at(-1)).toEqual({ type: 'returned', evidence: 'idle' });
    expect(made.acceptor.lastStatus.state).toBe('idle');
  });

  test('ordered out and never told: it is asked for, and returned', async () => {
    const { clock, acceptor, unit, events } = await escrowed();
    unit.faults.tellsNoReturn = true;
    await within(clock, acceptor.returnNote());
    await clock.advance(7_000);
    expect(events.at(-1)).toEqual({ type: 'returned', evidence: 'idle' });
  });
});

describe('credit', () => {
  test('a host that cannot write is offered the credit again until it can, and nothing that happens meanwhile is lost', async () => {
    const { clock, acceptor, unit, events } = await escrowed();
    let refusals = 0;
    const written: unknown[] = [];
    acceptor.setCreditHandler(async (credit) => {
      if (++refusals <= 10) throw new Error('disk full');
      written.push(credit);
    });
    await within(clock, acceptor.stack());
    await clock.advance(1_100);
    for (let count = 0; count < 3; count += 1) {
      unit.knobs.rejectNext = true;
      unit.feedNote(YUAN[10]);
      await clock.advance(1_500);
    }
    expect(written).toHaveLength(1);
    expect(events.filter((event) => event.type === 'rejected')).toHaveLength(3);
  });

  test('a host that takes its time is not asked twice, and what follows waits its turn', async () => {
    const { clock, acceptor, unit, events } = await escrowed();
    const { promise, resolve } = Promise.withResolvers<void>();
    let calls = 0;
    acceptor.setCreditHandler(() => {
      calls += 1;
      return promise;
    });
    await within(clock, acceptor.stack());
    await clock.advance(1_100);
    for (let count = 0; count < 7; count += 1) {
      unit.knobs.rejectNext = true;
      unit.feedNote(YUAN[10]);
      await clock.advance(1_500);
    }
    expect(calls).toBe(1);
    expect(events.filter((event) => event.type === 'rejected')).toEqual([]);
    resolve();
    await clock.advance(500);
    expect(calls).toBe(1);
    expect(events.filter((event) => event.type === 'rejected')).toHaveLength(7);
  });

  test('a note stacked without an order is credited to the handler as well: the journal judges', async () => {
    const made = await escrowed();
    made.unit.receive(fromHex('28 01 01 9A 01 3B')); // somebody else on the wire
    await made.clock.advance(2_000);
    expect(made.credits).toMatchObject([{ evidence: 'vendValid', denomination: 5000 }]);
  });
});

describe('the line', () => {
  test('a lost, damaged or doubled answer now and then is not noticed by the host', async () => {
    const { clock, acceptor, unit, events, credits } = await ready({ unit: { echo: true } });
    unit.feedNote(YUAN[50]);
    for (const knob of ['loseAnswers', 'corruptAnswers', 'duplicateAnswers', 'corruptAnswers'] as const) {
      unit.knobs[knob] = 2;
      await clock.advance(1_500);
    }
    await within(clock, acceptor.stack());
    await clock.advance(2_000);
    expect(events.map((event) => event.type)).toEqual(['escrowed']);
    expect(credits).toHaveLength(1);
  });

  test('noise between frames costs nothing', async () => {
    const { clock, acceptor, line, unit, credits } = await escrowed();
    const noise = setNoise(clock, line);
    await within(clock, acceptor.stack());
    await clock.advance(3_000);
    noise.end();
    expect(unit.box).toEqual([5000]);
    expect(credits).toHaveLength(1);
  });

  function setNoise(clock: SimulatedClock, line: SimulatedLine): { end: () => void } {
    let on = true;
    const speak = (): void => {
      line.fromUnit(fromHex('01 FF 00'));
      if (on) clock.setTimeout(speak, 130);
    };
    speak();
    return { end: () => void (on = false) };
  }

  test('a unit that says nothing for three polls is offline: told once, the line closed, and it rests', async () => {
    const made = await ready();
    const { clock, acceptor, unit, line } = made;
    const seen = statuses(made);
    unit.knobs.silent = true;
    await clock.advance(2_000);
    expect(seen).toEqual([{ device: 'offline', state: 'unknown', box: 'unknown' }]);
    expect(line.isOpen).toBe(false);
    const sent = line.sent.length;
    unit.knobs.silent = false;
    await clock.advance(60_000);
    expect(line.sent).toHaveLength(sent);
    expect(seen).toHaveLength(1);
    for (const call of [acceptor.status(), acceptor.accept([]), acceptor.stack(), acceptor.returnNote()]) {
      await expect(call).rejects.toMatchObject({ code: 'offline' });
    }
  });

  test('pulled out while idle: offline at once and told once; connect brings it back', async () => {
    const made = await ready();
    const { clock, acceptor, line } = made;
    const seen = statuses(made);
    line.unplug();
    await clock.advance(1_000);
    expect(seen.map(({ device }) => device)).toEqual(['offline']);
    line.plug();
    expect(await within(clock, acceptor.connect())).toMatchObject({ powerUp: { kind: 'idle' } });
    expect(acceptor.lastStatus.state).toBe('disabled');
  });

  test('pulled out with a note in escrow: connect finds it there', async () => {
    const { clock, acceptor, line, credits } = await escrowed();
    line.unplug();
    await clock.advance(3_000);
    line.plug();
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'noteInEscrow', denomination: 5000 });
    await within(clock, acceptor.stack());
    await clock.advance(2_000);
    expect(credits).toHaveLength(1);
  });

  test('pulled out while the note goes into the box: connect brings the credit, once', async () => {
    const { clock, acceptor, line, credits } = await escrowed();
    await within(clock, acceptor.stack());
    line.unplug();
    await clock.advance(3_000);
    line.plug();
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'creditPending', evidence: 'vendValid' });
    await clock.advance(2_000);
    expect(credits).toHaveLength(1);
  });

  test('several units on one wire with echo: each driver hears its own', async () => {
    const clock = new SimulatedClock();
    const line = new SimulatedLine();
    const bill = new SimulatedCctalkBill(clock);
    const coin = new SimulatedCctalkCoin(clock);
    wire(line, new SimulatedCctalkBus([coin, bill], { echo: true }));
    const acceptor = new CctalkBillAcceptor(optionsOf(), { transport: line, clock });
    await within(clock, acceptor.connect());
    await within(clock, acceptor.accept([YUAN[50]]));
    expect(bill.feedNote(YUAN[50])).toBe('taken');
    coin.dropCoin(fen(100));
    await clock.advance(1_500);
    expect(acceptor.lastStatus.state).toBe('escrowed');
  });

  test('closed in the middle of everything: nothing goes on, and closing twice is no harm', async () => {
    const { clock, acceptor, line } = await escrowed();
    const stacking = acceptor.stack();
    stacking.catch(() => {});
    await Promise.all([within(clock, acceptor.close()), acceptor.close()]);
    const sent = line.sent.length;
    await clock.advance(10_000);
    expect(line.sent).toHaveLength(sent);
    await expect(stacking).rejects.toThrow();
  });
});

describe('closing', () => {
  test.each([0, 3, 10, 210, 230, 300, 420])('%i ms into an unanswered poll: it needs no more time', async (ms) => {
    const { clock, acceptor, unit } = await ready();
    unit.knobs.silent = true;
    await clock.advance(200 + ms);
    await acceptor.close();
    expect(acceptor.lastStatus.device).toBe('offline');
  });

  test('while it comes up again: it needs no more time', async () => {
    const { clock, acceptor, unit, events } = await escrowed();
    unit.powerCycle();
    await clock.advance(1_000);
    await acceptor.close();
    await clock.advance(10_000);
    expect(events.filter((event) => event.type === 'resumed')).toEqual([]);
  });
});

describe('mechanics', () => {
  test.each([
    ['acceptor', 'acceptor'],
    ['stacker', 'stacker'],
  ] as const)('a jam in the %s is told once, refuses notes, and is over when the self check says so', async (where, told) => {
    const { clock, acceptor, unit, events } = await ready();
    unit.knobs.jamNext = where;
    unit.feedNote(YUAN[50]);
    await clock.advance(1_300);
    if (where === 'stacker') await within(clock, acceptor.stack());
    await clock.advance(3_000);
    expect(events.filter((event) => event.type === 'jammed')).toEqual([{ type: 'jammed', where: told }]);
    expect(acceptor.lastStatus).toMatchObject({ device: 'hardwareError', state: 'jammed' });
    await expect(within(clock, acceptor.accept([YUAN[10]]))).rejects.toMatchObject({ code: 'mediaJammed' });
    unit.clearJam();
    await clock.advance(2_000);
    await within(clock, acceptor.accept([YUAN[10]]));
    expect(acceptor.lastStatus).toMatchObject({ device: 'online', state: 'idle' });
  });

  test('a note pulled out on a string is told as cheating, and not credited', async () => {
    const { clock, acceptor, unit, events, credits } = await escrowed();
    await within(clock, acceptor.stack());
    unit.cheat();
    await clock.advance(3_000);
    expect(events.at(-1)).toEqual({ type: 'cheated' });
    expect(credits).toEqual([]);
    expect(acceptor.lastStatus.state).toBe('idle');
  });

  test('a note pulled out of escrow is told as cheating, and there is nothing left to order', async () => {
    const { clock, acceptor, unit, events } = await escrowed();
    unit.cheat();
    await clock.advance(1_000);
    expect(events.at(-1)).toEqual({ type: 'cheated' });
    await expect(within(clock, acceptor.stack())).rejects.toMatchObject({ code: 'invalidState' });
  });

  test('the box: taken out, put back, full', async () => {
    const { clock, acceptor, unit } = await ready({ unit: { boxCapacity: 1 } });
    unit.removeBox();
    await clock.advance(500);
    expect(acceptor.lastStatus).toMatchObject({ state: 'disabled', box: 'removed' });
    await expect(within(clock, acceptor.accept([YUAN[10]]))).rejects.toMatchObject({ code: 'invalidState' });
    unit.insertBox();
    await clock.advance(500);
    expect(acceptor.lastStatus).toMatchObject({ state: 'idle', box: 'ok' });
    unit.feedNote(YUAN[10]);
    await clock.advance(1_500);
    await within(clock, acceptor.stack());
    await clock.advance(2_000);
    expect(acceptor.lastStatus).toMatchObject({ state: 'disabled', box: 'full' });
    await expect(within(clock, acceptor.accept([YUAN[10]]))).rejects.toMatchObject({ code: 'storageFull' });
  });
});

test('the trace holds what went over the wire, without the echo', async () => {
  const { clock, acceptor } = bench({ unit: { echo: true } });
  const frames: string[] = [];
  acceptor.onFrame(({ direction, bytes }) => frames.push(`${direction} ${bytes}`));
  await within(clock, acceptor.connect());
  expect(frames.slice(0, 2)).toEqual(['toDevice 280001FED9', 'fromDevice 01002800D7']);
  expect(frames.filter((frame) => frame.startsWith('fromDevice 28'))).toEqual([]);
});
