import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../common/hex.ts';
import { identifyCard, type CardDescription } from '../../../drivers/card/identify.ts';
import { createChip } from '../../../drivers/card/pboc/chip-kinds.ts';
import { createVirtualCard, FixedCard, heldChip, virtualCardKinds, type VirtualCard, type VirtualCardKind } from '../../../drivers/card/virtual-cards.ts';
import { DeviceError } from '../../../drivers/device.ts';
import { cardChannel, scriptedChannel } from './channels.ts';
import { cjtProfile, countingRandom, profile, TODAY, V2_KEYS } from './pboc/cards.ts';

const OURS = [profile(), cjtProfile()];
const world = { keys: V2_KEYS, random: countingRandom(), today: TODAY };
const make = (kind: VirtualCardKind, iface?: 'contact' | 'contactless') =>
  createVirtualCard(kind, { ...world, ...(iface === undefined ? {} : { interface: iface }) });
const identify = (card: VirtualCard, iface: 'contact' | 'contactless' = 'contactless', profiles = OURS): Promise<CardDescription> =>
  identifyCard(cardChannel(card, iface), profiles);

describe('what lies in the reader', () => {
  it.each([
    ['jtt978', 'jtt978'],
    ['cjt', 'cjt'],
    ['pbocEp', 'pbocEp'],
    ['foreign', 'jtt978'],
    ['mifareClassic', 'mifareClassic'],
    ['emv', 'emv'],
    ['mifareUltralight', 'mifareUltralight'],
    ['desfire', 'desfire'],
    ['typeB', 'typeB'],
    ['mute', 'unknown'],
    ['noChip', 'noChip'],
  ] as const)('of a %s card is %s', async (kind, expected) => {
    expect((await identify(make(kind))).kind).toBe(expected);
  });

  it('of our own JT/T 978 card is told with everything that its files say', async () => {
    expect(await identify(make('jtt978'))).toEqual({
      kind: 'jtt978',
      interface: 'contactless',
      answerToReset: '0578807002',
      sak: 0x20,
      atqa: '0004',
      tail: '7984',
      listed: ['A000000632010105'],
      application: {
        aid: 'A000000632010105',
        name: 'JT/T 978',
        scheme: 'accepted',
        blocked: false,
        issuer: '01011000FFFFFFFF',
        validFrom: '2024-01-01',
        validUntil: '2036-12-31',
        applicationType: 2,
        applicationVersion: 1,
        cardKind: 0,
        provinceCode: '0100',
        cityCode: '0100',
        interoperable: true,
      },
    });
  });

  it('of a CJ/T card tells whether it was activated, and its type', async () => {
    const chip = createChip({ ...world, kind: 'notActivated', purse: { cardType: '0102' } });
    expect(await identify(heldChip(chip))).toMatchObject({ kind: 'cjt', application: { enabled: false, cardType: '0102', issuer: '0731410000000000' } });
  });

  it('of a foreign card names its issuer', async () => {
    expect(await identify(make('foreign'))).toMatchObject({ kind: 'jtt978', tail: '7984', application: { scheme: 'foreign', issuer: '09999999FFFFFFFF' } });
  });

  it('of a known application that no profile serves here is told as such', async () => {
    expect(await identify(make('cjt'), 'contactless', [])).toMatchObject({ kind: 'cjt', application: { name: 'CJ/T', scheme: 'notServed' } });
  });

  it('of a card known by its city’s name is a purse', async () => {
    const chip = createChip({ ...world, kind: 'valid', application: 'pbocEp', purse: { aid: '5041592E535A54' } });
    expect(await identify(heldChip(chip))).toMatchObject({
      kind: 'pbocEp',
      application: { aid: '5041592E535A54', name: 'Shenzhen Tong', scheme: 'notServed' },
    });
  });

  it('of a deposit is told by the profile that serves it, or by its type byte', async () => {
    const deposit = profile({ name: 'deposit', aid: undefined, path: ['3F00', '3F01'], purseType: 1, acceptedIssuers: 'any' });
    expect(await identify(make('pbocEd'), 'contactless', [deposit])).toMatchObject({ kind: 'pbocEd', application: { name: 'deposit', scheme: 'accepted' } });
    const typed = createChip({ ...world, kind: 'valid', application: 'pbocEd', purse: { applicationType: '01' } });
    expect(await identify(heldChip(typed))).toMatchObject({ kind: 'pbocEd', application: { name: 'directory 3F01', applicationType: 1 } });
  });

  it('of a blocked card is told with its issuer', async () => {
    const chip = createChip({ ...world, kind: 'blocked' });
    expect(await identify(heldChip(chip))).toMatchObject({ kind: 'jtt978', application: { blocked: true, issuer: '01011000FFFFFFFF', scheme: 'accepted' } });
  });

  it('of a purse that does not let its public data be read is told by its name', async () => {
    const said = await identifyCard(scriptedChannel(['6A82', '6F0A8408A0000006320101059000', '6982']), [profile()]);
    expect(said).toMatchObject({ kind: 'jtt978', application: { aid: 'A000000632010105', scheme: 'foreign' } });
    expect(said.application?.issuer).toBeUndefined();
  });

  it('of a contact chip without a purse is no payment card just because its master file has the payment directory’s name', async () => {
    const blank = createChip({ ...world, kind: 'unknown', interface: 'contact' });
    expect(await identify(heldChip(blank), 'contact')).toMatchObject({ kind: 'contactIso', interface: 'contact' });
  });

  it('of a contact card that knows no file ids is not taken for a blocked purse', async () => {
    // No PPSE, no application by name; "not supported" to every file id; then 1PAY.SYS.DDF01.
    const channel = scriptedChannel([
      '6A82',
      '6A82',
      '6A82',
      '6A82',
      '6A82',
      '6A82',
      '6A81',
      '6A81',
      '6A81',
      '6F15840E315041592E5359532E4444463031A5038801019000',
      '6A81',
    ]);
    expect(await identifyCard({ ...channel, interface: 'contact' }, [])).toMatchObject({ kind: 'emv' });
  });

  it.each(['contact', 'contactless'] as const)('of a payment card over %s is recognized by its directory, and nothing of it is read', async (iface) => {
    const card = make('emv');
    expect((await identify(card, iface)).kind).toBe('emv');
    if (!(card instanceof FixedCard)) throw new Error('not the fixed card');
    // SELECT is all it heard: no READ RECORD, no GET PROCESSING OPTIONS, and not even its payment application.
    expect(card.heard.filter((apdu) => !apdu.startsWith('00A4'))).toEqual([]);
    expect(card.heard.filter((apdu) => apdu.includes('A000000333'))).toEqual([]);
  });

  it('of a bank card that also carries a purse is the purse', async () => {
    const names = '4F08A000000333010101';
    const ppse = `6F33840E325041592E5359532E4444463031A521BF0C1E610A${names}610A4F08A00000063201010561044F02A0009000`;
    const said = await identifyCard(scriptedChannel([ppse, '6A82', '6A82', '6A82', '6A82', '6A82', '6A82', '6A82', '6A82', '6A82', '6A82', '6A82']), []);
    expect(said).toMatchObject({ kind: 'emv', listed: ['A000000333010101', 'A000000632010105', 'A000'] });
    const fci = '6F318408A000000632010105A5259F0801029F0C1E01011000FFFFFFFF020103105170010170907984201908062040123100009000';
    expect(await identifyCard(scriptedChannel([ppse, fci, '6A82']), [])).toMatchObject({
      kind: 'jtt978',
      listed: expect.arrayContaining(['A000000333010101']),
    });
  });

  it.each([
    ['0001', '6A', { kind: 'mifareClassic', layout: 'classic1k' }],
    ['0002', '69', { kind: 'mifareClassic', layout: 'classic4k' }],
    ['0026', '4D', { kind: 'mifareClassic', layout: 'mini' }],
    ['0003', '68', { kind: 'mifareUltralight' }],
    ['F011', '9A', { kind: 'felica' }],
    ['003B', '50', { kind: 'felica' }],
  ])('is told from the name %s in a PC/SC reader’s ATR', async (name, check, expected) => {
    const channel = { ...scriptedChannel([], false), answerToReset: fromHex(`3B8F8001804F0CA00000030603${name}00000000${check}`) };
    expect(await identifyCard(channel, OURS)).toMatchObject(expected);
    expect(channel.sent).toEqual([]);
  });

  it('of a DESFire is told from the ATR that a PC/SC reader makes', async () => {
    const channel = { ...scriptedChannel(Array.from({ length: 30 }, () => '6E00')), answerToReset: fromHex('3B8180018080') };
    expect(await identifyCard(channel, OURS)).toMatchObject({ kind: 'desfire' });
  });

  it('of a chip that has MIFARE Classic besides its commands is that when no purse is on it', async () => {
    const channel = { ...scriptedChannel(Array.from({ length: 30 }, () => '6A82')), sak: 0x38 };
    expect(await identifyCard(channel, OURS)).toMatchObject({ kind: 'mifareClassic', layout: 'classic4k' });
  });
});

describe('an identification that is cut off', () => {
  it.each(virtualCardKinds)('of a %s card is a description with what was learned, wherever the card leaves', async (kind) => {
    for (let nth = 1; nth <= 30; nth += 1) {
      for (const when of ['before', 'after'] as const) {
        const card = make(kind);
        card.tear(when, nth);
        const said = await identify(card);
        expect(said.trouble).toBe(card.torn ? 'removed' : kind === 'mute' ? 'silent' : undefined);
      }
    }
  });

  it('keeps the purse that it found before the card left', async () => {
    const card = make('jtt978');
    card.tear('before', 3); // PPSE, SELECT, then file 17
    expect(await identify(card)).toMatchObject({ kind: 'jtt978', trouble: 'removed', application: { issuer: '01011000FFFFFFFF' } });
  });

  it.each(['offline', 'aborted', 'hardwareError'] as const)('by the reader’s own trouble says %s', async (code) => {
    expect(await identifyCard(scriptedChannel([new DeviceError(code, 'the reader')]), OURS)).toMatchObject({ kind: 'unknown', trouble: code });
  });

  it('by an error that nobody foresaw is still a description', async () => {
    expect(await identifyCard(scriptedChannel([new TypeError('a mistake of ours')]), OURS)).toMatchObject({ kind: 'unknown', trouble: 'hardwareError' });
  });

  it('by any answers whatever is a description', async () => {
    const answer = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { maxLength: 12 }), fc.boolean(), async (answers, iso7816) => {
        expect(typeof (await identifyCard(scriptedChannel(answers, iso7816), OURS)).kind).toBe('string');
      }),
    );
  });
});
