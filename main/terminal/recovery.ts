/**
 * Carries out what the recovery table decides: for every open transaction one action at a time, its outcome journaled, folded and asked
 * again, until it is closed. Runs before the first person is served, in the background between persons, and when a card with an
 * undecided load is presented. Decides nothing itself (main/money/recovery.ts does).
 */
import { delay } from '../../common/clock.ts';
import { fen, type Fen } from '../../common/fen.ts';
import type { CardRef, JournalBody, JournalKind, NewEntry } from '../../common/journal-kinds.ts';
import type { PowerUpState } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import { cashRestartDecision, type LastNoteRecord } from '../../drivers/cash-acceptor/restart-decision.ts';
import { isSameCard } from '../../drivers/card/pboc/examine-load.ts';
import {
  PortError,
  type AppendedEntry,
  type CardReading,
  type OrderState,
  type Ports,
  type Recovered,
  type RecoveryPort,
  type StackedCredit,
} from '../../state-machines/ports.ts';
import { authorizeLoad, commitLoad } from '../../state-machines/top-up/steps.ts';
import type { JournalEntry } from '../../common/journal-entry.ts';
import type { ChainedEntry } from '../../common/upstream-api/journal.ts';
import { foldTransaction } from '../money/fold.ts';
import { recoveryDecision, type Closing, type RecoveryAction } from '../money/recovery.ts';
import { isOpenCase, noteInPath, reservedLoad } from '../money/standing.ts';
import type { NoteState, TransactionState } from '../money/transaction-state.ts';
import { acceptorAlarm } from './ports/cash-port.ts';
import { VoucherRecovery } from './voucher-recovery.ts';

export interface RecoveryOptions {
  readonly ports: Omit<Ports, 'recovery' | 'availability'>;
  /** What the journal holds; reading it never fails half way. */
  readonly read: {
    openTransactions(): readonly string[];
    transaction(id: string): readonly ChainedEntry[];
    /** Transactions with an entry of `kind` and none of `answers`. */
    lacking(kind: JournalKind, answers: readonly JournalKind[]): readonly string[];
    /** The last so many entries, oldest first. */
    latest(count: number): readonly JournalEntry[];
  };
  /** What the acceptor said when it came up, told once; `undefined` when none is fitted, it didn't come up, or somebody was told already. */
  readonly powerUp: () => PowerUpState | undefined;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** More actions than any transaction can need: a table that never comes to an end is a bug, and stops here. */
const MOST_ACTIONS = 40;
/** A note that was moving when the host came back (cash-acceptor.md 6.2). */
const NOTE_WAIT_MS = 30_000;
const NOTE_LOOK_MS = 500;

/** How long after its end a person may still stand before a top-up whose result they never saw. */
const TELL_WITHIN_MS = 120_000;
/** More entries than can follow the end of a transaction that nobody was told of. */
const LOOK_BACK = 50;

/** In the background the card path belongs to the persons who come and go: no card is touched. */
type When = 'start' | 'background';

export class Recovery implements RecoveryPort {
  readonly #options: RecoveryOptions;
  readonly #vouchers: VoucherRecovery;
  /** Transactions whose load was tried anew once. */
  readonly #resumed = new Set<string>();
  /** A technician was told. */
  readonly #reported = new Set<string>();

  constructor(options: RecoveryOptions) {
    this.#options = options;
    this.#vouchers = new VoucherRecovery(options);
  }

  async run(): Promise<readonly Recovered[]> {
    const recovered: Recovered[] = [];
    const open = this.#options.read.openTransactions();
    if (!open.some((id) => noteInPath(this.#state(id)) !== undefined)) await this.#clearNotePath().catch(this.#later);
    for (const id of open) {
      const { lastAt } = this.#state(id);
      await this.#settle(id, 'start');
      const told = this.#tell(id, this.#options.ports.clock.now() - Date.parse(lastAt) <= TELL_WITHIN_MS);
      if (told !== undefined) recovered.push(told);
    }
    const untold = recovered.length > 0 ? undefined : await this.#untold();
    return untold === undefined ? recovered : [untold];
  }

  /** A journal that can't write now leaves the rest of the start undisturbed. */
  readonly #later = (error: unknown): void => this.#options.log('the note path could not be cleared now', { error: String(error) });

  /** Between persons: what was left open, loads not yet confirmed, reservations not yet released, cases that upstream can answer. Never rejects. */
  async tend(): Promise<void> {
    const { read } = this.#options;
    // All lists are made before the first wait: a transaction that a person opens meanwhile is never touched from here.
    const open = read.openTransactions();
    const unconfirmed = read.lacking('load.committed', ['load.confirmed']);
    const reserved = [
      ...read.lacking('load.authorizing', ['load.committing', 'load.refused', 'load.reversed']),
      ...read.lacking('load.notCredited', ['load.reversed']),
    ];
    const answered = read.lacking('case.resolved', ['load.confirmed', 'load.reversed']);
    const cases = read.lacking('case.opened', ['case.resolved']);
    const chores = this.#vouchers.chores();
    for (const id of open) await this.#settle(id, 'background');
    for (const id of unconfirmed) await this.#guard(id, (state) => this.#confirm(id, state));
    for (const id of reserved) await this.#guard(id, (state) => this.#release(id, state));
    for (const id of answered) await this.#guard(id, (state) => this.#tellIssuer(id, state));
    for (const id of cases) await this.#guard(id, (state) => this.#answerCase(id, state));
    for (const { id, work } of chores) await this.#guard(id, work);
  }

  async resolveWith(card: CardReading): Promise<Recovered | undefined> {
    for (const id of this.#options.read.lacking('case.opened', ['case.resolved'])) {
      const state = this.#state(id);
      const load = state.loads.find(({ state: reached }) => reached === 'undetermined' || reached === 'committing');
      if (state.opened === undefined || load?.pending === undefined || !isSameCard(state.opened.card, card.ref)) continue;
      const { pending } = load;
      await this.#guard(id, () => this.#examineCase(id, state, pending));
      return this.#tell(id, true);
    }
    return undefined;
  }

  /** Interrupted between the end of a top-up and its result on the screen: its card is still inside. */
  async #untold(): Promise<Recovered | undefined> {
    const { read, ports } = this.#options;
    if (ports.card.media !== 'inside') return undefined;
    const latest = read.latest(LOOK_BACK);
    const end = latest.findLastIndex(({ kind }) => kind === 'transaction.closed');
    const closed = latest[end];
    const known = latest.slice(end + 1).some(({ kind }) => kind === 'receipt.printing' || kind === 'terminal.stopped');
    if (closed?.transactionId === undefined || known || ports.clock.now() - Date.parse(closed.at) > TELL_WITHIN_MS) return undefined;
    const inside = await ports.card.read().catch(() => undefined);
    const told = this.#tell(closed.transactionId, true);
    return inside?.ok === true && told !== undefined && isSameCard(inside.card.ref, told.ref) ? told : undefined;
  }

  /** A credit message that came without an order of this process: the open transaction's note, or nobody's. Durable when this returns. */
  strayCredit(credit: StackedCredit): void {
    for (const id of this.#options.read.openTransactions()) {
      const note = this.#state(id).notes.find(({ state }) => state === 'stacking');
      if (note !== undefined) {
        this.#append(id, { kind: 'cash.stacked', body: { noteId: note.noteId, denomination: note.denomination, ...credit } });
        return;
      }
    }
    this.#options.ports.journal.append({ kind: 'device.fault', body: { device: 'cashAcceptor', code: 'strayCredit', detail: credit.evidence } });
  }

  async #settle(id: string, when: When): Promise<void> {
    await this.#guard(id, async () => {
      for (let count = 0; count < MOST_ACTIONS; count += 1) {
        const action = recoveryDecision(this.#state(id));
        if (action.kind === 'closed') return;
        if (!(await this.#perform(id, action, when))) return;
      }
      throw new Error(`recovery of ${id} does not come to an end`);
    });
  }

  /** Whatever goes wrong with one transaction leaves it open for the next round, and the others untouched. */
  async #guard(id: string, work: (state: TransactionState) => Promise<void>): Promise<void> {
    try {
      await work(this.#state(id));
    } catch (error) {
      this.#options.log('a transaction could not be settled now', { transactionId: id, error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** @returns whether there is more to do now */
  async #perform(id: string, action: Exclude<RecoveryAction, { kind: 'closed' }>, when: When): Promise<boolean> {
    switch (action.kind) {
      case 'technician':
        this.#report(id, action.anomalies[0]?.detail ?? 'the entries do not begin with transaction.opened');
        return false;
      case 'askAcceptor':
        await this.#askAcceptor(id, action.note);
        return true;
      case 'queryPayment':
        return this.#queryPayment(id, action, when);
      case 'giveUpVoucher':
        this.#vouchers.giveUp(id, action.redeemId);
        return true;
      case 'announceVoucher':
        this.#vouchers.announce(id, { reference: action.reference, amount: action.amount });
        return true;
      case 'completeRefund':
        return this.#completeRefund(id, action, when);
      case 'examineCard':
        await this.#examineCard(id, action, when);
        return true;
      case 'resumeOrSettle':
        await this.#resumeOrSettle(id, action, when);
        return true;
      case 'openCase':
        this.#openCase(id, action.reason, action.amount, action.disputed);
        return true;
      case 'reportCase':
        if (!action.shown) this.#append(id, { kind: 'reference.shown', body: { reference: action.reference, where: 'screen' } });
        return this.#close(id, action.closing);
      case 'closeDelivered':
        if (action.confirm) await this.#confirm(id, this.#state(id)).catch(() => undefined); // confirmed later, in the background
        return this.#close(id, action.closing);
      case 'closeRefunded':
      case 'closeAbandoned':
        return this.#close(id, action.closing);
    }
  }

  // --- notes ---

  /** A note that no entry knows of goes out before anyone else stands here: it never counted. */
  async #clearNotePath(): Promise<void> {
    const report = this.#options.powerUp();
    if (report === undefined) return;
    const { act, alarm } = cashRestartDecision('none', report);
    if (alarm) this.#options.ports.journal.append(acceptorAlarm(report));
    if (act !== 'returnNote') return;
    const result = await this.#options.ports.cash.returnNote().catch(() => 'unknown' as const);
    this.#options.ports.journal.append({ kind: 'device.fault', body: { device: 'cashAcceptor', code: 'strayNote', detail: result } });
  }

  async #askAcceptor(id: string, note: NoteState): Promise<void> {
    const body = { noteId: note.noteId, denomination: note.denomination };
    const said = this.#options.powerUp();
    const report: PowerUpState = said ?? { kind: 'unknown' };
    const decision = cashRestartDecision(lastRecordOf(note), report);
    if (said !== undefined && decision.alarm) this.#options.ports.journal.append(acceptorAlarm(said));
    switch (decision.money) {
      case 'credit':
      case 'creditFlagged':
        this.#append(id, { kind: 'cash.stacked', body: { ...body, evidence: report.kind === 'creditPending' ? report.evidence : 'powerUpInStacker' } });
        break;
      case 'returned':
        this.#append(id, { kind: 'note.returned', body: { ...body, evidence: report.kind === 'noteInAcceptor' ? 'noteInAcceptor' : 'idle' } });
        break;
      case 'afterAct':
        await (decision.act === 'returnNote' ? this.#sendBack(id, note) : this.#awaitCredit(id, note));
        break;
      case 'none':
      case 'suspense':
        this.#append(id, { kind: 'note.suspense', body: { ...body, why: `${note.state}; the acceptor says ${report.kind}` } });
        break;
    }
  }

  async #sendBack(id: string, note: NoteState): Promise<void> {
    const body = { noteId: note.noteId, denomination: note.denomination };
    if (note.state !== 'returning') this.#append(id, { kind: 'note.returning', body });
    const result = await this.#options.ports.cash.returnNote().catch(() => 'unknown' as const);
    if (result === 'returned') this.#append(id, { kind: 'note.returned', body: { ...body, evidence: 'returned' } });
    else this.#append(id, { kind: 'note.suspense', body: { ...body, why: `ordered out after a restart: ${result}` } });
  }

  /** The credit handler writes the note down when it arrives; after the limit nobody knows. */
  async #awaitCredit(id: string, note: NoteState): Promise<void> {
    const { clock } = this.#options.ports;
    const end = clock.monotonic() + NOTE_WAIT_MS;
    const moving = (): boolean => this.#state(id).notes.some(({ noteId, state }) => noteId === note.noteId && state === note.state);
    while (moving() && clock.monotonic() < end) await delay(clock, NOTE_LOOK_MS);
    if (moving()) {
      this.#append(id, { kind: 'note.suspense', body: { noteId: note.noteId, denomination: note.denomination, why: 'still moving 30 s after a restart' } });
    }
  }

  // --- payments ---

  async #queryPayment(id: string, { orderId, amount }: { orderId: string; amount: number }, when: When): Promise<boolean> {
    const state = await this.#closedOrder(orderId);
    if (state === undefined) {
      if (when === 'background') return false;
      this.#append(id, { kind: 'payment.undetermined', body: { orderId, why: 'upstream could not be asked after a restart' } });
      this.#openCase(id, 'paymentUndetermined', 0, amount);
      return true;
    }
    if (state.state === 'captured') this.#append(id, capturedEntry(orderId, state));
    else this.#append(id, { kind: 'payment.closed', body: { orderId } });
    return true;
  }

  /** A definite answer about an order that is left for good; `undefined` while there is none. */
  async #closedOrder(orderId: string): Promise<OrderState | undefined> {
    try {
      const state = await this.#options.ports.payments.closeOrder(orderId);
      return state.state === 'waiting' || state.state === 'confirming' ? undefined : state;
    } catch (error) {
      // An order that never reached the acquirer can't be paid.
      if (error instanceof PortError && error.code === 'refused' && error.detail === 'unknownOrder') return { state: 'closed' };
      return undefined;
    }
  }

  async #completeRefund(id: string, refund: { refundId: string; orderId: string; amount: number }, when: When): Promise<boolean> {
    const { refundId, orderId, amount } = refund;
    try {
      await this.#options.ports.payments.refund({ refundId, orderId, amount: fen(amount) });
    } catch (error) {
      if (when === 'background') return false;
      this.#append(id, { kind: 'refund.undetermined', body: { refundId, orderId, why: error instanceof Error ? error.message.slice(0, 200) : 'no answer' } });
      this.#openCase(id, 'refundUndetermined', this.#state(id).held, 0);
      return true;
    }
    this.#append(id, { kind: 'refund.completed', body: { refundId, orderId, amount } });
    return true;
  }

  // --- loads ---

  async #examineCard(id: string, { pending, card, held }: Extract<RecoveryAction, { kind: 'examineCard' }>, when: When): Promise<void> {
    const verdict = when === 'start' ? await this.#examine(pending, card) : ({ kind: 'removed' } as const);
    if (verdict.kind === 'credited') {
      const { loadId, amount } = pending;
      this.#append(id, {
        kind: 'load.committed',
        body: {
          loadId,
          amount,
          evidence: 'recoveryTable',
          ...(verdict.tac === undefined ? {} : { tac: verdict.tac }),
          ...(verdict.balance === undefined ? {} : { balanceAfter: verdict.balance }),
        },
      });
    } else if (verdict.kind === 'notCredited') {
      this.#append(id, { kind: 'load.notCredited', body: { loadId: pending.loadId, evidence: 'recoveryTable' } });
    } else {
      this.#append(id, { kind: 'load.undetermined', body: { loadId: pending.loadId, why: verdict.kind === 'undetermined' ? verdict.why : verdict.kind } });
      this.#openCase(id, 'loadUndetermined', held, 0);
    }
  }

  async #examine(pending: JournalBody<'load.committing'>, card: CardRef) {
    const { ports } = this.#options;
    if (ports.card.media !== 'inside') return { kind: 'removed' } as const;
    return ports.card.examineLoad(pending, card).catch(() => ({ kind: 'removed' }) as const);
  }

  /** The same card still inside gets its money now, once; otherwise what was paid goes back and cash is owed. */
  async #resumeOrSettle(id: string, action: Extract<RecoveryAction, { kind: 'resumeOrSettle' }>, when: When): Promise<void> {
    if (action.releaseLoadId !== undefined) await this.#release(id, this.#state(id)).catch(() => undefined); // released later, in the background
    if (when === 'start' && !this.#resumed.has(id) && (await this.#resume(id, action))) return;
    const reference = this.#state(id).opened?.reference ?? '';
    if (action.settleBy.kind === 'refund') {
      const { orderId, amount } = action.settleBy;
      this.#append(id, { kind: 'refund.requested', body: { refundId: this.#options.ports.ids.uuid(), orderId, amount } });
    } else if (action.settleBy.kind === 'release') {
      const { redeemId, amount } = action.settleBy;
      this.#append(id, { kind: 'voucher.releasing', body: { redeemId, amount } });
    } else {
      this.#append(id, { kind: 'voucher.issued', body: { reference, amount: action.held } });
    }
  }

  /** @returns whether the card was written, or may have been: the table then goes on from there */
  async #resume(id: string, action: Extract<RecoveryAction, { kind: 'resumeOrSettle' }>): Promise<boolean> {
    this.#resumed.add(id);
    const ports = this.#options.ports as Ports;
    const reference = this.#state(id).opened?.reference;
    if (ports.card.media !== 'inside' || reference === undefined) return false;
    const outcome = await authorizeLoad(ports, { transaction: { transactionId: id, reference }, ref: action.card, amount: fen(action.held) }).catch(
      () => undefined,
    );
    if (outcome?.kind !== 'authorized') return false;
    const committed = await commitLoad(ports, { transactionId: id, pending: outcome.pending });
    return committed.kind !== 'notCredited' && committed.kind !== 'journalFailed';
  }

  /** @param found a TAC that is not in the journal */
  async #confirm(id: string, state: TransactionState, found?: string): Promise<void> {
    for (const { loadId, state: reached, tac = found, confirmed } of state.loads) {
      if (reached !== 'committed' || confirmed !== undefined) continue;
      const answer = await this.#options.ports.issuer.confirmLoad({ loadId, ...(tac === undefined ? {} : { tac }) });
      this.#append(id, { kind: 'load.confirmed', body: { loadId, tacChecked: answer.tac } });
    }
  }

  async #release(id: string, state: TransactionState): Promise<void> {
    const reserved = reservedLoad(state);
    if (reserved === undefined) return;
    await this.#options.ports.issuer.reverseLoad({ loadId: reserved.loadId });
    this.#append(id, { kind: 'load.reversed', body: { loadId: reserved.loadId } });
  }

  // --- cases ---

  /** Questions that upstream can answer by now. A load is answered by its card, a note by the count. */
  async #answerCase(id: string, state: TransactionState): Promise<void> {
    const open = state.cases.find(isOpenCase);
    if (open === undefined) return;
    if (open.reason === 'paymentUndetermined') await this.#answerPayment(id, state, open.reference);
    if (open.reason === 'refundUndetermined') await this.#answerRefund(id, state, open.reference);
  }

  async #answerPayment(id: string, state: TransactionState, reference: string): Promise<void> {
    const payment = state.payments.find(({ state: reached }) => reached === 'requested' || reached === 'undetermined');
    const order = payment === undefined ? undefined : await this.#closedOrder(payment.orderId);
    if (payment === undefined || order === undefined) return;
    if (order.state !== 'captured') {
      this.#append(id, { kind: 'payment.closed', body: { orderId: payment.orderId } });
      this.#append(id, { kind: 'case.resolved', body: { reference, resolution: 'nothingOwed', amount: 0 } });
      return;
    }
    this.#append(id, capturedEntry(payment.orderId, order));
    this.#append(id, { kind: 'case.resolved', body: { reference, resolution: 'refunded', amount: 0 } });
    await this.#settle(id, 'background'); // now held: paid back
  }

  async #answerRefund(id: string, state: TransactionState, reference: string): Promise<void> {
    const refund = state.refunds.find(({ state: reached }) => reached !== 'completed');
    if (refund === undefined) return;
    const { refundId, orderId, amount } = refund;
    await this.#options.ports.payments.refund({ refundId, orderId, amount: fen(amount) });
    this.#append(id, { kind: 'case.resolved', body: { reference, resolution: 'refunded', amount } });
  }

  /** The card of an undecided load is here: it answers, before anything else is done with it. */
  async #examineCase(id: string, state: TransactionState, pending: JournalBody<'load.committing'>): Promise<void> {
    const open = state.cases.find((known) => isOpenCase(known) && known.reason === 'loadUndetermined');
    if (open === undefined || state.opened === undefined) return;
    const { reference, amount } = open;
    const verdict = await this.#examine(pending, state.opened.card);
    if (verdict.kind === 'credited') this.#append(id, { kind: 'case.resolved', body: { reference, resolution: 'credited', amount } });
    else if (verdict.kind === 'notCredited') await this.#payBack(id, state, reference, amount);
    else return;
    const tac = verdict.kind === 'credited' ? verdict.tac : undefined;
    await this.#tellIssuer(id, this.#state(id), tac).catch(() => undefined); // told later, in the background
  }

  /** What became of a load whose case is answered: confirmed, or its reservation released. */
  async #tellIssuer(id: string, state: TransactionState, tac?: string): Promise<void> {
    await this.#confirm(id, state, tac);
    await this.#release(id, state);
  }

  /** Certainly not on the card: a payment goes back the way it came, other money stays owed under the same number, as a voucher. */
  async #payBack(id: string, state: TransactionState, reference: string, amount: number): Promise<void> {
    const payment = state.payments.find(({ state: reached }) => reached === 'captured');
    if (payment !== undefined) {
      await this.#options.ports.payments.refund({ refundId: `case-${reference}`, orderId: payment.orderId, amount: fen(amount) });
      this.#append(id, { kind: 'case.resolved', body: { reference, resolution: 'refunded', amount } });
    } else {
      this.#append(id, { kind: 'case.resolved', body: { reference, resolution: 'notCredited', amount: 0 } });
      this.#vouchers.announce(id, { reference, amount });
    }
  }

  #openCase(id: string, reason: JournalBody<'case.opened'>['reason'], amount: number, disputed: number): void {
    const reference = this.#state(id).opened?.reference ?? '';
    this.#append(id, { kind: 'case.opened', body: { reference, reason, amount, disputed } });
  }

  #report(id: string, detail: string): void {
    if (this.#reported.has(id)) return;
    this.#reported.add(id);
    this.#options.ports.journal.append({ kind: 'device.fault', body: { device: 'journal', code: 'anomaly', detail: `${id}: ${detail}`.slice(0, 500) } });
  }

  #close(id: string, closing: Closing): boolean {
    this.#append(id, { kind: 'transaction.closed', body: closing });
    return false;
  }

  /** {@link #told}, and what redeems the voucher that it ended in. */
  #tell(id: string, withCode: boolean): Recovered | undefined {
    const told = this.#told(id);
    if (told?.outcome !== 'voucher') return told;
    const voucher = this.#vouchers.slipOf(this.#state(id), withCode);
    return voucher === undefined ? told : { ...told, voucher };
  }

  /** What the person is told; nothing for a transaction in which nothing was taken. */
  #told(id: string): Recovered | undefined {
    const state = this.#state(id);
    const { opened, closed } = state;
    if (opened === undefined || closed === undefined || closed.outcome === 'abandoned') return undefined;
    const resolved = state.cases.findLast((known) => known.resolution !== undefined);
    const outcome =
      resolved?.resolution === 'credited'
        ? 'delivered'
        : resolved?.resolution === 'refunded'
          ? 'refunded'
          : resolved === undefined
            ? closed.outcome
            : 'voucher';
    const entries = this.#options.read.transaction(id);
    const outcomeEntry = entries.findLast(({ entry }) => entry.kind === 'transaction.closed' || entry.kind === 'case.resolved');
    if (outcomeEntry === undefined) return undefined;
    const balanceAfter = entries
      .flatMap(({ entry: { kind, body } }) => (kind === 'load.committed' && typeof body['balanceAfter'] === 'number' ? [fen(body['balanceAfter'])] : []))
      .at(-1);
    return {
      outcome,
      reference: opened.reference,
      tender: opened.tender,
      ref: opened.card,
      amount: amountTold(state, outcome),
      balanceBefore: fen(opened.balanceBefore),
      ...(balanceAfter === undefined ? {} : { balanceAfter }),
      entry: placeOf(outcomeEntry),
    };
  }

  #state(id: string): TransactionState {
    return foldTransaction(this.#options.read.transaction(id).map(({ entry }) => entry));
  }

  #append(id: string, entry: NewEntry): void {
    this.#options.ports.journal.append({ ...entry, transactionId: id });
  }
}

function placeOf({ entry: { epoch, seq, at }, hash }: ChainedEntry): AppendedEntry {
  return { epoch, seq, hash, at: Date.parse(at) };
}

function capturedEntry(orderId: string, { amount, channel, channelRef }: Extract<OrderState, { state: 'captured' }>): NewEntry {
  return { kind: 'payment.captured', body: { orderId, amount, channel, channelRef } };
}

function lastRecordOf(note: NoteState): LastNoteRecord {
  switch (note.state) {
    case 'escrowed':
    case 'stacking':
    case 'returning':
    case 'stacked':
      return note.state;
    case 'returned':
    case 'suspense':
      return 'none';
  }
}

function amountTold(state: TransactionState, outcome: Recovered['outcome']): Fen {
  if (outcome === 'delivered') return fen(state.loaded);
  if (outcome === 'refunded') return fen(state.refunded);
  const disputed = state.cases.filter(isOpenCase).reduce((sum, known) => sum + known.disputed, 0);
  return fen(state.owed + disputed);
}
