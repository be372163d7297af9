/**
 * What the host wants accepted against what the acceptor was last told, and the acceptor's own table that both are in terms of. Owned by
 * the core; acts through the unit.
 */
import type { Fen } from '../../../common/fen.ts';
import type { CashAcceptorStatus } from '../cash-acceptor.ts';
import { NoteTable } from './note-table.ts';
import type { AcceptorReport } from './report.ts';
import type { PolledUnit } from './unit.ts';

const INHIBITED = 'inhibited';

export class Inhibits {
  readonly #unit: PolledUnit;
  readonly #refuse: (missing: string) => Error;
  readonly #required: readonly Fen[];
  #table = new NoteTable();
  #wanted: readonly Fen[] = [];
  /** What the acceptor was last told: codes let in, or `inhibited`; undefined: not known. */
  #applied: string | undefined;
  #configured = false;

  /** @param required face values that the acceptor must know @param refuse the error that says which it does not */
  constructor(unit: PolledUnit, refuse: (missing: string) => Error, required: readonly Fen[]) {
    this.#unit = unit;
    this.#refuse = refuse;
    this.#required = required;
  }

  get table(): NoteTable {
    return this.#table;
  }

  /** The settings were taken since the last initialization. */
  get configured(): boolean {
    return this.#configured;
  }

  want(denominations: readonly Fen[]): void {
    this.#wanted = denominations;
  }

  /** Nothing is wanted, nothing is known. */
  forget(): void {
    this.#wanted = [];
    this.#applied = undefined;
    this.#configured = false;
  }

  /** It was initialized: its settings are gone. */
  doubtAll(): void {
    this.#configured = false;
  }

  /** It says that it is inhibited: if it was told to let notes in, that no longer holds. */
  doubtEnabled(): void {
    if (this.#applied !== INHIBITED) this.#applied = undefined;
  }

  /** False: the acceptor does not tell now. @throws what `refuse` made when a required face value is missing */
  async readTable(): Promise<boolean> {
    const table = await this.#unit.readTable();
    if (table === undefined) return false;
    const missing = table.missing(this.#required);
    if (missing !== undefined) throw this.#refuse(missing);
    this.#table = table;
    return true;
  }

  /** The whole sequence, the table first since it says which codes exist. False: not taken now. */
  async configure(): Promise<boolean> {
    if (!(await this.readTable())) return false;
    const taken = (await this.#unit.configure(this.#table)) && (await this.#unit.inhibit());
    this.#configured = taken;
    this.#applied = taken ? INHIBITED : undefined;
    return taken;
  }

  /**
   * Brings the acceptor's settings to what is wanted as far as its state allows; true when what is wanted holds from now on. While a note
   * moves, inhibiting is enough: nothing else can come in, the rest follows in the first quiet state.
   */
  async settle(report: AcceptorReport, state: CashAcceptorStatus['state']): Promise<boolean> {
    const wanted = this.#wanted.length === 0 ? INHIBITED : this.#table.codesOf(this.#wanted).join();
    if (this.#configured && this.#applied === wanted) return true;
    if (state === 'jammed' || state === 'fault' || state === 'unknown') return wanted === INHIBITED;
    if (report.kind !== 'disabled' && report.kind !== 'initialize') {
      const inhibited = this.#applied === INHIBITED || (await this.#inhibit());
      return inhibited && (state !== 'idle' || wanted === INHIBITED);
    }
    if (!this.#configured && !(await this.configure())) return false;
    if (this.#applied === wanted) return true;
    if (wanted === INHIBITED) return this.#inhibit();
    const taken = await this.#unit.enable(this.#table, this.#wanted);
    this.#applied = taken ? wanted : undefined;
    return taken;
  }

  async #inhibit(): Promise<boolean> {
    const taken = await this.#unit.inhibit();
    this.#applied = taken ? INHIBITED : undefined;
    return taken;
  }
}
