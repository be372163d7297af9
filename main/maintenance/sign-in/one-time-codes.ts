/** One-time codes, judged with the terminal's own secret: an authenticator's (RFC 6238), and the answer to a challenge by telephone. */
import { timingSafeEqual } from 'node:crypto';
import { Secret, TOTP as Totp } from 'otpauth';
import { phoneResponse, TOTP, TOTP_WINDOW, totpSecret } from '../../../common/maintenance/staff-secret.ts';

/**
 * @param at ms since 1970
 * @returns the step (of {@link TOTP} `.period` s since 1970) that the code is of; `undefined`: of none near `at`
 */
export function totpStep(terminal: Uint8Array, staff: string, code: string, at: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const secret = new Secret({ buffer: new Uint8Array(totpSecret(terminal, staff)).buffer });
  const delta = new Totp({ ...TOTP, secret }).validate({ token: code, timestamp: at, window: TOTP_WINDOW });
  return delta === null ? undefined : Math.floor(at / 1000 / TOTP.period) + delta;
}

export function isPhoneResponse(terminal: Uint8Array, staff: string, challenge: string, code: string): boolean {
  const expected = Buffer.from(phoneResponse(terminal, staff, challenge), 'ascii');
  const said = Buffer.from(code, 'ascii');
  return said.length === expected.length && timingSafeEqual(said, expected);
}
