/**
 * The application of one card while its issuer writes to it: challenges, finished commands that are relayed as they are, and what is read back
 * (card-application.md 4.2, 4.3). Knows no keys and no function. Used by the terminal's card path.
 */
import { fromHex, toHex } from '../../../common/hex.ts';
import type { CardRef, PresenceProof } from '../../../common/journal-kinds.ts';
import { PbocError, requireMac1 } from '../../../common/pboc.ts';
import type { CardChannel } from '../../card-reader/card-reader.ts';
import { decodeResponse, exchange, isBad, statusWordHex } from '../apdu.ts';
import { askCard, CardStopped } from '../card-stopped.ts';
import { decodeInitializeAnswer } from './answers.ts';
import { findApplication, selectApplication } from './application.ts';
import { isSameCard } from './examine-load.ts';
import { CardLink } from './link.ts';
import { targetFor, type CardProfile } from './profile.ts';

/** Another card, or none that answers: nothing was sent to it but questions. */
export type NotThisCard = { readonly kind: 'otherCard'; readonly tail: string } | { readonly kind: 'removed' };

/** Bytes of file 15 and file 17 (1.3, 1.5). */
const FILE_15 = { sfi: 0x15, length: 30 };
const FILE_17 = { sfi: 0x17, length: 60 };
const CHALLENGE_LENGTH = 4;

export class ScriptSession {
  readonly #link: CardLink;
  readonly #channel: CardChannel;
  readonly #profile: CardProfile;

  constructor(link: CardLink, channel: CardChannel, profile: CardProfile) {
    this.#link = link;
    this.#channel = channel;
    this.#profile = profile;
  }

  /** GET CHALLENGE `00 84 00 00 04`. @returns 4 bytes hex, and the UID of a contactless card. @throws {CardStopped} {DeviceError} */
  async challenge(signal?: AbortSignal): Promise<{ readonly challenge: string; readonly uid?: string }> {
    const command = { cla: 0x00, ins: 0x84, p1: 0x00, p2: 0x00, le: CHALLENGE_LENGTH };
    const answer = await askCard('getChallenge', () => exchange(this.#channel, command, signal));
    if (isBad(answer) || answer.statusWord !== 0x9000 || answer.data.length !== CHALLENGE_LENGTH) throw new CardStopped('senseless', 'GET CHALLENGE');
    const { uid } = this.#channel;
    return { challenge: toHex(answer.data), ...(uid === undefined ? {} : { uid: toHex(uid) }) };
  }

  /** Sends a finished command once. @returns SW1 SW2 hex; undefined: nobody knows whether it was executed. @throws {DeviceError} when the reader itself is in trouble and nothing was sent */
  async execute(apdu: string): Promise<string | undefined> {
    try {
      const answer = decodeResponse(await askCard('script', () => this.#channel.transmit(fromHex(apdu))));
      return isBad(answer) ? undefined : statusWordHex(answer.statusWord);
    } catch (error) {
      if (error instanceof CardStopped) return undefined;
      throw error;
    }
  }

  /** READ BINARY, whole. @returns hex. @throws {CardStopped} when it can't be read */
  readFile(name: 'file15' | 'file17', signal?: AbortSignal): Promise<string> {
    const { sfi, length } = name === 'file15' ? FILE_15 : FILE_17;
    return this.#read({ name: 'readBinary', sfi, offset: 0, length }, signal);
  }

  /** READ RECORD, whole. @returns hex. @throws {CardStopped} when it can't be read */
  readRecord({ sfi, number }: { readonly sfi: number; readonly number: number }, signal?: AbortSignal): Promise<string> {
    return this.#read({ name: 'readRecord', sfi, record: number, length: 256 }, signal);
  }

  /** INITIALIZE FOR LOAD that no load follows, of amount 0 where the card takes it (2.2). @returns undefined: the chip said no. @throws {CardStopped} {DeviceError} */
  async prove(terminalId: string, signal?: AbortSignal): Promise<PresenceProof | undefined> {
    const { purseType, keyIndex, zeroAmountInitialize, algorithms } = this.#profile;
    const amount = zeroAmountInitialize ? 0 : 1;
    const link = this.#link.use(signal);
    if (this.#profile.pin?.beforeLoad === true) await link.verifyPin(this.#profile);
    const answer = await link.sendWithPin({ name: 'initializeForLoad', purseType, keyIndex, amount, terminalId }, this.#profile);
    const values = answer.statusWord === 0x9000 ? decodeInitializeAnswer(answer.data) : undefined;
    if (values === undefined || isBad(values) || !algorithms.includes(values.algorithm) || !isProof(values.mac1)) return undefined;
    return { ...values, amount, purseType, terminalId: terminalId.toUpperCase() };
  }

  async #read(command: Parameters<CardLink['send']>[0], signal?: AbortSignal): Promise<string> {
    const answer = await this.#link.use(signal).sendWithPin(command, this.#profile);
    if (answer.statusWord !== 0x9000) throw new CardStopped('senseless', `${command.name} was answered ${statusWordHex(answer.statusWord)}`);
    return toHex(answer.data);
  }
}

/** Selects the application that `ref` names and compares the card. @throws {DeviceError} when the reader itself is in trouble */
export async function openForScript(
  channel: CardChannel,
  profiles: readonly CardProfile[],
  ref: CardRef,
  signal?: AbortSignal,
): Promise<ScriptSession | NotThisCard> {
  if (!channel.iso7816) return { kind: 'otherCard', tail: '' };
  const target = targetFor(profiles, ref.aid);
  if (target === undefined) return { kind: 'otherCard', tail: '' };
  const link = new CardLink(channel, { pinRefused: false }).use(signal);
  try {
    const selection = await selectApplication(link, target);
    if (selection.kind === 'notFound') {
      const found = await findApplication(link, profiles);
      return { kind: 'otherCard', tail: found.kind === 'notFound' ? '' : (found.ref?.tail ?? '') };
    }
    if (selection.ref === undefined || !isSameCard(selection.ref, ref)) return { kind: 'otherCard', tail: selection.ref?.tail ?? '' };
    const profile = selection.kind === 'selected' ? selection.profile : target.profile;
    return new ScriptSession(link, channel, profile);
  } catch (error) {
    if (error instanceof CardStopped) return { kind: 'removed' };
    throw error;
  }
}

function isProof(mac1: string): boolean {
  try {
    requireMac1(mac1);
    return true;
  } catch (error) {
    if (error instanceof PbocError) return false;
    throw error;
  }
}
