import { describe, expect, it } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { fromHex } from '../../../common/hex.ts';
import { storageProfileSchema } from '../../../drivers/card/mifare/profile.ts';
import { openStoragePurse } from '../../../drivers/card/mifare/purse.ts';
import { SimulatedMifare } from '../../../drivers/card/mifare/simulated-card.ts';
import { createVirtualCard, VIRTUAL_MIFARE, virtualCardKinds, type VirtualCardKind } from '../../../drivers/card/virtual-cards.ts';
import { storageChannel } from './mifare/cards.ts';
import { countingRandom, TODAY, V2_KEYS } from './pboc/cards.ts';

const make = (kind: VirtualCardKind, balance = 1234) => createVirtualCard(kind, { keys: V2_KEYS, random: countingRandom(), today: TODAY, balance });

describe('a virtual card', () => {
  it.each(virtualCardKinds)('%s holds its balance when it is a purse, and tells no other', (kind) => {
    const purses: readonly VirtualCardKind[] = ['jtt978', 'cjt', 'pbocEp', 'pbocEd', 'foreign', 'mifareClassic'];
    expect(make(kind).balance).toBe(purses.includes(kind) ? 1234 : undefined);
  });

  it('of MIFARE Classic is loaded with the keys that are said of it', async () => {
    const virtual = make('mifareClassic');
    if (!(virtual.card instanceof SimulatedMifare)) throw new Error('not a MIFARE chip');
    const { sector, mainBlock, copyBlock, keyB } = VIRTUAL_MIFARE;
    const profile = storageProfileSchema.parse({ name: 'virtual', sector, mainBlock, copyBlock, key: { type: 'B', name: 'b' }, balanceLimit: 100_000 });
    const opened = await openStoragePurse(storageChannel(virtual.card), profile, { keys: { sectorKey: () => fromHex(keyB) } });
    if (!opened.ok) throw new Error(opened.detail);
    await opened.purse.prepareLoad(fen(66));
    expect(await opened.purse.creditLoad()).toEqual({ kind: 'credited', balance: 1300 });
    expect(virtual.balance).toBe(1300);
  });

  it.each(['emv', 'jtt978'] as const)('%s torn out of the field is silent, and answers again when it is powered again', (kind) => {
    const virtual = make(kind);
    const select = fromHex('00A404000E325041592E5359532E444446303100');
    virtual.card.powerOn('contactless');
    virtual.tear('after');
    expect(virtual.card.transmit(select)).toBeUndefined();
    expect([virtual.torn, virtual.card.transmit(select)]).toEqual([true, undefined]);
    virtual.card.powerOn('contactless');
    expect([virtual.torn, virtual.card.transmit(select)?.at(0)]).toEqual([false, 0x6f]);
  });
});
