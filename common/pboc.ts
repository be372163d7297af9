/**
 * Cryptography of a PBOC e-purse load with DES keys: key diversification, session key, MAC1, MAC2, TAC. Pure; used by the simulated chip, by
 * the sandbox issuer and by `kioskctl pboc vector`. Source: card-application.md 2.4 to 2.6 (the terminal itself never holds these keys).
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { fromHex, toHex } from './hex.ts';

export type PbocErrorCode =
  /** A key is not 8 or 16 bytes long, or too short for the algorithm. */
  | 'badKey'
  /** A value is out of its range or has the wrong length. */
  | 'badInput'
  /** Algorithm id other than 00 and 01: what the card would compute is not known. */
  | 'unknownAlgorithm'
  /** MAC1 of four zero bytes: the card did not compute one (card-application.md 2.6). */
  | 'zeroMac1';

export class PbocError extends Error {
  readonly code: PbocErrorCode;
  constructor(code: PbocErrorCode, message: string) {
    super(message);
    this.name = 'PbocError';
    this.code = code;
  }
}

/** Algorithm ids a load key may have (card-application.md 2.6). */
export const pbocAlgorithms = { tripleDes: 0x00, singleDes: 0x01 } as const;

/** What card and host agree on about one load; `PendingLoadInit` of the journal fits. Hexadecimal strings, money in fen. */
export interface LoadTerms {
  /** B0 as INITIALIZE FOR LOAD answered it. */
  readonly balanceBefore: number;
  /** A, at least 1. */
  readonly amount: number;
  /** 1 = ED, 2 = EP; also the transaction type under every MAC. */
  readonly purseType: 1 | 2;
  /** 6 bytes. */
  readonly terminalId: string;
  /** N0, before the load. */
  readonly onlineCounter: number;
  /** R, 4 bytes. */
  readonly cardRandom: string;
  /** Algorithm id of the load key. */
  readonly algorithm: number;
}

/** The host's own date (YYYYMMDD) and time (HHMMSS), exactly those the card is told. */
export interface HostTime {
  readonly hostDate: string;
  readonly hostTime: string;
}

/** ECB without padding. `key`: 8 bytes = DES, 16 = two-key 3DES; `data`: whole blocks of 8. @throws {PbocError} */
export function encrypt(key: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede3-ecb', tripleKey(key), null).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([cipher.update(wholeBlocks(data)), cipher.final()]));
}

/** Inverse of {@link encrypt}. */
export function decrypt(key: Uint8Array, data: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('des-ede3-ecb', tripleKey(key), null).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([decipher.update(wholeBlocks(data)), decipher.final()]));
}

/**
 * The chain of an ISO 9797-1 MAC with padding method 2, one 8-byte value a block; the MAC is the left half of the last.
 * An 8-byte key chains single DES; a 16-byte key does so with its left half and finishes with D(right), E(left): algorithm 3.
 */
export function macBlocks(key: Uint8Array, data: Uint8Array, iv: Uint8Array = new Uint8Array(8)): readonly Uint8Array[] {
  const left = key.subarray(0, 8);
  const cipher = createCipheriv('des-ede3-cbc', tripleKey(left), requireLength(iv, 8, 'initial vector')).setAutoPadding(false);
  const chain = Uint8Array.from(Buffer.concat([cipher.update(pad(data)), cipher.final()]));
  const blocks = Array.from({ length: chain.length / 8 }, (_, index) => chain.subarray(index * 8, index * 8 + 8));
  if (key.length === 8) return blocks;
  requireLength(key, 16, 'MAC key', 'badKey');
  return blocks.map((block, index) => (index === blocks.length - 1 ? encrypt(left, decrypt(key.subarray(8), block)) : block));
}

/** Left 4 bytes of the last block. `iv` is zero except under secure messaging (challenge ‖ 00000000). */
export function mac(key: Uint8Array, data: Uint8Array, iv?: Uint8Array): Uint8Array {
  const last = macBlocks(key, data, iv).at(-1) ?? new Uint8Array(8);
  return last.slice(0, 4);
}

/** DIV once per factor, outermost first: 16-byte master key and 8-byte factors → 16-byte key (card-application.md 2.5). */
export function diversify(masterKey: Uint8Array, factors: readonly Uint8Array[]): Uint8Array {
  return factors.reduce(
    (key, factor) => {
      const inverse = requireLength(factor, 8, 'diversification factor').map((byte) => ~byte);
      return concat(encrypt(key, factor), encrypt(key, inverse));
    },
    requireLength(masterKey, 16, 'master key', 'badKey'),
  );
}

/**
 * Where a level of diversification takes its factor: file 15 bytes 0–7, the right 8 bytes of the serial, or a constant of the issuer's
 * (8 bytes hex). The choice is the issuer's (card-application.md 2.5), so it is configuration.
 */
export const diversificationLevelSchema = z.union([z.literal('issuer'), z.literal('serial'), z.string().regex(/^[0-9A-Fa-f]{16}$/)]);
export type DiversificationLevel = z.infer<typeof diversificationLevelSchema>;

/** Master keys of an issuer and the way from them to a card's keys. Hexadecimal, 16 bytes each. */
export interface IssuerKeys {
  readonly masterLoadKey: string;
  readonly masterTacKey: string;
  /** Of secure messaging; absent: the issuer has no such key, and its cards have none. */
  readonly masterMaintenanceKey?: string | undefined;
  /** Takes the block off an application; absent: a blocked card stays blocked. */
  readonly masterUnblockKey?: string | undefined;
  readonly levels: readonly DiversificationLevel[];
}

/** One 8-byte factor a level. `issuer`: 8 bytes hex, `serial`: 10 bytes hex. @throws {PbocError} `badInput` */
export function cardFactors(levels: readonly DiversificationLevel[], card: { readonly issuer: string; readonly serial: string }): readonly Uint8Array[] {
  return levels.map((level) => {
    if (level === 'issuer') return hexBytes(card.issuer, 8, 'issuer identifier');
    if (level === 'serial') return hexBytes(card.serial, 10, 'application serial number').subarray(2);
    return hexBytes(level, 8, 'diversification factor');
  });
}

/** DLK and DTK of one card. `issuer`: 8 bytes hex, `serial`: 10 bytes hex. @throws {PbocError} `badKey`, `badInput` */
export function cardKeys(keys: IssuerKeys, card: { readonly issuer: string; readonly serial: string }): { loadKey: Uint8Array; tacKey: Uint8Array } {
  const factors = cardFactors(keys.levels, card);
  return {
    loadKey: diversify(keyBytes(keys.masterLoadKey, 'master load key'), factors),
    tacKey: diversify(keyBytes(keys.masterTacKey, 'master TAC key'), factors),
  };
}

/** `R ‖ N0 ‖ 8000`, 8 bytes: what the load key makes the session key of. @throws {PbocError} `badInput` */
export function loadSessionSeed(terms: Pick<LoadTerms, 'cardRandom' | 'onlineCounter'>): Uint8Array {
  return concat(hexBytes(terms.cardRandom, 4, 'card random'), uint(terms.onlineCounter, 2, 'online counter'), Uint8Array.of(0x80, 0x00));
}

/**
 * SESLK, 8 bytes: the load key over `R ‖ N0 ‖ 8000`. Algorithm 01 uses single DES; a 16-byte key then counts with its left half.
 * @throws {PbocError} `unknownAlgorithm`, `badKey`, `badInput`
 */
export function loadSessionKey(loadKey: Uint8Array, terms: Pick<LoadTerms, 'cardRandom' | 'onlineCounter' | 'algorithm'>): Uint8Array {
  const block = loadSessionSeed(terms);
  switch (terms.algorithm) {
    case pbocAlgorithms.tripleDes:
      return encrypt(requireLength(loadKey, 16, 'load key', 'badKey'), block);
    case pbocAlgorithms.singleDes:
      return encrypt(loadKey.subarray(0, 8), block);
    default:
      throw new PbocError('unknownAlgorithm', `algorithm id ${hexByte(terms.algorithm)} of the load key is not 00 (3DES) or 01 (DES)`);
  }
}

/** `B0 ‖ A ‖ type ‖ terminal`, 15 bytes. */
export function mac1Input(terms: LoadTerms): Uint8Array {
  return concat(uint(terms.balanceBefore, 4, 'balance'), movement(terms));
}

/** `A ‖ type ‖ terminal ‖ date ‖ time`, 18 bytes. */
export function mac2Input(terms: LoadTerms, host: HostTime): Uint8Array {
  return concat(movement(terms), hostTimeBytes(host));
}

/** `B1 ‖ N0 ‖ A ‖ type ‖ terminal ‖ date ‖ time`, 24 bytes: the new balance, but the counter before the increment. */
export function tacInput(terms: LoadTerms, host: HostTime): Uint8Array {
  const balanceAfter = uint(terms.balanceBefore + terms.amount, 4, 'balance after the load');
  return concat(balanceAfter, uint(terms.onlineCounter, 2, 'online counter'), movement(terms), hostTimeBytes(host));
}

/** What tells keys apart and betrays none: the left 3 bytes of 8 zero bytes under the key. */
export function keyCheckValue(key: Uint8Array): Uint8Array {
  return encrypt(key, new Uint8Array(8)).slice(0, 3);
}

/** The card's proof of itself, 4 bytes, under the session key. */
export function mac1(sessionKey: Uint8Array, terms: LoadTerms): Uint8Array {
  return mac(sessionKey, mac1Input(terms));
}

/** The host's permission, 4 bytes, under the session key. */
export function mac2(sessionKey: Uint8Array, terms: LoadTerms, host: HostTime): Uint8Array {
  return mac(sessionKey, mac2Input(terms, host));
}

/** The 8-byte key under a TAC: both halves of the 16-byte DTK combined by XOR; an 8-byte DTK as it is. */
export function tacMacKey(tacKey: Uint8Array): Uint8Array {
  if (tacKey.length === 8) return tacKey;
  const right = requireLength(tacKey, 16, 'TAC key', 'badKey').subarray(8);
  return tacKey.slice(0, 8).map((byte, index) => byte ^ (right[index] ?? 0));
}

/** The card's receipt for the load, 4 bytes. `tacKey` is the card's DTK (16 bytes), not yet combined. */
export function tac(tacKey: Uint8Array, terms: LoadTerms, host: HostTime): Uint8Array {
  return mac(tacMacKey(tacKey), tacInput(terms, host));
}

/** Refuses the MAC1 of a card that computed none. `received`: 4 bytes hex. @throws {PbocError} `zeroMac1`, `badInput` */
export function requireMac1(received: string): void {
  if (hexBytes(received, 4, 'MAC1').every((byte) => byte === 0)) throw new PbocError('zeroMac1', 'MAC1 is zero: the card has not computed one');
}

/** Whether `received` (4 bytes hex) is the MAC1 of this load. @throws {PbocError} `zeroMac1`, `badInput`, `badKey` */
export function verifyMac1(sessionKey: Uint8Array, terms: LoadTerms, received: string): boolean {
  requireMac1(received);
  return toHex(mac1(sessionKey, terms)) === toHex(fromHex(received));
}

/** What a person is shown of a card number: the last four printed digits. `serial`: application serial number, 10 BCD bytes hex. */
export function maskTail(serial: string): string {
  return serial.replace(/^0/, '').slice(-4);
}

const hexOf = (bytes: number) =>
  z
    .string()
    .transform((text) => text.replace(/\s+/g, ''))
    .pipe(z.string().regex(new RegExp(`^[0-9A-Fa-f]{${bytes * 2}}$`), `expected ${bytes} bytes of hexadecimal (${bytes * 2} digits)`));
const digits = (count: number, what: string) => z.string().regex(new RegExp(`^\\d{${count}}$`), `expected ${count} decimal digits, ${what}`);
const money = (least: number) => z.int('expected whole fen').min(least).max(0xffff_ffff);

/** Input of {@link pbocVector}: money as numbers of fen, the rest hexadecimal. */
export const pbocVectorInputSchema = z.object({
  masterLoadKey: hexOf(16),
  masterTacKey: hexOf(16),
  /** One 8-byte factor per level, in order; none: the masters are the card's own keys. */
  diversificationFactors: z.array(hexOf(8)).max(8),
  balance: money(0),
  amount: money(1),
  /** A number, or 2 bytes hex. */
  onlineCounter: z.union(
    [z.int().min(0).max(0xffff), hexOf(2).transform((text) => Number.parseInt(text, 16))],
    'expected 0 to 65535 or 2 bytes of hexadecimal',
  ),
  cardRandom: hexOf(4),
  /** 1 (ED) or 2 (EP); a number, or 1 byte hex. */
  transactionType: z.union([z.literal([1, 2]), z.literal(['01', '02']).transform((text) => (text === '01' ? 1 : 2))], 'expected 01 (ED load) or 02 (EP load)'),
  terminalId: hexOf(6),
  date: digits(8, 'YYYYMMDD'),
  time: digits(6, 'HHMMSS'),
});

/** `loadKey` and `tacKey` are the card's diversified 16-byte keys DLK and DTK (the TAC's 8-byte key is DTK's halves XORed). Upper-case hex. */
export interface PbocVector {
  readonly loadKey: string;
  readonly tacKey: string;
  readonly sessionKey: string;
  readonly mac1: string;
  readonly mac2: string;
  readonly tac: string;
}

/**
 * Every value of one load with 3DES keys (algorithm 00), for an integrator who compares keys and formulas.
 * @throws {PbocError} `badInput` with one line a problem, each with its path
 */
export function pbocVector(input: unknown): PbocVector {
  const parsed = pbocVectorInputSchema.safeParse(input);
  if (!parsed.success) {
    throw new PbocError('badInput', parsed.error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('\n'));
  }
  const { masterLoadKey, masterTacKey, diversificationFactors, balance, transactionType, date, time, ...rest } = parsed.data;
  const factors = diversificationFactors.map((factor) => fromHex(factor));
  const loadKey = diversify(fromHex(masterLoadKey), factors);
  const tacKey = diversify(fromHex(masterTacKey), factors);
  const terms: LoadTerms = { ...rest, balanceBefore: balance, purseType: transactionType, algorithm: pbocAlgorithms.tripleDes };
  const host: HostTime = { hostDate: date, hostTime: time };
  const sessionKey = loadSessionKey(loadKey, terms);
  return {
    loadKey: toHex(loadKey),
    tacKey: toHex(tacKey),
    sessionKey: toHex(sessionKey),
    mac1: toHex(mac1(sessionKey, terms)),
    mac2: toHex(mac2(sessionKey, terms, host)),
    tac: toHex(tac(tacKey, terms, host)),
  };
}

function movement(terms: LoadTerms): Uint8Array {
  return concat(uint(terms.amount, 4, 'amount'), Uint8Array.of(terms.purseType), hexBytes(terms.terminalId, 6, 'terminal id'));
}

function hostTimeBytes(host: HostTime): Uint8Array {
  return concat(hexBytes(host.hostDate, 4, 'host date'), hexBytes(host.hostTime, 3, 'host time'));
}

/** K‖K‖K makes single DES of the only DES that needs no legacy provider; KL‖KR‖KL is two-key 3DES. */
function tripleKey(key: Uint8Array): Uint8Array {
  if (key.length === 8) return concat(key, key, key);
  if (key.length === 16) return concat(key, key.subarray(0, 8));
  throw new PbocError('badKey', `a DES key has 8 or 16 bytes, this one ${key.length}`);
}

function pad(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(data.length / 8) + 1) * 8);
  padded.set(data);
  padded[data.length] = 0x80;
  return padded;
}

function wholeBlocks(data: Uint8Array): Uint8Array {
  if (data.length % 8 !== 0) throw new PbocError('badInput', `DES works on blocks of 8 bytes, ${data.length} were given`);
  return data;
}

function requireLength(bytes: Uint8Array, length: number, what: string, code: PbocErrorCode = 'badInput'): Uint8Array {
  if (bytes.length !== length) throw new PbocError(code, `${what}: expected ${length} bytes, got ${bytes.length}`);
  return bytes;
}

function hexBytes(text: string, length: number, what: string): Uint8Array {
  if (!new RegExp(`^[0-9A-Fa-f]{${length * 2}}$`).test(text)) throw new PbocError('badInput', `${what}: expected ${length} bytes of hexadecimal`);
  return fromHex(text);
}

/** Like `hexBytes` for key material: the text is never part of a message. */
function keyBytes(text: string, what: string): Uint8Array {
  if (!/^[0-9A-Fa-f]{32}$/.test(text)) throw new PbocError('badKey', `${what}: expected 16 bytes of hexadecimal`);
  return fromHex(text);
}

/** Unsigned big-endian. */
function uint(value: number, length: number, what: string): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= 256 ** length) throw new PbocError('badInput', `${what}: ${value} does not fit ${length} bytes`);
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 256 ** (length - 1 - index)) % 256);
}

function hexByte(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
