/**
 * Carries out what the recovery table decides: for every open transaction one action at a time, its outcome journaled, folded and asked
 * again, until it is closed. Runs before the first person is served, in the background between persons, and when a card with an
 * undecided load is presented. Decides nothing itself (common/money/recovery.ts does); the files beside this one know one subject each.
 */
import { isSameCard } from '../../../drivers/card/pboc/examine-load.ts';
import { fen } from '../../../common/fen.ts';
import type { CardRef, JournalBody } from '../../../common/journal-kinds.ts';
import type { RunningScript } from '../../../state-machines/card-script.ts';
import type {
  CardReading,
  EarlierLoad,
  LatestTopUp,
  OpenLoad,
  Recovered,
  RecoveryPort,
  StackedCredit,
  UnfinishedTopUp,
} from '../../../state-machines/ports.ts';
import { recoveryDecision, type Closing, type RecoveryAction } from '../../../common/money/recovery.ts';
import { isOpenCase, isOwedForCertain, noteInPath, unknownLoad } from '../../../common/money/standing.ts';
import { AccountRecovery } from './accounts.ts';
import { RecoveryBooks, type RecoveryOptions, type When } from './books.ts';
import { CaseRecovery } from './cases.ts';
import { LoadRecovery } from './loads.ts';
import { ClaimRecovery } from './claims.ts';
import { DeskRecovery } from './desk.ts';
import { LossRecovery } from './losses.ts';
import { latestTopUp } from './latest.ts';
import { NoteRecovery } from './notes.ts';
import { OpenLoadRecovery } from './open-loads.ts';
import { ReplacementRecovery } from './replacements.ts';
import { PaymentRecovery } from './payments.ts';
import { ScriptRecovery } from './scripts.ts';
import { tell, TELL_WITHIN_MS, untold } from './told.ts';
import { VoucherRecovery } from './vouchers.ts';

/** More actions than any transaction can need: a table that never comes to an end is a bug, and stops here. */
const MOST_ACTIONS = 40;

export class Recovery implements RecoveryPort {
  readonly #options: RecoveryOptions;
  readonly #books: RecoveryBooks;
  readonly #notes: NoteRecovery;
  readonly #payments: PaymentRecovery;
  readonly #loads: LoadRecovery;
  readonly #cases: CaseRecovery;
  readonly #openLoads: OpenLoadRecovery;
  readonly #vouchers: VoucherRecovery;
  readonly #losses: LossRecovery;
  readonly #scripts: ScriptRecovery;
  readonly #accounts: AccountRecovery;
  readonly #desk: DeskRecovery;
  readonly #claims: ClaimRecovery;
  readonly #replacements: ReplacementRecovery;
  /** A technician was told. */
  readonly #reported = new Set<string>();

  constructor(options: RecoveryOptions) {
    const books = new RecoveryBooks(options);
    this.#options = options;
    this.#books = books;
    this.#notes = new NoteRecovery(books);
    this.#payments = new PaymentRecovery(books);
    this.#loads = new LoadRecovery(books);
    this.#openLoads = new OpenLoadRecovery(books, this.#loads);
    this.#vouchers = new VoucherRecovery(books);
    this.#losses = new LossRecovery(books);
    this.#scripts = new ScriptRecovery(books);
    this.#accounts = new AccountRecovery(books);
    this.#desk = new DeskRecovery(books);
    this.#claims = new ClaimRecovery(books);
    this.#replacements = new ReplacementRecovery(books);
    this.#cases = new CaseRecovery({
      books,
      payments: this.#payments,
      loads: this.#loads,
      vouchers: this.#vouchers,
      claims: this.#claims,
      settle: (id) => this.#settle(id, 'background'),
    });
  }

  async run(): Promise<readonly Recovered[]> {
    const recovered: Recovered[] = [];
    const open = this.#options.read.openTransactions();
    await this.#replacements.freeStuck();
    if (!open.some((id) => noteInPath(this.#books.state(id)) !== undefined))
      await this.#notes.clearPath(open).catch((error: unknown) => this.#later('the note path could not be cleared now', error));
    for (const id of open) {
      const { lastAt } = this.#books.state(id);
      await this.#settle(id, 'start');
      const words = tell(this.#books, this.#vouchers, id, this.#books.ports.clock.now() - Date.parse(lastAt) <= TELL_WITHIN_MS);
      if (words !== undefined) recovered.push(words);
    }
    const unseen = recovered.length > 0 ? undefined : await untold(this.#books, this.#vouchers);
    return unseen === undefined ? recovered : [unseen];
  }

  /** A journal that can't write now leaves the rest undisturbed. */
  #later(what: string, error: unknown): void {
    this.#options.log(what, { error: String(error) });
  }

  /** Between persons: what was left open, loads not yet confirmed, reservations not yet released, cases that upstream can answer, examinations, loss reports, what the support desk was not told. Never rejects. */
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
    const chores = [
      ...this.#vouchers.chores(),
      ...this.#claims.chores(),
      ...this.#replacements.chores(),
      ...this.#scripts.chores(),
      ...this.#accounts.chores(),
    ];
    // A lost card waits for nothing else.
    await this.#losses.tend();
    for (const id of open) await this.#settle(id, 'background');
    for (const id of unconfirmed) await this.#books.guard(id, (state) => this.#loads.confirm(id, state));
    for (const id of reserved) await this.#books.guard(id, (state) => this.#loads.release(id, state));
    for (const id of answered) await this.#books.guard(id, (state) => this.#loads.tellIssuer(id, state));
    for (const id of cases) await this.#books.guard(id, (state) => this.#cases.answer(id, state));
    for (const { id, work } of chores) await this.#books.guard(id, work);
    await this.#openLoads.tend();
    await this.#desk.tend();
  }

  /** What a slip says of a transaction that has ended, without what redeems a voucher: for a copy. */
  toldOf(id: string): Recovered | undefined {
    return tell(this.#books, this.#vouchers, id, false);
  }

  async resolveWith(card: CardReading): Promise<readonly (Recovered | EarlierLoad)[]> {
    try {
      const own = (await this.#resolveOwn(card)) ?? this.#unclaimedVoucher(card);
      return own === undefined ? await this.#openLoads.resolve(card.ref) : [own];
    } catch (error) {
      this.#later('the loads of a card could not be decided now', error);
      return [];
    }
  }

  undecided(loads: readonly OpenLoad[]): Promise<OpenLoad | undefined> {
    return this.#openLoads.firstUndecided(loads);
  }

  unfinishedOf(card: CardRef): UnfinishedTopUp | undefined {
    try {
      for (const id of this.#options.read.lacking('case.opened', ['case.resolved']).toReversed()) {
        const { opened, cases, owed } = this.#books.state(id);
        const open = cases.filter(isOpenCase);
        if (opened === undefined || open.length === 0 || !isSameCard(opened.card, card)) continue;
        return { amount: fen(owed + open.reduce((sum, { disputed }) => sum + disputed, 0)), reference: opened.reference };
      }
    } catch (error) {
      this.#later('the cases of a card could not be looked for now', error);
    }
    return undefined;
  }

  unfinishedScriptOf(card: CardRef): RunningScript | undefined {
    try {
      return this.#scripts.unfinishedOf(card);
    } catch (error) {
      this.#later('the scripts of a card could not be looked for now', error);
      return undefined;
    }
  }

  latestOf(card: CardRef): LatestTopUp | undefined {
    try {
      return latestTopUp(this.#books, card);
    } catch (error) {
      this.#later('the latest top-up of a card could not be looked for now', error);
      return undefined;
    }
  }

  undelivered(): readonly JournalBody<'desk.submitting'>[] {
    try {
      return this.#desk.undelivered();
    } catch (error) {
      this.#later('what waits for the support desk could not be looked for now', error);
      return [];
    }
  }

  async #resolveOwn(card: CardReading): Promise<Recovered | undefined> {
    for (const id of this.#options.read.lacking('case.opened', ['case.resolved'])) {
      const state = this.#books.state(id);
      if (state.opened === undefined || unknownLoad(state)?.pending === undefined || !isSameCard(state.opened.card, card.ref)) continue;
      await this.#books.guard(id, () => this.#cases.examine(id));
      return this.#unclaimedVoucher(card) ?? tell(this.#books, this.#vouchers, id, true);
    }
    return undefined;
  }

  /** A case of this card that became a voucher while it was away: another terminal told its holder so, and only this one knows the code. */
  #unclaimedVoucher(card: CardReading): Recovered | undefined {
    for (const id of this.#options.read.lackingSince('voucher.registering', ['reference.shown'])) {
      const state = this.#books.state(id);
      if (state.opened === undefined || !isSameCard(state.opened.card, card.ref) || !state.cases.some(isOwedForCertain)) continue;
      const words = tell(this.#books, this.#vouchers, id, true);
      if (words?.voucher === undefined) continue;
      this.#books.append(id, { kind: 'reference.shown', body: { reference: words.reference, where: 'screen' } });
      return words;
    }
    return undefined;
  }

  /** A credit message that came without an order of this process. Durable when this returns. */
  strayCredit(credit: StackedCredit): void {
    this.#notes.strayCredit(credit);
  }

  async #settle(id: string, when: When): Promise<void> {
    await this.#books.guard(id, async () => {
      for (let count = 0; count < MOST_ACTIONS; count += 1) {
        const action = recoveryDecision(this.#books.state(id));
        if (action.kind === 'closed') return;
        if (!(await this.#perform(id, action, when))) return;
      }
      throw new Error(`recovery of ${id} does not come to an end`);
    });
  }

  /** @returns whether there is more to do now */
  async #perform(id: string, action: Exclude<RecoveryAction, { kind: 'closed' }>, when: When): Promise<boolean> {
    switch (action.kind) {
      case 'technician':
        this.#report(id, action.anomalies[0]?.detail ?? 'the entries do not begin with transaction.opened');
        return false;
      case 'findBlank':
        return this.#replacements.find(id, action, when);
      case 'askAcceptor':
        await this.#notes.askAcceptor(id, action.note);
        return true;
      case 'queryPayment':
        return this.#payments.query(id, action, when);
      case 'giveUpVoucher':
        this.#vouchers.giveUp(id, action.redeemId);
        return true;
      case 'giveUpClaim':
        this.#claims.giveUp(id, action.claimId);
        return true;
      case 'announceVoucher':
        this.#vouchers.announce(id, { reference: action.reference, amount: action.amount });
        return true;
      case 'completeRefund':
        return this.#payments.completeRefund(id, action, when);
      case 'examineCard':
        await this.#loads.examineCard(id, action, when);
        return true;
      case 'resumeOrSettle':
        await this.#loads.resumeOrSettle(id, action, when);
        return true;
      case 'openCase':
        this.#books.openCase(id, action.reason, action.amount, action.disputed);
        return true;
      case 'reportCase':
        if (!action.shown) this.#books.append(id, { kind: 'reference.shown', body: { reference: action.reference, where: 'screen' } });
        return this.#close(id, action.closing);
      case 'closeDelivered':
        if (action.confirm) await this.#loads.confirm(id, this.#books.state(id)).catch(() => undefined); // confirmed later, in the background
        return this.#close(id, action.closing);
      case 'closeReplaced':
      case 'closeRefunded':
      case 'closeAbandoned':
        return this.#close(id, action.closing);
    }
  }

  #report(id: string, detail: string): void {
    if (this.#reported.has(id)) return;
    this.#reported.add(id);
    this.#options.ports.journal.append({ kind: 'device.fault', body: { device: 'journal', code: 'anomaly', detail: `${id}: ${detail}`.slice(0, 500) } });
  }

  #close(id: string, closing: Closing): boolean {
    this.#books.append(id, { kind: 'transaction.closed', body: closing });
    return false;
  }
}
