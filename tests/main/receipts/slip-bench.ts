/** Slips as a person gets them: composed, laid out, sent, printed by the simulated printer, read off the paper. */
import { fen } from '../../../common/fen.ts';
import type { Slip } from '../../../drivers/receipt-printer/paper.ts';
import type { ReceiptSite } from '../../../main/receipts/compose.ts';
import { createReceiptPort } from '../../../main/receipts/port.ts';
import type { ReceiptContent, ReceiptOutcome } from '../../../state-machines/ports.ts';
import { connectedBench, settled, type BenchOptions } from '../../drivers/receipt-printer/printer-bench.ts';

export const SITE: ReceiptSite = {
  operator: '北岸校区一卡通',
  place: '图书馆一层',
  terminal: 'A01',
  hotline: '96123',
  hotlineHours: '24 小时',
  timeZone: 'Asia/Shanghai',
};

/** The slip of the picture: 2026-11-22 08:14:32 in Shanghai. */
export const DELIVERED: ReceiptContent = {
  kind: 'topUp',
  status: 'delivered',
  reference: 'A01-1122-7K4M-9',
  at: Date.UTC(2026, 10, 22, 0, 14, 32),
  cardTail: '6688',
  tender: 'qr',
  channel: { name: '微信支付', tail: '3071' },
  amount: fen(5_000),
  fee: fen(0),
  balanceBefore: fen(2_320),
  balanceAfter: fen(7_320),
  reprint: 0,
  locale: 'zh-CN',
  largePrint: false,
  journal: { seq: 48_214, hash: '3f9a1c72' },
  qr: 'https://card.example.edu/r/A01-1122-7K4M-9',
};

/** An outcome without a balance that was read back. */
export function open(content: Partial<ReceiptContent>): ReceiptContent {
  const { balanceAfter: _unread, ...rest } = DELIVERED;
  return { ...rest, ...content };
}

const PENDING = open({ status: 'pending', at: Date.UTC(2026, 10, 22, 0, 2, 41), settledWithinHours: 24, journal: { seq: 48_209, hash: '91d07be5' } });
const STUCK = open({ status: 'pending', tender: 'cash', amount: fen(0), noteStuck: true, settledWithinHours: 24 });
const VOUCHER = open({
  status: 'voucher',
  tender: 'cash',
  notes: [fen(5_000)],
  settledWithinHours: 24,
  voucher: { number: DELIVERED.reference, code: '482105739164', validUntil: Date.UTC(2027, 10, 22, 0, 14, 32) },
});

/** Money still owed, or its way unknown. */
export const OPEN = { PENDING, STUCK, VOUCHER } as const;

/** Every kind of slip that a flow prints, by what it tells. */
export const SLIPS = {
  'top-up, balance read back': DELIVERED,
  'top-up, balance not read back': open({}),
  'top-up paid with a voucher': { ...DELIVERED, tender: 'voucher', redeemed: 'B02-1120-7K4M-6' },
  'payment not confirmed': PENDING,
  'cash load not confirmed': open({ status: 'pending', tender: 'cash' }),
  'voucher load not confirmed': open({ status: 'pending', tender: 'voucher', redeemed: 'B02-1120-7K4M-6', settledWithinHours: 24 }),
  'stuck note': STUCK,
  'stuck note beside money that is held': { ...STUCK, amount: fen(5_000), settledWithinHours: 72 },
  'stuck note beside a load': { ...STUCK, balanceAfter: fen(7_320) },
  'money held': open({ status: 'voucher', tender: 'cash', notes: [fen(10_000), fen(5_000), fen(10_000)], settledWithinHours: 72 }),
  'money held, with a code to redeem it': VOUCHER,
  'refund by the way it was paid': { ...DELIVERED, status: 'refunded', balanceAfter: DELIVERED.balanceBefore },
  'refund of cash': open({ status: 'refunded', tender: 'cash' }),
  'voucher given back': open({ status: 'refunded', tender: 'voucher', redeemed: 'B02-1120-7K4M-6' }),
} as const satisfies Readonly<Record<string, ReceiptContent>>;

export interface PrintedSlip {
  readonly outcome: ReceiptOutcome;
  readonly slip: Slip;
  readonly unknownCommands: readonly string[];
  readonly slips: number;
}

export async function printSlip(content: ReceiptContent, model: BenchOptions['model'] = 'escpos-generic-58', site: ReceiptSite = SITE): Promise<PrintedSlip> {
  const bench = await connectedBench({ model });
  const outcome = await settled(bench.clock, createReceiptPort(bench.printer, site).print('job-1', content));
  const [slip] = bench.unit.slips;
  if (slip === undefined) throw new Error('no slip came out');
  return { outcome, slip, unknownCommands: bench.unit.unknownCommands, slips: bench.unit.slips.length };
}
