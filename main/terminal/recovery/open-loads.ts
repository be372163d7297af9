/**
 * Loads of a card that the issuer has as open, begun at another terminal or by a journal that is lost: the card is examined, what it says is
 * journaled, then told to the issuer, then to the person. The other terminal learns it from the issuer and settles what it holds.
 */
import { fen } from '../../../common/fen.ts';
import { journalKinds, type CardRef, type JournalBody } from '../../../common/journal-kinds.ts';
import { isSameCard } from '../../../drivers/card/pboc/examine-load.ts';
import type { EarlierLoad, LoadVerdict, OpenLoad } from '../../../state-machines/ports.ts';
import { unknownLoad, unprovenLoad } from '../../../common/money/standing.ts';
import type { RecoveryBooks } from './books.ts';
import type { LoadRecovery } from './loads.ts';

type Examination = JournalBody<'foreign.load.examined'>;
type Standing = JournalBody<'foreign.load.reported'>['state'];
type Found = Exclude<LoadVerdict, { kind: 'otherCard' | 'removed' }>;

export class OpenLoadRecovery {
  readonly #books: RecoveryBooks;
  readonly #loads: LoadRecovery;

  constructor(books: RecoveryBooks, loads: LoadRecovery) {
    this.#books = books;
    this.#loads = loads;
  }

  /** Decides what is open on the card that is inside, as far as it says. @returns what its holder must be told */
  async resolve(card: CardRef): Promise<readonly EarlierLoad[]> {
    for (const { load, reference } of await this.#undecided(await this.#named(card))) {
      await this.#books.guard(load.loadId, () => this.#examine(card, load, reference));
    }
    return this.#untold(card);
  }

  /** The first one that is really undecided. */
  async firstUndecided(named: readonly OpenLoad[]): Promise<OpenLoad | undefined> {
    const [first] = await this.#undecided(named);
    return first;
  }

  /** Examinations that the issuer has not heard of. */
  async tend(): Promise<void> {
    for (const id of this.#books.options.read.lacking('foreign.load.examined', ['foreign.load.reported'])) {
      await this.#books.guard(id, () => this.#report(id));
    }
  }

  /** None when the issuer can't be asked: a load is then not begun either. */
  async #named(card: CardRef): Promise<readonly OpenLoad[]> {
    if (!this.#books.options.issuerReachable()) return [];
    return this.#books.ports.issuer.openLoads(card).catch(() => []);
  }

  /** What this journal knows the end of, the issuer is told; the rest is undecided, and so is what the issuer does not believe. */
  async #undecided(named: readonly OpenLoad[]): Promise<readonly OpenLoad[]> {
    const undecided: OpenLoad[] = [];
    for (const open of named) {
      const id = this.#books.options.read.byReference(open.reference);
      const state = id === undefined ? undefined : this.#books.state(id);
      const own = state?.loads.find(({ loadId }) => loadId === open.load.loadId);
      if (id === undefined || own === undefined || state === undefined || unknownLoad(state)?.loadId === own.loadId) {
        undecided.push(open);
        continue;
      }
      await this.#books.guard(id, (known) => this.#loads.tellIssuer(id, known));
      if (unprovenLoad(this.#books.state(id))?.loadId === own.loadId) undecided.push(open);
    }
    return undecided;
  }

  async #examine(card: CardRef, load: OpenLoad['load'], reference: string): Promise<void> {
    const verdict = await this.#loads.examine(load, card);
    if (verdict.kind === 'removed' || verdict.kind === 'otherCard') return;
    const examinationId = this.#books.ports.ids.uuid();
    const { loadId, amount, balanceBefore } = load;
    this.#books.append(examinationId, {
      kind: 'foreign.load.examined',
      body: { examinationId, loadId, reference, card, amount, balanceBefore, ...findingOf(verdict) },
    });
    await this.#report(examinationId).catch(() => undefined); // reported later, in the background
  }

  async #report(id: string): Promise<void> {
    const examination = this.#examination(id);
    if (examination === undefined) return;
    const { examinationId, loadId, verdict, tac, evidence } = examination;
    const found = { ...(tac === undefined ? {} : { tac }), ...(evidence === undefined ? {} : { evidence }) };
    const { state } = await this.#books.ports.issuer.reportExamined({ examinationId, loadId, verdict, ...found });
    if (this.#standing(id) !== undefined) return; // reported from the background meanwhile
    this.#books.append(id, { kind: 'foreign.load.reported', body: { examinationId, loadId, state } });
  }

  /** What was found on this card and not told yet, also by a process that ended before; the latest word on each load. */
  #untold(card: CardRef): readonly EarlierLoad[] {
    const told = new Map<string, EarlierLoad>();
    for (const id of this.#books.options.read.lacking('foreign.load.examined', ['foreign.load.told'])) {
      const examination = this.#examination(id);
      if (examination === undefined || !isSameCard(examination.card, card)) continue;
      const { examinationId, loadId } = examination;
      this.#books.append(id, { kind: 'foreign.load.told', body: { examinationId, loadId } });
      told.set(loadId, earlierLoad(examination, this.#standing(id)));
    }
    return [...told.values()];
  }

  #examination(id: string): Examination | undefined {
    const first = this.#books.options.read.transaction(id)[0]?.entry;
    return first?.kind === 'foreign.load.examined' ? journalKinds['foreign.load.examined'].parse(first.body) : undefined;
  }

  /** As the issuer answered. */
  #standing(id: string): Standing | undefined {
    const reported = this.#books.options.read.transaction(id).find(({ entry: { kind } }) => kind === 'foreign.load.reported')?.entry;
    return reported === undefined ? undefined : journalKinds['foreign.load.reported'].parse(reported.body).state;
  }
}

function findingOf(verdict: Found): Pick<Examination, 'verdict' | 'tac' | 'evidence'> {
  const tac = verdict.kind === 'credited' ? verdict.tac : undefined;
  return {
    verdict: verdict.kind,
    ...(tac === undefined ? {} : { tac }),
    ...(verdict.evidence === undefined ? {} : { evidence: verdict.evidence }),
  };
}

/** The issuer's word, which weighs what every terminal found, goes before this card's. */
function earlierLoad({ verdict, reference, card, amount, evidence }: Examination, standing: Standing | undefined): EarlierLoad {
  const balance = evidence?.balanceNow;
  return {
    outcome: 'earlier',
    verdict: standing === undefined ? verdict : standing === 'open' ? 'undetermined' : standing,
    reference,
    ref: card,
    amount: fen(amount),
    ...(balance === undefined ? {} : { balance: fen(balance) }),
  };
}
