import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fen } from '../../../../common/fen.ts';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { openStoragePurse } from '../../../../drivers/card/mifare/purse.ts';
import { SimulatedMifare } from '../../../../drivers/card/mifare/simulated-card.ts';
import type { CardChannel } from '../../../../drivers/card-reader/card-reader.ts';
import { Crt591Storage } from '../../../../drivers/card-reader/crt591/mifare.ts';
import { Crt591MifareUnit } from '../../../../drivers/card-reader/crt591/mifare-simulator.ts';
import { DeviceError } from '../../../../drivers/device.ts';
import { campus, campusCard, COPY, KEY_B, keys, MAIN } from '../../card/mifare/cards.ts';

const FF: { type: 'A'; bytes: Uint8Array } = { type: 'A', bytes: fromHex('FFFFFFFFFFFF') };

/** Answers what the script says; records what was sent. */
function scripted(answers: readonly (string | Error)[], layout: 'classic1k' | 'classic4k' = 'classic1k') {
  const sent: string[] = [];
  const storage = new Crt591Storage(layout, async (apdu) => {
    const answer = answers[sent.push(toHex(apdu)) - 1] ?? new DeviceError('mediaMoved', 'the card is gone');
    if (answer instanceof Error) throw answer;
    return fromHex(answer);
  });
  return { storage, sent };
}

function joined(card: SimulatedMifare, unit = new Crt591MifareUnit()): CardChannel & { storage: Crt591Storage; sent: string[] } {
  card.powerOn();
  const sent: string[] = [];
  const transmit = async (apdu: Uint8Array): Promise<Uint8Array> => {
    sent.push(toHex(apdu).slice(0, 8));
    return unit.answer(card, apdu);
  };
  return {
    interface: 'contactless',
    uid: card.uid,
    answerToReset: new Uint8Array(0),
    iso7816: false,
    transmit,
    storage: new Crt591Storage(card.sak === 0x18 ? 'classic4k' : 'classic1k', transmit),
    sent,
  };
}

describe('the MIFARE commands of a CRT-591', () => {
  it('are the bytes of the worked frames', async () => {
    const { storage, sent } = scripted(['9000', '000102030405060708090A0B0C0D0E0F9000', '9000']);
    expect(await storage.authenticate(4, FF)).toBe('opened');
    expect(toHex(await storage.readBlock(4))).toBe('000102030405060708090A0B0C0D0E0F');
    await storage.decrement(5, 150);
    expect(sent).toEqual(['0020000106FFFFFFFFFFFF', '00B0010001', '00D401010400000096']);
  });

  it('are those of the table for the rest', async () => {
    const { storage, sent } = scripted(['9000', '9000', '000030399000', '9000']);
    await storage.authenticate(20, { type: 'B', bytes: fromHex(KEY_B) });
    await storage.increment(21, 5000);
    expect(await storage.readValue(21)).toBe(12_345);
    await storage.writeBlock(22, fromHex('00112233445566778899AABBCCDDEEFF'));
    expect(sent).toEqual(['0020010506B1B2B3B4B5B6', '00D305010400001388', '00B10501', '00D105020100112233445566778899AABBCCDDEEFF']);
  });

  it('count blocks within the large sectors of a 4K card', async () => {
    const { storage, sent } = scripted(['9000', `${'00'.repeat(16)}9000`], 'classic4k');
    await storage.authenticate(255, FF);
    await storage.readBlock(142);
    expect(sent).toEqual(['0020002706FFFFFFFFFFFF', '00B0200E01']);
  });

  it('refuse a wrong key, and the chip is over then', async () => {
    const { storage, sent } = scripted(['6F00', '9000']);
    expect(await storage.authenticate(4, FF)).toBe('refused');
    await expect(storage.authenticate(4, FF)).rejects.toMatchObject({ code: 'invalidState' });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['6F00', 'mediaInvalid', '6F00'],
    ['6B00', 'notSupported', '6B00'],
    ['00019000', 'protocol', undefined],
  ])('that read and are answered %s fail with %s', async (answer, code, deviceCode) => {
    await expect(scripted([answer]).storage.readBlock(4)).rejects.toMatchObject({ code, deviceCode });
  });

  it.each([
    ['6F00', 'outcomeUnknown', 'invalidState'],
    ['9001', 'outcomeUnknown', 'invalidState'],
    ['6B00', 'notSupported', 'mediaMoved'],
    ['6700', 'notSupported', 'mediaMoved'],
  ])('that store and are answered %s fail with %s; the chip is asked again only when the unit refused by itself', async (answer, code, then) => {
    for (const act of [
      (storage: Crt591Storage) => storage.increment(4, 1),
      (storage: Crt591Storage) => storage.decrement(4, 1),
      (storage: Crt591Storage) => storage.writeBlock(4, new Uint8Array(16)),
    ]) {
      const { storage } = scripted([answer]);
      await expect(act(storage)).rejects.toMatchObject({ code, deviceCode: answer });
      await expect(act(storage)).rejects.toMatchObject({ code: then });
    }
  });

  it('that only read are never of unknown outcome, those that store are', async () => {
    const lost = new DeviceError('outcomeUnknown', 'no answer');
    await expect(scripted([lost]).storage.readBlock(4)).rejects.toMatchObject({ code: 'mediaInvalid' });
    await expect(scripted([lost]).storage.authenticate(4, FF)).rejects.toMatchObject({ code: 'mediaInvalid' });
    await expect(scripted([lost]).storage.increment(4, 1)).rejects.toBe(lost);
  });

  it('never write a trailer, the maker’s block, or beyond the card, and send nothing then', async () => {
    const { storage, sent } = scripted([]);
    for (const block of [0, 3, 63, 64, -1]) await expect(storage.writeBlock(block, new Uint8Array(16))).rejects.toThrow(RangeError);
    for (const amount of [0, -1, 0.5, 2 ** 31]) await expect(storage.increment(4, amount)).rejects.toThrow(RangeError);
    expect(sent).toEqual([]);
  });

  it('cannot copy a value', async () => {
    const { storage } = scripted([]);
    expect(storage.canCopyValue).toBe(false);
    await expect(storage.copyValue()).rejects.toMatchObject({ code: 'notSupported' });
  });

  it('show no key in any error', async () => {
    const { storage } = scripted(['6F00']);
    await storage.authenticate(4, { type: 'B', bytes: fromHex(KEY_B) });
    const error: unknown = await storage.readBlock(4).catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain('B1B2');
  });
});

describe('a storage card in a simulated CRT-591', () => {
  it('is loaded by increment, its copy by a written block', async () => {
    const card = campusCard(1234);
    const channel = joined(card);
    const opened = await openStoragePurse(channel, campus(), { keys });
    if (!opened.ok) throw new Error(opened.detail);
    await opened.purse.prepareLoad(fen(5000));
    expect(await opened.purse.creditLoad()).toEqual({ kind: 'credited', balance: 6234 });
    expect([card.value(MAIN), card.value(COPY)]).toEqual([6234, 6234]);
    expect(channel.sent).toContain('00D30400');
    expect(channel.sent).toContain('00D10401');
  });

  it('is loaded right by a unit that turns values round', async () => {
    const card = campusCard(1234);
    const unit = new Crt591MifareUnit();
    unit.littleEndianValues = true;
    const channel = joined(card, unit);
    const opened = await openStoragePurse(channel, campus(), { keys });
    if (!opened.ok) throw new Error(opened.detail);
    await opened.purse.prepareLoad(fen(5000));
    expect(await opened.purse.creditLoad()).toEqual({ kind: 'credited', balance: 6234 });
    expect(channel.sent).not.toContain('00D30400');
  });

  it('makes, reads and moves values as the table says', () => {
    const card = new SimulatedMifare();
    const unit = new Crt591MifareUnit();
    const ask = (hex: string): string => toHex(unit.answer(card, fromHex(hex)));
    card.powerOn();
    expect(ask('0020000106FFFFFFFFFFFF')).toBe('9000');
    expect(ask('00D201000400001388')).toBe('9000'); // +5000
    expect(ask('00D3010004000000FA')).toBe('9000'); // +250
    expect(ask('00D401000400000032')).toBe('9000'); // −50
    expect(ask('00B10100')).toBe('000014509000');
    expect(ask('00B0010001')).toBe('50140000AFEBFFFF5014000004FB04FB9000');
  });

  it('opens with a stored key', () => {
    const card = campusCard(1);
    const unit = new Crt591MifareUnit();
    card.powerOn();
    expect(toHex(unit.answer(card, fromHex(`00D0010406${KEY_B}`)))).toBe('9000');
    expect(toHex(unit.answer(card, fromHex('00210104')))).toBe('9000');
  });

  it.each([
    ['00D101030100112233445566778899AABBCCDDEEFF', '6B00'],
    ['00B0010401', '6B00'],
    ['00B0280001', '6B00'],
    ['00B0010005', '6700'],
    ['00D3010003000001', '6700'],
    ['00D5000106FFFFFFFFFFFF', '6F00'],
    ['00B10101', '6F00'],
    ['80', '6F00'],
  ])('answers %s with %s', (apdu, statusWord) => {
    const card = new SimulatedMifare();
    const unit = new Crt591MifareUnit();
    card.powerOn();
    unit.answer(card, fromHex('0020000106FFFFFFFFFFFF'));
    expect(toHex(unit.answer(card, fromHex(apdu)))).toBe(statusWord);
  });

  it('answers any bytes, and leaves the trailer alone', () => {
    const known = fc
      .tuple(fc.constantFrom(0x20, 0x21, 0xb0, 0xb1, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4), fc.nat(2), fc.nat(4), fc.uint8Array({ maxLength: 40 }))
      .map(([ins, sector, block, rest]) => Uint8Array.of(0x00, ins, sector, block, ...rest));
    const apdu = fc.oneof(known, fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(apdu, { maxLength: 20 }), (apdus) => {
        const card = new SimulatedMifare();
        const unit = new Crt591MifareUnit();
        card.powerOn();
        unit.answer(card, fromHex('0020000106FFFFFFFFFFFF'));
        for (const asked of apdus) expect(unit.answer(card, asked).length).toBeGreaterThanOrEqual(2);
        expect(toHex(card.block(7))).toBe('FFFFFFFFFFFFFF078069FFFFFFFFFFFF');
      }),
    );
  });
});
