/** The application of one card while its issuer writes to it, on chips that answer from a script. Frames: card-application.md 1, 2.2, 4.2, vector V2. */
import { describe, expect, test } from 'vitest';
import { CardStopped } from '../../../../drivers/card/card-stopped.ts';
import { openForScript, ScriptSession } from '../../../../drivers/card/pboc/script-session.ts';
import { DeviceError } from '../../../../drivers/device.ts';
import { scriptedChannel, type RecordingChannel } from '../channels.ts';
import { profile, V2_REF } from './cards.ts';

const FCI = '6F318408A000000632010105A5259F0801029F0C1E01011000FFFFFFFF02010310517001017090798420190806204012310000';
const SELECT = '00A4040008A00000063201010500';
const FILE_15 = '01011000FFFFFFFF02010310517001017090798420190806204012310000';
const TERMINAL = '301000890003';
const INITIALIZED = '00000ED8000F0100E7905A3180196D35';
const removed = new DeviceError('mediaMoved', 'the card left');
const offline = new DeviceError('offline', 'the reader is gone');

async function opened(answers: readonly (string | Error)[], card = profile()): Promise<{ session: ScriptSession; channel: RecordingChannel }> {
  const channel = scriptedChannel([`${FCI}9000`, ...answers]);
  const session = await openForScript(channel, [card], V2_REF);
  if (!(session instanceof ScriptSession)) throw new Error(`not opened: ${session.kind}`);
  return { session, channel };
}
const asked = ({ sent }: RecordingChannel): readonly string[] => sent.slice(1);

describe('opening', () => {
  test('selects the application that the card was read with', async () => {
    expect((await opened([])).channel.sent).toEqual([SELECT]);
  });

  test('another card is told by its number, and nothing else is asked of it', async () => {
    const channel = scriptedChannel([`${FCI}9000`]);
    expect(await openForScript(channel, [profile()], { ...V2_REF, serial: '03105170010170907985' })).toEqual({ kind: 'otherCard', tail: '7984' });
    expect(channel.sent).toEqual([SELECT]);
  });

  test('an application that nobody here knows, or a memory card, is another card', async () => {
    expect(await openForScript(scriptedChannel([]), [profile()], { ...V2_REF, aid: 'A0000003330101' })).toEqual({ kind: 'otherCard', tail: '' });
    expect(await openForScript(scriptedChannel([], false), [profile()], V2_REF)).toEqual({ kind: 'otherCard', tail: '' });
  });

  test('a card that left says so; a reader in trouble is no word about it', async () => {
    expect(await openForScript(scriptedChannel([removed]), [profile()], V2_REF)).toEqual({ kind: 'removed' });
    await expect(openForScript(scriptedChannel([offline]), [profile()], V2_REF)).rejects.toThrow(offline);
  });
});

describe('a challenge', () => {
  test('is four bytes, with the UID where the card has one', async () => {
    const { session, channel } = await opened(['DEADBEEF9000']);
    expect(await session.challenge()).toEqual({ challenge: 'DEADBEEF' });
    expect(asked(channel)).toEqual(['0084000004']);
  });

  test.each(['6D00', 'DEADBEEF019000', 'DEADBE9000', '90'])('%s is none', async (answer) => {
    await expect((await opened([answer])).session.challenge()).rejects.toThrow(CardStopped);
  });
});

describe('a finished command', () => {
  test('is given as it is, and its status is what the issuer hears', async () => {
    const { session, channel } = await opened(['9000', '6988']);
    expect(await session.execute('04D69500081122334455667700')).toBe('9000');
    expect(await session.execute('84DC01C004AABBCCDD')).toBe('6988');
    expect(asked(channel)).toEqual(['04D69500081122334455667700', '84DC01C004AABBCCDD']);
  });

  test('that was not answered is not given again: nobody knows', async () => {
    const { session, channel } = await opened([removed, '9000']);
    expect(await session.execute('84DC01C004AABBCCDD')).toBeUndefined();
    expect(asked(channel)).toHaveLength(1);
    expect(await (await opened(['90'])).session.execute('84DC01C004AABBCCDD')).toBeUndefined();
  });

  test('a reader in trouble sent nothing', async () => {
    await expect((await opened([offline])).session.execute('84DC01C004AABBCCDD')).rejects.toThrow(offline);
  });
});

describe('reading back', () => {
  test('files and records are read whole', async () => {
    const file17 = 'AB'.repeat(60);
    const { session, channel } = await opened([`${FILE_15}9000`, `${file17}9000`, '00112233449000']);
    expect(await session.readFile('file15')).toBe(FILE_15);
    expect(await session.readFile('file17')).toBe(file17);
    expect(await session.readRecord({ sfi: 0x18, number: 3 })).toBe('0011223344');
    // 00 B0 (80|SFI) 00 Le; 00 B2 record (SFI<<3|4) Le, of which 00 is 256
    expect(asked(channel)).toEqual(['00B095001E', '00B097003C', '00B203C400']);
  });

  test('what is refused can’t be read', async () => {
    await expect((await opened(['6A82'])).session.readFile('file15')).rejects.toThrow('readBinary was answered 6A82');
    await expect((await opened(['6A83'])).session.readRecord({ sfi: 0x18, number: 3 })).rejects.toThrow('readRecord was answered 6A83');
  });
});

describe('the proof that the card is here', () => {
  test('is INITIALIZE FOR LOAD of nothing', async () => {
    const { session, channel } = await opened([`${INITIALIZED}9000`]);
    expect(await session.prove(TERMINAL)).toEqual({
      amount: 0,
      purseType: 2,
      terminalId: TERMINAL,
      balanceBefore: 3800,
      onlineCounter: 15,
      cardRandom: 'E7905A31',
      keyVersion: 1,
      algorithm: 0,
      mac1: '80196D35',
    });
    expect(asked(channel)).toEqual(['805000020B010000000030100089000310']);
  });

  test('is one of the smallest sum for cards that take no nothing', async () => {
    const { session, channel } = await opened([`${INITIALIZED}9000`], profile({ zeroAmountInitialize: false }));
    expect(await session.prove(TERMINAL)).toMatchObject({ amount: 1 });
    expect(asked(channel)).toEqual(['805000020B010000000130100089000310']);
  });

  test('comes after the PIN where the issuer wants it first', async () => {
    const { session, channel } = await opened(['9000', `${INITIALIZED}9000`], profile({ pin: { value: '123456', beforeLoad: true } }));
    expect(await session.prove(TERMINAL)).toMatchObject({ mac1: '80196D35' });
    expect(asked(channel)[0]).toMatch(/^00200000/);
    expect(asked(channel)).toHaveLength(2);
  });

  test.each<[string, string]>([
    ['the chip says no', '6985'],
    ['it is too short', `${INITIALIZED.slice(2)}9000`],
    ['of another algorithm than the card’s issuer uses', `${INITIALIZED.replace('000F0100', '000F0104')}9000`],
  ])('%s: none', async (_title, answer) => {
    expect(await (await opened([answer])).session.prove(TERMINAL)).toBeUndefined();
  });
});
