import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { PcscStorageCard } from '../../../../drivers/card-reader/pcsc/storage-card.ts';
import { PURSE_ACCESS } from '../../../../drivers/card/mifare/access.ts';
import { SimulatedMifare, type SimulatedMifareOptions } from '../../../../drivers/card/mifare/simulated-card.ts';
import type { SectorKey, StorageChannel } from '../../../../drivers/card/mifare/storage-channel.ts';
import { DeviceError, type FrameTrace } from '../../../../drivers/device.ts';
import { activated, type LineBench } from './line-bench.ts';
import { COMMANDS } from './worked-commands.ts';

const KEY_A: SectorKey = { type: 'A', bytes: fromHex('FF FF FF FF FF FF') };
const KEY_B: SectorKey = { type: 'B', bytes: fromHex('A0 B1 C2 D3 E4 F5') };
const hex = (bytes: string): string => toHex(fromHex(bytes));
/** 5000 as value block at 4 (1388 hexadecimal). */
const VALUE_5000 = '88130000 77ECFFFF 88130000 04FB04FB';
const DATA = fromHex('01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10');

async function mifare(options: SimulatedMifareOptions = {}): Promise<LineBench & { card: SimulatedMifare; storage: StorageChannel }> {
  const card = new SimulatedMifare({ blocks: { 4: VALUE_5000 }, ...options });
  const bench = await activated(card);
  const { storage } = bench.channel;
  if (storage === undefined) throw new Error('no storage channel');
  return { ...bench, card, storage };
}

async function opened(options: SimulatedMifareOptions = {}, key = KEY_A): Promise<Awaited<ReturnType<typeof mifare>>> {
  const bench = await mifare(options);
  expect(await bench.settled(bench.storage.authenticate(4, key))).toBe('opened');
  bench.commands();
  return bench;
}

describe('a MIFARE Classic card on a PC/SC reader', () => {
  test('the measured run: opened, +250, −50, read back as 5200, each command as the reference prints it', async () => {
    const { storage, settled, commands, card } = await mifare();
    expect(await settled(storage.authenticate(4, KEY_A))).toBe('opened');
    await settled(storage.increment(4, 250));
    await settled(storage.decrement(4, 50));
    expect(await settled(storage.readValue(4))).toBe(5200);
    expect(commands()).toEqual([COMMANDS.loadKey, COMMANDS.authenticateA, COMMANDS.increment, COMMANDS.decrement, COMMANDS.readValue].map(hex));
    expect(card.value(4)).toBe(5200);
  });

  test('blocks are read, written and copied', async () => {
    const { storage, settled, commands, card } = await opened();
    expect(toHex(await settled(storage.readBlock(4)))).toBe(hex(VALUE_5000));
    await settled(storage.writeBlock(5, DATA));
    expect(toHex(card.block(5))).toBe(toHex(DATA));
    await settled(storage.copyValue(4, 5));
    expect(card.value(5)).toBe(5000);
    expect(commands()).toEqual([COMMANDS.readBlock, COMMANDS.writeBlock, COMMANDS.copy].map(hex));
  });

  test('key B opens as B', async () => {
    const sectors = { 1: { keyA: 'FFFFFFFFFFFF', keyB: 'A0B1C2D3E4F5', access: PURSE_ACCESS } };
    const { storage, settled, card } = await opened({ sectors }, KEY_B);
    await settled(storage.increment(4, 1));
    expect(card.value(4)).toBe(5001);
  });

  test('a wrong key: refused, and the chip has to be powered again', async () => {
    const { storage, settled, reader } = await mifare();
    expect(await settled(storage.authenticate(4, KEY_B))).toBe('refused');
    await expect(settled(storage.readBlock(4))).rejects.toMatchObject({ code: 'invalidState' });
    const again = await settled(reader.activate());
    expect(await settled(again.storage?.authenticate(4, KEY_A) ?? Promise.reject(new Error('no storage')))).toBe('opened');
  });

  test.each([
    ['reading a block of another sector', (storage: StorageChannel) => storage.readBlock(8)],
    ['reading a value that is none', (storage: StorageChannel) => storage.readValue(5)],
  ])('%s: mediaInvalid, and the channel is over', async (_what, call) => {
    const { storage, settled } = await opened();
    await expect(settled<unknown>(call(storage))).rejects.toMatchObject({ code: 'mediaInvalid' });
    await expect(settled(storage.readBlock(4))).rejects.toMatchObject({ code: 'invalidState' });
  });

  test.each([
    ['a write', (storage: StorageChannel) => storage.writeBlock(8, DATA)],
    ['an increment', (storage: StorageChannel) => storage.increment(8, 1)],
    ['a decrement', (storage: StorageChannel) => storage.decrement(8, 1)],
    ['a copy', (storage: StorageChannel) => storage.copyValue(8, 9)],
  ])('%s that the reader calls failed may have happened: outcomeUnknown', async (_what, call) => {
    const { storage, settled } = await opened();
    await expect(settled(call(storage))).rejects.toMatchObject({ code: 'outcomeUnknown', message: expect.stringMatching(/6300/) as unknown });
    await expect(settled(storage.readBlock(4))).rejects.toMatchObject({ code: 'invalidState' });
  });

  test('a write whose acknowledgement was lost is outcomeUnknown, and it happened', async () => {
    const { storage, settled, card } = await opened();
    card.arm({ command: 'transfer', when: 'after' });
    await expect(settled(storage.increment(4, 250))).rejects.toMatchObject({ code: 'outcomeUnknown' });
    expect(card.value(4)).toBe(5250);
  });

  test('a card that is gone: mediaMoved for an effect as for a query', async () => {
    const { storage, settled, tray, clock } = await opened();
    tray.takeCard();
    await clock.advance(400);
    await expect(settled(storage.increment(4, 1))).rejects.toMatchObject({ code: 'mediaMoved' });
    await expect(settled(storage.readBlock(4))).rejects.toMatchObject({ code: 'mediaMoved' });
  });

  test('what must not be written never goes over the line', async () => {
    const { storage, commands } = await opened();
    await expect(storage.writeBlock(7, DATA)).rejects.toThrow(RangeError);
    await expect(storage.writeBlock(0, DATA)).rejects.toThrow(RangeError);
    await expect(storage.writeBlock(5, DATA.slice(1))).rejects.toThrow(RangeError);
    await expect(storage.increment(4, 0)).rejects.toThrow(RangeError);
    await expect(storage.decrement(4, 2 ** 31)).rejects.toThrow(RangeError);
    await expect(storage.readBlock(64)).rejects.toThrow(RangeError);
    expect(commands()).toEqual([]);
  });

  test('aborted before it was sent: nothing happened', async () => {
    const { storage, card, commands } = await opened();
    await expect(storage.increment(4, 250, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
    expect([card.value(4), commands()]).toEqual([5000, []]);
  });

  test('keys and contents are in no trace', async () => {
    const { storage, settled, reader } = await mifare();
    const frames: FrameTrace[] = [];
    reader.onFrame((frame) => frames.push(frame));
    await settled(storage.authenticate(4, KEY_A));
    await settled(storage.writeBlock(5, DATA));
    await settled(storage.readBlock(5));
    const traced = frames.map(({ bytes }) => bytes).join(' ');
    expect(traced).toContain('FF820000XX');
    expect(traced).not.toMatch(/FFFFFF|010203/);
  });
});

describe('a reader that says something else', () => {
  const scripted = (...answers: (string | Error)[]): { card: PcscStorageCard; ends: () => number } => {
    let ends = 0;
    const transmit = async (): Promise<Uint8Array> => {
      const answer = answers.shift() ?? '6300';
      if (answer instanceof Error) throw answer;
      return fromHex(answer);
    };
    return { card: new PcscStorageCard('classic1k', { transmit, end: () => void (ends += 1) }), ends: () => ends };
  };

  test('no place for keys: notSupported, and the chip was not asked', async () => {
    const { card, ends } = scripted('6300');
    await expect(card.authenticate(4, KEY_A)).rejects.toMatchObject({ code: 'notSupported' });
    expect(ends()).toBe(0);
  });

  test.each(['6700', '6A81', '6B00', '6D00', '6E00'])('%s is the reader’s own refusal: notSupported, nothing happened', async (statusWord) => {
    const { card, ends } = scripted(statusWord, statusWord);
    await expect(card.increment(4, 1)).rejects.toMatchObject({ code: 'notSupported' });
    await expect(card.readBlock(4)).rejects.toMatchObject({ code: 'notSupported' });
    expect(ends()).toBe(0);
  });

  test('a read whose answer got lost is as good as refused; an effect is not', async () => {
    const lost = new DeviceError('outcomeUnknown', 'no answer within 5000 ms');
    const { card } = scripted(lost, lost);
    await expect(card.readBlock(4)).rejects.toMatchObject({ code: 'mediaInvalid' });
    await expect(card.writeBlock(4, DATA)).rejects.toMatchObject({ code: 'outcomeUnknown' });
  });

  test('an answer without status word, or a block too short', async () => {
    const { card } = scripted('90', '0102 9000', '90', '0102 9000');
    await expect(card.readBlock(4)).rejects.toMatchObject({ code: 'mediaInvalid' });
    await expect(card.readBlock(4)).rejects.toMatchObject({ code: 'mediaInvalid' });
    await expect(card.increment(4, 1)).rejects.toMatchObject({ code: 'outcomeUnknown' });
    await expect(card.readValue(4)).rejects.toMatchObject({ code: 'mediaInvalid' });
  });
});
