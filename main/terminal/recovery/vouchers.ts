/**
 * What an interruption, or a network that was away, left undone about vouchers: codes for those that are owed, registrations and releases
 * that upstream has not heard of, redemptions to confirm. Every one is in the journal already; here upstream is only told. Used by Recovery.
 */
import type { VoucherSlip } from '../../../state-machines/ports.ts';
import { confirmVoucher, makeVoucher, registerVoucher, releaseVoucher } from '../../../state-machines/top-up/voucher-steps.ts';
import { hashVoucherCode } from '../../../common/voucher-hash.ts';
import { unregisteredClaims } from '../../../common/money/standing.ts';
import type { TransactionState, VoucherRegistration } from '../../../common/money/transaction-state.ts';
import type { RecoveryBooks } from './books.ts';

/** Something to do about one transaction, whatever happened to it since it was listed. */
export interface Chore {
  readonly id: string;
  readonly work: (state: TransactionState) => Promise<void>;
}

export class VoucherRecovery {
  readonly #books: RecoveryBooks;

  constructor(books: RecoveryBooks) {
    this.#books = books;
  }

  /** Nobody answered: whatever upstream made of the request, it is taken back. */
  giveUp(id: string, redeemId: string): void {
    this.#books.append(id, { kind: 'voucher.releasing', body: { redeemId, amount: 0 } });
  }

  /** What is owed gets its code, on disk before anyone sees it. */
  announce(id: string, owed: { readonly reference: string; readonly amount: number }): void {
    makeVoucher(this.#books.ports, id, owed);
  }

  /** All there is to do now, listed before anything is waited for. */
  chores(): readonly Chore[] {
    const { read } = this.#books.options;
    const owed = new Set([...read.lacking('voucher.issued', ['voucher.registering']), ...read.lacking('case.resolved', ['voucher.registering'])]);
    const unregistered = new Set([...owed, ...read.lacking('voucher.registering', ['voucher.registered'])]);
    return [
      ...[...owed].map((id) => ({ id, work: async (state: TransactionState) => this.#announceAll(id, state) })),
      ...[...unregistered].map((id) => ({ id, work: (state: TransactionState) => this.#registerAll(id, state) })),
      ...read.lacking('voucher.releasing', ['voucher.released']).map((id) => ({ id, work: (state: TransactionState) => this.#releaseAll(id, state) })),
      ...read
        .lacking('voucher.reserved', ['voucher.redeemed', 'voucher.releasing'])
        .map((id) => ({ id, work: (state: TransactionState) => this.#confirmAll(id, state) })),
    ];
  }

  /**
   * The voucher that a transaction ended in.
   * @param withCode whether whoever stands here now may have the money
   */
  slipOf(state: TransactionState, withCode: boolean): VoucherSlip | undefined {
    const owed = [...state.vouchers, ...state.cases].findLast(({ registration }) => registration !== undefined);
    if (owed?.registration === undefined) return undefined;
    const code = withCode ? this.#codeOf(owed.registration) : undefined;
    return { number: owed.reference, ...(code === undefined ? {} : { code }), validUntil: Date.parse(owed.registration.validUntil) };
  }

  /** Made again from the terminal's key; after the key was replaced it would be another code, and is not told. */
  #codeOf({ voucherId, salt, codeHash }: VoucherRegistration): string | undefined {
    const code = this.#books.ports.vouchers.codeOf(voucherId);
    return hashVoucherCode(code, salt) === codeHash ? code : undefined;
  }

  #announceAll(id: string, state: TransactionState): void {
    if (state.closed === undefined) return; // the recovery table comes to it
    for (const owed of unregisteredClaims(state)) this.announce(id, owed);
  }

  async #registerAll(id: string, { vouchers, cases }: TransactionState): Promise<void> {
    for (const { reference, amount, settled, registration } of [...vouchers.map((voucher) => ({ ...voucher, settled: 0 })), ...cases]) {
      if (registration === undefined || registration.registered) continue;
      const { registered: _registered, ...known } = registration;
      await registerVoucher(this.#books.ports, id, { ...known, reference, amount: amount - settled });
    }
  }

  async #releaseAll(id: string, { redemptions }: TransactionState): Promise<void> {
    for (const { redeemId, state } of redemptions) if (state === 'releasing') await releaseVoucher(this.#books.ports, id, redeemId);
  }

  /** Only once the money has its place: until then the voucher may have to be given back. */
  async #confirmAll(id: string, { closed, redemptions }: TransactionState): Promise<void> {
    if (closed === undefined) return;
    for (const { redeemId, state } of redemptions) if (state === 'reserved') await confirmVoucher(this.#books.ports, id, redeemId);
  }
}
