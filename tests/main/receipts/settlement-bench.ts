/** The settlement that tests of its slip print. */
import type { SettlementSlip } from '../../../main/receipts/settlement-slip.ts';

const HASH = '3f9a1c72d04b5e6f8091a2b3c4d5e6f7'.repeat(2);

/** 2026-11-22 22:05:07 in Shanghai; one note of 50 too few. */
export const COUNTED: SettlementSlip = {
  heading: ['北岸校区一卡通', '图书馆一层 A01'],
  terminalId: 'T-0001',
  settlementId: 'S-1-48215',
  at: Date.UTC(2026, 10, 22, 14, 5, 7),
  businessDate: '2026-11-22',
  by: '张三',
  boxOut: 'B-17',
  boxIn: 'B-18',
  expected: {
    notes: [
      { denomination: 10_000, count: 12 },
      { denomination: 5000, count: 3 },
    ],
    unspecified: 0,
  },
  counted: [
    { denomination: 10_000, count: 12 },
    { denomination: 5000, count: 2 },
  ],
  candidates: ['A01-1122-7K4M-9'],
  entry: { epoch: 1, seq: 48_219, hash: HASH },
  signature: {
    kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    value: 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  },
  reprint: 0,
};
