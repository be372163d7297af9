/**
 * The PBOC e-purse / JT/T 978 application of the card at the station: who it is, what it holds, and a load in its two steps. Knows no keys:
 * MAC1 goes to the host, MAC2 comes from it. Source: card-application.md 1 to 3.1. Used by the terminal's composition.
 */
import { fen, type Fen } from '../../../common/fen.ts';
import type { CardRef, PendingLoadInit } from '../../../common/journal-kinds.ts';
import { PbocError, requireMac1 } from '../../../common/pboc.ts';
import type { CardChannel } from '../../card-reader/card-reader.ts';
import { exchange, getResponse, hasMore, isBad, statusWordHex, transmitOnce, type BadBytes, type ResponseApdu } from '../apdu.ts';
import { CardStopped } from '../card-stopped.ts';
import { decodeCreditAnswer, decodeInitializeAnswer, type PublicData, type TravelRecord } from './answers.ts';
import { findApplication, readBalance, readCompositeFile, readStatement, readTravelLog, type BalanceAnswer, type PurseRecord } from './application.ts';
import { toApdu } from './commands.ts';
import { CardLink, refusal, type Presentation } from './link.ts';
import { acceptsIssuer, type CardProfile } from './profile.ts';

export interface PurseReading {
  readonly ref: CardRef;
  readonly balance: Fen;
  /** Most the purse may hold, from the profile. */
  readonly purseLimit: Fen;
  /** `YYYY-MM-DD`, both days included. */
  readonly validFrom: string;
  readonly validUntil: string;
  /** Newest first. */
  readonly records: readonly PurseRecord[];
}

export type PurseProblem =
  /** No chip answered, it stopped answering, or its answers make no sense. */
  | 'unreadable'
  /** A chip, but no application of the profiles. */
  | 'unknown'
  /** Known application of an issuer that is not accepted here. */
  | 'foreign'
  | 'expired'
  | 'notYetValid'
  | 'notActivated'
  | 'blocked'
  /** The card left while it was read. */
  | 'removed';

export type OpenOutcome =
  | { readonly ok: true; readonly purse: Purse; readonly card: PurseReading }
  /** `detail` is for logs. `card` is what could still be read of a card that is expired, not yet valid or not activated. */
  | { readonly ok: false; readonly problem: PurseProblem; readonly detail: string; readonly ref?: CardRef; readonly card?: PurseReading };

export interface OpenOptions {
  /** `YYYY-MM-DD`: the day on which the card must be valid. */
  readonly businessDate: string;
  /** Default: a fresh one. Pass the same when the same card is activated again. */
  readonly presentation?: Presentation;
  readonly signal?: AbortSignal;
}

/** `removed`: the card left or its chip fell silent. */
export type BalanceOutcome = BalanceAnswer | { readonly kind: 'removed' };

/** Both newest first. */
export type TravelOutcome =
  { readonly kind: 'travel'; readonly records: readonly TravelRecord[]; readonly composite: readonly string[] } | { readonly kind: 'removed' };

export type InitializeOutcome =
  /** What the host needs besides the card's reference; the load's own id is the caller's. */
  | { readonly kind: 'ready'; readonly init: Omit<PendingLoadInit, 'loadId'>; readonly keyIndex: number }
  | { readonly kind: 'refused'; readonly statusWord: string }
  /** Answered, but not as a card that could be loaded: nothing may be sent to the host. */
  | { readonly kind: 'unacceptable'; readonly reason: 'zeroMac1' | 'algorithm' | 'malformed'; readonly detail: string }
  | { readonly kind: 'removed' };

export type CreditOutcome =
  | { readonly kind: 'credited'; readonly tac: string }
  /** The card said no: nothing changed. */
  | { readonly kind: 'refused'; readonly statusWord: string }
  /** No answer, a torn card, an ambiguous word: `examineLoad` before anything else. */
  | { readonly kind: 'unknown'; readonly why: string };

/** A call that the load sequence forbids; nothing was sent. */
export class LoadSequenceError extends Error {
  readonly code = 'noLoadInProgress';
  constructor() {
    super('CREDIT FOR LOAD needs an INITIALIZE FOR LOAD directly before it');
    this.name = 'LoadSequenceError';
  }
}

/**
 * Finds the application, reads it and says whether it can be used on the given day.
 * @throws {DeviceError} when the reader itself is in trouble (`offline`, `hardwareError`, `aborted` …)
 */
export async function openPurse(channel: CardChannel, profiles: readonly CardProfile[], options: OpenOptions): Promise<OpenOutcome> {
  if (!channel.iso7816) return { ok: false, problem: 'unknown', detail: 'the chip has no ISO 7816-4 commands' };
  const link = new CardLink(channel, options.presentation ?? { pinRefused: false }).use(options.signal);
  try {
    return await open(link, channel, profiles, options.businessDate);
  } catch (error) {
    if (!(error instanceof CardStopped)) throw error;
    return { ok: false, problem: error.how === 'removed' ? 'removed' : 'unreadable', detail: error.message };
  }
}

/** Calls come one at a time; any call but `creditLoad` ends a load that was initialized. */
export class Purse {
  readonly ref: CardRef;
  readonly #link: CardLink;
  readonly #channel: CardChannel;
  readonly #profile: CardProfile;
  #initialized = false;

  constructor(link: CardLink, channel: CardChannel, profile: CardProfile, ref: CardRef) {
    this.#link = link;
    this.#channel = channel;
    this.#profile = profile;
    this.ref = ref;
  }

  /** @throws {DeviceError} when the reader itself is in trouble */
  async readBalance(signal?: AbortSignal): Promise<BalanceOutcome> {
    this.#initialized = false;
    return orRemoved(() => readBalance(this.#link.use(signal), this.#profile, this.#profile.purseType));
  }

  /** What a JT/T 978 card keeps of travel: its log (file 1E), and its composite records as they are. @throws {DeviceError} when the reader itself is in trouble */
  async readTravel(signal?: AbortSignal): Promise<TravelOutcome> {
    this.#initialized = false;
    const link = this.#link.use(signal);
    return orRemoved(async () => ({
      kind: 'travel',
      records: await readTravelLog(link, this.#profile),
      composite: await readCompositeFile(link, this.#profile),
    }));
  }

  /**
   * INITIALIZE FOR LOAD, after the PIN where the profile wants it. Changes nothing on the card.
   * @param request `amount` in fen, at least 1; `terminalId` 6 bytes hex
   * @throws {DeviceError} when the reader itself is in trouble
   */
  async initializeLoad(request: { amount: Fen; terminalId: string }, signal?: AbortSignal): Promise<InitializeOutcome> {
    this.#initialized = false;
    const { keyIndex, purseType, pin } = this.#profile;
    const link = this.#link.use(signal);
    const command = { name: 'initializeForLoad', purseType, keyIndex, amount: request.amount, terminalId: request.terminalId } as const;
    return orRemoved(async () => {
      if (pin?.beforeLoad === true) await link.verifyPin(this.#profile);
      const answer = await link.sendWithPin(command, this.#profile);
      if (answer.statusWord !== 0x9000) return { kind: 'refused', statusWord: statusWordHex(answer.statusWord) };
      const outcome = acceptInitialize(answer, this.#profile, request);
      this.#initialized = outcome.kind === 'ready';
      return outcome;
    });
  }

  /**
   * CREDIT FOR LOAD, the step that writes money: sent once, never repeated, not abortable; every failure is an outcome.
   * @param host date and time that are under MAC2 (8 and 6 digits), MAC2 4 bytes hex
   * @throws {LoadSequenceError} or {RangeError} for a call that can't be meant; nothing was sent then
   */
  async creditLoad(host: { hostDate: string; hostTime: string; mac2: string }): Promise<CreditOutcome> {
    if (!this.#initialized) throw new LoadSequenceError();
    const command = toApdu({ name: 'creditForLoad', hostDate: host.hostDate, hostTime: host.hostTime, mac2: host.mac2 });
    this.#initialized = false;
    try {
      const answer = await transmitOnce(this.#channel, command);
      return hasMore(answer) ? creditedWith(await exchange(this.#channel, getResponse(answer))) : judgeCredit(answer);
    } catch (error) {
      return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
    }
  }
}

async function open(link: CardLink, channel: CardChannel, profiles: readonly CardProfile[], businessDate: string): Promise<OpenOutcome> {
  const selection = await findApplication(link, profiles);
  switch (selection.kind) {
    case 'notFound':
      return { ok: false, problem: 'unknown', detail: 'no application of the card profiles is on this card' };
    case 'blocked':
      return { ok: false, problem: 'blocked', detail: selection.detail, ...(selection.ref === undefined ? {} : { ref: selection.ref }) };
    case 'selected':
      break;
  }
  const { profile, ref, data } = selection;
  if (!acceptsIssuer(profile, ref.issuer)) return { ok: false, problem: 'foreign', detail: `issuer ${ref.issuer} is not accepted`, ref };
  const problem = problemOf(data, businessDate);
  const balance = await readBalance(link, profile, profile.purseType);
  if (balance.kind === 'blocked') return { ok: false, problem: 'blocked', detail: balance.detail, ref };
  if (balance.kind === 'unreadable') return { ok: false, problem: problem ?? 'unreadable', detail: balance.detail, ref };
  const records = await readStatement(link, profile);
  const card: PurseReading = {
    ref,
    balance: balance.balance,
    purseLimit: fen(profile.balanceLimit),
    validFrom: data.validFrom,
    validUntil: data.validUntil,
    records,
  };
  if (problem !== undefined) return { ok: false, problem, detail: `valid ${data.validFrom} to ${data.validUntil}`, ref, card };
  return { ok: true, purse: new Purse(link, channel, profile, ref), card };
}

function problemOf(data: PublicData, businessDate: string): PurseProblem | undefined {
  if (data.enabled === false) return 'notActivated';
  if (businessDate < data.validFrom) return 'notYetValid';
  return businessDate > data.validUntil ? 'expired' : undefined;
}

function acceptInitialize(answer: ResponseApdu, profile: CardProfile, request: { amount: Fen; terminalId: string }): InitializeOutcome {
  const values = decodeInitializeAnswer(answer.data);
  if (isBad(values)) return { kind: 'unacceptable', reason: 'malformed', detail: values.error.message };
  if (!profile.algorithms.includes(values.algorithm)) {
    return { kind: 'unacceptable', reason: 'algorithm', detail: `the load key's algorithm id is ${values.algorithm}` };
  }
  try {
    requireMac1(values.mac1);
  } catch (error) {
    if (!(error instanceof PbocError)) throw error;
    return { kind: 'unacceptable', reason: 'zeroMac1', detail: error.message };
  }
  const { purseType, keyIndex } = profile;
  return { kind: 'ready', init: { ...values, amount: request.amount, purseType, terminalId: request.terminalId.toUpperCase() }, keyIndex };
}

/** Only these say for certain that nothing changed, and only because the channel never sends an APDU twice (3.1, "Retransmission trap"). */
const CREDIT_REFUSALS: ReadonlySet<number> = new Set([0x9302, 0x6985, 0x6982, 0x6700]);

function judgeCredit(answer: ResponseApdu | BadBytes): CreditOutcome {
  if (isBad(answer)) return { kind: 'unknown', why: answer.error.message };
  if (CREDIT_REFUSALS.has(answer.statusWord) && answer.data.length === 0) return { kind: 'refused', statusWord: statusWordHex(answer.statusWord) };
  return creditedWith(answer);
}

/** `9000` without a TAC is no receipt: the card is asked again by 3.2. A refusal of GET RESPONSE refuses nothing of the load. */
function creditedWith(answer: ResponseApdu | BadBytes): CreditOutcome {
  if (isBad(answer)) return { kind: 'unknown', why: answer.error.message };
  if (answer.statusWord !== 0x9000) return { kind: 'unknown', why: refusal('CREDIT FOR LOAD', answer) };
  const tac = decodeCreditAnswer(answer.data);
  return isBad(tac) ? { kind: 'unknown', why: tac.error.message } : { kind: 'credited', tac: tac.tac };
}

async function orRemoved<T>(ask: () => Promise<T>): Promise<T | { readonly kind: 'removed' }> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CardStopped) return { kind: 'removed' };
    throw error;
  }
}
