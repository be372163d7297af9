/** What the replacement chart knows and hears, and why it waits as long as it does. */
import { ZERO_FEN, type Fen } from '../../common/fen.ts';
import type { CardRef, Outcome } from '../../common/journal-kinds.ts';
import type { HeldCard } from '../loss-report/ports.ts';
import type { PaymentContext, PaymentTrouble } from '../payment/context.ts';
import { presentDelays } from '../payment/setup.ts';
import type { AppendedEntry, Availability, Ports, TenderName, VoucherSlip } from '../ports.ts';
import type { Preferences, ViewBodyOf } from '../view.ts';
import type { Grant, OpenReplacement } from './steps.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const replacementDelays = {
  readFee: 60_000, // a sum, what happens, and a wallet to look for
  nextNote: 60_000, // since the last note
  ...presentDelays,
  warning: 20_000, // WCAG 2.2.1: at least 20 s to say "I am here"
  takeNewCard: 60_000, // kiosk-ux.md 8 gives 30 s for a card; this one was waited for, and is lost to the bin
  readTrouble: 45_000, // four lines of text
  result: 30_000, // delivered: what is on the new card, or when it will be
  settledResult: 60_000, // not delivered: the number must be read, perhaps written down
  copyCode: 180_000, // no paper: number and code of a voucher must be written down or photographed
} as const;
export type DelayName = keyof typeof replacementDelays;

/** Ways to pay the fee. A voucher is for one sum, and there is no change: it goes onto a card. */
export type FeeTender = Extract<TenderName, 'cash' | 'qr' | 'qrPresented' | 'card'>;

export interface ReplacementInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
  /** Reported lost. */
  readonly card: HeldCard;
  /** The issuer's word for who asks. */
  readonly identificationId: string;
}

/** `told`: something happened, or money moved; otherwise nothing did. */
export interface ReplacementOutput {
  readonly told: boolean;
}

export type ReplacementTrouble = Extract<ViewBodyOf<'trouble'>['trouble'], 'replacementOffline' | 'replacementRefused'> | PaymentTrouble;

export interface ReplacementContext extends ReplacementInput, PaymentContext {
  readonly fee: Fen;
  readonly tender: FeeTender;
  readonly replacement: OpenReplacement | undefined;
  readonly grant: Grant | undefined;
  /** Blanks that left the stacker for it. */
  readonly tried: number;
  readonly blankId: string | undefined;
  readonly scriptId: string | undefined;
  readonly newCard: CardRef | undefined;
  /** Why the blank in the path is no good, and whether another one may be. */
  readonly spoilt: { readonly why: string; readonly tryNext: boolean } | undefined;
  readonly settleReason: ViewBodyOf<'settled'>['why'];
  readonly outcome: Outcome;
  readonly issued: VoucherSlip | undefined;
  readonly entry: AppendedEntry | undefined;
  readonly receipt: ViewBodyOf<'done'>['receipt'];
  readonly trouble: ReplacementTrouble | undefined;
  /** They turned back by themselves. */
  readonly leaves: boolean;
  /** The transaction has its end already. */
  readonly ended: boolean;
  /** Elapsed time at which the new card was begun. */
  readonly makingSince: number;
}

/** Nothing is paid, nothing moves. */
export function beginning(input: ReplacementInput): ReplacementContext {
  return {
    ...input,
    fee: input.ports.settings.replacementFee,
    tender: 'qr',
    due: undefined,
    transaction: undefined,
    replacement: undefined,
    grant: undefined,
    notes: [],
    held: ZERO_FEN,
    disputed: ZERO_FEN,
    noteStuck: false,
    cashMessage: undefined,
    nextNote: undefined,
    order: undefined,
    orderId: undefined,
    orderState: 'waiting',
    captured: undefined,
    presentMessage: undefined,
    turned: false,
    tried: 0,
    blankId: undefined,
    scriptId: undefined,
    newCard: undefined,
    spoilt: undefined,
    settleReason: 'cancelled',
    outcome: 'abandoned',
    issued: undefined,
    entry: undefined,
    receipt: 'choice',
    trouble: undefined,
    leaves: false,
    ended: false,
    wait: undefined,
    makingSince: 0,
  };
}

/** How the fee can be paid: by notes only where they can make it up, since there is no change. */
export function feeTenders({
  ports,
  fee,
}: Pick<ReplacementContext, 'ports' | 'fee'>): readonly ({ readonly name: FeeTender } & Availability['tenders']['cash'])[] {
  const { tenders } = ports.availability.current;
  const least = Math.min(...ports.cash.denominations);
  const exact = ports.cash.denominations.length > 0 && [fee, ...ports.cash.denominations].every((each) => each % least === 0);
  const names = (['qr', 'qrPresented', 'card', 'cash'] as const).filter((name) => ports.settings.tenders.includes(name) && (name !== 'cash' || exact));
  return names.map((name) => ({ name, ...tenders[name] }));
}

/** A fault of the chart itself, not of the world. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`replacement: ${what} is not known in this state`);
  return value;
}

/** The voucher's code stands on the slip; on the screen only while there is no slip. */
export function codeOnScreen({ issued, receipt }: Pick<ReplacementContext, 'issued' | 'receipt'>): boolean {
  return issued?.code !== undefined && receipt !== 'printing' && receipt !== 'printed';
}
