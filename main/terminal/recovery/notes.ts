/** Recovery of notes: where a note went that was moving when the terminal stopped, and notes that no entry knows of. */
import { delay } from '../../../common/clock.ts';
import { NOTE_STUCK } from '../../../common/journal-kinds.ts';
import type { PowerUpState } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { cashRestartDecision, type LastNoteRecord } from '../../../drivers/cash-acceptor/restart-decision.ts';
import type { StackedCredit } from '../../../state-machines/ports.ts';
import type { NoteState } from '../../../common/money/transaction-state.ts';
import { acceptorAlarm } from '../ports/cash-port.ts';
import type { RecoveryBooks } from './books.ts';

/** A note that was moving when the host came back (cash-acceptor.md 6.2). */
const NOTE_WAIT_MS = 30_000;
const NOTE_LOOK_MS = 500;

export class NoteRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  /**
   * A note that no entry knows of goes out before anyone else stands here: it never counted. One that jammed on its way in stays, and is
   * that of the person who was paying with notes.
   * @param open transactions that are not closed
   */
  async clearPath(open: readonly string[]): Promise<void> {
    const report = this.#books.options.powerUp();
    if (report === undefined) return;
    const { ports } = this.#books;
    const { act, alarm } = cashRestartDecision('none', report);
    if (alarm) ports.journal.append(acceptorAlarm(report));
    if (report.kind === 'jammed' && report.where === 'acceptor') this.#stuckNoteOf(open);
    if (act !== 'returnNote') return;
    const result = await ports.cash.returnNote().catch(() => 'unknown' as const);
    ports.journal.append({ kind: 'device.fault', body: { device: 'cashAcceptor', code: 'strayNote', detail: result } });
  }

  /** The process died before it could write down that the note jammed. */
  #stuckNoteOf(open: readonly string[]): void {
    for (const id of open) {
      const { opened, loads, noteStuck } = this.#books.state(id);
      if (opened?.tender !== 'cash' || loads.length > 0 || noteStuck !== undefined) continue;
      const detail = `a note of ${opened.reference} jammed before its value was known`;
      this.#books.append(id, { kind: 'device.fault', body: { device: 'cashAcceptor', code: NOTE_STUCK, detail } });
    }
  }

  async askAcceptor(id: string, note: NoteState): Promise<void> {
    const body = { noteId: note.noteId, denomination: note.denomination };
    const said = this.#books.options.powerUp();
    const report: PowerUpState = said ?? { kind: 'unknown' };
    const decision = cashRestartDecision(lastRecordOf(note), report);
    if (said !== undefined && decision.alarm) this.#books.ports.journal.append(acceptorAlarm(said));
    switch (decision.money) {
      case 'credit':
      case 'creditFlagged':
        this.#books.append(id, { kind: 'cash.stacked', body: { ...body, evidence: report.kind === 'creditPending' ? report.evidence : 'powerUpInStacker' } });
        break;
      case 'returned':
        this.#books.append(id, { kind: 'note.returned', body: { ...body, evidence: report.kind === 'noteInAcceptor' ? 'noteInAcceptor' : 'idle' } });
        break;
      case 'afterAct':
        await (decision.act === 'returnNote' ? this.#sendBack(id, note) : this.#awaitCredit(id, note));
        break;
      case 'none':
      case 'suspense':
        this.#books.append(id, { kind: 'note.suspense', body: { ...body, why: `${note.state}; the acceptor says ${report.kind}` } });
        break;
    }
  }

  /** A credit message that came without an order of this process: the open transaction's note, or nobody's. Durable when this returns. */
  strayCredit(credit: StackedCredit): void {
    for (const id of this.#books.options.read.openTransactions()) {
      const note = this.#books.state(id).notes.find(({ state }) => state === 'stacking');
      if (note !== undefined) {
        this.#books.append(id, { kind: 'cash.stacked', body: { noteId: note.noteId, denomination: note.denomination, ...credit } });
        return;
      }
    }
    this.#books.ports.journal.append({ kind: 'device.fault', body: { device: 'cashAcceptor', code: 'strayCredit', detail: credit.evidence } });
  }

  async #sendBack(id: string, note: NoteState): Promise<void> {
    const body = { noteId: note.noteId, denomination: note.denomination };
    if (note.state !== 'returning') this.#books.append(id, { kind: 'note.returning', body });
    const result = await this.#books.ports.cash.returnNote().catch(() => 'unknown' as const);
    if (result === 'returned') this.#books.append(id, { kind: 'note.returned', body: { ...body, evidence: 'returned' } });
    else this.#books.append(id, { kind: 'note.suspense', body: { ...body, why: `ordered out after a restart: ${result}` } });
  }

  /** The credit handler writes the note down when it arrives; after the limit nobody knows. */
  async #awaitCredit(id: string, note: NoteState): Promise<void> {
    const { clock } = this.#books.ports;
    const end = clock.monotonic() + NOTE_WAIT_MS;
    const moving = (): boolean => this.#books.state(id).notes.some(({ noteId, state }) => noteId === note.noteId && state === note.state);
    while (moving() && clock.monotonic() < end) await delay(clock, NOTE_LOOK_MS);
    if (moving()) {
      const { noteId, denomination } = note;
      this.#books.append(id, { kind: 'note.suspense', body: { noteId, denomination, why: 'still moving 30 s after a restart' } });
    }
  }
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
