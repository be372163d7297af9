/**
 * Recovery of a load whose outcome is unknown: gathers from the card now at the station what the recovery table needs (card-application.md 3.2,
 * steps 2–6) and asks the table. Moves no money: its INITIALIZE FOR LOAD is never followed by a CREDIT.
 */
import type { Fen } from '../../../common/fen.ts';
import type { CardRef, JournalBody } from '../../../common/journal-kinds.ts';
import type { CardChannel } from '../../card-reader/card-reader.ts';
import { isBad } from '../apdu.ts';
import { CardStopped } from '../card-stopped.ts';
import { decodeInitializeAnswer, decodeProof } from './answers.ts';
import { findApplication, findLoadRecord, readBalance, selectApplication } from './application.ts';
import { CardLink, type Presentation } from './link.ts';
import { loadVerdict, type LoadEvidence, type LoadProof, type Verdict } from './load-verdict.ts';
import { targetFor, type CardProfile } from './profile.ts';

/** As the journal holds it since before CREDIT FOR LOAD was sent, or as the issuer has it; the MACs prove nothing afterwards. */
export type PendingLoad = Omit<JournalBody<'load.committing'>, 'mac1' | 'mac2'>;

export type ExamineOutcome =
  /** `balance` unless the card doesn't tell; `evidence` to judge anew once the host has checked the TAC; absent when the table wasn't reached. */
  | (Verdict & { readonly balance?: Fen; readonly evidence?: LoadEvidence })
  /** Another card; nothing was asked of it beyond its number. `tail` is empty for a card of an unknown kind. */
  | { readonly kind: 'otherCard'; readonly tail: string }
  /** The card left, or its chip fell silent, before the table could be filled: present it again. */
  | { readonly kind: 'removed' };

export interface ExamineOptions {
  /** Asks the host whether a TAC is of this load. Default: nobody asks. */
  readonly checkTac?: (tac: string) => Promise<'good' | 'bad' | 'unchecked'>;
  readonly presentation?: Presentation;
  readonly signal?: AbortSignal;
}

/** @throws {DeviceError} when the reader itself is in trouble; whatever `checkTac` throws */
export async function examineLoad(
  channel: CardChannel,
  profiles: readonly CardProfile[],
  pending: PendingLoad,
  ref: CardRef,
  options: ExamineOptions = {},
): Promise<ExamineOutcome> {
  if (!channel.iso7816) return { kind: 'otherCard', tail: '' };
  const link = new CardLink(channel, options.presentation ?? { pinRefused: false }).use(options.signal);
  try {
    return await examine(link, profiles, pending, ref, options);
  } catch (error) {
    if (error instanceof CardStopped) return { kind: 'removed' };
    throw error;
  }
}

async function examine(link: CardLink, profiles: readonly CardProfile[], pending: PendingLoad, ref: CardRef, options: ExamineOptions): Promise<ExamineOutcome> {
  // One application may hold both purses, each with a profile of its own: its PIN and limit are those of the purse that was loaded.
  const target = targetFor(
    profiles.filter(({ purseType }) => purseType === pending.purseType),
    ref.aid,
  );
  if (target === undefined) return row12(`no card profile covers application ${ref.aid} with purse type ${pending.purseType}`);
  const selection = await selectApplication(link, target);
  if (selection.kind === 'notFound') return otherCard(await findApplication(link, profiles));
  if (selection.ref !== undefined && !isSameCard(selection.ref, ref)) return { kind: 'otherCard', tail: selection.ref.tail };
  if (selection.kind === 'blocked') return row12(selection.detail);
  const { profile } = selection;

  const balance = await readBalance(link, profile, pending.purseType);
  if (balance.kind === 'blocked') return row12('the application is blocked');
  const balanceNow = balance.kind === 'balance' ? balance.balance : undefined;
  const proof = await checked(await readProof(link, profile, pending), options);
  const counterNow = await readCounter(link, profile, pending, balanceNow);
  const log = await findLoadRecord(link, profile, pending);
  const { amount, balanceBefore } = pending;
  const evidence: LoadEvidence = { amount, balanceBefore, balanceNow, counterBefore: pending.onlineCounter, counterNow, proof, log };
  return { ...loadVerdict(evidence), evidence, ...(balanceNow === undefined ? {} : { balance: balanceNow }) };
}

function row12(why: string): ExamineOutcome {
  return { kind: 'undetermined', row: 12, why };
}

function otherCard(found: Awaited<ReturnType<typeof findApplication>>): ExamineOutcome {
  return { kind: 'otherCard', tail: found.kind === 'notFound' ? '' : (found.ref?.tail ?? '') };
}

/** Issuer and serial, as step 2 compares them. */
export function isSameCard(one: CardRef, other: CardRef): boolean {
  return one.issuer === other.issuer && one.serial === other.serial;
}

/** Step 4: under N0+1. Under N0 only on a card known to count so, since otherwise that may be the previous load's TAC. */
async function readProof(link: CardLink, profile: CardProfile, pending: PendingLoad): Promise<LoadProof> {
  if (profile.prove === 'unsupported') return { kind: 'unsupported' };
  const after = await askProof(link, pending, (pending.onlineCounter + 1) & 0xffff, 'after');
  return after.kind === 'none' && profile.proveCounter === 'before' ? askProof(link, pending, pending.onlineCounter, 'before') : after;
}

async function askProof(link: CardLink, pending: PendingLoad, counter: number, counterSent: 'after' | 'before'): Promise<LoadProof> {
  const answer = await link.send({ name: 'getTransactionProve', transactionType: pending.purseType, counter });
  if (answer.statusWord === 0x9406) return { kind: 'none' };
  const proof = answer.statusWord === 0x9000 ? decodeProof(answer.data) : undefined;
  return proof === undefined || isBad(proof) ? { kind: 'unsupported' } : { kind: 'tac', tac: proof.tac, checked: 'unchecked', counterSent };
}

async function checked(proof: LoadProof, options: ExamineOptions): Promise<LoadProof> {
  if (proof.kind !== 'tac' || options.checkTac === undefined) return proof;
  return { ...proof, checked: await options.checkTac(proof.tac) };
}

/** Step 5: N1 from an INITIALIZE with amount 0, else with 1 fen where the limit leaves room. The real amount could be refused after it was loaded. */
async function readCounter(link: CardLink, profile: CardProfile, pending: PendingLoad, balanceNow: number | undefined): Promise<number | undefined> {
  const { purseType, terminalId } = pending;
  if (profile.pin?.beforeLoad === true) await link.verifyPin(profile);
  const oneFenFits = balanceNow === undefined || balanceNow < profile.balanceLimit;
  for (const amount of [...(profile.zeroAmountInitialize ? [0] : []), ...(oneFenFits ? [1] : [])]) {
    const answer = await link.sendWithPin({ name: 'initializeForLoad', purseType, keyIndex: profile.keyIndex, amount, terminalId }, profile);
    const values = answer.statusWord === 0x9000 ? decodeInitializeAnswer(answer.data) : undefined;
    if (values !== undefined && !isBad(values)) return values.onlineCounter;
  }
  return undefined;
}
