/** What the office gives out to staff: roster lines, authenticators, answers by telephone, grants and card files. Pure; main.ts reads and writes. */
import { encodeQR } from 'qr';
import { Secret, TOTP as Totp } from 'otpauth';
import { LONGEST, signGrant, type Grant, type GrantKind } from '../../common/maintenance/grant.ts';
import { hashPin, isPin, type PinHash } from '../../common/maintenance/pin.ts';
import { phoneResponse, terminalSecret, TOTP, totpSecret } from '../../common/maintenance/staff-secret.ts';
import type { Role, Verb } from '../../common/maintenance/verbs.ts';
import type { Office } from './office.ts';

/** For `maintenance.grantKeys` of the terminals' configuration. */
export function grantKeyOf({ kid, publicKey }: Office): object {
  return { kid, ...publicKey };
}

/** @throws {Error} when it is none */
export function checkedPin(pin: string, salt: Uint8Array): PinHash {
  if (!isPin(pin)) throw new Error('a PIN has 6 to 12 digits: give it on the standard input');
  return hashPin(pin, salt);
}

/** One of `maintenance.staff`. */
export function rosterLine(number: string, role: Role, pin: PinHash): object {
  return { number, role, pin };
}

/** 64 hexadecimal digits: the file `staff-secret` of that terminal. */
export function terminalFile({ master }: Office, terminalId: string): string {
  return `${Buffer.from(terminalSecret(master, terminalId)).toString('hex')}\n`;
}

function totpOf({ master }: Office, terminalId: string, staff: string): Totp {
  const secret = new Uint8Array(totpSecret(terminalSecret(master, terminalId), staff));
  return new Totp({ ...TOTP, issuer: 'Kiosk', label: `${terminalId} ${staff}`, secret: new Secret({ buffer: secret.buffer }) });
}

/** For an authenticator; good at one terminal. */
export function authenticatorUri(office: Office, terminalId: string, staff: string): string {
  return totpOf(office, terminalId, staff).toString();
}

/** What that authenticator shows. @param at ms since 1970 */
export function codeNow(office: Office, terminalId: string, staff: string, at: number): string {
  return totpOf(office, terminalId, staff).generate({ timestamp: at });
}

/** To what the terminal shows and the caller reads out. @throws {Error} */
export function answerTo({ master }: Office, terminalId: string, staff: string, challenge: string): string {
  const digits = challenge.replaceAll(/[ -]/g, '');
  if (!/^\d{8}$/.test(digits)) throw new Error('the terminal shows 8 digits: give all of them with --challenge');
  return phoneResponse(terminalSecret(master, terminalId), staff, digits);
}

export interface GrantRequest {
  readonly kind: GrantKind;
  readonly serial: string;
  readonly staff: string;
  readonly role: Role;
  readonly terminals: readonly string[];
  readonly verbs: readonly Verb[] | undefined;
  /** ms since 1970 */
  readonly from: number;
  readonly days: number;
  readonly visits: number | undefined;
  readonly chip: string | undefined;
  readonly pin: PinHash;
}

/** @returns compact JWS. @throws {Error} */
export async function signedFor(office: Office, request: GrantRequest): Promise<string> {
  const { kind, serial, staff, role, terminals, verbs, from, days, visits, chip, pin } = request;
  if (days * 86_400 > LONGEST[kind]) throw new Error(`a ${kind} is good for ${LONGEST[kind] / 86_400} days at most: --days ${days}`);
  const notBefore = Math.floor(from / 1000);
  const grant: Grant = {
    serial,
    staff,
    role,
    terminals: [...terminals],
    ...(verbs === undefined ? {} : { verbs: [...verbs] }),
    notBefore,
    notAfter: notBefore + days * 86_400 - 1,
    ...(visits === undefined ? {} : { visits }),
    pin,
    ...(chip === undefined ? {} : { card: chip }),
  };
  return signGrant(kind, grant, office);
}

/** To print, or to show on a telephone. */
export function codePicture(token: string): string {
  return encodeQR(token, 'svg', { ecc: 'low', border: 4 });
}
