import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { SimulatedMifare } from '../../../../drivers/card/mifare/simulated-card.ts';
import { campusCard, COPY, KEY_A, KEY_B, MAIN, valueHex } from './cards.ts';

const FF = fromHex('FFFFFFFFFFFF');

function opened(card: SimulatedMifare, block: number, type: 'A' | 'B', key: Uint8Array): SimulatedMifare {
  card.powerOn();
  expect(card.authenticate(block, type, key)).toBe(true);
  return card;
}

describe('a simulated MIFARE card as delivered', () => {
  it('says who it is by UID, SAK and ATQA', () => {
    const small = new SimulatedMifare();
    const large = new SimulatedMifare({ layout: 'classic4k' });
    expect([small.sak, toHex(small.atqa), large.sak, toHex(large.atqa)]).toEqual([0x08, '0004', 0x18, '0002']);
    expect(toHex(opened(small, 0, 'A', FF).read(0) ?? new Uint8Array(0))).toMatch(/^04A1B2C3/);
  });

  it('hears nothing without power, and reads nothing before its sector is opened', () => {
    const card = new SimulatedMifare();
    expect(card.authenticate(4, 'A', FF)).toBe(false);
    card.powerOn();
    expect(card.read(4)).toBeUndefined();
  });

  it('stores what is written with the transport key, and keeps it without power', () => {
    const card = opened(new SimulatedMifare(), 4, 'A', FF);
    expect(card.write(5, fromHex('00112233445566778899AABBCCDDEEFF'))).toBe(true);
    card.powerOff();
    expect(toHex(opened(card, 5, 'A', FF).read(5) ?? new Uint8Array(0))).toBe('00112233445566778899AABBCCDDEEFF');
  });

  it('gives key B no right, since everybody can read it', () => {
    expect(opened(new SimulatedMifare(), 4, 'B', FF).read(4)).toBeUndefined();
  });

  it('shows its trailer without key A', () => {
    expect(toHex(opened(new SimulatedMifare(), 7, 'A', FF).read(7) ?? new Uint8Array(0))).toBe('000000000000FF078069FFFFFFFFFFFF');
  });

  it('never lets a trailer or the maker’s block be written', () => {
    for (const block of [0, 3, 7]) expect(opened(new SimulatedMifare(), block, 'A', FF).write(block, new Uint8Array(16))).toBe(false);
  });

  it('with 4 KB opens its large sectors as a whole', () => {
    const card = opened(new SimulatedMifare({ layout: 'classic4k' }), 128, 'A', FF);
    expect(card.read(142)).toHaveLength(16);
    expect(card.read(144)).toBeUndefined();
  });
});

describe('a simulated MIFARE purse', () => {
  it('is halted by a wrong key until it is powered again', () => {
    const card = campusCard(100);
    card.powerOn();
    expect(card.authenticate(MAIN, 'B', FF)).toBe(false);
    expect(card.authenticate(MAIN, 'B', fromHex(KEY_B))).toBe(false);
    card.powerOn();
    expect(card.authenticate(MAIN, 'B', fromHex(KEY_B))).toBe(true);
  });

  it('is raised with key B only, and lowered with either', () => {
    const card = campusCard(100);
    expect(opened(card, MAIN, 'A', fromHex(KEY_A)).increment(MAIN, 1)).toBe(false);
    expect(opened(card, MAIN, 'A', fromHex(KEY_A)).decrement(MAIN, 30) && card.transfer(MAIN)).toBe(true);
    expect(opened(card, MAIN, 'B', fromHex(KEY_B)).increment(MAIN, 50) && card.transfer(MAIN)).toBe(true);
    expect(card.value(MAIN)).toBe(120);
  });

  it('stores nothing of an increment before the transfer', () => {
    const card = opened(campusCard(100), MAIN, 'B', fromHex(KEY_B));
    expect(card.increment(MAIN, 50)).toBe(true);
    card.powerOn();
    expect(card.value(MAIN)).toBe(100);
    expect(card.authenticate(MAIN, 'B', fromHex(KEY_B)) && card.transfer(MAIN)).toBe(false);
  });

  it.each([
    [true, MAIN],
    [false, COPY],
  ])('copies a value with RESTORE and TRANSFER; carrying the address along is %s', (copyCarriesAddress, address) => {
    const card = opened(campusCard(700, 500, { copyCarriesAddress }), MAIN, 'B', fromHex(KEY_B));
    expect(card.restore(MAIN) && card.transfer(COPY)).toBe(true);
    expect(toHex(card.block(COPY))).toBe(valueHex(700, address));
  });

  it('refuses to count on a malformed block and beyond 32 bits', () => {
    const damaged = campusCard(1, 1, { blocks: { [MAIN]: '00'.repeat(16) } });
    expect(opened(damaged, MAIN, 'B', fromHex(KEY_B)).increment(MAIN, 1)).toBe(false);
    expect(opened(campusCard(0x7fff_ffff), MAIN, 'B', fromHex(KEY_B)).increment(MAIN, 1)).toBe(false);
  });

  it('torn before a transfer keeps the old value, after it has the new one, and neither answers', () => {
    for (const when of ['before', 'after'] as const) {
      const card = opened(campusCard(100), MAIN, 'B', fromHex(KEY_B));
      card.arm({ command: 'transfer', when });
      expect(card.increment(MAIN, 50) && card.transfer(MAIN)).toBe(false);
      expect([card.torn, card.value(MAIN)]).toEqual([true, when === 'before' ? 100 : 150]);
    }
  });

  it('torn within a transfer holds a beginning of the new block, then erased bytes', () => {
    const card = opened(campusCard(100), MAIN, 'B', fromHex(KEY_B));
    card.arm({ command: 'transfer', when: { programmed: 5 } });
    expect(card.increment(MAIN, 50) && card.transfer(MAIN)).toBe(false);
    expect(toHex(card.block(MAIN))).toBe('9600000069' + '00'.repeat(11));
    expect(card.value(MAIN)).toBeUndefined();
  });

  it('is torn at the command that was chosen, once', () => {
    const card = opened(campusCard(100), MAIN, 'B', fromHex(KEY_B));
    card.arm({ command: 'read', nth: 2, when: 'before' });
    expect(card.read(MAIN)).toHaveLength(16);
    expect(card.read(MAIN)).toBeUndefined();
    expect(opened(card, MAIN, 'B', fromHex(KEY_B)).read(MAIN)).toHaveLength(16);
  });

  it('comes back from a snapshot', () => {
    const card = campusCard(100);
    const before = card.snapshot();
    card.writeElsewhere(MAIN, fromHex(valueHex(5, MAIN)));
    card.restoreSnapshot(before);
    expect(card.value(MAIN)).toBe(100);
  });
});
