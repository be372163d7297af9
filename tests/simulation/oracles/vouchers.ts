/**
 * Vouchers are worth what they say: a code that somebody reads, on the glass or on paper, is the one whose hash the journal already holds, and
 * at rest upstream knows every voucher that was made and keeps none reserved that was given back.
 */
import { hashVoucherCode } from '../../../common/voucher-hash.ts';
import type { VoucherRegistration } from '../../../common/money/transaction-state.ts';
import type { View } from '../../../state-machines/view.ts';
import type { World, Witness } from '../world.ts';
import { readLedger, type Story } from './ledger.ts';
import { slipsIn, voucherOn } from './slips.ts';

/** A voucher whose code is told must be in the journal by then: whoever dies now can't take it back. */
export class VoucherOracle implements Witness {
  readonly #world: World;
  #seen = '';

  constructor(world: World) {
    this.#world = world;
  }

  onView({ body }: View): void {
    const code = body.kind === 'settled' ? body.voucher?.code : undefined;
    if (body.kind !== 'settled' || code === undefined || code === this.#seen) return;
    this.#seen = code;
    if (!redeems(readLedger(this.#world.journal), body.reference, code))
      this.#world.violation('voucher', `the glass shows a code for ${body.reference} that no entry stands for`);
  }
}

/** What upstream has still to be told of vouchers, once it is reached. */
export function untoldVouchers(ledger: readonly Story[]): readonly string[] {
  return ledger.flatMap(({ state }) => [
    ...registrationsOf({ state }).flatMap(({ reference: number, registration }) => (registration.registered ? [] : [`${number} is made`])),
    ...state.redemptions.flatMap(({ redeemId, state: reached }) => {
      if (reached === 'releasing') return [`${redeemId} is given back`];
      return reached === 'reserved' && state.closed !== undefined ? [`${redeemId} is used up`] : [];
    }),
  ]);
}

export function checkVouchers(world: World, ledger: readonly Story[]): void {
  const untold = untoldVouchers(ledger);
  if (untold.length > 0) world.violation('unanswered', `upstream is reached and was not told of vouchers: ${untold.join(', ')}`);
  const redemptions = new Map(ledger.flatMap(({ state }) => state.redemptions.map((known) => [known.redeemId, known.state])));
  for (const redeemId of world.upstream.reservedVouchers()) {
    const state = redemptions.get(redeemId);
    if (state !== 'reserved' && state !== 'redeeming')
      world.violation('vouchers', `upstream keeps a voucher for ${redeemId}, which the journal has as ${state ?? 'unknown'}`);
  }
}

/** Codes on paper. */
export function checkVoucherSlips(world: World, ledger: readonly Story[]): void {
  // What a line to a printer, which has no check sum, did to digits is nobody's word.
  if ([...world.faults.struck.keys()].some((kind) => kind.startsWith('line.receiptPrinter.'))) return;
  for (const slip of slipsIn(world)) {
    const told = voucherOn(slip);
    if (told !== undefined && !redeems(ledger, told.number, told.code)) world.violation('voucher', `the code on a slip redeems nothing: ${told.number}`);
  }
}

function redeems(ledger: readonly Story[], number: string, code: string): boolean {
  const digits = code.replaceAll(' ', '');
  return ledger
    .flatMap(registrationsOf)
    .some(({ reference, registration: { salt, codeHash } }) => reference === number && hashVoucherCode(digits, salt) === codeHash);
}

function registrationsOf({ state }: Pick<Story, 'state'>): readonly { readonly reference: string; readonly registration: VoucherRegistration }[] {
  return [...state.vouchers, ...state.cases].flatMap(({ reference, registration }) => (registration === undefined ? [] : [{ reference, registration }]));
}
