/** What can't be taken back is announced in the journal before it is done: a card is written, an order created, a note drawn into the box. */
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { World, Witness } from '../world.ts';

/** Entries that announce a step, and those after which it is no longer under way. */
const STEPS = {
  load: { begins: ['load.committing'], ends: ['load.committed', 'load.notCredited'] },
  order: { begins: ['payment.requested'], ends: ['payment.captured', 'payment.closed'] },
  note: { begins: ['note.stacking'], ends: ['note.returned', 'transaction.closed'] },
} as const satisfies Readonly<Record<string, { readonly begins: readonly NewEntry['kind'][]; readonly ends: readonly NewEntry['kind'][] }>>;

export class WriteAheadOracle implements Witness {
  readonly #world: World;
  readonly #announced = new Set<keyof typeof STEPS>();

  constructor(world: World) {
    this.#world = world;
  }

  onEntry({ kind }: NewEntry): void {
    for (const step of Object.keys(STEPS) as (keyof typeof STEPS)[]) {
      const { begins, ends }: { readonly begins: readonly string[]; readonly ends: readonly string[] } = STEPS[step];
      if (begins.includes(kind)) this.#announced.add(step);
      if (ends.includes(kind)) this.#announced.delete(step);
    }
  }

  /** CREDIT FOR LOAD is INS 52 (card-application.md 2.4). */
  onApdu(apdu: Uint8Array): void {
    if (apdu[1] === 0x52) this.#demand('load', 'CREDIT FOR LOAD reaches a card');
  }

  onRequest(path: string): void {
    if (path === '/v1/payments/orders') this.#demand('order', 'an order reaches the acquirer');
  }

  onNoteInBox(): void {
    this.#demand('note', 'a note falls into the box');
  }

  #demand(step: keyof typeof STEPS, what: string): void {
    if (!this.#announced.has(step)) this.#world.violation('write-ahead', `${what}, and no entry announced it`);
  }
}
