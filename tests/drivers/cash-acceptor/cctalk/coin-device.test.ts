/** The ccTalk coin acceptor: no escrow, so a coin is either credited once or said to be unknown. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import { fromHex } from '../../../../common/hex.ts';
import { cctalkCoinOptionsSchema, CctalkCoinAcceptor, type CctalkCoinOptions } from '../../../../drivers/cash-acceptor/cctalk/coin-device.ts';
import { SimulatedCctalkCoin, type CctalkCoinUnitOptions } from '../../../../drivers/cash-acceptor/cctalk/coin-simulator.ts';
import { SimulatedCctalkBill } from '../../../../drivers/cash-acceptor/cctalk/bill-simulator.ts';
import type { CashAcceptorEvent, CoinCredit, PowerUpState } from '../../../../drivers/cash-acceptor/cash-acceptor.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';
import { KeptMemory, wire, within } from './bench.ts';

const JIAO = fen(10);
const FIVE_JIAO = fen(50);
const YUAN = fen(100);
const COINS = [
  { position: 1, value: 10 },
  { position: 2, value: 50 },
  { position: 3, value: 100 },
];

interface CoinBench {
  readonly clock: SimulatedClock;
  readonly unit: SimulatedCctalkCoin;
  readonly line: SimulatedLine;
  readonly acceptor: CctalkCoinAcceptor;
  readonly memory: KeptMemory | undefined;
  readonly events: CashAcceptorEvent[];
  readonly credits: CoinCredit[];
}

function driver(world: Pick<CoinBench, 'clock' | 'unit' | 'line' | 'memory'>, options: Partial<CctalkCoinOptions> = {}): CoinBench {
  const { line, clock, memory } = world;
  const acceptor = new CctalkCoinAcceptor(cctalkCoinOptionsSchema.parse({ coins: COINS, ...options }), { transport: line, clock, memory });
  const events: CashAcceptorEvent[] = [];
  const credits: CoinCredit[] = [];
  acceptor.onEvent((event) => {
    if (event.type !== 'statusChanged') events.push(event);
  });
  acceptor.setCoinHandler(async (credit) => {
    credits.push(credit);
    // The credit and what belongs to it are one durable step.
    if (memory !== undefined && credit.memory !== undefined) memory.text = credit.memory;
  });
  return { ...world, acceptor, events, credits };
}

function bench(parts: { options?: Partial<CctalkCoinOptions>; unit?: CctalkCoinUnitOptions; memory?: boolean } = {}): CoinBench {
  const clock = new SimulatedClock();
  const unit = new SimulatedCctalkCoin(clock, parts.unit);
  const line = new SimulatedLine();
  wire(line, unit);
  return driver({ clock, unit, line, memory: parts.memory === false ? undefined : new KeptMemory() }, parts.options);
}

async function ready(parts: Parameters<typeof bench>[0] = {}): Promise<CoinBench> {
  const made = bench(parts);
  await within(made.clock, made.acceptor.connect());
  await within(made.clock, made.acceptor.accept([JIAO, FIVE_JIAO, YUAN]));
  return made;
}

async function restarted(before: CoinBench): Promise<CoinBench> {
  await before.acceptor.close();
  return driver(before);
}

async function powerUp({ clock, acceptor }: CoinBench): Promise<PowerUpState> {
  return (await within(clock, acceptor.connect())).powerUp;
}

function values(credits: readonly CoinCredit[]): readonly number[] {
  return credits.map(({ denomination }) => denomination);
}

describe('in use', () => {
  test('it says who and what it is, and that it has no escrow', async () => {
    const { clock, acceptor } = bench();
    expect(acceptor.capabilities).toEqual({ escrow: false, media: 'coins' });
    expect(acceptor.denominations).toEqual([]);
    expect(await within(clock, acceptor.connect())).toEqual({
      identity: { model: 'ccTalk coin acceptor CA-SIM', maker: 'SIM', firmware: 'V2.00', serialNumber: String(0x0a0b0c) },
      powerUp: { kind: 'clean' },
    });
    expect(acceptor.denominations).toEqual([10, 50, 100]);
    expect(acceptor.lastStatus).toEqual({ device: 'online', state: 'disabled', box: 'unknown' });
  });

  test.each([
    ['simple', true],
    ['crc', false],
  ] as const)('each coin is told once with its value (%s checksum, echo %s)', async (checksum, echo) => {
    const { clock, unit, credits } = await ready({ options: { checksum }, unit: { checksum, echo } });
    for (const coin of [YUAN, JIAO, YUAN]) {
      unit.dropCoin(coin);
      await clock.advance(100);
    }
    await clock.advance(2_000);
    expect(credits).toMatchObject([YUAN, JIAO, YUAN].map((denomination) => ({ evidence: 'coinCredited', denomination })));
    expect(unit.box).toEqual([100, 10, 100]);
  });

  test('only what was asked for is let in', async () => {
    const { clock, acceptor, unit, events } = await ready();
    await within(clock, acceptor.accept([YUAN]));
    unit.dropCoin(JIAO);
    unit.dropCoin('unknown');
    await clock.advance(1_000);
    expect(unit.tray).toEqual([10, 'unknown']);
    expect(events).toEqual([
      { type: 'rejected', reason: 'inhibited', deviceCode: '02' },
      { type: 'rejected', reason: 'validation', deviceCode: '01' },
    ]);
    await within(clock, acceptor.accept([]));
    unit.dropCoin(YUAN);
    await clock.advance(1_000);
    expect(unit.tray).toEqual([10, 'unknown', 100]);
  });

  test('orders of an escrow are not supported', async () => {
    const { acceptor } = await ready();
    await expect(acceptor.stack()).rejects.toMatchObject({ code: 'notSupported' });
    await expect(acceptor.returnNote()).rejects.toMatchObject({ code: 'notSupported' });
  });

  test('a host that never heard of coins can not let any in', async () => {
    const clock = new SimulatedClock();
    const line = new SimulatedLine();
    wire(line, new SimulatedCctalkCoin(clock));
    const acceptor = new CctalkCoinAcceptor(cctalkCoinOptionsSchema.parse({ coins: COINS }), { transport: line, clock });
    acceptor.setCreditHandler();
    await within(clock, acceptor.connect());
    await expect(within(clock, acceptor.accept([YUAN]))).rejects.toMatchObject({ code: 'invalidState' });
  });

  test('a jam, a string and the lever', async () => {
    const { clock, acceptor, unit, events } = await ready();
    unit.cheat();
    unit.pressReturnLever();
    unit.knobs.jamNext = true;
    unit.dropCoin(YUAN);
    await clock.advance(2_000);
    expect(events).toEqual([{ type: 'cheated' }, { type: 'jammed', where: 'acceptor' }]);
    expect(acceptor.lastStatus).toMatchObject({ device: 'hardwareError', state: 'jammed' });
    await expect(within(clock, acceptor.accept([YUAN]))).rejects.toMatchObject({ code: 'mediaJammed' });
    unit.clearJam();
    await clock.advance(2_000);
    expect(acceptor.lastStatus).toMatchObject({ device: 'online', state: 'idle' });
  });

  test('a unit that inhibited itself is told again', async () => {
    const { clock, unit } = await ready();
    unit.receive(fromHex('02 01 01 E4 00 18')); // somebody else on the wire: master inhibit on
    await clock.advance(3_000);
    unit.dropCoin(YUAN);
    await clock.advance(1_000);
    expect(unit.box).toEqual([100]);
  });
});

describe('a host that can not write', () => {
  test('is offered the coin again until it can, and meanwhile no other coin is let in', async () => {
    const { clock, acceptor, unit } = await ready();
    const written: number[] = [];
    let works = false;
    acceptor.setCoinHandler(async ({ denomination }) => {
      if (!works) throw new Error('disk full');
      written.push(denomination);
    });
    unit.dropCoin(YUAN);
    await clock.advance(2_000);
    unit.dropCoin(JIAO);
    await clock.advance(1_000);
    expect(unit.box).toEqual([100]);
    expect(unit.tray).toEqual([10]);
    works = true;
    await clock.advance(1_000);
    expect(written).toEqual([100]);
    unit.dropCoin(JIAO);
    await clock.advance(1_000);
    expect(written).toEqual([100, 10]);
  });

  test('nor one that hangs: nothing is let in after a second', async () => {
    const { clock, acceptor, unit } = await ready();
    acceptor.setCoinHandler(() => new Promise(() => {}));
    unit.dropCoin(YUAN);
    await clock.advance(3_000);
    unit.dropCoin(YUAN);
    await clock.advance(1_000);
    expect(unit.box).toEqual([100]);
  });
});

describe('restarts', () => {
  test('the terminal dies between coin and journal, at every moment: every coin in the box is credited exactly once', async () => {
    for (let at = 0; at <= 1_500; at += 50) {
      const made = await ready();
      const all: CoinCredit[] = [];
      made.unit.dropCoin(YUAN);
      made.clock.setTimeout(() => made.unit.dropCoin(JIAO), 400);
      await made.clock.advance(at);
      all.push(...made.credits);
      const next = await restarted(made);
      await powerUp(next);
      await within(next.clock, next.acceptor.accept([JIAO, YUAN]));
      await next.clock.advance(2_000);
      all.push(...next.credits);
      expect(values(all), `died after ${at} ms`).toEqual(made.unit.box);
    }
  });

  test('coins that fell while nobody listened are told before connect resolves', async () => {
    const made = await ready();
    await made.acceptor.close();
    for (const coin of [YUAN, FIVE_JIAO]) made.unit.dropCoin(coin);
    await made.clock.advance(1_000);
    const next = driver(made);
    expect(await powerUp(next)).toEqual({ kind: 'idle' });
    expect(values(next.credits)).toEqual([100, 50]);
  });

  test('more than five of them: lostEvents, and nothing is credited that can not be told', async () => {
    const made = await ready();
    await made.acceptor.close();
    for (let count = 0; count < 6; count += 1) made.unit.dropCoin(YUAN);
    await made.clock.advance(1_000);
    const next = driver(made);
    expect(await powerUp(next)).toEqual({ kind: 'lostEvents' });
    expect(next.credits).toEqual([]);
  });

  test('without anything kept: untold, and what the ring shows is never credited', async () => {
    const made = await ready({ memory: false });
    made.unit.dropCoin(YUAN);
    await made.clock.advance(1_000);
    expect(made.credits).toHaveLength(1);
    const next = await restarted(made);
    expect(await powerUp(next)).toEqual({ kind: 'untold' });
    expect(next.credits).toEqual([]);
  });

  test('its power was off: clean, inhibited until accept', async () => {
    const { clock, unit, events, acceptor } = await ready();
    unit.dropCoin(YUAN);
    await clock.advance(1_000);
    unit.powerCycle();
    await clock.advance(3_000);
    expect(events).toEqual([{ type: 'resumed', powerUp: { kind: 'clean' } }]);
    expect(acceptor.lastStatus.state).toBe('disabled');
  });

  test('a coin at a position without a value is never credited by guess: lostEvents', async () => {
    const { clock, acceptor, unit, events, credits } = bench({ options: { coins: COINS.slice(0, 2) } });
    await within(clock, acceptor.connect());
    await within(clock, acceptor.accept([JIAO]));
    unit.receive(fromHex('02 02 01 E7 FF FF 16')); // somebody else on the wire enables all coins (5.5)
    unit.dropCoin(YUAN);
    await clock.advance(2_000);
    expect(credits).toEqual([]);
    expect(events).toEqual([{ type: 'resumed', powerUp: { kind: 'lostEvents' } }]);
  });
});

describe('the line', () => {
  test('silent for three polls: offline once, it rests, and connect brings it back', async () => {
    const { clock, acceptor, unit, line } = await ready();
    const seen: string[] = [];
    acceptor.onEvent((event) => {
      if (event.type === 'statusChanged') seen.push(event.status.device);
    });
    unit.knobs.silent = true;
    await clock.advance(3_000);
    unit.knobs.silent = false;
    const sent = line.sent.length;
    await clock.advance(30_000);
    expect(seen).toEqual(['offline']);
    expect(line.sent).toHaveLength(sent);
    await expect(acceptor.status()).rejects.toMatchObject({ code: 'offline' });
    expect((await within(clock, acceptor.connect())).powerUp).toEqual({ kind: 'idle' });
  });

  test('lost, damaged and doubled answers: each coin is told once', async () => {
    const { clock, unit, credits } = await ready();
    for (const knob of ['loseAnswers', 'corruptAnswers', 'duplicateAnswers'] as const) {
      unit.knobs[knob] = 2;
      unit.dropCoin(YUAN);
      await clock.advance(2_000);
    }
    expect(values(credits)).toEqual([100, 100, 100]);
  });

  test('a bill validator at that address is named by its own category', async () => {
    const clock = new SimulatedClock();
    const line = new SimulatedLine();
    wire(line, new SimulatedCctalkBill(clock, { address: 2 }));
    const acceptor = new CctalkCoinAcceptor(cctalkCoinOptionsSchema.parse({ coins: COINS }), { transport: line, clock });
    await expect(within(clock, acceptor.connect())).rejects.toMatchObject({
      code: 'notSupported',
      message: expect.stringContaining('"Bill Validator", not a coin acceptor'),
    });
  });
});
