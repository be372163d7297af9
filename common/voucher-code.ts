/**
 * The secret code of a voucher: 12 digits in groups of four, the last one a check digit (Luhn), so that a slip of the finger is noticed
 * before it costs a try. Whoever has number and code has the money: the code stands on the slip and in no file.
 */

/** Digits of a code, check digit included. */
export const VOUCHER_CODE_DIGITS = 12;
const SECRET_DIGITS = VOUCHER_CODE_DIGITS - 1;

/** @param secret at least 16 unpredictable bytes: every code is as likely as any other */
export function makeVoucherCode(secret: Uint8Array): string {
  const number = secret.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) % 10n ** BigInt(SECRET_DIGITS);
  const digits = number.toString().padStart(SECRET_DIGITS, '0');
  return digits + checkDigit(digits);
}

/** 12 digits whose check digit is right. */
export function isVoucherCode(text: string): boolean {
  return /^\d{12}$/.test(text) && checkDigit(text.slice(0, SECRET_DIGITS)) === text.at(-1);
}

/** `4821 0573 9164`, also while it is being typed. */
export function groupedCode(code: string): string {
  return code.replace(/\d{4}(?=\d)/g, '$& ');
}

function checkDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const weighted = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}
