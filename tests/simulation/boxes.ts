/** The operator's cash boxes as things: each with its label and what is really in it, in the cabinet, in a bag or on a table. What the oracles count. */
import type { Fen } from '../../common/fen.ts';
import type { NoteCounts } from '../../common/journal-kinds.ts';
import type { SimulatedCashAcceptor } from '../../drivers/cash-acceptor/simulated-cash-acceptor.ts';

export interface Box {
  readonly label: string;
  /** Without those that fell since it was put in. */
  readonly notes: Fen[];
}

export class Boxes {
  readonly #acceptor: SimulatedCashAcceptor;
  readonly #all: Box[] = [{ label: 'B-1', notes: [] }];
  /** Notes that left a box for good: they were counted. */
  readonly #banked: Fen[] = [];
  readonly #emptied = new Set<Box>();
  #inside: Box | undefined = this.#all[0];

  constructor(acceptor: SimulatedCashAcceptor) {
    this.#acceptor = acceptor;
  }

  /** Label of the box in the cabinet. */
  get inside(): string | undefined {
    return this.#inside?.label;
  }

  /** Every note that ever fell into a box, wherever it is now. */
  get fallen(): readonly Fen[] {
    return [...this.#banked, ...this.#all.flatMap(({ notes }) => notes), ...this.#acceptor.box];
  }

  /** Of the empty box that the next collector brings. */
  get nextLabel(): string {
    return `B-${this.#all.length + 1}`;
  }

  /** Labels of boxes out of the cabinet that hold something, or were never emptied since; the last one taken out last. */
  get away(): readonly string[] {
    return this.#all.filter((box) => box !== this.#inside && !this.#emptied.has(box)).map(({ label }) => label);
  }

  /** Undefined: locked while a note is inside, or none is in. */
  takeOut(): string | undefined {
    const notes = this.#inside === undefined ? undefined : this.#acceptor.removeBox();
    if (notes === undefined || this.#inside === undefined) return undefined;
    const box = this.#inside;
    box.notes.push(...notes);
    this.#inside = undefined;
    return box.label;
  }

  /** Whether there was room for it. @param wanted label of one that came out, or of the empty one that they brought */
  putIn(wanted: string): boolean {
    if (this.#inside !== undefined) return false;
    const box = wanted === this.nextLabel ? { label: wanted, notes: [] } : this.#find(wanted);
    if (box === undefined) return false;
    if (!this.#all.includes(box)) this.#all.push(box);
    this.#emptied.delete(box);
    this.#inside = box;
    this.#acceptor.insertBox();
    return true;
  }

  /** What is in a box that is out, the largest notes first; undefined: it is in the cabinet, or nobody knows it. */
  countOf(label: string): NoteCounts | undefined {
    const box = this.#find(label);
    return box === undefined || box === this.#inside ? undefined : countsOf(box.notes);
  }

  /** Counted, and carried away in a bag: the box is empty. */
  empty(label: string): void {
    const box = this.#find(label);
    if (box === undefined || box === this.#inside) return;
    this.#banked.push(...box.notes.splice(0));
    this.#emptied.add(box);
  }

  #find(wanted: string): Box | undefined {
    return this.#all.find(({ label }) => label === wanted);
  }
}

/** The largest denomination first. */
export function countsOf(notes: readonly number[]): NoteCounts {
  const piles = Map.groupBy(notes, (note) => note);
  return [...piles].map(([denomination, pile]) => ({ denomination, count: pile.length })).sort((one, other) => other.denomination - one.denomination);
}
