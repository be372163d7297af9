/** What is the CRT-310's own: the driver against its simulated unit. What holds for every reader is in the class's conformance suite. */
import { describe, expect, test } from 'vitest';
import type { CardReaderEvent } from '../../../../drivers/card-reader/card-reader.ts';
import { Crt310Reader } from '../../../../drivers/card-reader/crt310/device.ts';
import { crt310OptionsSchema } from '../../../../drivers/card-reader/crt310/options.ts';
import { SimulatedCrt310 } from '../../../../drivers/card-reader/crt310/simulator.ts';
import { readerDelays } from '../../../../drivers/card-reader/motor/delays.ts';
import { chiplessCard, type SimulatedCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { SimulatedLine } from '../../../support/simulated-line.ts';
import { CountingCard } from '../counting-card.ts';
import { settledOn } from '../settled-on.ts';

const SELECT = Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00);
const TO_CONTACTS = '322f';
const TO_FRONT = '3230';

function bench(options: Record<string, unknown> = {}, unitOptions: { readonly enq?: boolean } = {}) {
  const clock = new SimulatedClock();
  const line = new SimulatedLine();
  const unit = new SimulatedCrt310(clock, unitOptions);
  const reader = new Crt310Reader(crt310OptionsSchema.parse(options), { transport: line, clock });
  /** CM whose answers never arrive. */
  const lost: { cm: number | undefined } = { cm: undefined };
  unit.onSend((bytes) => {
    if (lost.cm === undefined || bytes[3] !== lost.cm) line.fromUnit(bytes);
  });
  line.attachUnit((bytes) => unit.receive(bytes));
  const events: CardReaderEvent[] = [];
  reader.onEvent((event) => events.push(event));
  const settled = <T>(promise: Promise<T>): Promise<T> => settledOn([clock], promise);
  return {
    clock,
    line,
    lost,
    unit,
    reader,
    events,
    settled,
    /** Names of the events so far without status changes. */
    media: () => events.filter((event) => event.type !== 'statusChanged').map((event) => event.type),
    /** `CM PM` of the commands since the last call. */
    commands: () =>
      line.sent
        .splice(0)
        .filter((bytes) => bytes[0] === 0x02)
        .map((bytes) => Buffer.from(bytes.slice(3, 5)).toString('hex')),
  };
}

/** Connected, entry open, and `card` carried in. */
async function withCardInside(card: SimulatedCard, options: Record<string, unknown> = {}) {
  const made = bench(options);
  await made.settled(made.reader.connect());
  await made.settled(made.reader.setEntry(true));
  if (!made.unit.insertCard(card)) throw new Error('the gate is shut');
  await made.clock.advance(2_000);
  made.commands();
  return made;
}

function contactCard(): CountingCard {
  const card = new CountingCard();
  card.interfaces = ['contact'];
  return card;
}

describe('coming up', () => {
  test('resets leaving the card, and says who the unit is', async () => {
    const { reader, settled, commands } = bench();
    expect(await settled(reader.connect())).toEqual({ model: 'CRT-310', maker: 'Creator', firmware: 'CRT-310 V1.00', serialNumber: '31000042' });
    expect(commands()).toEqual(['3030', '303a', '3130']);
    expect(reader.lastStatus).toEqual({
      device: 'online',
      media: 'notPresent',
      entry: 'disabled',
      storage: [{ id: 'retainBin', use: 'collect', level: 'notSupported' }],
    });
  });

  test('a unit that doesn’t wait for ENQ, by its option', async () => {
    const made = bench({ enq: false }, { enq: false });
    await made.settled(made.reader.connect());
    expect(made.line.sent.filter((bytes) => bytes[0] === 0x05)).toEqual([]);
    expect(made.reader.lastStatus.device).toBe('online');
  });

  test('the option is wrong: the unit acknowledges and waits, and the message says what it did', async () => {
    const made = bench({ enq: false });
    await expect(made.settled(made.reader.connect())).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('acknowledges the initialization'),
    });
  });

  test('where inserted cards stop is said again after every initialization, when the option says it', async () => {
    const made = bench({ stop: '31' });
    await made.settled(made.reader.connect());
    expect(made.commands()).toEqual(['3030', '2e31', '303a', '3130']);
  });

  test('nothing behind the reader that keeps cards: no storage, and retain is not supported', async () => {
    const made = bench({ canRetain: false });
    await made.settled(made.reader.connect());
    expect(made.reader.lastStatus.storage).toEqual([]);
    await expect(made.reader.retain()).rejects.toMatchObject({ code: 'notSupported' });
    await expect(made.reader.resetCount('retainBin')).rejects.toMatchObject({ code: 'notSupported' });
  });
});

describe('chips', () => {
  test('contact chip: moved onto the contacts once, reset, asked by T=0', async () => {
    const card = contactCard();
    const { reader, settled, commands } = await withCardInside(card);
    const channel = await settled(reader.activate());
    expect(channel).toMatchObject({ interface: 'contact', answerToReset: card.atr, iso7816: true });
    expect(await settled(channel.transmit(SELECT))).toEqual(Uint8Array.of(0x00, 0x90, 0x00));
    expect(card.executed).toEqual(['00a40000023f00']);
    await settled(reader.activate());
    expect(commands()).toEqual(['3130', TO_CONTACTS, '3130', '3730', '3731', '3130', '3730']);
  });

  test('a chip by antenna is known by its UID, and takes no APDUs through this reader', async () => {
    const card = new CountingCard();
    const { reader, settled } = await withCardInside(card, { interfaces: ['contactless'] });
    const channel = await settled(reader.activate());
    expect(channel).toMatchObject({ interface: 'contactless', uid: card.uid, iso7816: false });
    await expect(settled(channel.transmit(SELECT))).rejects.toMatchObject({ code: 'notSupported' });
    expect(card.executed).toEqual([]);
  });

  test('no contacts on it: found by antenna', async () => {
    const { reader, settled } = await withCardInside(new CountingCard());
    expect(await settled(reader.activate())).toMatchObject({ interface: 'contactless' });
  });

  test('no chip at all: mediaInvalid', async () => {
    const { reader, settled } = await withCardInside(chiplessCard());
    await expect(settled(reader.activate())).rejects.toMatchObject({ code: 'mediaInvalid' });
  });

  test('the chip falls silent: outcome unknown, and the chip must be activated again', async () => {
    const card = contactCard();
    const { reader, settled } = await withCardInside(card);
    const channel = await settled(reader.activate());
    card.silent = true;
    await expect(settled(channel.transmit(SELECT))).rejects.toMatchObject({ code: 'outcomeUnknown', deviceCode: 'N' });
    await expect(settled(channel.transmit(SELECT))).rejects.toMatchObject({ code: 'invalidState' });
    expect(card.executed).toHaveLength(1);
  });

  test.each([
    ['before the chip worked', 10, 0],
    ['after the chip worked', 30, 1],
  ])('the card is pulled %s: mediaMoved and a removal, never a second try', async (_when, afterMs, executed) => {
    const card = contactCard();
    const { reader, settled, clock, unit, media } = await withCardInside(card);
    const channel = await settled(reader.activate());
    unit.knobs.slowBy = 20;
    const sent = channel.transmit(SELECT).catch((error: unknown) => error);
    await clock.advance(afterMs);
    unit.pullCard();
    expect(await settled(sent)).toMatchObject({ code: 'mediaMoved', deviceCode: 'E' });
    expect(card.executed).toHaveLength(executed);
    await clock.advance(1_000);
    expect(media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('ENQ lost: the unit never began, which only the silence tells: outcome unknown, nothing repeated', async () => {
    const card = contactCard();
    const { reader, settled, unit, line } = await withCardInside(card);
    const channel = await settled(reader.activate());
    unit.faults.loseEnqs = 1;
    line.sent.length = 0;
    await expect(settled(channel.transmit(SELECT))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(line.sent.filter((bytes) => bytes[3] === 0x37)).toHaveLength(1);
    expect(card.executed).toEqual([]);
  });

  test('ACK lost: the APDU is sent again, since the unit waits for ENQ, and is executed once', async () => {
    const card = contactCard();
    const { reader, settled, unit } = await withCardInside(card);
    const channel = await settled(reader.activate());
    unit.faults.loseAcks = 2;
    await settled(channel.transmit(SELECT));
    expect(card.executed).toHaveLength(1);
  });
});

describe('motions', () => {
  test('presented by the motion that lets go, or by the one that holds, as the option says', async () => {
    const free = await withCardInside(contactCard());
    await free.settled(free.reader.present());
    expect(free.commands()).toEqual(['3130', TO_FRONT, '3130']);
    expect(free.reader.lastStatus.media).toBe('atGate');
    const held = await withCardInside(contactCard(), { moves: { present: '31' } });
    await held.settled(held.reader.present());
    expect(held.commands()).toEqual(['3130', '3231', '3130']);
    expect(held.reader.lastStatus.media).toBe('atGate');
  });

  test('ejected: it lies in the mouth until a hand takes it, and is never told as stuck', async () => {
    const { reader, settled, clock, unit, media } = await withCardInside(contactCard());
    await settled(reader.eject());
    await clock.advance(20_000);
    expect(media()).toEqual(['mediaInserted']);
    unit.takeCard();
    await clock.advance(1_000);
    expect(media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('a motion that failed is a jam, and stays one until a hand or a motion has moved the card: a reset proves nothing', async () => {
    const { reader, settled, clock, unit, media } = await withCardInside(contactCard());
    unit.knobs.jam = true;
    await expect(settled(reader.present())).rejects.toMatchObject({ code: 'mediaJammed', deviceCode: 'N' });
    await clock.advance(2 * readerDelays.troubleRetry + 3_000);
    expect(reader.lastStatus).toMatchObject({ device: 'hardwareError', media: 'jammed' });
    unit.pullCard();
    unit.knobs.jam = false;
    await clock.advance(1_000);
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'notPresent' });
    expect(media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('a jam that a later motion overcame is over', async () => {
    const { reader, settled, unit } = await withCardInside(contactCard());
    unit.knobs.jam = true;
    await expect(settled(reader.present())).rejects.toMatchObject({ code: 'mediaJammed' });
    unit.knobs.jam = false;
    await settled(reader.present());
    expect(reader.lastStatus).toMatchObject({ device: 'online', media: 'atGate' });
  });

  test('the answer to a motion is lost: the card at the gate proves it, an empty path proves nothing of a bin that nobody counts', async () => {
    const { reader, settled, lost, line, unit } = await withCardInside(contactCard());
    lost.cm = 0x32;
    line.sent.length = 0;
    await settled(reader.present());
    expect(unit.card?.at).toBe('gate');
    await expect(settled(reader.retain())).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(line.sent.filter((bytes) => bytes[3] === 0x32)).toHaveLength(2);
    expect(reader.lastStatus.media).toBe('notPresent');
  });

  test('aborted under way: nothing stops the unit, so the motion ends and succeeds', async () => {
    const { reader, settled, clock, unit } = await withCardInside(contactCard());
    const abort = new AbortController();
    const presented = reader.present(abort.signal);
    await clock.advance(300);
    abort.abort();
    await settled(presented);
    expect(unit.card?.at).toBe('gate');
  });
});

describe('cards that are none', () => {
  test.each(['tooLong', 'tooShort'] as const)('a card that is %s is told once, with no word of where it is', async (reason) => {
    const { reader, settled, clock, unit, events } = bench();
    await settled(reader.connect());
    await settled(reader.setEntry(true));
    unit.faults.oddCard = reason;
    unit.insertCard(chiplessCard());
    await clock.advance(5_000);
    expect(events.filter((event) => event.type === 'mediaRefused')).toEqual([{ type: 'mediaRefused', reason }]);
    expect(reader.lastStatus.media).toBe('unknown');
    await settled(reader.present());
  });
});

describe('a unit that restarted behind an open line', () => {
  test('its gate is shut though nobody shut it: initialized, opened again, and told', async () => {
    const { reader, settled, clock, unit, media, commands } = bench();
    await settled(reader.connect());
    await settled(reader.setEntry(true));
    commands();
    unit.powerCycle();
    await clock.advance(2_000);
    expect(commands()).toEqual(expect.arrayContaining(['3030', '2f33']));
    expect(unit.acceptsCard).toBe(true);
    expect(media()).toEqual(['restarted']);
  });

  test('after a card went through, a shut gate may be the unit’s own way: opened again, and nothing is told', async () => {
    const { reader, settled, clock, unit, media, commands } = await withCardInside(contactCard());
    await settled(reader.present());
    unit.takeCard();
    await clock.advance(1_000);
    unit.powerCycle();
    commands();
    await clock.advance(2_000);
    expect(commands()).not.toContain('3030');
    expect(unit.acceptsCard).toBe(true);
    expect(media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });
});
