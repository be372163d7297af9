/** The whole tray reader over a real pcscd with virtual cards, in the machine's own time; waits for events only. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import { fromHex, toHex } from '../../../../common/hex.ts';
import type { CardChannel, CardReader, CardReaderEvent } from '../../../../drivers/card-reader/card-reader.ts';
import { cardReaderModels } from '../../../../drivers/card-reader/models.ts';
import { SimulatedMifare } from '../../../../drivers/card/mifare/simulated-card.ts';
import type { Chip } from '../../../../drivers/card/pboc/chip.ts';
import { examineLoad, type PendingLoad } from '../../../../drivers/card/pboc/examine-load.ts';
import { openPurse, type Purse } from '../../../../drivers/card/pboc/purse.ts';
import { createTransport } from '../../../../drivers/transport/open.ts';
import { machineClock } from '../../../support/machine-clock.ts';
import { authorize, cjtProfile, countingRandom, profile, tacOf, TERMINAL, TODAY, v1Chip, V2_REF, v2Chip } from '../../card/pboc/cards.ts';
import { plastic } from './line-bench.ts';
import { noPcscd, READERS, VirtualPcscd, type CardHand } from './virtual-pcscd.ts';

const missing = await noPcscd();
const SELECT_PURSE = fromHex('00 A4 04 00 08 A0 00 00 06 32 01 01 05 00');
const GET_BALANCE = fromHex('80 5C 00 02 04');
const BALANCE = 0x0ed8;

let pcscd: VirtualPcscd;
let readers: CardReader[] = [];

beforeEach((context) => context.skip(missing !== undefined, `not run: ${missing ?? ''}`));

beforeAll(async () => {
  if (missing !== undefined) return;
  pcscd = await VirtualPcscd.prepare();
  await pcscd.start();
}, 150_000);

afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
  if (missing === undefined) await pcscd.clear();
});

afterAll(async () => {
  if (missing === undefined) await pcscd.dispose();
});

function makeReader(name: string = READERS[0], options: Record<string, unknown> = {}): CardReader & { readonly told: CardReaderEvent[] } {
  const transport = createTransport(`pcsc:${name}`, { simulation: 'refused' });
  const reader = cardReaderModels['pcsc-tray'].create(options, { transport, clock: machineClock });
  const told: CardReaderEvent[] = [];
  reader.onEvent((event) => told.push(event));
  readers.push(reader);
  return Object.assign(reader, { told });
}

/** Resolves at the next event that fits, or at once when one was told already. */
function telling(reader: ReturnType<typeof makeReader>, wanted: (event: CardReaderEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (reader.told.some(wanted)) return resolve();
    const end = reader.onEvent((event) => {
      if (!wanted(event)) return;
      end();
      resolve();
    });
  });
}

const told = (type: CardReaderEvent['type']) => (event: CardReaderEvent) => event.type === type;
const offline = (event: CardReaderEvent): boolean => event.type === 'statusChanged' && event.status.device === 'offline';
const media = (reader: ReturnType<typeof makeReader>): string[] => reader.told.filter(({ type }) => type !== 'statusChanged').map(({ type }) => type);

/** Connected, the card on it, its chip powered. */
async function activated(hand: CardHand, chip: Chip): Promise<{ reader: ReturnType<typeof makeReader>; channel: CardChannel }> {
  const reader = makeReader(READERS[0], { interface: chip.interface });
  await reader.connect();
  await hand.lay(plastic(chip, () => void hand.take()));
  await telling(reader, told('mediaInserted'));
  return { reader, channel: await reader.activate() };
}

async function purseOn(channel: CardChannel): Promise<Purse> {
  const opened = await openPurse(channel, [profile()], { businessDate: TODAY });
  if (!opened.ok) throw new Error(opened.problem);
  return opened.purse;
}

describe('cards on a real pcscd', () => {
  test('laid down, read, taken, laid down again', async () => {
    const hand = pcscd.hand();
    const { reader, channel } = await activated(hand, v2Chip());
    expect(toHex(channel.uid ?? new Uint8Array(0))).toBe('04A1B2C3');
    expect(await (await purseOn(channel)).readBalance()).toEqual({ kind: 'balance', balance: BALANCE });
    await reader.present();
    expect(reader.lastStatus.media).toBe('atGate');
    await hand.take();
    await telling(reader, told('mediaRemoved'));
    await expect(channel.transmit(GET_BALANCE)).rejects.toMatchObject({ code: 'mediaMoved' });
    reader.told.length = 0;
    await hand.lay(plastic(v2Chip()));
    await telling(reader, told('mediaInserted'));
    expect(await (await purseOn(await reader.activate())).readBalance()).toEqual({ kind: 'balance', balance: BALANCE });
  });

  test('a card that lies there before is there, and can be read', async () => {
    const first = makeReader();
    await first.connect();
    const hand = pcscd.hand();
    await hand.lay(plastic(v2Chip()));
    await telling(first, told('mediaInserted'));
    await first.close();
    const reader = makeReader();
    await reader.connect();
    expect([reader.lastStatus.media, media(reader)]).toEqual(['inside', []]);
    expect(await (await purseOn(await reader.activate())).readBalance()).toEqual({ kind: 'balance', balance: BALANCE });
  });

  test('a whole load, credited once, with the TAC that the issuer expects', async () => {
    const chip = v2Chip({ random: countingRandom() });
    const { channel } = await activated(pcscd.hand(), chip);
    const purse = await purseOn(channel);
    const started = await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL });
    if (started.kind !== 'ready') throw new Error(started.kind);
    expect(await purse.creditLoad(authorize(started.init))).toEqual({ kind: 'credited', tac: tacOf(started.init) });
    expect([chip.balance, chip.onlineCounter]).toEqual([BALANCE + 5000, 16]);
  });

  test.each([
    ['before its chip executed it', 'before', { kind: 'notCredited' }, 0],
    ['after', 'after', { kind: 'credited' }, 5000],
  ] as const)('torn out at CREDIT, %s: nobody knows, until the same card comes back', async (_what, when, verdict, credited) => {
    const chip = v2Chip({ random: countingRandom() });
    const hand = pcscd.hand();
    const { reader, channel } = await activated(hand, chip);
    const purse = await purseOn(channel);
    const started = await purse.initializeLoad({ amount: fen(5000), terminalId: TERMINAL });
    if (started.kind !== 'ready') throw new Error(started.kind);
    const host = authorize(started.init);
    chip.arm({ kind: 'tear', command: 'credit', when });
    expect(await purse.creditLoad(host)).toMatchObject({ kind: 'unknown' });
    expect([reader.lastStatus.media, media(reader)]).toEqual(['notPresent', ['mediaInserted', 'mediaRemoved']]);
    expect(chip.balance).toBe(BALANCE + credited);

    reader.told.length = 0;
    await hand.lay(plastic(chip));
    await telling(reader, told('mediaInserted'));
    const pending: PendingLoad = { loadId: 'L1', ...started.init, ...host };
    expect(await examineLoad(await reader.activate(), [profile()], pending, V2_REF)).toMatchObject(verdict);
    expect(chip.balance).toBe(BALANCE + credited);
  });

  test('a contact chip by T=0, whose 61xx and 6Cxx are answered by the caller', async () => {
    const chip = v1Chip({ interface: 'contact' });
    const { reader, channel } = await activated(pcscd.hand(0, { interface: 'contact' }), chip);
    expect(toHex(await channel.transmit(fromHex('00 A4 00 00 02 3F 01')))).toMatch(/^61/);
    expect(await openPurse(await reader.activate(), [cjtProfile()], { businessDate: TODAY })).toMatchObject({ ok: true });
  });

  test('activating cuts the power: what was selected is forgotten', async () => {
    const { reader, channel } = await activated(pcscd.hand(), v2Chip());
    await channel.transmit(SELECT_PURSE);
    expect(toHex(await channel.transmit(GET_BALANCE))).toBe('00000ED89000');
    const again = await reader.activate();
    expect(toHex(await again.transmit(GET_BALANCE))).toBe('6985');
    await expect(channel.transmit(GET_BALANCE)).rejects.toMatchObject({ code: 'invalidState' });
  });

  test('a MIFARE card: the measured run of the reference', async () => {
    const card = new SimulatedMifare({ blocks: { 4: '8813000077ECFFFF8813000004FB04FB' } });
    const reader = makeReader();
    await reader.connect();
    await pcscd.hand().lay(card);
    await telling(reader, told('mediaInserted'));
    const { storage, iso7816, sak } = await reader.activate();
    if (storage === undefined) throw new Error('no storage channel');
    expect([iso7816, sak, storage.layout]).toEqual([false, 0x08, 'classic1k']);
    expect(await storage.authenticate(4, { type: 'A', bytes: fromHex('FF FF FF FF FF FF') })).toBe('opened');
    await storage.increment(4, 250);
    await storage.decrement(4, 50);
    expect(await storage.readValue(4)).toBe(5200);
    expect(card.value(4)).toBe(5200);
    expect(await storage.authenticate(4, { type: 'B', bytes: fromHex('00 00 00 00 00 00') })).toBe('refused');
    const again = (await reader.activate()).storage;
    expect(await again?.authenticate(4, { type: 'A', bytes: fromHex('FF FF FF FF FF FF') })).toBe('opened');
  });
});

describe('two readers', () => {
  test('neither is taken without a name; each sees its own card', async () => {
    await expect(makeReader('').connect()).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringMatching(/several PC\/SC readers: "Virtual PCD 00 00", "Virtual PCD 00 01"; name one/) as unknown,
    });
    await expect(makeReader('ACR122U').connect()).rejects.toThrow(/no PC\/SC reader is called "ACR122U"; there is "Virtual PCD 00 00"/);
    const [first, second] = [makeReader('pcd 00 00'), makeReader('pcd 00 01')];
    await Promise.all([first.connect(), second.connect()]);
    await pcscd.hand(1).lay(plastic(v2Chip({ uid: fromHex('04 00 00 01') })));
    await telling(second, told('mediaInserted'));
    await pcscd.hand(0).lay(plastic(v2Chip({ uid: fromHex('04 00 00 00') })));
    await telling(first, told('mediaInserted'));
    const [one, other] = await Promise.all([first.activate(), second.activate()]);
    expect([toHex(one.uid ?? new Uint8Array(0)), toHex(other.uid ?? new Uint8Array(0))]).toEqual(['04000000', '04000001']);
    expect([media(first), media(second)]).toEqual([['mediaInserted'], ['mediaInserted']]);
  });

  test('a card that another program holds is not touched, and the message says so', async () => {
    const { channel } = await activated(pcscd.hand(), v2Chip());
    const other = makeReader();
    await other.connect();
    await expect(other.activate()).rejects.toMatchObject({ code: 'invalidState', message: expect.stringMatching(/another program holds the card/) as unknown });
    expect(toHex(await channel.transmit(GET_BALANCE))).toBe('6985');
  });
});

describe('cards that fail', () => {
  test('pulled while its chip works: mediaMoved, executed once', async () => {
    const chip = v2Chip();
    const hand = pcscd.hand();
    const { reader, channel } = await activated(hand, chip);
    chip.arm({ kind: 'tear', command: 'select', when: 'after' });
    await expect(channel.transmit(SELECT_PURSE)).rejects.toMatchObject({ code: 'mediaMoved' });
    expect(media(reader)).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('an ATR that makes no sense: it can not be read, and the reader goes on', async () => {
    const reader = makeReader(READERS[0], { interface: 'contact' });
    await reader.connect();
    const hand = pcscd.hand(0, { interface: 'contact' });
    await hand.lay({ ...plastic(v1Chip({ interface: 'contact' })), powerOn: () => fromHex('FF 8F 80') });
    await telling(reader, told('mediaInserted'));
    await expect(reader.activate()).rejects.toMatchObject({ code: 'mediaInvalid' });
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
    await hand.take();
    await telling(reader, told('mediaRemoved'));
  });

  test('a chip that never answers: outcomeUnknown, nothing stands still meanwhile, usable again once it was lifted', async () => {
    const chip = v2Chip();
    const hand = pcscd.hand();
    const { reader, channel } = await activated(hand, chip);
    chip.arm({ kind: 'mute', command: 'select', when: 'before' });
    const stillness = longestStillness();
    await expect(channel.transmit(SELECT_PURSE)).rejects.toMatchObject({
      code: 'outcomeUnknown',
      message: expect.stringMatching(/no answer within 5000 ms/) as unknown,
    });
    await expect(reader.status()).resolves.toMatchObject({ device: 'online', media: 'inside' });
    await expect(reader.activate()).rejects.toMatchObject({ code: 'mediaInvalid', message: expect.stringMatching(/laid down again/) as unknown });
    // A call on the stuck card's context would have stopped the process until the card was lifted.
    expect(stillness()).toBeLessThan(2_000);
    await hand.take();
    await telling(reader, told('mediaRemoved'));
    reader.told.length = 0;
    await hand.lay(plastic(chip));
    await telling(reader, told('mediaInserted'));
    expect(toHex(await (await reader.activate()).transmit(GET_BALANCE))).toBe('6985');
  });
});

describe('the service ends', () => {
  test('stopped and started: told once, no connecting by itself, works again after connect', async () => {
    const chip = v2Chip();
    const hand = pcscd.hand();
    const { reader, channel } = await activated(hand, chip);
    await pcscd.stop();
    await telling(reader, offline);
    await expect(reader.connect()).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringMatching(/service not running; is pcscd running\?/) as unknown,
    });
    await expect(channel.transmit(GET_BALANCE)).rejects.toMatchObject({ code: 'offline' });
    await hand.take();
    await pcscd.start();
    expect(reader.lastStatus.device).toBe('offline');
    await reader.connect();
    expect(reader.told.filter(offline)).toHaveLength(1);
    reader.told.length = 0;
    await hand.lay(plastic(chip));
    await telling(reader, told('mediaInserted'));
    expect(await (await purseOn(await reader.activate())).readBalance()).toEqual({ kind: 'balance', balance: BALANCE });
  });

  test('killed while a chip works: outcomeUnknown, and offline', async () => {
    const chip = v2Chip();
    const hand = pcscd.hand();
    const { reader, channel } = await activated(hand, chip);
    chip.arm({ kind: 'mute', command: 'select', when: 'after' });
    const outcome = expect(channel.transmit(SELECT_PURSE)).rejects.toMatchObject({ code: 'outcomeUnknown' });
    await pcscd.stop('SIGKILL');
    await outcome;
    await telling(reader, offline);
    await hand.take();
    await pcscd.start();
    await reader.connect();
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'notPresent' });
  });

  test('it hangs: offline after its time, without the terminal standing still; there again: connect finds it', { timeout: 60_000 }, async () => {
    const { reader } = await activated(pcscd.hand(), v2Chip());
    const stillness = longestStillness();
    pcscd.freeze(true);
    try {
      await telling(reader, offline);
      const connecting = expect(reader.connect(AbortSignal.timeout(500))).rejects.toMatchObject({ code: 'aborted' });
      await connecting;
      expect(stillness()).toBeLessThan(2_000);
    } finally {
      pcscd.freeze(false);
    }
    await reader.connect();
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
  });

  test('not there at the start: one message; there later: connect finds it', async () => {
    await pcscd.stop();
    const reader = makeReader();
    await expect(reader.connect()).rejects.toMatchObject({ code: 'offline' });
    await pcscd.start();
    await expect(reader.connect()).resolves.toEqual({ model: READERS[0] });
  });
});

/** Watches the event loop; answers the longest pause, ms. */
function longestStillness(): () => number {
  let last = performance.now();
  let longest = 0;
  const look = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 20);
  return () => {
    clearInterval(look);
    return longest;
  };
}
