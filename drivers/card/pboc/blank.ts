/**
 * A blank of the card house at the station, while its issuer writes it: who it is, challenges for secure messaging, finished commands, and what
 * it shows afterwards. Knows no keys. Source: card-application.md 1.3, 2.2, 4.2, 4.3. Used by the terminal's path of blanks.
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import type { CardRef } from '../../../common/journal-kinds.ts';
import { maskTail } from '../../../common/pboc.ts';
import type { CardChannel } from '../../card-reader/card-reader.ts';
import { decodeResponse, exchange, isBad, statusWordHex, type CommandApdu, type ResponseApdu } from '../apdu.ts';
import { askCard, CardStopped } from '../card-stopped.ts';
import { decodeInitializeAnswer, FILE_15_LENGTH } from './answers.ts';
import { toApdu, type PbocCommand } from './commands.ts';
import type { CardProfile } from './profile.ts';

/** 00 84 00 00 04 */
const GET_CHALLENGE: CommandApdu = { cla: 0x00, ins: 0x84, p1: 0x00, p2: 0x00, le: 4 };
const FILE_15 = 0x15;

export interface WrittenCard {
  /** 30 bytes, hexadecimal. */
  readonly file15: string;
  /** Its answer to INITIALIZE FOR LOAD of 0 fen; no load follows. */
  readonly presence: {
    readonly amount: number;
    readonly purseType: 1 | 2;
    readonly terminalId: string;
    readonly balanceBefore: number;
    readonly onlineCounter: number;
    readonly cardRandom: string;
    readonly keyVersion: number;
    readonly algorithm: number;
    readonly mac1: string;
  };
}

/**
 * Selects the application and reads number and issuer; dates and flags of a blank are not looked at.
 * @returns text: why it is none that could be written
 * @throws {DeviceError} when the reader itself is in trouble
 */
export async function readBlank(channel: CardChannel, aid: string): Promise<CardRef | string> {
  if (!channel.iso7816) return 'the chip has no ISO 7816-4 commands';
  try {
    const selected = await ask(channel, { name: 'selectByName', aid });
    if (selected.statusWord !== 0x9000) return `SELECT was answered ${statusWordHex(selected.statusWord)}`;
    const file = await ask(channel, { name: 'readBinary', sfi: FILE_15, offset: 0, length: FILE_15_LENGTH });
    if (file.statusWord !== 0x9000 || file.data.length !== FILE_15_LENGTH) return `READ BINARY of file 15 was answered ${statusWordHex(file.statusWord)}`;
    const serial = toHex(file.data.subarray(10, 20));
    return { aid, issuer: toHex(file.data.subarray(0, 8)), serial, tail: maskTail(serial) };
  } catch (error) {
    if (error instanceof CardStopped) return error.message;
    throw error;
  }
}

/** 4 bytes, hexadecimal; good for the next command only. Undefined: the chip does not give one. @throws {DeviceError} when the reader itself is in trouble */
export async function challengeOf(channel: CardChannel): Promise<string | undefined> {
  try {
    const answer = await askCard('getChallenge', () => exchange(channel, GET_CHALLENGE));
    return isBad(answer) || answer.statusWord !== 0x9000 || answer.data.length !== 4 ? undefined : toHex(answer.data);
  } catch (error) {
    if (error instanceof CardStopped) return undefined;
    throw error;
  }
}

/**
 * Gives a finished command once.
 * @returns SW1 SW2, hexadecimal; undefined: no answer, and the chip may have executed it
 * @throws {DeviceError} when the reader itself is in trouble
 */
export async function giveCommand(channel: CardChannel, apdu: string): Promise<string | undefined> {
  try {
    const answer = decodeResponse(await askCard('command', () => channel.transmit(fromHex(apdu))));
    return isBad(answer) ? undefined : statusWordHex(answer.statusWord);
  } catch (error) {
    if (error instanceof CardStopped) return undefined;
    throw error;
  }
}

/** Selected anew: what the chip keeps, not what it was told a moment ago. Undefined: it does not show it. @throws {DeviceError} when the reader itself is in trouble */
export async function readWritten(
  channel: CardChannel,
  aid: string,
  { purseType, keyIndex }: Pick<CardProfile, 'purseType' | 'keyIndex'>,
  terminalId: string,
): Promise<WrittenCard | undefined> {
  try {
    const selected = await ask(channel, { name: 'selectByName', aid });
    const file = await ask(channel, { name: 'readBinary', sfi: FILE_15, offset: 0, length: FILE_15_LENGTH });
    const init = await ask(channel, { name: 'initializeForLoad', purseType, keyIndex, amount: 0, terminalId });
    if (selected.statusWord !== 0x9000 || file.statusWord !== 0x9000 || init.statusWord !== 0x9000) return undefined;
    const values = decodeInitializeAnswer(init.data);
    return isBad(values) ? undefined : { file15: toHex(file.data), presence: { ...values, amount: 0, purseType, terminalId } };
  } catch (error) {
    if (error instanceof CardStopped) return undefined;
    throw error;
  }
}

async function ask(channel: CardChannel, command: PbocCommand): Promise<ResponseApdu> {
  const answer = await askCard(command.name, () => exchange(channel, toApdu(command)));
  if (isBad(answer)) throw new CardStopped('senseless', `${command.name}: ${answer.error.message}`);
  return answer;
}
