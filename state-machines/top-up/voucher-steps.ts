/**
 * The money steps of vouchers: making one of money that could not be delivered, and taking one as a tender. Each announces itself in the
 * journal before upstream is asked; a code is never written anywhere. Also used by recovery (main/terminal).
 */
import { toHex } from '../../common/hex.ts';
import type { Fen } from '../../common/fen.ts';
import { hashVoucherCode, VOUCHER_SALT_BYTES } from '../../common/voucher-hash.ts';
import type { AppendedEntry, Ports, ReserveOutcome, VoucherRegistration, VoucherSlip } from '../ports.ts';
import { detailOf, journaled, open, type JournalFailed, type OpenRequest, type OpenTransaction, type StepFailed } from './step.ts';

type VoucherPorts = Pick<Ports, 'clock' | 'ids' | 'random' | 'journal' | 'settings' | 'vouchers'>;

const DAY_MS = 86_400_000;

/** A voucher that is on disk and may be shown. */
export interface MadeVoucher {
  readonly slip: VoucherSlip;
  /** Tries once; the background settlement says it again. Never rejects. */
  tellUpstream(): Promise<void>;
}

/** Gives what is owed under `reference` a code. Durable when it returns. @throws {PortError} `journalUnavailable` */
export function makeVoucher(ports: VoucherPorts, transactionId: string, owed: { reference: string; amount: number }): MadeVoucher {
  const { clock, ids, random, journal, settings, vouchers } = ports;
  const voucherId = ids.uuid();
  const code = vouchers.codeOf(voucherId);
  const salt = toHex(random.bytes(VOUCHER_SALT_BYTES));
  const codeHash = hashVoucherCode(code, salt);
  const validDays = settings.voucherValidDays;
  const validUntil = clock.now() + validDays * DAY_MS;
  const body: VoucherRegistration = { voucherId, ...owed, salt, codeHash, validDays, validUntil: new Date(validUntil).toISOString() };
  journal.append({ kind: 'voucher.registering', transactionId, body });
  return {
    slip: { number: owed.reference, code, validUntil },
    tellUpstream: () => registerVoucher(ports, transactionId, body).catch((error: unknown) => void detailOf(error)),
  };
}

/** @throws {PortError} */
export async function registerVoucher(ports: Pick<Ports, 'journal' | 'vouchers'>, transactionId: string, voucher: VoucherRegistration): Promise<void> {
  await ports.vouchers.register(voucher);
  ports.journal.append({ kind: 'voucher.registered', transactionId, body: { voucherId: voucher.voucherId } });
}

/** A voucher that is reserved for this top-up. */
export interface Redemption {
  readonly redeemId: string;
  readonly number: string;
  readonly amount: Fen;
}

export interface ReserveRequest extends OpenRequest {
  readonly number: string;
  readonly code: string;
  /** Most that fits on the card. */
  readonly maximum: Fen;
}

export type ReserveStepOutcome =
  | { readonly kind: 'reserved'; readonly transaction: OpenTransaction; readonly redemption: Redemption }
  | Extract<ReserveOutcome, { kind: 'refused' }>
  /** Nobody knows whether it was reserved: it is given back in the background. */
  | StepFailed
  | JournalFailed;

/** Asks upstream for the voucher; whatever isn't reserved for certain ends the transaction at once. */
export function reserveVoucher(ports: Ports, request: ReserveRequest): Promise<ReserveStepOutcome> {
  return journaled<ReserveStepOutcome>(async () => {
    const { number, code, maximum } = request;
    const transaction = open(ports, request);
    const { transactionId } = transaction;
    const redeemId = ports.ids.uuid();
    const abandon = (): void => {
      ports.journal.append({ kind: 'transaction.closed', transactionId, body: { outcome: 'abandoned', loaded: 0, refunded: 0, owed: 0 } });
    };
    ports.journal.append({ kind: 'voucher.redeeming', transactionId, body: { redeemId, number, maximum } });
    let answer: ReserveOutcome;
    try {
      answer = await ports.vouchers.reserve({ redeemId, number, code, maximum });
    } catch (error) {
      const detail = detailOf(error);
      ports.journal.append({ kind: 'voucher.releasing', transactionId, body: { redeemId, amount: 0 } });
      abandon();
      return { kind: 'failed', detail };
    }
    if (answer.kind === 'refused') {
      ports.journal.append({ kind: 'voucher.refused', transactionId, body: { redeemId, code: answer.code } });
      abandon();
      return answer;
    }
    ports.journal.append({ kind: 'voucher.reserved', transactionId, body: { redeemId, amount: answer.amount } });
    return { kind: 'reserved', transaction, redemption: { redeemId, number, amount: answer.amount } };
  });
}

/**
 * The voucher goes back to its holder: decided in the journal, and from then on upstream is only told.
 * @param close ends the transaction, before upstream is told
 * @throws {PortError} `journalUnavailable`
 */
export async function giveVoucherBack(
  ports: Ports,
  transactionId: string,
  body: { redeemId: string; amount: Fen },
  close: () => AppendedEntry,
): Promise<AppendedEntry> {
  ports.journal.append({ kind: 'voucher.releasing', transactionId, body });
  const entry = close();
  await releaseVoucher(ports, transactionId, body.redeemId).catch((error: unknown) => void detailOf(error)); // told later, in the background
  return entry;
}

/** @throws {PortError} */
export async function releaseVoucher(ports: Pick<Ports, 'journal' | 'vouchers'>, transactionId: string, redeemId: string): Promise<void> {
  await ports.vouchers.release(redeemId);
  ports.journal.append({ kind: 'voucher.released', transactionId, body: { redeemId } });
}

/** Its money is on the card. When upstream can't be told now, the background settlement does it: nobody else can have the voucher. */
export async function voucherIsUsedUp(ports: Ports, transactionId: string, redeemId: string): Promise<void> {
  await confirmVoucher(ports, transactionId, redeemId).catch((error: unknown) => void detailOf(error));
}

/** @throws {PortError} */
export async function confirmVoucher(ports: Pick<Ports, 'journal' | 'vouchers'>, transactionId: string, redeemId: string): Promise<void> {
  await ports.vouchers.confirm(redeemId);
  ports.journal.append({ kind: 'voucher.redeemed', transactionId, body: { redeemId } });
}
