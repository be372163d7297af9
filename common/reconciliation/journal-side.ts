/** What the journals say of payments, refunds, loads and boxes: each with where it stands, and when and how much of it was posted. */
import type { JournalEntry } from '../journal-entry.ts';
import type { NewEntry } from '../journal-kinds.ts';
import { EMPTY_TRANSACTION, foldEntry } from '../money/fold.ts';
import { surveyCash } from '../money/cash-survey.ts';
import type { OpenDifference, SettlementState } from '../money/settlement-state.ts';
import { heldClaim, isOpenCase } from '../money/standing.ts';
import type { LoadState, PaymentState, RefundState, TransactionState } from '../money/transaction-state.ts';

/** When, and how much (fen), one book says. */
export interface Posted {
  readonly amount: number;
  /** ms since 1970. */
  readonly at: number;
  /** Business date. */
  readonly date: string;
}

export interface HereItem<State extends string> {
  readonly id: string;
  readonly terminalId: string;
  readonly reference: string;
  readonly state: State;
  /** When it was first spoken of. */
  readonly begun: { readonly at: number; readonly date: string };
  /** What was posted for it, if anything was. */
  readonly posted?: Posted;
  /** The terminal, or an open case, still asks what became of it. */
  readonly asked: boolean;
}

export interface HereLoad extends HereItem<LoadState['state'] | 'byCase'> {
  readonly serial: string;
  /** The pending load whose value it is: the journal posted issuer.receivable for it. */
  readonly pendingId?: string;
  /** The issuer told the terminal what it booked. */
  readonly confirmed: boolean;
}

export interface LostNote {
  readonly denomination: number;
  readonly reference: string;
}

/** All that the journals of one terminal say. */
export interface JournalSide {
  readonly terminalId: string;
  readonly entries: readonly JournalEntry[];
  readonly payments: readonly HereItem<PaymentState['state']>[];
  readonly refunds: readonly HereItem<RefundState['state'] | 'byCase'>[];
  readonly loads: readonly HereLoad[];
  readonly settlements: readonly SettlementState[];
  readonly differences: readonly OpenDifference[];
  /** In suspense, with an open case. */
  readonly lostNotes: readonly LostNote[];
}

/** @param entries of any journals, carried ones too; the same entry may come more than once @param named terminals, though a journal be empty */
export function journalSides(entries: Iterable<JournalEntry>, named: readonly string[]): readonly JournalSide[] {
  const terminals = new Map(named.map((terminalId) => [terminalId, new Map<string, JournalEntry>()]));
  for (const entry of entries) {
    const known = terminals.get(entry.terminalId) ?? new Map<string, JournalEntry>();
    known.set(`${entry.epoch}/${entry.seq}`, entry);
    terminals.set(entry.terminalId, known);
  }
  return [...terminals].map(([terminalId, known]) =>
    sideOf(
      terminalId,
      [...known.values()].sort((one, other) => one.epoch - other.epoch || one.seq - other.seq),
    ),
  );
}

function sideOf(terminalId: string, entries: readonly JournalEntry[]): JournalSide {
  const stories = new Map<string, Story>();
  for (const entry of entries) {
    if (entry.transactionId === undefined) continue;
    const story = stories.get(entry.transactionId) ?? new Story(terminalId);
    stories.set(entry.transactionId, story);
    story.add(entry);
  }
  const all = [...stories.values()];
  const { cash } = surveyCash(entries);
  return {
    terminalId,
    entries,
    payments: all.flatMap((story) => story.payments()),
    refunds: all.flatMap((story) => story.refunds()),
    loads: all.flatMap((story) => story.loads()),
    settlements: cash.settlements,
    differences: cash.differences,
    lostNotes: all.flatMap((story) => story.lostNotes()),
  };
}

/** One transaction: its fold, and when what was posted. */
class Story {
  readonly #terminalId: string;
  readonly #posted = new Map<string, Posted>();
  readonly #begun = new Map<string, { readonly at: number; readonly date: string }>();
  /** What cases paid back or credited that no refund and no load of the transaction stands for. */
  readonly #byCase: { readonly kind: 'refund' | 'load'; readonly id: string }[] = [];
  #state: TransactionState = EMPTY_TRANSACTION;

  constructor(terminalId: string) {
    this.#terminalId = terminalId;
  }

  add(entry: JournalEntry): void {
    const { kind, body } = entry as unknown as NewEntry;
    const place = { at: Date.parse(entry.at), date: entry.businessDate };
    if (kind === 'payment.requested') this.#begin(`payment ${body.orderId}`, place);
    else if (kind === 'payment.captured') this.#post(`payment ${body.orderId}`, place, body.amount);
    else if (kind === 'refund.requested') this.#begin(`refund ${body.refundId}`, place);
    else if (kind === 'refund.completed') this.#post(`refund ${body.refundId}`, place, body.amount);
    else if (kind === 'load.authorizing') this.#begin(`load ${body.loadId}`, place);
    else if (kind === 'load.committed') this.#post(`load ${body.loadId}`, place, body.amount);
    else if (kind === 'case.resolved' && body.amount > 0 && (body.resolution === 'refunded' || body.resolution === 'credited')) this.#resolve(body, place);
    this.#state = foldEntry(this.#state, entry);
  }

  payments(): HereItem<PaymentState['state']>[] {
    return this.#state.payments.map(({ orderId, state }) => this.#item('payment', orderId, state, 'paymentUndetermined'));
  }

  refunds(): HereItem<RefundState['state'] | 'byCase'>[] {
    return [
      ...this.#state.refunds.map(({ refundId, state }) => this.#item('refund', refundId, state, 'refundUndetermined')),
      ...this.#ofCases('refund').map((id) => this.#item('refund', id, 'byCase' as const, 'refundUndetermined')),
    ];
  }

  loads(): HereLoad[] {
    const serial = this.#state.opened?.card.serial ?? '';
    const claim = heldClaim(this.#state);
    const pending = claim === undefined ? {} : { pendingId: claim.pendingId };
    return [
      ...this.#state.loads.map(({ loadId, state, confirmed }) => ({
        ...this.#item('load', loadId, state, 'loadUndetermined'),
        serial,
        ...pending,
        confirmed: confirmed !== undefined,
      })),
      ...this.#ofCases('load').map((id) => ({ ...this.#item('load', id, 'byCase' as const, 'loadUndetermined'), serial, confirmed: true })),
    ];
  }

  lostNotes(): LostNote[] {
    const open = this.#state.cases.findLast((known) => known.reason === 'noteUndetermined' && isOpenCase(known));
    if (open === undefined) return [];
    return this.#state.notes.filter(({ state }) => state === 'suspense').map(({ denomination }) => ({ denomination, reference: open.reference }));
  }

  /** A case pays back under the id of the refund it is about, else under its own (main/terminal/recovery/cases.ts). */
  #resolve({ resolution, reference, amount }: { resolution: string; reference: string; amount: number }, place: { at: number; date: string }): void {
    const kind = resolution === 'refunded' ? 'refund' : 'load';
    const about =
      kind === 'refund'
        ? this.#state.refunds.find(({ state }) => state !== 'completed')?.refundId
        : this.#state.loads.find(({ state }) => state === 'committing' || state === 'undetermined')?.loadId;
    const id = about ?? `case-${reference}`;
    if (about === undefined) this.#byCase.push({ kind, id });
    this.#begin(`${kind} ${id}`, place);
    this.#post(`${kind} ${id}`, place, amount);
  }

  #ofCases(kind: 'refund' | 'load'): string[] {
    return [...new Set(this.#byCase.filter((known) => known.kind === kind).map(({ id }) => id))];
  }

  #begin(key: string, place: { at: number; date: string }): void {
    if (!this.#begun.has(key)) this.#begun.set(key, place);
  }

  /** In parts under one id counts as one, at the time of the last. */
  #post(key: string, place: { at: number; date: string }, amount: number): void {
    this.#posted.set(key, { ...place, amount: (this.#posted.get(key)?.amount ?? 0) + amount });
  }

  #item<State extends string>(kind: string, id: string, state: State, reason: TransactionState['cases'][number]['reason']): HereItem<State> {
    const { opened, closed, cases } = this.#state;
    const posted = this.#posted.get(`${kind} ${id}`);
    return {
      id,
      terminalId: this.#terminalId,
      reference: opened?.reference ?? '',
      state,
      begun: this.#begun.get(`${kind} ${id}`) ?? { at: 0, date: '' },
      asked: closed === undefined || cases.some((known) => known.reason === reason && isOpenCase(known)),
      ...(posted === undefined ? {} : { posted }),
    };
  }
}
