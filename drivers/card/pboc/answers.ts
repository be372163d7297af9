/**
 * What a PBOC card answers: FCI, files 15, 17, 18, 1A and 1E, balance, INITIALIZE FOR LOAD, transaction proof; bytes → values. Pure and total:
 * any bytes give a value or a typed error. Source: card-application.md 1 to 3. Used by the purse and by `decodePbocHex`.
 */
import { fen, type Fen } from '../../../common/fen.ts';
import { toHex } from '../../../common/hex.ts';
import { bad, isBad, type BadBytes } from '../apdu.ts';
import { decodeTlv, type Tlv } from '../tlv.ts';

/** How bytes 8–19 of file 15 are to be read (card-application.md 1.3): `pboc` also stands for JT/T 978. */
export type File15Variant = 'pboc' | 'cjt';

/** Byte strings in all values here are upper-case hexadecimal. */
export interface Fci {
  readonly dfName?: string;
  readonly version?: string;
  /** Tag 9F0C, a copy of file 15. */
  readonly file15?: Uint8Array;
  /** Names a PPSE lists (tag 4F inside 61). */
  readonly applications: readonly string[];
}

export interface PublicData {
  readonly issuer: string;
  readonly serial: string;
  /** `YYYY-MM-DD`, both days included. */
  readonly validFrom: string;
  readonly validUntil: string;
  /** CJ/T cards say whether they were activated; the other variant has no such flag. */
  readonly enabled?: boolean;
  /** CJ/T only: main and sub type of the card, 2 bytes. */
  readonly cardType?: string;
  /** PBOC / JT/T 978 only. */
  readonly applicationType?: number;
  readonly applicationVersion: number;
}

export interface LogRecord {
  /** Before or after the increment, depending on the card's system: never a key on its own. */
  readonly counter: number;
  readonly overdraftLimit: number;
  readonly amount: Fen;
  readonly type: number;
  readonly terminalId: string;
  /** As stored, normally YYYYMMDD and HHMMSS. */
  readonly date: string;
  readonly time: string;
}

export interface InitializeAnswer {
  readonly balanceBefore: Fen;
  readonly onlineCounter: number;
  readonly keyVersion: number;
  readonly algorithm: number;
  readonly cardRandom: string;
  readonly mac1: string;
}

export interface TransactionProof {
  /** First 4 bytes; some cards leave them out. */
  readonly mac?: string;
  readonly tac: string;
}

/** File 17 of a JT/T 978 card. */
export interface CityData {
  readonly internationalCode: string;
  readonly provinceCode: string;
  readonly cityCode: string;
  readonly interoperable: boolean;
  readonly cardKind: number;
}

/** File 1E of a JT/T 978 card. */
export interface TravelRecord {
  readonly type: number;
  readonly terminal: string;
  readonly industry: number;
  readonly line: string;
  readonly amount: Fen;
  readonly balanceAfter: Fen;
  readonly date: string;
  readonly time: string;
  readonly city: string;
  readonly institution: string;
}

export const FILE_15_LENGTH = 30;
export const FILE_17_LENGTH = 60;
export const LOG_RECORD_LENGTH = 23;
export const TRAVEL_RECORD_LENGTH = 48;
export const COMPOSITE_RECORD_LENGTH = 128;

/** Transaction types of file 18 (card-application.md 1.6); the others are unload, cash withdrawal and overdraft change. */
export const loadTypes: readonly number[] = [0x01, 0x02];
export const purchaseTypes: readonly number[] = [0x05, 0x06, 0x08, 0x09];

export function decodeFci(bytes: Uint8Array): Fci | BadBytes {
  const template = valueOf(decodeTlv(bytes), 0x6f);
  if (template === undefined) return bad('badValue', 'an FCI is one data object 6F');
  const outer = decodeTlv(template);
  if (isBad(outer)) return outer;
  const proprietary = valueOf(outer, 0xa5);
  const inner = proprietary === undefined ? [] : decodeTlv(proprietary);
  if (isBad(inner)) return inner;
  const dfName = valueOf(outer, 0x84);
  const version = valueOf(inner, 0x9f08);
  const file15 = valueOf(inner, 0x9f0c);
  return {
    ...(dfName === undefined ? {} : { dfName: toHex(dfName) }),
    ...(version === undefined ? {} : { version: toHex(version) }),
    ...(file15 === undefined ? {} : { file15 }),
    applications: applicationsIn(valueOf(inner, 0xbf0c)),
  };
}

export function decodeFile15(bytes: Uint8Array, variant: File15Variant): PublicData | BadBytes {
  if (bytes.length < FILE_15_LENGTH) return tooShort('file 15', FILE_15_LENGTH, bytes);
  const validFrom = dateOf(bytes.subarray(20, 24));
  const validUntil = dateOf(bytes.subarray(24, 28));
  if (validFrom === undefined || validUntil === undefined) return bad('badValue', `file 15 holds no dates: ${toHex(bytes.subarray(20, 28))}`);
  return {
    issuer: toHex(bytes.subarray(0, 8)),
    serial: toHex(bytes.subarray(10, 20)),
    validFrom,
    validUntil,
    ...(variant === 'cjt' ? { enabled: bytes[8] === 0x01, cardType: toHex(bytes.subarray(28, 30)) } : { applicationType: bytes[8] ?? 0 }),
    applicationVersion: bytes[9] ?? 0,
  };
}

export function decodeFile17(bytes: Uint8Array): CityData | BadBytes {
  if (bytes.length < FILE_17_LENGTH) return tooShort('file 17', FILE_17_LENGTH, bytes);
  return {
    internationalCode: toHex(bytes.subarray(0, 4)),
    provinceCode: toHex(bytes.subarray(4, 6)),
    cityCode: toHex(bytes.subarray(6, 8)),
    interoperable: bigEndian(bytes.subarray(8, 10)) === 1,
    cardKind: bytes[10] ?? 0,
  };
}

/** `blank`: a slot that was never written, all 00 or all FF. */
export function decodeLogRecord(bytes: Uint8Array): LogRecord | 'blank' | BadBytes {
  if (bytes.length < LOG_RECORD_LENGTH) return tooShort('a transaction record', LOG_RECORD_LENGTH, bytes);
  if (isBlank(bytes)) return 'blank';
  return {
    counter: bigEndian(bytes.subarray(0, 2)),
    overdraftLimit: bigEndian(bytes.subarray(2, 5)),
    amount: fen(bigEndian(bytes.subarray(5, 9))),
    type: bytes[9] ?? 0,
    terminalId: toHex(bytes.subarray(10, 16)),
    date: toHex(bytes.subarray(16, 20)),
    time: toHex(bytes.subarray(20, 23)),
  };
}

export function decodeTravelRecord(bytes: Uint8Array): TravelRecord | 'blank' | BadBytes {
  if (bytes.length < TRAVEL_RECORD_LENGTH) return tooShort('a travel record', TRAVEL_RECORD_LENGTH, bytes);
  if (isBlank(bytes)) return 'blank';
  return {
    type: bytes[0] ?? 0,
    terminal: toHex(bytes.subarray(1, 9)),
    industry: bytes[9] ?? 0,
    line: toHex(bytes.subarray(10, 17)),
    amount: fen(bigEndian(bytes.subarray(17, 21))),
    balanceAfter: fen(bigEndian(bytes.subarray(21, 25))),
    date: toHex(bytes.subarray(25, 29)),
    time: toHex(bytes.subarray(29, 32)),
    city: toHex(bytes.subarray(32, 34)),
    institution: toHex(bytes.subarray(34, 42)),
  };
}

export function decodeBalance(bytes: Uint8Array): Fen | BadBytes {
  return bytes.length === 4 ? fen(bigEndian(bytes)) : wrongLength('a balance', '4', bytes);
}

export function decodeInitializeAnswer(bytes: Uint8Array): InitializeAnswer | BadBytes {
  if (bytes.length !== 16) return wrongLength('the answer to INITIALIZE FOR LOAD', '16', bytes);
  return {
    balanceBefore: fen(bigEndian(bytes.subarray(0, 4))),
    onlineCounter: bigEndian(bytes.subarray(4, 6)),
    keyVersion: bytes[6] ?? 0,
    algorithm: bytes[7] ?? 0,
    cardRandom: toHex(bytes.subarray(8, 12)),
    mac1: toHex(bytes.subarray(12)),
  };
}

/** The TAC, 4 bytes hex. */
export function decodeCreditAnswer(bytes: Uint8Array): { readonly tac: string } | BadBytes {
  return bytes.length === 4 ? { tac: toHex(bytes) } : wrongLength('the answer to CREDIT FOR LOAD', '4', bytes);
}

export function decodeProof(bytes: Uint8Array): TransactionProof | BadBytes {
  if (bytes.length === 4) return { tac: toHex(bytes) };
  return bytes.length === 8 ? { mac: toHex(bytes.subarray(0, 4)), tac: toHex(bytes.subarray(4)) } : wrongLength('a transaction proof', '8 or 4', bytes);
}

/** BCD YYYYMMDD → `YYYY-MM-DD`; undefined when it is no date. */
export function isoDate(digits: string): string | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)$/.exec(digits);
  const [, year, month, day] = match ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return month >= '01' && month <= '12' && day >= '01' && day <= '31' ? `${year}-${month}-${day}` : undefined;
}

/** BCD HHMMSS → `HH:MM:SS`; undefined when it is no time of day. */
export function isoTime(digits: string): string | undefined {
  const match = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(digits);
  return match === null ? undefined : `${match[1]}:${match[2]}:${match[3]}`;
}

function applicationsIn(discretionary: Uint8Array | undefined): readonly string[] {
  const entries = discretionary === undefined ? [] : decodeTlv(discretionary);
  if (isBad(entries)) return [];
  const names = entries.filter((entry) => entry.tag === 0x61).map((entry) => valueOf(decodeTlv(entry.value), 0x4f));
  return names.filter((name) => name !== undefined).map((name) => toHex(name));
}

function valueOf(objects: readonly Tlv[] | BadBytes, tag: number): Uint8Array | undefined {
  return isBad(objects) ? undefined : objects.find((object) => object.tag === tag)?.value;
}

function dateOf(bytes: Uint8Array): string | undefined {
  return isoDate(toHex(bytes));
}

/** A record slot that was never written. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x00) || bytes.every((byte) => byte === 0xff);
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function tooShort(what: string, length: number, bytes: Uint8Array): BadBytes {
  return bad('truncated', `${what} has ${length} bytes, ${bytes.length} came`);
}

function wrongLength(what: string, length: string, bytes: Uint8Array): BadBytes {
  return bad('badLength', `${what} has ${length} bytes, ${bytes.length} came`);
}
