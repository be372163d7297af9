/** The driver against the simulated unit: one situation a test, nothing mocked between them but time and the wire. */
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { crt591Delays } from '../../../../drivers/card-reader/crt591/device.ts';
import { linkDelays } from '../../../../drivers/card-reader/crt591/link.ts';
import { chiplessCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { CountingCard, readerBench, settledOn, withCardInside } from './reader-bench.ts';

const CREDIT = Uint8Array.of(0x80, 0x52, 0x00, 0x00, 0x0b);
const SELECT = Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00);
const APDU_A = '6034';
const MOVE_TO_GATE = '3230';
const MOVE_TO_RF = '3232';
const CAPTURE = '3233';

describe('coming up', () => {
  test('empties the line, clears it, initializes leaving the card, and says who the unit is', async () => {
    const { reader, line, settled, commands } = readerBench();
    expect(reader.lastStatus.device).toBe('unknown');
    const identity = await settled(reader.connect());
    expect(identity).toEqual({ model: 'CRT-591-M001', maker: 'Creator', firmware: 'CRT591-M001-V1.0', serialNumber: '59100042' });
    expect(line.sent.slice(0, 2).map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(['04', 'f200000343303303b2']);
    expect(commands()).toEqual(['3033', 'a430', 'a230', '3130']);
    expect(reader.lastStatus).toEqual({ device: 'online', media: 'notPresent', entry: 'disabled', stacker: 'ok', retainBin: 'ok' });
  });

  test('an answer still on its way from an earlier process is not taken for the first one', async () => {
    const bench = readerBench();
    const connecting = bench.reader.connect();
    await bench.clock.settle();
    await bench.clock.advance(linkDelays.silence - 100);
    // A status saying "card at RF", and then 500 ms of silence start anew.
    bench.line.fromUnit(fromHex('F2 00 00 06 50 31 30 32 32 30 03 96'));
    await bench.clock.advance(linkDelays.silence - 50);
    expect(bench.line.sent.filter((bytes) => bytes.length > 1)).toEqual([]);
    await bench.settled(connecting);
    expect(bench.reader.lastStatus.media).toBe('notPresent');
  });

  test('a line that never falls silent fails, and is tried again by itself', async () => {
    const bench = readerBench();
    const babble = (): void => {
      bench.line.fromUnit(Uint8Array.of(0xaa));
      if (bench.clock.monotonic() < 8_000) bench.clock.setTimeout(babble, 100);
    };
    babble();
    await expect(bench.settled(bench.reader.connect())).rejects.toMatchObject({ name: 'DeviceError', code: 'offline' });
    expect(bench.reader.lastStatus.device).toBe('offline');
    await bench.clock.advance(10_000);
    expect(bench.reader.lastStatus.device).toBe('online');
  });

  test('a card already inside is said at once and is no insertion', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    await bench.reader.close();
    bench.events.length = 0;
    const next = readerBench({ unit: {} });
    bench.unit.onSend((bytes) => next.line.fromUnit(bytes));
    next.line.attachUnit((bytes) => bench.unit.receive(bytes));
    // The unit runs on the first bench's clock.
    await settledOn([next.clock, bench.clock], next.reader.connect());
    expect(next.reader.lastStatus.media).toBe('inside');
    expect(next.media()).toEqual([]);
    expect(bench.unit.place?.card).toBe(card);
  });

  test('nothing answers at any speed: offline within the limit, then tried again for ever with growing pauses', async () => {
    const bench = readerBench();
    bench.unit.faults.dead = true;
    await expect(bench.settled(bench.reader.connect())).rejects.toMatchObject({ code: 'offline' });
    const attempts = (): number => bench.commands().filter((command) => command === '3033').length;
    expect(attempts()).toBe(3);
    await bench.clock.advance(200_000);
    // 1, 2, 4, 8, 16, then every 30 s; each attempt takes 1.7 s itself.
    const tried = attempts() / 3;
    expect(tried).toBeGreaterThanOrEqual(8);
    expect(tried).toBeLessThanOrEqual(11);
    bench.unit.faults.dead = false;
    await bench.clock.advance(crt591Delays.reconnectMost + 5_000);
    expect(bench.reader.lastStatus.device).toBe('online');
  });

  test('the speed is searched in the documented order and remembered', async () => {
    const bench = readerBench();
    const speeds: number[] = [];
    let speed = 9_600;
    Object.assign(bench.line, {
      address: 'serial:/dev/ttyUSB0?baudRate=9600',
      setBaudRate: async (baudRate: number) => {
        speeds.push(baudRate);
        speed = baudRate;
      },
    });
    bench.line.attachUnit((bytes) => {
      if (speed === 38_400) bench.unit.receive(bytes);
      else bench.line.fromUnit(Uint8Array.of(0xfe, 0x80));
    });
    await bench.settled(bench.reader.connect());
    expect(speeds).toEqual([9_600, 115_200, 38_400]);
    speeds.length = 0;
    bench.line.unplug();
    bench.line.plug();
    await bench.clock.advance(5_000);
    expect(bench.reader.lastStatus.device).toBe('online');
    expect(speeds).toEqual([38_400]);
  });

  test('connecting is aborted: nothing goes on behind the back', async () => {
    const bench = readerBench();
    bench.unit.faults.dead = true;
    const abort = new AbortController();
    const connecting = bench.reader.connect(abort.signal);
    await bench.clock.advance(300);
    abort.abort(new Error('shutting down'));
    await expect(bench.settled(connecting)).rejects.toMatchObject({ code: 'aborted' });
    expect(bench.line.isOpen).toBe(false);
    const before = bench.line.sent.length;
    await bench.clock.advance(60_000);
    expect(bench.line.sent.length).toBe(before);
  });

  test('a relative that doesn’t know the questions for firmware and serial number comes up without them', async () => {
    const bench = readerBench();
    bench.line.attachUnit((bytes) => {
      if (bytes[5] !== 0xa4 && bytes[5] !== 0xa2) bench.unit.receive(bytes);
    });
    expect(await bench.settled(bench.reader.connect())).toEqual({ model: 'CRT-591-M001', maker: 'Creator' });
  });

  test('a model without bin and stacker says so and refuses both', async () => {
    const bench = readerBench({ options: { canRetain: false, canDispense: false } });
    await bench.settled(bench.reader.connect());
    expect(bench.reader.capabilities).toMatchObject({ canRetain: false, canDispense: false });
    await expect(bench.reader.retain()).rejects.toMatchObject({ code: 'notSupported' });
    await expect(bench.reader.dispense()).rejects.toMatchObject({ code: 'notSupported' });
  });

  test('a unit that starts jammed is online with a hardware error, and well again once somebody has cleared it', async () => {
    const bench = readerBench();
    bench.unit.faults.jam = true;
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus).toMatchObject({ device: 'hardwareError', media: 'jammed' });
    bench.unit.faults.jam = false;
    await bench.clock.advance(crt591Delays.troubleRetry + 3_000);
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'notPresent' });
  });
});

describe('a card comes and goes', () => {
  test('with entry shut the hand keeps the card', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    expect(bench.unit.insertCard(new CountingCard())).toBe(false);
  });

  test('inserted: told once it stands at the station', async () => {
    const bench = await withCardInside(new CountingCard());
    expect(bench.media()).toEqual(['mediaInserted']);
    expect(bench.reader.lastStatus).toMatchObject({ media: 'inside', entry: 'enabled' });
  });

  test('presented and taken: told, within a poll, that it is gone', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    await bench.settled(bench.reader.present());
    expect(bench.reader.lastStatus.media).toBe('atGate');
    expect(bench.commands()).toEqual(['3130', MOVE_TO_GATE]);
    expect(bench.unit.takeCard()).toBe(card);
    await bench.clock.advance(crt591Delays.poll + 50);
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
    expect(bench.reader.lastStatus.media).toBe('notPresent');
  });

  test('taken before the answer to present arrived: the removal is told all the same', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.onChange(() => {
      if (bench.unit.place?.at === 'gate') bench.unit.takeCard();
    });
    await bench.settled(bench.reader.present());
    await bench.clock.advance(crt591Delays.poll + 50);
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('untaken: retracted back inside, which is neither an insertion nor a removal', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    await bench.settled(bench.reader.present());
    await bench.settled(bench.reader.retract());
    expect(bench.unit.place).toEqual({ card, at: 'contactless' });
    await bench.clock.advance(2_000);
    expect(bench.media()).toEqual(['mediaInserted']);
    expect(bench.reader.lastStatus.media).toBe('inside');
  });

  test('retract with an empty path never moves: the unit would feed a blank', async () => {
    const bench = await withCardInside(new CountingCard());
    await bench.settled(bench.reader.present());
    bench.unit.takeCard();
    await expect(bench.settled(bench.reader.retract())).rejects.toMatchObject({ code: 'mediaNotPresent' });
    expect(bench.commands()).not.toContain(MOVE_TO_RF);
    expect(bench.unit.stacker).toHaveLength(20);
  });

  test('captured: the card is in the bin, and that is no removal by hand', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    await bench.settled(bench.reader.retain());
    expect(bench.unit.bin).toEqual([card]);
    await bench.clock.advance(2_000);
    expect(bench.reader.lastStatus.media).toBe('notPresent');
    expect(bench.media()).toEqual(['mediaInserted']);
  });

  test('bin full: nothing moves and the status says so', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.faults.binFull = true;
    await expect(bench.settled(bench.reader.retain())).rejects.toMatchObject({ code: 'storageFull' });
    expect(bench.commands()).not.toContain(CAPTURE);
    expect(bench.reader.lastStatus.retainBin).toBe('full');
  });

  test('the bin became full after the status was read: the unit refuses, and its own code is kept', async () => {
    const bench = await withCardInside(new CountingCard(), { unit: { binCapacity: 0 } });
    bench.onWire = (bytes) => patchStatus(bytes, 2, 0x30);
    await expect(bench.settled(bench.reader.retain())).rejects.toMatchObject({ code: 'storageFull', deviceCode: 'A1' });
  });

  test('nothing to present, to retain: mediaNotPresent; already where it should be: done without a motion', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'mediaNotPresent' });
    await expect(bench.settled(bench.reader.retain())).rejects.toMatchObject({ code: 'mediaNotPresent' });
    const inside = await withCardInside(new CountingCard());
    await inside.settled(inside.reader.retract());
    await inside.settled(inside.reader.present());
    inside.commands();
    await inside.settled(inside.reader.present());
    expect(inside.commands()).toEqual(['3130']);
  });
});

describe('blank cards', () => {
  test('dispensed: one card leaves the stacker for the station, and nobody inserted it', async () => {
    const blank = new CountingCard();
    const bench = readerBench({ unit: { stacker: [blank, chiplessCard()] } });
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus.stacker).toBe('low');
    await bench.settled(bench.reader.dispense());
    expect(bench.unit.place).toEqual({ card: blank, at: 'contactless' });
    expect(bench.unit.stacker).toHaveLength(1);
    await bench.clock.advance(2_000);
    expect(bench.media()).toEqual([]);
    await expect(bench.settled(bench.reader.dispense())).rejects.toMatchObject({ code: 'invalidState' });
    expect(bench.unit.stacker).toHaveLength(1);
  });

  test('stacker empty: storageEmpty without a motion', async () => {
    const bench = readerBench({ unit: { stacker: 0 } });
    await bench.settled(bench.reader.connect());
    bench.commands();
    await expect(bench.settled(bench.reader.dispense())).rejects.toMatchObject({ code: 'storageEmpty' });
    expect(bench.commands()).toEqual(['3130']);
  });

  test('the answer to a dispense is lost: the card inside proves it, and no second one is fed', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    loseAnswersTo(bench, 0x32);
    await bench.settled(bench.reader.dispense());
    expect(bench.commands().filter((command) => command === MOVE_TO_RF)).toHaveLength(1);
    expect(bench.unit.stacker).toHaveLength(19);
  });
});

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
    bench.unit.faults.loseAnswers = 1;
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
    bench.unit.faults.corruptAnswers = 2;
    expect(await bench.settled(channel.transmit(CREDIT))).toEqual(Uint8Array.of(0x80, 0x90, 0x00));
    expect(card.executed).toHaveLength(1);
  });

  test('answer garbled three times: outcome unknown', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.faults.corruptAnswers = 3;
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
    bench.unit.faults.slowBy = crt591Delays.cardIo + 60_000;
    const sent = channel.transmit(CREDIT).catch((error: unknown) => error);
    await bench.clock.advance(1_000);
    bench.unit.faults.slowBy = 0;
    expect(await bench.settled(sent)).toMatchObject({ code: 'outcomeUnknown' });
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
    expect(card.executed).toHaveLength(1);
  });

  test('the card was taken by force since the last APDU: mediaMoved without asking the chip', async () => {
    const bench = await withCardInside(new CountingCard());
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.pullCard();
    await bench.clock.advance(crt591Delays.poll + 100);
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

describe('a motion goes wrong', () => {
  test('a motion that failed has powered the chip off all the same', async () => {
    const bench = await withCardInside(new CountingCard());
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.faults.jam = true;
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'mediaJammed' });
    await expect(bench.settled(channel.transmit(SELECT))).rejects.toMatchObject({ code: 'mediaMoved' });
  });

  test('a jam that a later motion overcame is over', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.faults.refuseMotions = ['10'];
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'mediaJammed' });
    await bench.settled(bench.reader.present());
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'atGate' });
  });

  test('contact not released: the unit did nothing yet, so once more, and only once', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.faults.refuseMotions = ['05'];
    await bench.settled(bench.reader.present());
    await bench.settled(bench.reader.retract());
    bench.unit.faults.refuseMotions = ['05', '05'];
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'hardwareError', deviceCode: '05' });
    expect(bench.unit.place?.at).toBe('contactless');
  });

  test('jam: mediaJammed, the status says so, and a technician’s hand mends it', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.faults.jam = true;
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'mediaJammed', deviceCode: '10' });
    expect(bench.reader.lastStatus).toMatchObject({ device: 'hardwareError', media: 'jammed' });
    bench.unit.faults.jam = false;
    await bench.clock.advance(crt591Delays.troubleRetry + 3_000);
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside' });
    expect(bench.media()).toEqual(['mediaInserted']);
  });

  test.each([
    ['sensorError', '12'],
    ['motorError', '51'],
  ] as const)('%s: hardwareError', async (fault, deviceCode) => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.faults[fault] = true;
    await expect(bench.settled(bench.reader.retain())).rejects.toMatchObject({ code: 'hardwareError', deviceCode });
    expect(bench.reader.lastStatus.device).toBe('hardwareError');
  });

  test('answer lost: the status is read again, and a card at the gate proves the motion; it is never repeated', async () => {
    const bench = await withCardInside(new CountingCard());
    loseAnswersTo(bench, 0x32);
    await bench.settled(bench.reader.present());
    expect(bench.commands().filter((command) => command === MOVE_TO_GATE)).toHaveLength(1);
    expect(bench.reader.lastStatus.media).toBe('atGate');
  });

  test('ACK lost: not repeated, the answer counts', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.onWire = (bytes) => (bench.unit.place !== undefined && bytes.length === 1 && lastCommand(bench.line.sent) === MOVE_TO_GATE ? undefined : bytes);
    await bench.settled(bench.reader.present());
    expect(bench.commands().filter((command) => command === MOVE_TO_GATE)).toHaveLength(1);
  });

  test('the command itself was lost: the card still inside, outcome unknown, not repeated', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.line.attachUnit((bytes) => {
      if (bytes[5] !== 0x32) bench.unit.receive(bytes);
    });
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(bench.commands().filter((command) => command === MOVE_TO_GATE)).toHaveLength(1);
    expect(bench.reader.lastStatus.media).toBe('inside');
  });

  test('the answer to a capture is lost: an empty path is no proof of who has the card', async () => {
    const bench = await withCardInside(new CountingCard());
    loseAnswersTo(bench, 0x32);
    await expect(bench.settled(bench.reader.retain())).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(bench.reader.lastStatus.media).toBe('notPresent');
    expect(bench.unit.bin).toHaveLength(1);
  });

  test('the card is pulled while it moves: mediaMoved, INIT, and a removal', async () => {
    const bench = await withCardInside(new CountingCard());
    const presented = bench.reader.present().catch((error: unknown) => error);
    await bench.clock.advance(300);
    bench.unit.pullCard();
    expect(await bench.settled(presented)).toMatchObject({ code: 'mediaMoved', deviceCode: '45' });
    expect(bench.commands()).toContain('3033');
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('aborted under way: stopped by EOT, the position read, the caller told that it was the abort', async () => {
    const bench = await withCardInside(new CountingCard());
    const abort = new AbortController();
    const presented = bench.reader.present(abort.signal).catch((error: unknown) => error);
    await bench.clock.advance(300);
    abort.abort();
    expect(await bench.settled(presented)).toMatchObject({ code: 'aborted' });
    expect(bench.reader.lastStatus.media).toBe('inside');
    expect(bench.unit.place?.at).toBe('contactless');
  });

  test('a unit that says done with the card elsewhere is not believed', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.onWire = (bytes) => (bytes[5] === 0x32 ? patchStatus(bytes, 0, 0x32) : bytes);
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'protocol' });
  });
});

describe('the watch', () => {
  test('polls only when nothing else was said for a while', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    bench.commands();
    await bench.clock.advance(crt591Delays.poll * 10);
    const quiet = bench.commands();
    expect(quiet.length).toBeGreaterThanOrEqual(9);
    expect(new Set(quiet)).toEqual(new Set(['3130']));
    for (let turn = 0; turn < 20; turn += 1) {
      await bench.settled(bench.reader.setEntry(turn % 2 === 0));
      await bench.clock.advance(100);
    }
    expect(bench.commands().filter((command) => command === '3130')).toEqual([]);
  });

  test('one lost poll is nothing; three in a row are offline, told by an event', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    bench.unit.faults.dead = true;
    await bench.clock.advance(crt591Delays.poll + 50);
    bench.unit.faults.dead = false;
    await bench.clock.advance(2_000);
    expect(bench.reader.lastStatus.device).toBe('online');
    bench.unit.faults.dead = true;
    await bench.clock.advance(3 * (crt591Delays.poll + 350));
    expect(bench.reader.lastStatus).toEqual({ device: 'offline', media: 'unknown', entry: 'disabled', stacker: 'unknown', retainBin: 'unknown' });
    expect(bench.events.at(-1)).toEqual({ type: 'statusChanged', status: bench.reader.lastStatus });
    await expect(bench.settled(bench.reader.status())).rejects.toMatchObject({ code: 'offline' });
  });

  test('two lost polls, an answer, two lost polls: still online', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    const asked = { count: 0 };
    bench.line.attachUnit((bytes) => {
      if (bytes[5] === 0x31) asked.count += 1;
      if (bytes[5] !== 0x31 || asked.count % 3 === 0) bench.unit.receive(bytes);
    });
    await bench.clock.advance(20_000);
    expect(asked.count).toBeGreaterThan(20);
    expect(bench.events.filter((event) => event.type === 'statusChanged' && event.status.device === 'offline')).toEqual([]);
  });

  test('after a long outage the next one is met with short pauses again', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    bench.line.unplug();
    await bench.clock.advance(100_000);
    bench.line.plug();
    await bench.clock.advance(crt591Delays.reconnectMost + 3_000);
    expect(bench.reader.lastStatus.device).toBe('online');
    bench.line.unplug();
    bench.line.plug();
    await bench.clock.advance(crt591Delays.reconnectFirst + 2_500);
    expect(bench.reader.lastStatus.device).toBe('online');
  });

  test('closed in the very moment of coming up: it stays closed', async () => {
    const bench = readerBench();
    const connecting = bench.reader.connect().catch((error: unknown) => error);
    bench.reader.onFrame((frame) => {
      // The answer to the first STATUS, the last step of coming up.
      if (frame.direction === 'fromDevice' && frame.bytes.startsWith('F2000006503130')) queueMicrotask(() => void bench.reader.close());
    });
    expect(await bench.settled(connecting)).toMatchObject({ name: 'DeviceError', code: 'aborted' });
    await bench.clock.advance(60_000);
    expect(bench.reader.lastStatus.device).toBe('offline');
    expect(bench.line.isOpen).toBe(false);
  });

  test('unplugged and plugged again: offline at once, back by itself, entry open as before, a waiting card noticed', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    await bench.settled(bench.reader.setEntry(true));
    bench.line.unplug();
    expect(bench.reader.lastStatus).toMatchObject({ device: 'offline', entry: 'disabled' });
    await bench.clock.advance(4_000);
    expect(bench.unit.insertCard(new CountingCard())).toBe(true);
    bench.line.plug();
    await bench.clock.advance(10_000);
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside', entry: 'enabled' });
    expect(bench.media()).toEqual(['mediaInserted']);
  });

  test('a card taken while the line was down is told when it is back', async () => {
    const bench = await withCardInside(new CountingCard());
    await bench.settled(bench.reader.present());
    bench.line.unplug();
    bench.unit.takeCard();
    bench.line.plug();
    await bench.clock.advance(5_000);
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
    // By then the reader answers calls: the removal came after it was online again.
    const online = bench.events.findLastIndex((event) => event.type === 'statusChanged' && event.status.device === 'offline');
    expect(bench.events.findIndex((event) => event.type === 'mediaRemoved')).toBeGreaterThan(online);
  });

  test('power cut with a card inside: B0, INIT leaving it, entry open again, the old channel dead', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.powerCycle();
    await expect(bench.settled(channel.transmit(CREDIT))).rejects.toMatchObject({ code: 'invalidState', deviceCode: 'B0' });
    expect(card.executed).toEqual([]);
    expect(bench.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside', entry: 'enabled' });
    const again = await bench.settled(bench.reader.activate());
    await bench.settled(again.transmit(SELECT));
    expect(bench.media()).toEqual(['mediaInserted']);
  });

  test('power cut while idle: the poll finds it and initializes', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    await bench.settled(bench.reader.setEntry(true));
    bench.unit.powerCycle();
    expect(bench.unit.acceptsCard).toBe(false);
    await bench.clock.advance(2_000);
    expect(bench.unit.acceptsCard).toBe(true);
  });

  test('power cut before a motion: refused, initialized, then moved', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.powerCycle();
    await bench.settled(bench.reader.present());
    expect(bench.unit.place?.at).toBe('gate');
  });

  test('status asked without ACK is asked again, three times, and then the reader is offline', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    bench.unit.faults.loseAcks = 1;
    bench.unit.faults.loseAnswers = 1;
    expect(await bench.settled(bench.reader.status())).toMatchObject({ device: 'online' });
    bench.unit.faults.dead = true;
    bench.commands();
    await expect(bench.settled(bench.reader.status())).rejects.toMatchObject({ code: 'offline' });
    expect(bench.commands()).toEqual(['3130', '3130', '3130']);
    expect(bench.reader.lastStatus.device).toBe('offline');
  });

  test('calls wait for each other: two motions ordered at once run one after the other', async () => {
    const bench = await withCardInside(new CountingCard());
    const both = Promise.all([bench.reader.present(), bench.reader.retract()]);
    await bench.settled(both);
    expect(bench.unit.place?.at).toBe('contactless');
    expect(bench.commands().filter((command) => command.startsWith('32'))).toEqual([MOVE_TO_GATE, MOVE_TO_RF]);
  });

  test('closed: calls are refused, the line is free, no timer is left', async () => {
    const bench = await withCardInside(new CountingCard());
    const waiting = bench.reader.present().catch((error: unknown) => error);
    await bench.clock.settle();
    await bench.reader.close();
    expect(await bench.settled(waiting)).toMatchObject({ name: 'DeviceError' });
    await bench.clock.advance(10_000);
    expect(bench.line.isOpen).toBe(false);
    expect(bench.clock.pendingTimers).toBe(0);
    await expect(bench.settled(bench.reader.status())).rejects.toMatchObject({ code: 'offline' });
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus.media).toBe('inside');
  });
});

/** The unit executes and acknowledges, but its answers to `cm` never arrive. */
function loseAnswersTo(bench: { onWire: (bytes: Uint8Array) => Uint8Array | undefined }, cm: number): void {
  bench.onWire = (bytes) => (bytes[5] === cm ? undefined : bytes);
}

/** One status byte of an answer with another value, BCC made good. */
function patchStatus(bytes: Uint8Array, index: number, value: number): Uint8Array {
  if (bytes[4] !== 0x50) return bytes;
  const patched = Uint8Array.from(bytes);
  const at = 7 + index;
  patched[patched.length - 1] = (patched.at(-1) ?? 0) ^ (patched[at] ?? 0) ^ value;
  patched[at] = value;
  return patched;
}

function lastCommand(sent: readonly Uint8Array[]): string {
  const frame = sent.findLast((bytes) => bytes[0] === 0xf2);
  return Buffer.from(frame?.slice(5, 7) ?? []).toString('hex');
}
