/** Chips in the driver's hands, against the simulated unit: found, asked, torn away; an APDU is never asked twice. */
import { describe, expect, test } from 'vitest';
import { readerDelays } from '../../../../drivers/card-reader/motor/delays.ts';
import { chiplessCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { CountingCard } from '../counting-card.ts';
import { loseAnswersTo, withCardInside } from './reader-bench.ts';

const CREDIT = Uint8Array.of(0x80, 0x52, 0x00, 0x00, 0x0b);
const SELECT = Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00);
const APDU_A = '6034';
const MOVE_TO_RF = '3232';

describe('chips', () => {
  test('type A CPU card: UID, ATS and an APDU by T=CL', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    expect(channel).toMatchObject({ interface: 'contactless', uid: card.uid, answerToReset: card.ats, iso7816: true });
    expect(await bench.settled(channel.transmit(SELECT))).toEqual(Uint8Array.of(0x00, 0x90, 0x00));
    expect(card.executed).toEqual(['00a40000023f00']);
    expect(bench.commands()).toEqual(['3130', '6030', APDU_A]);
  });

  test('type B card: PUPI as UID, APDUs by its own command', async () => {
    const card = new CountingCard();
    card.atqb = Uint8Array.of(0x50, 1, 2, 3, 4, 0, 0, 0, 0, 0x77, 0x81, 0x81);
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    expect(channel).toMatchObject({ uid: Uint8Array.of(1, 2, 3, 4), answerToReset: card.atqb, iso7816: true });
    await bench.settled(channel.transmit(SELECT));
    expect(bench.commands().at(-1)).toBe('6035');
  });

  test('MIFARE card: a chip, but no ISO 7816 command set', async () => {
    const card = new CountingCard();
    card.sak = 0x08;
    const bench = await withCardInside(card, { options: { interfaces: ['contactless'] } });
    expect(await bench.settled(bench.reader.activate())).toMatchObject({ uid: card.uid, iso7816: false });
  });

  test('MIFARE card where contacts are looked for too: they are tried, and the MIFARE chip is powered again', async () => {
    const card = new CountingCard();
    card.sak = 0x08;
    const bench = await withCardInside(card);
    expect(await bench.settled(bench.reader.activate())).toMatchObject({ interface: 'contactless', iso7816: false });
    expect(bench.commands()).toEqual(['3130', '6030', '3231', '5130', MOVE_TO_RF, '6030']);
    expect(card.powered).toBe('contactless');
  });

  test('MIFARE antenna and a CPU chip with contacts on one card: the CPU chip is preferred', async () => {
    const card = new CountingCard();
    card.sak = 0x08;
    card.interfaces = ['contactless', 'contact'];
    const bench = await withCardInside(card);
    expect(await bench.settled(bench.reader.activate())).toMatchObject({ interface: 'contact', iso7816: true });
  });

  test.each([
    ['T=0', Uint8Array.of(0x3b, 0x6d, 0x00, 0x00), '5133'],
    // TD1 = 81: T=1 first. ISO 7816-3.
    ['T=1', Uint8Array.of(0x3b, 0x81, 0x81, 0x31), '5134'],
  ])('contact card %s: carried to the contacts, reset cold, APDUs by its protocol', async (_protocol, atr, command) => {
    const card = new CountingCard();
    card.interfaces = ['contact'];
    card.atr = atr;
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    expect(channel).toMatchObject({ interface: 'contact', answerToReset: atr, iso7816: true });
    expect(channel.uid).toBeUndefined();
    await bench.settled(channel.transmit(SELECT));
    expect(bench.commands()).toEqual(['3130', '6030', '3231', '5130', command]);
    expect(card.executed).toHaveLength(1);
  });

  test('the contacts can’t be reached: tried twice, then carried back to the antenna', async () => {
    const bench = await withCardInside(new CountingCard(), { options: { interfaces: ['contact', 'contactless'] } });
    bench.unit.faults.refuseMotions = ['43', '43'];
    expect(await bench.settled(bench.reader.activate())).toMatchObject({ interface: 'contactless' });
    expect(bench.commands()).toEqual(['3130', '3231', '3231', '3130', MOVE_TO_RF, '6030']);
  });

  test('the motion to the contacts was never heard: "inside" can’t tell antenna from contacts, so its outcome is unknown', async () => {
    const bench = await withCardInside(new CountingCard(), { options: { interfaces: ['contact'] } });
    bench.line.attachUnit((bytes) => {
      if (bytes[5] !== 0x32) bench.unit.receive(bytes);
    });
    await expect(bench.settled(bench.reader.activate())).rejects.toMatchObject({ code: 'outcomeUnknown' });
  });

  test('contact first by configuration, then back to the antenna', async () => {
    const bench = await withCardInside(new CountingCard(), { options: { interfaces: ['contact', 'contactless'] } });
    expect(await bench.settled(bench.reader.activate())).toMatchObject({ interface: 'contactless' });
    expect(bench.commands()).toEqual(['3130', '3231', '5130', MOVE_TO_RF, '6030']);
  });

  test('no chip on any interface: mediaInvalid', async () => {
    const bench = await withCardInside(chiplessCard());
    await expect(bench.settled(bench.reader.activate())).rejects.toMatchObject({ code: 'mediaInvalid' });
  });

  test('two chips answer at once: neither is taken for the card, and the collision is told', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    bench.unit.knobs.secondChip = true;
    await expect(bench.settled(bench.reader.activate())).rejects.toMatchObject({ code: 'mediaInvalid' });
    expect(bench.events).toContainEqual({ type: 'mediaRefused', reason: 'collision' });
    expect(card.executed).toEqual([]);
    bench.unit.knobs.secondChip = false;
    await bench.settled(bench.reader.activate());
  });

  test('two chips answer in the field, and the card has contacts: contacts touch one chip only', async () => {
    const card = new CountingCard();
    card.interfaces = ['contactless', 'contact'];
    const bench = await withCardInside(card);
    bench.unit.knobs.secondChip = true;
    expect(await bench.settled(bench.reader.activate())).toMatchObject({ interface: 'contact' });
    expect(bench.media()).toEqual(['mediaInserted']);
  });

  test('no card, or a card at the gate: not activated', async () => {
    const bench = await withCardInside(new CountingCard());
    await bench.settled(bench.reader.present());
    await expect(bench.settled(bench.reader.activate())).rejects.toMatchObject({ code: 'invalidState' });
    bench.unit.takeCard();
    await expect(bench.settled(bench.reader.activate())).rejects.toMatchObject({ code: 'mediaNotPresent' });
  });

  test('a channel dies with deactivation, with any motion and with the next activation', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const first = await bench.settled(bench.reader.activate());
    await bench.settled(bench.reader.deactivate());
    expect(card.powered).toBeUndefined();
    await expect(bench.settled(first.transmit(SELECT))).rejects.toMatchObject({ code: 'invalidState' });
    const second = await bench.settled(bench.reader.activate());
    const third = await bench.settled(bench.reader.activate());
    await expect(bench.settled(second.transmit(SELECT))).rejects.toMatchObject({ code: 'invalidState' });
    await bench.settled(bench.reader.present());
    await expect(bench.settled(third.transmit(SELECT))).rejects.toMatchObject({ code: 'mediaMoved' });
    expect(card.executed).toEqual([]);
  });

  test.each([
    ['too short', 3],
    ['too long', 262],
  ])('an APDU that is %s never reaches the line', async (_what, length) => {
    const bench = await withCardInside(new CountingCard());
    const channel = await bench.settled(bench.reader.activate());
    bench.commands();
    await expect(bench.settled(channel.transmit(new Uint8Array(length)))).rejects.toMatchObject({ code: 'notSupported' });
    expect(bench.commands()).toEqual([]);
  });

  test('APDU bodies and answers never reach a frame trace, nor an error', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const traces: string[] = [];
    bench.reader.onFrame((frame) => traces.push(`${frame.direction} ${frame.bytes}`));
    const channel = await bench.settled(bench.reader.activate());
    await bench.settled(channel.transmit(SELECT));
    // F2 ADDR LEN(2) HEAD CM PM [status], the body as XX, ETX, and the BCC, which would give a byte away.
    expect(traces).toContain('toDevice F200000A436034XXXXXXXXXXXXXX03XX');
    expect(traces).toContain('fromDevice F2000009506034323230XXXXXX03XX');
    expect(traces.join()).not.toContain('3F00');
    card.silent = true;
    const failure = await bench.settled(channel.transmit(SELECT).catch((error: unknown) => error));
    expect(failure).toMatchObject({ deviceCode: '63', frames: expect.arrayContaining([{ direction: 'toDevice', bytes: 'F200000A436034XXXXXXXXXXXXXX03XX' }]) });
    expect(JSON.stringify(failure)).not.toContain('3F00');
  });
});

describe('an APDU goes wrong', () => {
  test('ACK lost: the APDU is not sent again and its answer counts', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.commands();
    bench.unit.faults.loseAcks = 1;
    expect(await bench.settled(channel.transmit(CREDIT))).toEqual(Uint8Array.of(0x80, 0x90, 0x00));
    expect(card.executed).toHaveLength(1);
    expect(bench.commands()).toEqual([APDU_A]);
  });

  test('ACK and answer lost: executed once, outcome unknown, the status read again', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.commands();
    bench.unit.faults.loseAcks = 1;
    bench.unit.knobs.loseAnswers = 1;
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(card.executed).toHaveLength(1);
    expect(bench.commands().slice(0, 2)).toEqual([APDU_A, '3130']);
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'invalidState' });
    expect(card.executed).toHaveLength(1);
  });

  test('answer lost after ACK: executed once, outcome unknown', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    loseAnswersTo(bench, 0x60);
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(card.executed).toHaveLength(1);
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
  });

  test('answer garbled: the unit repeats it, the chip executes once', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.knobs.corruptAnswers = 2;
    expect(await bench.settled(channel.transmit(CREDIT))).toEqual(Uint8Array.of(0x80, 0x90, 0x00));
    expect(card.executed).toHaveLength(1);
  });

  test('answer garbled three times: outcome unknown', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.knobs.corruptAnswers = 3;
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(card.executed).toHaveLength(1);
  });

  test('refused with NAK: the unit did not take it, so it is sent again, at most three times', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.faults.refuseCommands = 3;
    await bench.settled(channel.transmit(CREDIT));
    expect(card.executed).toHaveLength(1);
    bench.unit.faults.refuseCommands = 4;
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'protocol' });
    expect(card.executed).toHaveLength(1);
  });

  test('the chip falls silent: outcome unknown with the unit’s code, and the chip must be activated again', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    card.silent = true;
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'outcomeUnknown', deviceCode: '63' });
    card.silent = false;
    bench.commands();
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'invalidState' });
    await bench.settled(bench.reader.deactivate());
    expect(bench.commands()).toEqual([]);
    const again = await bench.settled(bench.reader.activate());
    await bench.settled(again.transmit(SELECT));
    expect(card.executed).toHaveLength(2);
  });

  test('an answer without a status word: outcome unknown', async () => {
    const card = new CountingCard();
    card.transmit = () => Uint8Array.of(0x90);
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'outcomeUnknown' });
  });

  test('the chip falls silent because its card is gone: mediaMoved', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    card.silent = true;
    bench.onWire = (bytes) => {
      if (bytes[4] === 0x4e) bench.unit.pullCard();
      return bytes;
    };
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'mediaMoved', deviceCode: '63' });
  });

  test('the unit still waits for the chip when the time is over: stopped by EOT, and then asked where the card is', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.knobs.slowBy = readerDelays.cardIo + 60_000;
    const sent = channel.transmit(CREDIT).catch((error: unknown) => error);
    await bench.clock.advance(1_000);
    bench.unit.knobs.slowBy = 0;
    expect(await bench.settled(sent)).toMatchObject({ code: 'outcomeUnknown' });
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
    expect(card.executed).toHaveLength(1);
  });

  test('the card was taken by force since the last APDU: mediaMoved without asking the chip', async () => {
    const bench = await withCardInside(new CountingCard());
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.pullCard();
    await bench.clock.advance(readerDelays.poll + 100);
    bench.commands();
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'mediaMoved' });
    expect(bench.commands()).toEqual([]);
  });

  test.each([
    ['before the chip worked', 5, 0],
    ['after the chip worked', 20, 1],
  ])('the card is pulled %s: mediaMoved and a removal, never a second try', async (_when, afterMs, executed) => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    const sent = channel.transmit(CREDIT).catch((error: unknown) => error);
    await bench.clock.advance(afterMs);
    bench.unit.pullCard();
    expect(await bench.settled(sent)).toMatchObject({ name: 'DeviceError', code: 'mediaMoved' });
    expect(card.executed).toHaveLength(executed);
    await bench.clock.advance(1_000);
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
    expect(bench.reader.lastStatus.entry).toBe('enabled');
  });

  test('the power is cut during an APDU: outcome unknown, and the unit is initialized before the caller hears of it', async () => {
    const bench = await withCardInside(new CountingCard());
    const channel = await bench.settled(bench.reader.activate());
    const sent = channel.transmit(CREDIT).catch((error: unknown) => error);
    await bench.clock.advance(5);
    bench.unit.powerCycle();
    expect(await bench.settled(sent)).toMatchObject({ code: 'outcomeUnknown' });
    expect(bench.commands().slice(-4)).toEqual(['3130', '3033', '3330', '3130']);
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside', entry: 'enabled' });
    expect(bench.media()).toEqual(['mediaInserted', 'restarted']);
  });

  test('the cable is pulled during an APDU: outcome unknown, not offline', async () => {
    const bench = await withCardInside(new CountingCard());
    const channel = await bench.settled(bench.reader.activate());
    const sent = channel.transmit(CREDIT).catch((error: unknown) => error);
    await bench.clock.advance(5);
    bench.line.unplug();
    expect(await bench.settled(sent)).toMatchObject({ code: 'outcomeUnknown' });
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'offline' });
  });

  test('aborted before its turn: not sent; aborted under way: cancelled by EOT, outcome unknown', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    await expect(bench.settled(channel.transmit(SELECT, AbortSignal.abort()))).rejects.toMatchObject({ code: 'aborted' });
    expect(card.executed).toEqual([]);
    const abort = new AbortController();
    const sent = channel.transmit(SELECT, abort.signal).catch((error: unknown) => error);
    await bench.clock.advance(5);
    bench.line.sent.length = 0;
    abort.abort();
    expect(Array.from(bench.line.sent[0] ?? [])).toEqual([0x04]);
    expect(await bench.settled(sent)).toMatchObject({ code: 'outcomeUnknown' });
  });

  test('a late answer to an APDU is not taken for the next command’s', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    // The answer is stuck in an adapter until the status is asked.
    let stuck: Uint8Array | undefined;
    bench.onWire = (bytes) => {
      if (bytes[5] === 0x60 && bytes[6] === 0x34) {
        stuck = bytes;
        return undefined;
      }
      if (stuck === undefined || bytes[5] !== 0x31) return bytes;
      const both = Uint8Array.of(...stuck, ...bytes);
      stuck = undefined;
      bench.onWire = (later) => later;
      return both;
    };
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    const again = await bench.settled(bench.reader.activate());
    expect(await bench.settled(again.transmit(SELECT))).toEqual(Uint8Array.of(0x00, 0x90, 0x00));
  });
});
