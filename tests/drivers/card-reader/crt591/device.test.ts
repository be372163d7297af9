/** Motions of the driver against the simulated unit: one situation a test, nothing mocked between them but time and the wire. */
import { describe, expect, test } from 'vitest';
import { readerDelays } from '../../../../drivers/card-reader/motor/delays.ts';
import { unitTimes } from '../../../../drivers/card-reader/motor/simulated-motor-reader.ts';
import { chiplessCard } from '../../../../drivers/card-reader/simulated-card.ts';
import { CountingCard } from '../counting-card.ts';
import { loseAnswersTo, readerBench, withCardInside } from './reader-bench.ts';

const SELECT = Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00);
const MOVE_TO_GATE = '3230';
const MOVE_TO_RF = '3232';
const CAPTURE = '3233';

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
    await bench.clock.advance(readerDelays.poll + 50);
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
    expect(bench.reader.lastStatus.media).toBe('notPresent');
  });

  test('taken before the answer to present arrived: the removal is told all the same', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.onChange(() => {
      if (bench.unit.card?.at === 'gate') bench.unit.takeCard();
    });
    await bench.settled(bench.reader.present());
    await bench.clock.advance(readerDelays.poll + 50);
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRemoved']);
  });

  test('untaken: retracted back inside, which is neither an insertion nor a removal', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    await bench.settled(bench.reader.present());
    await bench.settled(bench.reader.retract());
    expect(bench.unit.card).toEqual({ card, at: 'inside' });
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
    bench.unit.knobs.binFull = true;
    await expect(bench.settled(bench.reader.retain())).rejects.toMatchObject({ code: 'storageFull' });
    expect(bench.commands()).not.toContain(CAPTURE);
    expect(bench.reader.lastStatus.storage).toContainEqual({ id: 'retainBin', use: 'collect', level: 'full', count: 0 });
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

describe('cards that go their own way', () => {
  test('a card that the hand does not let go of is told as stuck, once; let go, it can be presented', async () => {
    const bench = readerBench();
    await bench.settled(bench.reader.connect());
    await bench.settled(bench.reader.setEntry(true));
    bench.unit.knobs.holdCard = true;
    bench.unit.insertCard(new CountingCard());
    await bench.clock.advance(readerDelays.carryIn - 500);
    expect(bench.media()).toEqual([]);
    await bench.clock.advance(10_000);
    expect(bench.media()).toEqual(['mediaStuck']);
    expect(bench.reader.lastStatus.media).toBe('atGate');
    await bench.settled(bench.reader.retract());
    await bench.settled(bench.reader.present());
    await bench.clock.advance(10_000);
    expect(bench.media()).toEqual(['mediaStuck']);
    bench.unit.takeCard();
    await bench.clock.advance(1_000);
    expect(bench.media()).toEqual(['mediaStuck', 'mediaRemoved']);
  });

  test('presented, untaken, and captured by the unit’s own timer: the bin’s counter tells it from a card that was taken', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.faults.untakenGoesTo = 'bin';
    await bench.settled(bench.reader.present());
    await bench.clock.advance(unitTimes.untaken + 2_000);
    expect(bench.unit.bin).toHaveLength(1);
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRetained']);
    expect(bench.reader.lastStatus.storage).toContainEqual({ id: 'retainBin', use: 'collect', level: 'ok', count: 1 });
  });

  test('captured by its own timer while the line was down: told when it is back', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.faults.untakenGoesTo = 'bin';
    await bench.settled(bench.reader.present());
    bench.line.unplug();
    await bench.clock.advance(unitTimes.untaken + 2_000);
    bench.line.plug();
    await bench.settled(bench.reader.connect());
    expect(bench.media()).toEqual(['mediaInserted', 'mediaRetained']);
  });

  test('presented, untaken, and taken back inside by the unit: told as an insertion, for it may be another card', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.faults.untakenGoesTo = 'station';
    await bench.settled(bench.reader.present());
    await bench.clock.advance(unitTimes.untaken + 2_000);
    expect(bench.media()).toEqual(['mediaInserted', 'mediaInserted']);
    expect(bench.reader.lastStatus.media).toBe('inside');
  });

  test('pushed out of the gate: gone for the reader, and a hand may take it any time', async () => {
    const card = new CountingCard();
    const bench = await withCardInside(card);
    await bench.settled(bench.reader.eject());
    expect(bench.commands().slice(0, 2)).toEqual(['3130', '3239']);
    expect(bench.reader.lastStatus.media).toBe('notPresent');
    expect(bench.unit.takeCard()).toBe(card);
    await bench.clock.advance(2_000);
    expect(bench.media()).toEqual(['mediaInserted']);
    await expect(bench.settled(bench.reader.eject())).rejects.toMatchObject({ code: 'mediaNotPresent' });
  });
});

describe('the bin’s counter', () => {
  test('counts on over captures and power cuts, and starts anew when a technician says that the bin is empty', async () => {
    const bench = await withCardInside(new CountingCard());
    await bench.settled(bench.reader.retain());
    bench.unit.powerCycle();
    await bench.clock.advance(3_000);
    await bench.settled(bench.reader.dispense());
    await bench.settled(bench.reader.retain());
    expect(bench.reader.lastStatus.storage).toContainEqual({ id: 'retainBin', use: 'collect', level: 'ok', count: 2 });
    bench.unit.emptyBin();
    await bench.settled(bench.reader.resetCount('retainBin'));
    expect(bench.reader.lastStatus.storage).toContainEqual({ id: 'retainBin', use: 'collect', level: 'ok', count: 0 });
    await bench.reader.close();
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus.storage).toContainEqual({ id: 'retainBin', use: 'collect', level: 'ok', count: 0 });
    await expect(bench.reader.resetCount('stacker')).rejects.toMatchObject({ code: 'notSupported' });
  });

  test('a relative without a counter: no number is shown, and a card that leaves the gate was taken', async () => {
    const bench = readerBench();
    bench.onWire = (bytes) => (bytes[5] === 0xa5 ? undefined : bytes);
    await bench.settled(bench.reader.connect());
    await bench.settled(bench.reader.dispense());
    await bench.settled(bench.reader.present());
    bench.unit.takeCard();
    await bench.clock.advance(1_000);
    expect(bench.media()).toEqual(['mediaRemoved']);
    expect(bench.reader.lastStatus.storage).toContainEqual({ id: 'retainBin', use: 'collect', level: 'ok' });
  });
});

describe('blank cards', () => {
  test('dispensed: one card leaves the stacker for the station, and nobody inserted it', async () => {
    const blank = new CountingCard();
    const bench = readerBench({ unit: { stacker: [blank, chiplessCard()] } });
    await bench.settled(bench.reader.connect());
    expect(bench.reader.lastStatus.storage).toContainEqual({ id: 'stacker', use: 'dispense', level: 'low' });
    await bench.settled(bench.reader.dispense());
    expect(bench.unit.card).toEqual({ card: blank, at: 'inside' });
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

describe('a motion goes wrong', () => {
  test('a motion that failed has powered the chip off all the same', async () => {
    const bench = await withCardInside(new CountingCard());
    const channel = await bench.settled(bench.reader.activate());
    bench.unit.knobs.jam = true;
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
    expect(bench.unit.station).toBe('contactless');
  });

  test('jam: mediaJammed, the status says so, and a technician’s hand mends it', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.unit.knobs.jam = true;
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'mediaJammed', deviceCode: '10' });
    expect(bench.reader.lastStatus).toMatchObject({ device: 'hardwareError', media: 'jammed' });
    bench.unit.knobs.jam = false;
    await bench.clock.advance(readerDelays.troubleRetry + 3_000);
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
    bench.onWire = (bytes) => (bench.unit.card !== undefined && bytes.length === 1 && lastCommand(bench.line.sent) === MOVE_TO_GATE ? undefined : bytes);
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

  test('the answer to a capture is lost: the bin counts one more, which proves it; it is never repeated', async () => {
    const bench = await withCardInside(new CountingCard());
    loseAnswersTo(bench, 0x32);
    await bench.settled(bench.reader.retain());
    expect(bench.commands().filter((command) => command === CAPTURE)).toHaveLength(1);
    expect(bench.unit.bin).toHaveLength(1);
    expect(bench.reader.lastStatus.storage).toContainEqual({ id: 'retainBin', use: 'collect', level: 'ok', count: 1 });
  });

  test('the answer to a capture is lost, and the bin counts nothing: an empty path is no proof of who has the card', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.onWire = (bytes) => (bytes[5] === 0x32 || bytes[5] === 0xa5 ? undefined : bytes);
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
    expect(bench.unit.station).toBe('contactless');
  });

  test('a unit that says done with the card elsewhere is not believed', async () => {
    const bench = await withCardInside(new CountingCard());
    bench.onWire = (bytes) => (bytes[5] === 0x32 ? patchStatus(bytes, 0, 0x32) : bytes);
    await expect(bench.settled(bench.reader.present())).rejects.toMatchObject({ code: 'protocol' });
  });
});

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
