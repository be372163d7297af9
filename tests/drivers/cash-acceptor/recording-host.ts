/**
 * A host small enough to be read at once that keeps the records of cash-acceptor.md 6.1 and obeys the restart decision: what the
 * composition does, without screens. Its journal outlives it.
 */
import { fen, type Fen } from '../../../common/fen.ts';
import { delay } from '../../../common/clock.ts';
import type { CashAcceptor, CashAcceptorEvent, NoteCredit, PowerUpState } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { cashRestartDecision, type LastNoteRecord } from '../../../drivers/cash-acceptor/restart-decision.ts';
import type { SimulatedClock } from '../../support/simulated-clock.ts';

export type NoteRecordKind = 'escrowed' | 'stacking' | 'stacked' | 'returning' | 'returned' | 'suspense';

export interface NoteRecord {
  readonly kind: NoteRecordKind;
  readonly note: number;
  readonly denomination: Fen;
  readonly why?: string;
}

/** The process dies in the middle of what it was doing. */
class Killed extends Error {}

export class RecordingHost {
  readonly journal: NoteRecord[];
  readonly #kept: { text?: string };
  readonly #acceptor: CashAcceptor;
  readonly #clock: SimulatedClock;
  readonly #plan: readonly ('stack' | 'return')[];
  readonly #accepted: readonly Fen[];
  /** The process dies right after this many records are on disk, before it acts on the last. */
  readonly #killAfter: number | undefined;
  dead = false;
  #starting = false;

  constructor(world: {
    acceptor: CashAcceptor;
    clock: SimulatedClock;
    journal: NoteRecord[];
    /** What the driver asked to be kept, written in one step with the credit it belongs to. */
    kept?: { text?: string };
    plan: readonly ('stack' | 'return')[];
    accepted: readonly Fen[];
    killAfter?: number | undefined;
  }) {
    this.#acceptor = world.acceptor;
    this.#clock = world.clock;
    this.journal = world.journal;
    this.#kept = world.kept ?? {};
    this.#plan = world.plan;
    this.#accepted = world.accepted;
    this.#killAfter = world.killAfter;
    this.#acceptor.setCreditHandler((credit) => this.#alive(() => this.#credit(credit)));
    this.#acceptor.onEvent((event) => void this.#alive(() => this.#event(event)));
  }

  get openNote(): NoteRecord | undefined {
    const last = this.journal.at(-1);
    return last?.kind === 'escrowed' || last?.kind === 'stacking' || last?.kind === 'returning' ? last : undefined;
  }

  /** Connects, as often as it takes, and lets notes in. */
  async start(): Promise<void> {
    if (this.#starting) return;
    this.#starting = true;
    const powerUp = await this.#connected();
    this.#starting = false;
    if (powerUp !== undefined) await this.#alive(() => this.#recover(powerUp));
  }

  async #connected(): Promise<PowerUpState | undefined> {
    while (!this.dead) {
      try {
        return (await this.#acceptor.connect()).powerUp;
      } catch {
        await delay(this.#clock, 1000);
      }
    }
    return undefined;
  }

  /** Everything this process would have done from now on, it doesn't. */
  async kill(): Promise<void> {
    this.dead = true;
    await this.#acceptor.close();
  }

  async #event(event: CashAcceptorEvent): Promise<void> {
    const open = this.openNote;
    switch (event.type) {
      case 'escrowed':
        return this.#escrowed(event.denomination);
      case 'returned':
        if (open !== undefined) this.#append('returned', open);
        return;
      case 'jammed':
      case 'cheated':
        if (open !== undefined) this.#append('suspense', open, event.type);
        return;
      case 'resumed':
        return this.#recover(event.powerUp);
      case 'statusChanged':
        // The driver rests; whoever supervises it connects again.
        if (event.status.device === 'offline') await this.start();
        return;
      case 'accepting':
      case 'rejected':
    }
  }

  async #escrowed(denomination: Fen): Promise<void> {
    const note = new Set(this.journal.map((record) => record.note)).size + 1;
    const order = this.#plan[note - 1] ?? 'return';
    this.#append('escrowed', { note, denomination });
    this.#append(order === 'stack' ? 'stacking' : 'returning', { note, denomination });
    await this.#order(order, note);
  }

  /** The order, and at most 30 s for its outcome (section 6.2, row "14 stacking"). */
  async #order(order: 'stack' | 'return', note: number): Promise<void> {
    try {
      await (order === 'stack' ? this.#acceptor.stack() : this.#acceptor.returnNote());
    } catch {
      // Whatever it was: the record is open, the acceptor will say.
    }
    await this.#giveUpLater(note);
  }

  async #giveUpLater(note: number): Promise<void> {
    await delay(this.#clock, 30_000);
    const open = this.openNote;
    if (!this.dead && open?.note === note) this.#append('suspense', open, 'nothing was heard for 30 s');
  }

  async #credit({ evidence, memory }: NoteCredit): Promise<void> {
    if (memory !== undefined) this.#kept.text = memory;
    const open = this.openNote;
    if (open?.kind === 'stacking') this.#append('stacked', open, evidence);
    else if (open !== undefined) this.#append('suspense', open, `stacked after ${open.kind}`);
    else if (this.journal.at(-1)?.kind !== 'stacked') this.#append('suspense', { note: 0, denomination: fen(0) }, 'a note nobody knows');
  }

  async #recover(powerUp: PowerUpState): Promise<void> {
    const open = this.openNote;
    const { act, money } = cashRestartDecision(this.#lastRecord(), powerUp);
    switch (money) {
      case 'credit':
      case 'creditFlagged':
        if (open !== undefined) this.#append('stacked', open, powerUp.kind);
        break;
      case 'returned':
        if (open !== undefined) this.#append('returned', open, powerUp.kind);
        break;
      case 'suspense':
        this.#append('suspense', open ?? { note: 0, denomination: fen(0) }, powerUp.kind);
        break;
      case 'none':
      case 'afterAct':
        break;
    }
    if (act === 'wait' && open !== undefined) await this.#giveUpLater(open.note);
    if (act === 'returnNote' && powerUp.kind === 'noteInEscrow') await this.#sendBack(powerUp.denomination);
    await this.#accept();
  }

  async #sendBack(denomination: Fen): Promise<void> {
    const note = this.openNote?.note ?? new Set(this.journal.map((record) => record.note)).size + 1;
    if (this.openNote === undefined) this.#append('escrowed', { note, denomination });
    this.#append('returning', { note, denomination });
    void this.#alive(() => this.#order('return', note));
  }

  async #accept(): Promise<void> {
    while (!this.dead) {
      try {
        await this.#acceptor.accept(this.#accepted);
        return;
      } catch {
        await delay(this.#clock, 1000);
      }
    }
  }

  #lastRecord(): LastNoteRecord {
    const kind = this.journal.at(-1)?.kind;
    return kind === undefined || kind === 'returned' || kind === 'suspense' ? 'none' : kind;
  }

  #append(kind: NoteRecordKind, of: { note: number; denomination: Fen }, why?: string): void {
    this.journal.push({ kind, note: of.note, denomination: of.denomination, ...(why === undefined ? {} : { why }) });
    if (this.journal.length !== this.#killAfter) return;
    this.dead = true;
    throw new Killed();
  }

  /** Runs `work` unless the process is dead; a process that dies in it never comes back from it. */
  async #alive(work: () => Promise<void>): Promise<void> {
    const never = new Promise<void>(() => {});
    if (this.dead) return never;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      await this.#acceptor.close();
      return never;
    }
  }
}
