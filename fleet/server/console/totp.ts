/** Codes of an authenticator (RFC 6238): SHA-1, six digits, 30 seconds, which is what every authenticator can do. A code is good once. */
import { Secret, TOTP } from 'otpauth';
import type { Random } from '../../../common/ids.ts';

const PERIOD_S = 30;
/** Steps before and after the present one: a watch that is half a minute off. */
const WINDOW = 1;

/** 20 bytes (RFC 4226, requirement 6), base 32. */
export function makeTotpSecret(random: Random): string {
  return new Secret({ buffer: new Uint8Array(random.bytes(20)).buffer }).base32;
}

/** For a QR code (Key Uri Format). */
export function totpUri(secret: string, name: string, issuer: string): string {
  return totpOf(secret, name, issuer).toString();
}

/** The time step whose code it is, when that is later than `after`, the last one that was used. */
export function totpStep(secret: string, code: string, now: number, after: number): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: now, window: WINDOW });
  if (delta === null) return undefined;
  const step = Math.floor(now / 1000 / PERIOD_S) + delta;
  return step > after ? step : undefined;
}

function totpOf(secret: string, label = 'console', issuer = ''): TOTP {
  return new TOTP({ issuer, label, algorithm: 'SHA1', digits: 6, period: PERIOD_S, secret: Secret.fromBase32(secret) });
}
