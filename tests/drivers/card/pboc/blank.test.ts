/** A blank while its issuer writes it, on chips that answer from a script: which bytes it is asked, and what counts as none. Frames: card-application.md 1, 2.2, 4.2, vector V2. */
import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../../../drivers/device.ts';
import { challengeOf, giveCommand, readBlank, readWritten } from '../../../../drivers/card/pboc/blank.ts';
import { scriptedChannel } from '../channels.ts';

const AID = 'A000000632010105';
const SELECT = '00A4040008A00000063201010500';
const READ_15 = '00B095001E';
const FCI = '6F318408A000000632010105A5259F0801029F0C1E01011000FFFFFFFF02010310517001017090798420190806204012310000';
const FILE_15 = '01011000FFFFFFFF02010310517001017090798420190806204012310000';
const TERMINAL = '301000890003';
const INITIALIZE_NOTHING = '805000020B010000000030100089000310';
/** Balance 3,800 fen, counter 15, key version 1, algorithm 0, random, MAC1. */
const INITIALIZED = '00000ED8000F0100E7905A3180196D35';
const removed = new DeviceError('mediaMoved', 'the card left');
const silent = new DeviceError('outcomeUnknown', 'no answer');
const offline = new DeviceError('offline', 'the reader is gone');

describe('who a blank is', () => {
  test('says its file 15', async () => {
    const channel = scriptedChannel([`${FCI}9000`, `${FILE_15}9000`]);
    expect(await readBlank(channel, AID)).toEqual({ aid: AID, issuer: '01011000FFFFFFFF', serial: '03105170010170907984', tail: '7984' });
    expect(channel.sent).toEqual([SELECT, READ_15]);
  });

  test.each<[string, (string | Error)[], string]>([
    ['another card’s chip', ['6A82'], 'SELECT was answered 6A82'],
    ['a blocked one', [`${FCI}6283`], 'SELECT was answered 6283'],
    ['one without file 15', [`${FCI}9000`, '6A82'], 'READ BINARY of file 15 was answered 6A82'],
    ['a file 15 that is too short', [`${FCI}9000`, `${FILE_15.slice(2)}9000`], 'READ BINARY of file 15 was answered 9000'],
    ['nonsense', ['90'], 'selectByName: '],
    ['one that left', [removed], 'selectByName: the card gave no answer'],
    ['one that fell silent', [`${FCI}9000`, silent], 'readBinary: the card gave no answer'],
  ])('%s is none that could be written, and it says why', async (_title, answers, why) => {
    expect(await readBlank(scriptedChannel(answers), AID)).toMatch(new RegExp(`^${why}`));
  });

  test('a memory card is none, and nothing is sent to it', async () => {
    const channel = scriptedChannel([], false);
    expect(typeof (await readBlank(channel, AID))).toBe('string');
    expect(channel.sent).toEqual([]);
  });

  test('a reader in trouble is no word about the card', async () => {
    await expect(readBlank(scriptedChannel([offline]), AID)).rejects.toThrow(offline);
  });
});

describe('a challenge', () => {
  test('is four bytes', async () => {
    const channel = scriptedChannel(['DEADBEEF9000']);
    expect(await challengeOf(channel)).toBe('DEADBEEF');
    expect(channel.sent).toEqual(['0084000004']);
  });

  test.each<[string, string | Error]>([
    ['another length', 'DEADBEEF019000'],
    ['a refusal', '6D00'],
    ['half an answer', '90'],
    ['a card that left', removed],
    ['a chip that fell silent', silent],
  ])('%s is none', async (_title, answer) => {
    expect(await challengeOf(scriptedChannel([answer]))).toBeUndefined();
  });

  test('a reader in trouble is no word about the card', async () => {
    await expect(challengeOf(scriptedChannel([offline]))).rejects.toThrow(offline);
  });
});

describe('a finished command', () => {
  const COMMAND = '04D6950008112233445566 77'.replaceAll(' ', '');

  test.each(['9000', '6988', '6A80'])('is given once, as it is, and %s is what the issuer hears', async (statusWord) => {
    const channel = scriptedChannel([statusWord]);
    expect(await giveCommand(channel, COMMAND)).toBe(statusWord);
    expect(channel.sent).toEqual([COMMAND]);
  });

  test.each<[string, string | Error]>([
    ['half an answer', '90'],
    ['a card that left', removed],
    ['a chip that fell silent', silent],
  ])('after %s nobody knows, and it is not given again', async (_title, answer) => {
    const channel = scriptedChannel([answer, '9000']);
    expect(await giveCommand(channel, COMMAND)).toBeUndefined();
    expect(channel.sent).toHaveLength(1);
  });

  test('a reader in trouble is no word about the card', async () => {
    await expect(giveCommand(scriptedChannel([offline]), COMMAND)).rejects.toThrow(offline);
  });
});

describe('what a new card shows', () => {
  const profile = { purseType: 2, keyIndex: 1 } as const;
  const answers = [`${FCI}9000`, `${FILE_15}9000`, `${INITIALIZED}9000`];

  test('is read after it was selected anew, and its proof moves nothing', async () => {
    const channel = scriptedChannel(answers);
    expect(await readWritten(channel, AID, profile, TERMINAL)).toEqual({
      file15: FILE_15,
      presence: {
        amount: 0,
        purseType: 2,
        terminalId: TERMINAL,
        balanceBefore: 3800,
        onlineCounter: 15,
        cardRandom: 'E7905A31',
        keyVersion: 1,
        algorithm: 0,
        mac1: '80196D35',
      },
    });
    expect(channel.sent).toEqual([SELECT, READ_15, INITIALIZE_NOTHING]);
  });

  test.each([0, 1, 2])('is nothing when answer %i is a refusal', async (refused) => {
    expect(await readWritten(scriptedChannel(answers.with(refused, '6985')), AID, profile, TERMINAL)).toBeUndefined();
  });

  test('is nothing when the proof is too short, or the card leaves', async () => {
    expect(await readWritten(scriptedChannel(answers.with(2, `${INITIALIZED.slice(2)}9000`)), AID, profile, TERMINAL)).toBeUndefined();
    expect(await readWritten(scriptedChannel(answers.slice(0, 2)), AID, profile, TERMINAL)).toBeUndefined();
  });

  test('a reader in trouble is no word about the card', async () => {
    await expect(readWritten(scriptedChannel([offline]), AID, profile, TERMINAL)).rejects.toThrow(offline);
  });
});
