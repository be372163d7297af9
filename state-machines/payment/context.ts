/** What every chart knows that takes money, whatever it is for; the states of the payment are made of it. */
import { fen, type Fen } from '../../common/fen.ts';
import type { BlankEvent } from '../replacement/ports.ts';
import type { CardEvent, CashEvent, OrderState, Ports, QrOrder, ScannerEvent } from '../ports.ts';
import type { OpenTransaction } from '../top-up/step.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences, ViewBodyOf } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import type { Due, Opening } from './opening.ts';
import type { Captured } from './order-steps.ts';

export interface CashNote {
  readonly denomination: Fen;
  readonly state: 'held' | 'stacking' | 'stacked' | 'returning';
}

export interface PaymentContext {
  readonly ports: Ports;
  readonly preferences: Preferences;
  readonly due: Due | undefined;
  readonly transaction: OpenTransaction | undefined;
  readonly notes: readonly CashNote[];
  /** Money taken and not yet delivered. */
  readonly held: Fen;
  /** What only evidence can tell: notes nobody can place, an order that may have been paid. */
  readonly disputed: Fen;
  /** A note is in the machine that jammed before anyone knew its value. */
  readonly noteStuck: boolean;
  readonly cashMessage: ViewBodyOf<'top-up-cash'>['message'];
  /** A note that came to escrow while the one before was still being taken. */
  readonly nextNote: Fen | undefined;
  /** Of a code on the screen. */
  readonly order: QrOrder | undefined;
  /** Of an order that may be paid, whichever side showed the code. */
  readonly orderId: string | undefined;
  readonly orderState: OrderState['state'];
  readonly captured: Captured | undefined;
  /** Why the code that was presented last did not pay. */
  readonly presentMessage: ViewBodyOf<'top-up-scan'>['message'];
  /** They took their card while a sale was being asked for. */
  readonly turned: boolean;
  readonly wait: RunningWait | undefined;
}

/** Everything that a chart hears in which a payment is made. */
export type PaymentEvent =
  | UiMachineEvent
  | CardEvent
  | CashEvent
  | ScannerEvent
  | BlankEvent
  | { readonly type: 'ORDER.STATE'; readonly state: OrderState }
  | { readonly type: 'PREFERENCES'; readonly preferences: Preferences }
  | { readonly type: 'wait.ended' };

/** Why a payment did not come about, and nothing was taken. */
export type PaymentTrouble = Extract<
  ViewBodyOf<'trouble'>['trouble'],
  | 'cashDown'
  | 'bankTerminalDown'
  | 'bankCardDeclined'
  | 'bankCardCancelled'
  | 'paymentOffline'
  | 'paymentDeclined'
  | 'paymentExpired'
  | 'confirmExpired'
  | 'walletBalance'
  | 'walletLimit'
  | 'scannerDown'
  | 'journalUnavailable'
>;

/** Why money that was taken is not used for what it was paid for. */
export type PaymentSettleReason = Extract<ViewBodyOf<'settled'>['why'], 'noteUndetermined' | 'paymentUndetermined' | 'cancelled'>;

/** A fault of the chart itself, not of the world: said loudly, caught by the machine's error transitions. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`payment: ${what} is not known in this state`);
  return value;
}

/** Room left for notes. */
export function roomOf({ due, held }: Pick<PaymentContext, 'due' | 'held'>): Fen {
  return fen(Math.max(0, known(due, 'amount').most - held));
}

export function openingOf({ transaction, due, preferences }: PaymentContext): Opening {
  return transaction ?? { ...known(known(due, 'amount').opening, 'opening'), locale: preferences.locale };
}
