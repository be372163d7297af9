/** What can't be taken back is announced in the journal before it is done: a card is written, an order created, a note drawn into the box. */
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { World, Witness } from '../world.ts';

type Kind = NewEntry['kind'];
interface Step {
  /** Each entry of these announces one. */
  readonly begins: Kind;
  /** One of them came to its end otherwise. */
  readonly ends: readonly Kind[];
  /** None of them is under way any more. */
  readonly endsAll: readonly Kind[];
}

const STEPS = {
  load: { begins: 'load.committing', ends: [], endsAll: ['load.committed', 'load.notCredited'] },
  order: { begins: 'payment.requested', ends: [], endsAll: ['payment.captured', 'payment.closed'] },
  note: { begins: 'note.stacking', ends: ['note.returned'], endsAll: ['transaction.closed'] },
} as const satisfies Readonly<Record<string, Step>>;

export class WriteAheadOracle implements Witness {
  readonly #world: World;
  readonly #announced = { load: 0, order: 0, note: 0 };

  constructor(world: World) {
    this.#world = world;
  }

  onEntry({ kind }: NewEntry): void {
    for (const step of Object.keys(STEPS) as (keyof typeof STEPS)[]) {
      const { begins, ends, endsAll }: Step = STEPS[step];
      if (begins === kind) this.#announced[step] += 1;
      if (ends.includes(kind)) this.#announced[step] = Math.max(0, this.#announced[step] - 1);
      if (endsAll.includes(kind)) this.#announced[step] = 0;
    }
  }

  /** CREDIT FOR LOAD is INS 52 (card-application.md 2.4). */
  onApdu(apdu: Uint8Array): void {
    if (apdu[1] === 0x52) this.#demand('load', 'CREDIT FOR LOAD reaches a card');
  }

  onRequest(path: string): void {
    if (path === '/v1/payments/orders' || path === '/v1/payments/captures') this.#demand('order', 'an order reaches the acquirer');
  }

  /** Each note of its own: the one before it announced nothing for this one. */
  onNoteInBox(): void {
    this.#demand('note', 'a note falls into the box');
    this.#announced.note = Math.max(0, this.#announced.note - 1);
  }

  #demand(step: keyof typeof STEPS, what: string): void {
    if (this.#announced[step] === 0) this.#world.violation('write-ahead', `${what}, and no entry announced it`);
  }
}
