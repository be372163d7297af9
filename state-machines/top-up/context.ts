/**
 * What the top-up chart knows and hears, why it waits as long as it does, and the small sums that its states, its screen and its slip
 * share.
 */
import { addFen, fen, ZERO_FEN, type Fen } from '../../common/fen.ts';
import type { JournalBody, Outcome, Tender } from '../../common/journal-kinds.ts';
import type { PaymentContext } from '../payment/context.ts';
import type { Due } from '../payment/opening.ts';
import { presentDelays } from '../payment/setup.ts';
import type { AppendedEntry, CardReading, LoadClaim, Ports, VoucherSlip, WaitingLoad } from '../ports.ts';
import type { Preferences, ViewBodyOf } from '../view.ts';
import type { Redemption } from './voucher-steps.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const topUpDelays = {
  chooseAmount: 60_000, // a person with a wallet in one hand
  chooseTender: 60_000, // looking for notes or a phone
  nextNote: 60_000, // since the last note
  ...presentDelays,
  typeVoucher: 90_000, // twelve symbols and twelve digits from a slip; anew with every touch
  confirmVoucher: 60_000, // one sum to read
  readOffer: 60_000, // a few sums, from whom and until when
  warning: 20_000, // WCAG 2.2.1: at least 20 s to say "I am here"
  readTrouble: 45_000, // four lines of text
  putBack: 120_000, // the card is still within arm's reach
  result: 20_000, // delivered: the card is what people wait for
  settledResult: 60_000, // not delivered: the number must be read, perhaps written down
  copyCode: 180_000, // no paper: number and code of a voucher must be written down or photographed
} as const;
export type DelayName = keyof typeof topUpDelays;

/** A load is tried anew after a certain "not credited", but not for ever. */
export const MAX_LOAD_ATTEMPTS = 2;

export interface TopUpInput {
  readonly ports: Ports;
  readonly card: CardReading;
  readonly preferences: Preferences;
}

export interface TopUpOutput {
  readonly outcome: Outcome;
  /** `menu`: nothing happened, the card is inside; `support`: the same, help is wanted; `another`: done, more to do; `finish`: card back, goodbye. */
  readonly next: 'menu' | 'support' | 'another' | 'account' | 'finish';
}

export type Trouble = ViewBodyOf<'trouble'>['trouble'];

export interface TopUpContext extends TopUpInput, PaymentContext {
  readonly purseLimit: Fen;
  readonly selected: Fen | undefined;
  readonly digits: string;
  readonly digitsError: 'aboveMaximum' | 'belowMinimum' | undefined;
  readonly tender: Tender | undefined;
  /** The voucher's number as typed so far, without hyphens, and its code. */
  readonly voucherNumber: string;
  readonly voucherCode: string;
  readonly voucherError: ViewBodyOf<'top-up-voucher'>['error'];
  readonly triesLeft: number | undefined;
  /** The voucher that is reserved, and pays. */
  readonly redemption: Redemption | undefined;
  /** What waits for this card at its issuer, as far as it is not loaded yet. */
  readonly waiting: readonly WaitingLoad[];
  /** The one of them that is being loaded. */
  readonly claim: LoadClaim | undefined;
  /** The voucher that this top-up ended in. */
  readonly issued: VoucherSlip | undefined;
  readonly pending: JournalBody<'load.committing'> | undefined;
  readonly loadAttempts: number;
  readonly tac: string | undefined;
  readonly loaded: Fen;
  readonly balanceAfter: Fen | undefined;
  /** The put-back screen waits for a load that was sent (`examine`) or for one that never began (`start`). */
  readonly putBackFor: 'examine' | 'start';
  readonly otherTail: string | undefined;
  readonly trouble: Trouble | undefined;
  /** Of the earlier load that bars this one. */
  readonly openReference: string | undefined;
  readonly settleReason: Exclude<ViewBodyOf<'settled'>['why'], 'noBlanks' | 'cardNotMade' | 'newCardKept' | 'restartReplacing'>;
  readonly outcome: Outcome;
  readonly next: TopUpOutput['next'];
  readonly card: CardReading;
  readonly cardPlace: 'inside' | 'atGate' | 'taken';
  readonly entry: AppendedEntry | undefined;
  readonly receipt: ViewBodyOf<'done'>['receipt'];
  /** Elapsed time at which money began to move. */
  readonly movingSince: number;
}

/** Nothing is chosen, nothing taken. */
export function beginning(input: TopUpInput): TopUpContext {
  return {
    ...input,
    purseLimit: input.card.purseLimit,
    selected: undefined,
    digits: '',
    digitsError: undefined,
    tender: undefined,
    due: undefined,
    transaction: undefined,
    notes: [],
    disputed: ZERO_FEN,
    noteStuck: false,
    cashMessage: undefined,
    nextNote: undefined,
    voucherNumber: '',
    voucherCode: '',
    voucherError: undefined,
    triesLeft: undefined,
    redemption: undefined,
    waiting: [],
    claim: undefined,
    issued: undefined,
    order: undefined,
    orderId: undefined,
    presentMessage: undefined,
    orderState: 'waiting',
    captured: undefined,
    turned: false,
    held: ZERO_FEN,
    pending: undefined,
    loadAttempts: 0,
    tac: undefined,
    loaded: ZERO_FEN,
    balanceAfter: undefined,
    putBackFor: 'start',
    otherTail: undefined,
    trouble: undefined,
    openReference: undefined,
    settleReason: 'cancelled',
    outcome: 'abandoned',
    next: 'finish',
    cardPlace: 'inside',
    entry: undefined,
    receipt: 'choice',
    wait: undefined,
    movingSince: 0,
  };
}

/** Most that may be loaded now. */
export function maximumOf(context: Pick<TopUpContext, 'ports' | 'purseLimit' | 'card'>): Fen {
  return fen(Math.max(0, Math.min(context.ports.settings.maximumLoad, context.purseLimit - context.card.balance)));
}

export function typedAmount(digits: string): Fen {
  return fen(Number(digits === '' ? 0 : digits) * 100);
}

export function within(context: TopUpContext, amount: Fen | undefined): amount is Fen {
  return amount !== undefined && amount >= context.ports.settings.minimumLoad && amount <= maximumOf(context);
}

/** A fault of the chart itself, not of the world: said loudly, caught by the machine's error transitions. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`top-up: ${what} is not known in this state`);
  return value;
}

/** The amount a result screen or slip is about; 0 where it is about a note of unknown value alone. */
export function amountOf(context: TopUpContext): Fen {
  if (context.loaded > 0 && context.outcome === 'delivered') return context.loaded;
  if (context.held + context.disputed > 0) return addFen(context.held, context.disputed);
  return context.noteStuck ? ZERO_FEN : (context.selected ?? ZERO_FEN);
}

/** How it ended, as the person is told. */
export function outcomeTold({ outcome }: Pick<TopUpContext, 'outcome'>): 'delivered' | 'refunded' | 'voucher' | 'case' {
  return outcome === 'abandoned' ? 'case' : outcome;
}

/** What a top-up is paid with: of notes as many as fit on the card, of anything else the chosen amount. */
export function dueOf(context: TopUpContext, tender: Tender): Due {
  const { locale: _asOfNow, ...opening } = openRequest(context, tender);
  return { amount: opening.requested, most: maximumOf(context), whole: false, withCard: true, opening };
}

/** What a transaction is opened with. */
export function openRequest(context: TopUpContext, tender: Tender) {
  return { card: context.card, tender, requested: known(context.selected, 'amount'), locale: context.preferences.locale };
}

/** The voucher's code stands on the slip; on the screen only while there is no slip. */
export function codeOnScreen({ issued, receipt }: Pick<TopUpContext, 'issued' | 'receipt'>): boolean {
  return issued?.code !== undefined && receipt !== 'printing' && receipt !== 'printed';
}

/** Symbols of the longest number: four of the terminal's name, eight of date and transaction, one to check. */
export const MOST_NUMBER_SYMBOLS = 13;

/** A card that was found again: its report can be taken back here. */
export function mayRelease({ trouble, ports }: Pick<TopUpContext, 'trouble' | 'ports'>): boolean {
  return trouble === 'cardReportedLost' && ports.availability.current.services.account.available;
}
