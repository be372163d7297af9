/**
 * What Custom-style kiosk printers say and take beside plain ESC/POS: the full status of six bytes, the ejector and its status byte;
 * pure, both ways. Source: receipt-printer.md 6.1; the ejector's words are those of KPM210 and Reliance.
 */
import { CONDITIONS, HEALTHY, type RawStatus } from './codec.ts';

/** DLE EOT 20: `10 0F p u r x` at once, outside the queue. */
export const ASK_FULL_STATUS = Uint8Array.of(0x10, 0x04, 0x14);
export const FULL_STATUS_HEADER = [0x10, 0x0f] as const;
export const FULL_STATUS_LENGTH = 6;

/** Bits of p, u, r and x in their order. Bit 7 of p (notch) means opposite things in two manuals and is left alone. */
const FULL_STATUS_BITS: readonly Partial<Record<keyof RawStatus, number>>[] = [
  { paperEnd: 0x01, paperNearEnd: 0x04, ticketAtOutput: 0x20, virtualPaperEnd: 0x40 },
  { coverOpen: 0x03, motorOn: 0x08, feedPressed: 0x60 },
  { recoverableError: 0x09, lineError: 0x02, presenterJam: 0x40 },
  { cutterError: 0x01, coverOpen: 0x02, unrecoverableError: 0x0c },
];

/** The same by the byte, so that what a printer says over and over is read quickly. */
const CONDITIONS_AT = FULL_STATUS_BITS.flatMap((bits, index) =>
  CONDITIONS.flatMap((condition) => (bits[condition] === undefined ? [] : [{ at: FULL_STATUS_HEADER.length + index, mask: bits[condition], condition }])),
);

/** `undefined`: these bytes are no full status. */
export function decodeFullStatus(bytes: ArrayLike<number>): RawStatus | undefined {
  if (bytes.length !== FULL_STATUS_LENGTH || bytes[0] !== FULL_STATUS_HEADER[0] || bytes[1] !== FULL_STATUS_HEADER[1]) return undefined;
  const said: { -readonly [K in keyof RawStatus]: boolean } = { ...HEALTHY };
  for (const { at, mask, condition } of CONDITIONS_AT) if (((bytes[at] ?? 0) & mask) !== 0) said[condition] = true;
  return said;
}

/** The first bit of each condition's group is the one set; the others of a group are other causes of the same. */
export function encodeFullStatus(status: RawStatus): Uint8Array {
  const lowest = (mask: number): number => mask & -mask;
  const bytes = FULL_STATUS_BITS.map((bits) => CONDITIONS.reduce((byte, name) => (status[name] ? byte | lowest(bits[name] ?? 0) : byte), 0));
  return Uint8Array.of(...FULL_STATUS_HEADER, ...bytes);
}

/** GS e n [m], in the queue. */
export const EJECTOR = { retract: 2, present: 3, eject: 5, askStatus: 6, continuousModeOff: 18 } as const;

export function ejector(n: number, ...parameters: readonly number[]): Uint8Array {
  return Uint8Array.of(0x1d, 0x65, n, ...parameters);
}

/** Steps of `stepMm` that push a slip out by about `mm`; at least one, at most what one byte holds. */
export function stepsOf(mm: number, stepMm: number): number {
  return Math.min(0xff, Math.max(1, Math.round(mm / stepMm)));
}

/** GS R 49 n: Citizen PMU2300III pulls a slip back by itself after n seconds, 0 = never (section 6.2). */
export function autoRetract(seconds: number): Uint8Array {
  return Uint8Array.of(0x1d, 0x52, 0x31, seconds);
}

export interface EjectorStatus {
  readonly paperNearEnd: boolean;
  readonly paperAtInput: boolean;
  readonly ticketAtOutput: boolean;
  readonly stepperOn: boolean;
  readonly ejectorOn: boolean;
  readonly error: boolean;
  readonly jam: boolean;
}

const EJECTOR_BITS: Readonly<Record<keyof EjectorStatus, number>> = {
  paperNearEnd: 0x01,
  paperAtInput: 0x04,
  ticketAtOutput: 0x08,
  stepperOn: 0x10,
  ejectorOn: 0x20,
  error: 0x40,
  jam: 0x80,
};

/** The answer to GS e 6. */
export function decodeEjectorStatus(byte: number): EjectorStatus {
  const said = (word: keyof EjectorStatus): boolean => (byte & EJECTOR_BITS[word]) !== 0;
  return {
    paperNearEnd: said('paperNearEnd'),
    paperAtInput: said('paperAtInput'),
    ticketAtOutput: said('ticketAtOutput'),
    stepperOn: said('stepperOn'),
    ejectorOn: said('ejectorOn'),
    error: said('error'),
    jam: said('jam'),
  };
}

export function encodeEjectorStatus(status: Partial<EjectorStatus>): number {
  return Object.entries(EJECTOR_BITS).reduce((byte, [word, bit]) => (status[word as keyof EjectorStatus] === true ? byte | bit : byte), 0);
}
