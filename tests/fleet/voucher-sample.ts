/** A voucher as its terminal registers it, and what redeems it. Used by tests of vouchers upstream. */
import { hashVoucherCode } from '../../common/voucher-hash.ts';

export const CODE = '482105739164';
export const SALT = '00112233445566778899AABBCCDDEEFF';

export const voucher = {
  voucherId: 'V1',
  number: 'A01-0315-7K4M-9',
  amount: 5000,
  salt: SALT,
  codeHash: hashVoucherCode(CODE, SALT),
  validDays: 365,
  validUntil: '2027-03-15T00:15:30.000Z',
};
export const redemption = { redeemId: 'X1', number: voucher.number, code: CODE, maximum: 90_000 };
