/**
 * The purse of a MIFARE Classic card: a value block and its copy. Reads it, loads it in two steps so that the journal stands between them, and finds
 * out what became of a load that was cut off. Source: card-application.md 5.2. Used by the terminal's composition like the PBOC purse.
 *
 * There is no host in such a load and the card signs nothing: whoever holds the sector key makes money, which is why a scheme with CPU cards is safer.
 */
import { fen, type Fen } from '../../../common/fen.ts';
import { toHex } from '../../../common/hex.ts';
import type { CardRef } from '../../../common/journal-kinds.ts';
import type { CardChannel } from '../../card-reader/card-reader.ts';
import { DeviceError } from '../../device.ts';
import { askCard, CardStopped } from '../card-stopped.ts';
import { atRest, blockState, storageVerdict, type StorageEvidence, type StorageVerdict } from './load-verdict.ts';
import type { KeyStore, StorageProfile } from './profile.ts';
import { openSector, type BothBlocks, type ValueSector } from './sector.ts';

export interface StorageReading {
  readonly ref: CardRef;
  readonly balance: Fen;
  readonly purseLimit: Fen;
  /** One of the two blocks was left behind by a terminal that was cut off; the next load mends it first. */
  readonly torn: boolean;
}

export type StorageProblem =
  /** Both blocks are damaged, the value can't be a balance, or the chip fell silent. */
  | 'unreadable'
  /** No card of this scheme. The chip may be halted: activate the card again before another profile is tried. */
  | 'unknown'
  | 'removed';

export type StorageOpenOutcome =
  | { readonly ok: true; readonly purse: StoragePurse; readonly card: StorageReading }
  /** `detail` is for logs. */
  | { readonly ok: false; readonly problem: StorageProblem; readonly detail: string; readonly ref?: CardRef };

export interface StorageOptions {
  readonly keys: KeyStore;
  readonly signal?: AbortSignal;
}

/** What recovery needs; to be journaled durably after `prepareLoad` and before `creditLoad`. */
export interface PendingStorageLoad {
  readonly amount: Fen;
  readonly balanceBefore: Fen;
  readonly balanceAfter: Fen;
}

export type PrepareOutcome =
  | { readonly kind: 'ready'; readonly pending: PendingStorageLoad }
  /** Nothing was changed: the purse would hold too much, or what it holds now is no balance. */
  | { readonly kind: 'refused'; readonly why: 'balanceLimit' | 'unreadable' }
  /** The card left or its chip fell silent; at most one block was mended by the other. */
  | { readonly kind: 'removed' };

export type StorageCreditOutcome =
  /** Both blocks were read back and hold the new value. */
  | { readonly kind: 'credited'; readonly balance: Fen }
  /** `examineStorageLoad` before anything else. */
  | { readonly kind: 'unknown'; readonly why: string };

export type StorageExamineOutcome =
  /** `mended`: both blocks hold the same value again. `balance` where the blocks tell one. */
  | (StorageVerdict & { readonly mended: boolean; readonly balance?: Fen; readonly evidence: StorageEvidence })
  | { readonly kind: 'otherCard'; readonly tail: string }
  /** The card left, or its chip fell silent, before both blocks were read: present it again. */
  | { readonly kind: 'removed' };

/** A call that the order of a load forbids; nothing was sent. */
export class StorageSequenceError extends Error {
  readonly code = 'noLoadPrepared';
  constructor() {
    super('a value is raised only directly after prepareLoad');
    this.name = 'StorageSequenceError';
  }
}

/**
 * Reads the purse; writes nothing.
 * @throws {DeviceError} when the reader itself is in trouble, or `invalidState` when the key store lacks the key
 */
export async function openStoragePurse(channel: CardChannel, profile: StorageProfile, { keys, signal }: StorageOptions): Promise<StorageOpenOutcome> {
  const ref = refOf(channel.uid, profile);
  const known = ref === undefined ? {} : { ref };
  try {
    const opening = await openSector(channel, profile, keys, signal);
    if (opening.kind === 'notOurs') return { ok: false, problem: 'unknown', detail: opening.detail, ...known };
    const blocks = await opening.sector.readBoth(signal);
    const resting = balanceIn(blocks, profile);
    if (resting === undefined || ref === undefined) return { ok: false, problem: 'unreadable', detail: describe(blocks), ...known };
    const { balance, torn } = resting;
    const card: StorageReading = { ref, balance, purseLimit: fen(profile.balanceLimit), torn };
    return { ok: true, purse: new StoragePurse(opening.sector, profile, ref), card };
  } catch (error) {
    if (!(error instanceof CardStopped)) throw error;
    return { ok: false, problem: error.how === 'removed' ? 'removed' : 'unreadable', detail: error.message, ...known };
  }
}

/** Calls come one at a time; any call but `creditLoad` ends a load that was prepared. */
export class StoragePurse {
  readonly ref: CardRef;
  readonly #sector: ValueSector;
  readonly #profile: StorageProfile;
  #prepared: { readonly pending: PendingStorageLoad; readonly blocks: BothBlocks; readonly byIncrement: boolean } | undefined;

  constructor(sector: ValueSector, profile: StorageProfile, ref: CardRef) {
    this.#sector = sector;
    this.#profile = profile;
    this.ref = ref;
  }

  /**
   * Step 1 of 5.2: mends the blocks until they agree, and says what to journal. Moves no money.
   * @param amount fen, at least 1
   * @throws {DeviceError} when the reader itself is in trouble
   */
  async prepareLoad(amount: Fen, signal?: AbortSignal): Promise<PrepareOutcome> {
    this.#prepared = undefined;
    if (amount < 1) throw new RangeError(`an amount is at least 1 fen, not ${amount}`);
    try {
      return await this.#prepare(amount, signal);
    } catch (error) {
      if (error instanceof CardStopped) return { kind: 'removed' };
      throw error;
    }
  }

  /**
   * Steps 3 to 5, each sent once, not abortable; every failure is an outcome. The value first, then its copy, then both are read back.
   * @throws {StorageSequenceError} for a call that can't be meant; nothing was sent then
   */
  async creditLoad(): Promise<StorageCreditOutcome> {
    const prepared = this.#prepared;
    if (prepared === undefined) throw new StorageSequenceError();
    this.#prepared = undefined;
    try {
      return await this.#credit(prepared.pending, prepared.blocks, prepared.byIncrement);
    } catch (error) {
      return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
    }
  }

  async #prepare(amount: Fen, signal: AbortSignal | undefined): Promise<PrepareOutcome> {
    let blocks = await this.#sector.readBoth(signal);
    const resting = atRest(blocks.main?.value, blocks.copy?.value);
    if (balanceIn(blocks, this.#profile) === undefined) return { kind: 'refused', why: 'unreadable' };
    if (resting.kind === 'value' && resting.repair !== undefined) {
      const { repair } = resting;
      const torn = blocks;
      await askCard('mend', () => this.#sector.mend(repair, torn));
      blocks = await this.#sector.readBoth(signal);
    }
    const agreed = balanceIn(blocks, this.#profile);
    if (agreed === undefined || agreed.torn) throw new CardStopped('senseless', 'the blocks do not agree after one was mended');
    if (agreed.balance + amount > this.#profile.balanceLimit) return { kind: 'refused', why: 'balanceLimit' };
    const byIncrement = this.#profile.credit === 'increment' && (await this.#readerCounts(agreed.balance, signal));
    const pending = { amount, balanceBefore: agreed.balance, balanceAfter: fen(agreed.balance + amount) };
    this.#prepared = { pending, blocks, byIncrement };
    return { kind: 'ready', pending };
  }

  /**
   * Whether the reader is proved to understand values in the byte order of the card: it gives this one as we read it, and this one is another when
   * turned round. Without the proof an INCREMENT could raise the value by millions, and the whole block is written instead, which whoever may
   * increment may do too (data sheet, table 8).
   */
  async #readerCounts(balance: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (turnedRound(balance) === balance) return false;
    try {
      return (await askCard('read value', () => this.#sector.storage.readValue(this.#sector.main, signal))) === balance;
    } catch (error) {
      if (error instanceof DeviceError && error.code === 'notSupported') return false;
      throw error;
    }
  }

  async #credit(pending: PendingStorageLoad, blocks: BothBlocks, byIncrement: boolean): Promise<StorageCreditOutcome> {
    const sector = this.#sector;
    if (byIncrement) await sector.storage.increment(sector.main, pending.amount);
    else await sector.write(sector.main, pending.balanceAfter, blocks);
    const { main } = await sector.readBoth();
    if (main?.value !== pending.balanceAfter) return { kind: 'unknown', why: 'the value does not read back as it was raised' };
    await sector.mend('mainToCopy', { main, copy: blocks.copy });
    const raised = await sector.readBoth();
    if (raised.main?.value === pending.balanceAfter && raised.copy?.value === pending.balanceAfter) return { kind: 'credited', balance: pending.balanceAfter };
    return { kind: 'unknown', why: `the blocks do not read back as they were written: ${describe(raised)}` };
  }
}

/**
 * What became of a load whose outcome is unknown, on the card now at the station; then mends the blocks, which changes no verdict.
 * @param usedElsewhere whether another terminal may have worked the card since: the caller knows whether it was out of sight
 * @throws {DeviceError} when the reader itself is in trouble
 */
export async function examineStorageLoad(
  channel: CardChannel,
  profile: StorageProfile,
  load: { readonly pending: PendingStorageLoad; readonly ref: CardRef; readonly usedElsewhere: StorageEvidence['usedElsewhere'] },
  { keys, signal }: StorageOptions,
): Promise<StorageExamineOutcome> {
  const ref = refOf(channel.uid, profile);
  if (ref === undefined || ref.aid !== load.ref.aid || ref.serial !== load.ref.serial) return { kind: 'otherCard', tail: ref?.tail ?? '' };
  try {
    const opening = await openSector(channel, profile, keys, signal);
    // The right number with another key: a card that was changed, or a chip that fell silent.
    if (opening.kind === 'notOurs') return { kind: 'removed' };
    return await examine(opening.sector, load.pending, load.usedElsewhere, signal);
  } catch (error) {
    if (error instanceof CardStopped) return { kind: 'removed' };
    throw error;
  }
}

async function examine(
  sector: ValueSector,
  pending: PendingStorageLoad,
  usedElsewhere: StorageEvidence['usedElsewhere'],
  signal: AbortSignal | undefined,
): Promise<StorageExamineOutcome> {
  const blocks = await sector.readBoth(signal);
  const load = { before: pending.balanceBefore, after: pending.balanceAfter };
  const evidence = { main: blockState(blocks.main?.value, load), copy: blockState(blocks.copy?.value, load), usedElsewhere };
  const verdict = storageVerdict(evidence);
  const mended = await mend(sector, verdict, blocks);
  const balance = balanceAfter(verdict, pending);
  return { ...verdict, mended, evidence, ...(balance === undefined ? {} : { balance }) };
}

/** A verdict stands whether or not the block could be mended; the next presentation mends what is left. */
async function mend(sector: ValueSector, verdict: StorageVerdict, blocks: BothBlocks): Promise<boolean> {
  if (verdict.kind === 'undetermined') return false;
  const { repair } = verdict;
  if (repair === undefined) return true;
  try {
    await askCard('mend', () => sector.mend(repair, blocks));
    const { main, copy } = await sector.readBoth();
    return main !== undefined && main.value === copy?.value;
  } catch (error) {
    if (error instanceof CardStopped) return false;
    throw error;
  }
}

function balanceAfter(verdict: StorageVerdict, pending: PendingStorageLoad): Fen | undefined {
  if (verdict.kind === 'undetermined') return undefined;
  return verdict.kind === 'credited' ? pending.balanceAfter : pending.balanceBefore;
}

/** The value that counts, when it can be a balance. */
function balanceIn(blocks: BothBlocks, profile: StorageProfile): { readonly balance: Fen; readonly torn: boolean } | undefined {
  const resting = atRest(blocks.main?.value, blocks.copy?.value);
  if (resting.kind === 'damaged' || resting.value < 0 || resting.value > profile.balanceLimit) return undefined;
  return { balance: fen(resting.value), torn: resting.repair !== undefined };
}

/**
 * `aid` names the place of the value as an application would: `4D46` (MF), sector, main block, copy block. A single-size UID isn't unique for ever and can
 * be copied; it is all the number such a card has.
 */
function refOf(uid: Uint8Array | undefined, { sector, mainBlock, copyBlock }: StorageProfile): CardRef | undefined {
  if (uid === undefined || uid.length === 0) return undefined;
  const serial = toHex(uid);
  return { aid: `4D46${toHex(Uint8Array.of(sector, mainBlock, copyBlock))}`, issuer: '', serial, tail: serial.slice(-4) };
}

function describe({ main, copy }: BothBlocks): string {
  return `the value block holds ${main?.value ?? 'damage'}, its copy ${copy?.value ?? 'damage'}`;
}

function turnedRound(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, value, true);
  return view.getInt32(0, false);
}
