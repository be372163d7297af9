/**
 * What can't be taken back is announced in the journal before it is done: a card is written, an order created, a note drawn into the box, a
 * pending load claimed, a voucher made or reserved, a card reported lost or released, a password set, a script begun, a new card asked for, a ticket handed in.
 */
import { hasEnded } from '../../../common/foreign-ends.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import { isOpenCase } from '../../../common/money/standing.ts';
import type { TransactionState } from '../../../common/money/transaction-state.ts';
import type { World, Witness } from '../world.ts';
import { readEntries, readLedger } from './ledger.ts';

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
  script: { begins: 'script.sending', ends: ['script.answered'], endsAll: [] },
  note: { begins: 'note.stacking', ends: ['note.returned'], endsAll: ['transaction.closed'] },
} as const satisfies Readonly<Record<string, Step>>;

/** What is asked of upstream, and what the journal's file must hold by then, whichever life wrote it. */
const ASKED: Readonly<Record<string, (world: World) => boolean>> = {
  '/v1/issuer/losses': unanswered('loss.reporting'),
  '/v1/issuer/losses/release': unanswered('release.asking'),
  '/v1/issuer/service-passwords': unanswered('password.setting'),
  // Or of a new card, which its own transaction announced.
  '/v1/issuer/scripts': either(
    unanswered('script.asking'),
    someStory(({ blanks }) => blanks.some(({ state }) => state === 'writing')),
  ),
  '/v1/issuer/replacements': someStory(({ replacement }) => replacement?.state === 'granting'),
  '/v1/outbox': unanswered('desk.submitting'),
  // That of a payment that turned out to be made has its key from its case.
  '/v1/payments/refunds': someStory(({ refunds, cases }) => refunds.some(({ state }) => state !== 'completed') || cases.some(isOpenCase)),
  '/v1/issuer/pending-loads/claim': someStory(({ claims }) => claims.some(({ state }) => state === 'claiming')),
  '/v1/issuer/pending-loads/release': someStory(({ claims }) => claims.some(({ state }) => state === 'returning')),
  '/v1/vouchers': someStory(({ vouchers, cases }) => [...vouchers, ...cases].some(({ registration }) => registration?.registered === false)),
  '/v1/vouchers/redemptions': someStory(({ redemptions }) => redemptions.some(({ state }) => state === 'redeeming')),
};

/** Each makes an order that may be paid. */
const ORDERS: readonly string[] = ['/v1/payments/orders', '/v1/payments/captures', '/v1/payments/sales'];

function someStory(holds: (state: TransactionState) => boolean): (world: World) => boolean {
  return ({ journal }) => readLedger(journal).some(({ state }) => holds(state));
}

function either(...some: readonly ((world: World) => boolean)[]): (world: World) => boolean {
  return (world) => some.some((holds) => holds(world));
}

/** What is filed under an id of its own begins with this kind, and waits for its answer. */
function unanswered(begins: Kind): (world: World) => boolean {
  return ({ journal }) => {
    const stories = Map.groupBy(readEntries(journal), ({ transactionId = '' }) => transactionId);
    return [...stories.values()].map((own) => new Set(own.map(({ kind }) => kind))).some((kinds) => kinds.has(begins) && !hasEnded(kinds));
  };
}

export class WriteAheadOracle implements Witness {
  readonly #world: World;
  readonly #announced = { load: 0, order: 0, script: 0, note: 0 };

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

  /** CREDIT FOR LOAD is INS 52 (card-application.md 2.4); UPDATE BINARY and UPDATE RECORD are D6 and DC (4.2). */
  onApdu(apdu: Uint8Array): void {
    if (apdu[1] === 0xd6 || apdu[1] === 0xdc) this.#demand('script', 'a command that writes reaches a card');
    if (apdu[1] === 0x52) this.#demand('load', 'CREDIT FOR LOAD reaches a card');
  }

  onRequest(path: string): void {
    if (ORDERS.includes(path)) this.#demand('order', 'an order reaches the acquirer');
    if (ASKED[path]?.(this.#world) === false) this.#world.violation('write-ahead', `${path} is asked, and no entry announced it`);
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
