/**
 * The part of the fold that speaks of vouchers: those that this transaction gives out (issued, made redeemable, known upstream) and those
 * that came as a tender (redeeming → reserved → redeemed, or given back). Used by fold.ts.
 */
import type { JournalBody, NewEntry } from '../journal-kinds.ts';
import { isSomethingClaimed } from './fold-claims.ts';
import { isOwedForCertain } from './standing.ts';
import type { AnomalyCode, CaseState, RedemptionState, TransactionState, VoucherRegistration, VoucherState } from './transaction-state.ts';

/** The fold's draft and its way to name what can't have happened. */
export interface VoucherStep {
  readonly draft: { -readonly [Key in keyof TransactionState]: TransactionState[Key] };
  readonly flag: (code: AnomalyCode, detail: string) => void;
}

export type VoucherEntry = Extract<NewEntry, { kind: `voucher.${string}` }>;

export function rememberVoucher(step: VoucherStep, entry: VoucherEntry): void {
  const { draft } = step;
  switch (entry.kind) {
    case 'voucher.issued':
      draft.vouchers = [...draft.vouchers, entry.body];
      break;
    case 'voucher.registering':
      register(step, entry.body);
      break;
    case 'voucher.registered':
      markRegistered(step, entry.body.voucherId);
      break;
    case 'voucher.redeeming':
      announceRedemption(step, entry.body);
      break;
    case 'voucher.reserved':
      moveRedemption(step, entry.body.redeemId, 'reserved', { amount: entry.body.amount });
      break;
    case 'voucher.refused':
      moveRedemption(step, entry.body.redeemId, 'refused');
      break;
    case 'voucher.releasing':
      giveBack(step, entry.body);
      break;
    case 'voucher.released':
      moveRedemption(step, entry.body.redeemId, 'released');
      break;
    case 'voucher.redeemed':
      if (draft.held > 0) step.flag('undetermined', `${draft.held} fen have no place yet`);
      moveRedemption(step, entry.body.redeemId, 'redeemed');
      break;
  }
}

/** A registration stands for one thing that is owed, and only once. */
function register({ draft, flag }: VoucherStep, body: JournalBody<'voucher.registering'>): void {
  const { reference, amount, ...rest } = body;
  const registration: VoucherRegistration = { ...rest, registered: false };
  const free = (known: VoucherState | CaseState): boolean => known.registration === undefined && known.reference === reference;
  const voucher = draft.vouchers.find((known) => free(known) && known.amount === amount);
  const owed = draft.cases.find((known) => free(known) && isOwedForCertain(known) && known.amount - known.settled === amount);
  if (voucher === undefined && owed === undefined) flag('notAnnounced', `nothing of ${amount} fen is owed under ${reference} without a voucher`);
  if (registrations(draft).some(({ voucherId }) => voucherId === body.voucherId)) flag('announcedTwice', `voucher ${body.voucherId}`);
  else if (voucher !== undefined) draft.vouchers = draft.vouchers.map((known) => (known === voucher ? { ...known, registration } : known));
  else if (owed !== undefined) draft.cases = draft.cases.map((known) => (known === owed ? { ...known, registration } : known));
}

function markRegistered({ draft, flag }: VoucherStep, voucherId: string): void {
  const known = registrations(draft).find((registration) => registration.voucherId === voucherId);
  if (known === undefined) flag('notAnnounced', `voucher ${voucherId}`);
  else if (known.registered) flag('outOfOrder', `voucher ${voucherId} was registered`);
  const mark = <T extends VoucherState | CaseState>(owed: T): T =>
    owed.registration !== undefined && owed.registration.voucherId === voucherId ? { ...owed, registration: { ...owed.registration, registered: true } } : owed;
  draft.vouchers = draft.vouchers.map(mark);
  draft.cases = draft.cases.map(mark);
}

function registrations({ vouchers, cases }: Pick<TransactionState, 'vouchers' | 'cases'>): readonly VoucherRegistration[] {
  return [...vouchers, ...cases].flatMap(({ registration }) => (registration === undefined ? [] : [registration]));
}

function announceRedemption({ draft, flag }: VoucherStep, { redeemId, number }: JournalBody<'voucher.redeeming'>): void {
  if (isSomethingClaimed(draft)) flag('undetermined', 'another voucher, or a pending load, may be reserved');
  if (draft.redemptions.some((known) => known.redeemId === redeemId)) {
    flag('announcedTwice', `redemption ${redeemId}`);
    return;
  }
  draft.redemptions = [...draft.redemptions, { redeemId, number, amount: 0, state: 'redeeming' }];
}

/** All that was held for it, or nothing where nobody knows whether it was reserved. */
function giveBack(step: VoucherStep, { redeemId, amount }: JournalBody<'voucher.releasing'>): void {
  const known = step.draft.redemptions.find((redemption) => redemption.redeemId === redeemId);
  moveRedemption(step, redeemId, 'releasing');
  if (known !== undefined && known.amount !== amount) step.flag('amountDiffers', `giving back ${amount} fen of ${known.amount}`);
}

/** Every state with those that it may follow. */
const REDEMPTION_AFTER: Readonly<Record<RedemptionState['state'], readonly RedemptionState['state'][]>> = {
  redeeming: [],
  refused: ['redeeming'],
  reserved: ['redeeming'],
  releasing: ['redeeming', 'reserved'],
  released: ['releasing'],
  redeemed: ['reserved'],
};

function moveRedemption({ draft, flag }: VoucherStep, redeemId: string, state: RedemptionState['state'], more: Partial<RedemptionState> = {}): void {
  const known = draft.redemptions.find((redemption) => redemption.redeemId === redeemId);
  if (known === undefined) {
    flag('notAnnounced', `redemption ${redeemId}`);
    return;
  }
  if (!REDEMPTION_AFTER[state].includes(known.state)) flag('outOfOrder', `redemption ${redeemId} was ${known.state}`);
  draft.redemptions = draft.redemptions.map((redemption) => (redemption === known ? { ...redemption, ...more, state } : redemption));
}
