/**
 * ID-003 messages: bytes ↔ values, one set for each direction, because the same number means different things in the two directions
 * (40 reset / power up, 43 return / stacker full). Pure; used by the driver, the simulator and `kioskctl decode id003`.
 * Source: protocols/cash-acceptor.md 3.1 and 3.2.
 */
import { fen, MAX_FEN, type Fen } from '../../../common/fen.ts';
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { frameTrouble } from '../polled/frame-decoder.ts';
import { encodeFrame, ID003_FRAMES, type Frame } from './frame.ts';

/** Settings: set by C0..C5, echoed by the same number, read back by 80..85. */
const SETTINGS = {
  /** Two bytes, bit 1 = disabled; bit 0 of the first is note code 61, bit 0 of the second 69. */
  denominations: { set: 0xc0, ask: 0x80, length: 2 },
  /** Two bytes, bit 1 = high security. */
  security: { set: 0xc1, ask: 0x81, length: 2 },
  /** 00 polled, 01 / 02 interrupt. */
  communicationMode: { set: 0xc2, ask: 0x82, length: 1 },
  /** 00 accept, 01 inhibit. */
  inhibit: { set: 0xc3, ask: 0x83, length: 1 },
  /** Bit 1 = direction disabled. */
  direction: { set: 0xc4, ask: 0x84, length: 1 },
  optionalFunctions: { set: 0xc5, ask: 0x85, length: 2 },
} as const;
export type SettingName = keyof typeof SETTINGS;
const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

const PLAIN_COMMANDS = {
  statusRequest: 0x11,
  reset: 0x40,
  stack1: 0x41,
  stack2: 0x42,
  return: 0x43,
  hold: 0x44,
  wait: 0x45,
  ack: 0x50,
  askVersion: 0x88,
  askBootVersion: 0x89,
  askCurrencyTable: 0x8a,
} as const;
export type PlainCommand = keyof typeof PLAIN_COMMANDS;

/** Host to acceptor. */
export type HostMessage =
  | { readonly kind: PlainCommand }
  | { readonly kind: 'set'; readonly setting: SettingName; readonly value: readonly number[] }
  | { readonly kind: 'ask'; readonly setting: SettingName };

const PLAIN_ANSWERS = {
  idling: 0x11,
  accepting: 0x12,
  stacking: 0x14,
  vendValid: 0x15,
  stacked: 0x16,
  returning: 0x18,
  holding: 0x19,
  disabled: 0x1a,
  initialize: 0x1b,
  powerUp: 0x40,
  powerUpNoteInAcceptor: 0x41,
  powerUpNoteInStacker: 0x42,
  stackerFull: 0x43,
  stackerOpen: 0x44,
  jamInAcceptor: 0x45,
  jamInStacker: 0x46,
  pause: 0x47,
  cheated: 0x48,
  communicationError: 0x4a,
  invalidCommand: 0x4b,
  ack: 0x50,
} as const;
export type PlainAnswer = keyof typeof PLAIN_ANSWERS;

/** What the acceptor is doing: the answers to a status request. */
export type StatusMessage =
  | { readonly kind: Exclude<PlainAnswer, 'ack' | 'invalidCommand'> }
  /** `barcode` only with note code 6F. */
  | { readonly kind: 'escrow'; readonly noteCode: number; readonly barcode?: string }
  | { readonly kind: 'rejecting'; readonly reason: number }
  | { readonly kind: 'failure'; readonly cause: number };

/** Acceptor to host. */
export type AcceptorMessage =
  | StatusMessage
  | { readonly kind: 'ack' | 'invalidCommand' }
  /** Answer to `set`: the setting as taken. */
  | { readonly kind: 'settingEcho'; readonly setting: SettingName; readonly value: readonly number[] }
  /** Answer to `ask`. */
  | { readonly kind: 'settingValue'; readonly setting: SettingName; readonly value: readonly number[] }
  | { readonly kind: 'version' | 'bootVersion'; readonly text: string }
  | { readonly kind: 'currencyTable'; readonly entries: readonly CurrencyEntry[] };

/** One record of the currency table; `value` 0 = unused. Amount in whole units (yuan) = value × 10^exponent. */
export interface CurrencyEntry {
  readonly noteCode: number;
  /** The maker's country number. */
  readonly country: number;
  readonly value: number;
  readonly exponent: number;
}

export type MessageErrorCode = 'unknownCommand' | 'badData';
export type MessageResult<M> =
  { readonly ok: true; readonly message: M } | { readonly ok: false; readonly error: { readonly code: MessageErrorCode; readonly message: string } };

/** Escrow code of a barcode ticket. */
export const BARCODE = 0x6f;
/** First escrow code: bit 0 of the first byte of `denominations`. */
export const FIRST_NOTE_CODE = 0x61;
/** Codes the two bytes of `denominations` cover. */
export const NOTE_CODES = 16;

export function encodeHostMessage(message: HostMessage): Uint8Array {
  if (message.kind === 'set') return encodeFrame(SETTINGS[message.setting].set, Uint8Array.from(message.value));
  if (message.kind === 'ask') return encodeFrame(SETTINGS[message.setting].ask);
  return encodeFrame(PLAIN_COMMANDS[message.kind]);
}

export function encodeAcceptorMessage(message: AcceptorMessage): Uint8Array {
  if (isPlain(message)) return encodeFrame(PLAIN_ANSWERS[message.kind]);
  switch (message.kind) {
    case 'escrow':
      return encodeFrame(0x13, Uint8Array.of(message.noteCode, ...latin1(message.barcode ?? '')));
    case 'rejecting':
      return encodeFrame(0x17, Uint8Array.of(message.reason));
    case 'failure':
      return encodeFrame(0x49, Uint8Array.of(message.cause));
    case 'settingEcho':
      return encodeFrame(SETTINGS[message.setting].set, Uint8Array.from(message.value));
    case 'settingValue':
      return encodeFrame(SETTINGS[message.setting].ask, Uint8Array.from(message.value));
    case 'version':
      return encodeFrame(0x88, latin1(message.text));
    case 'bootVersion':
      return encodeFrame(0x89, latin1(message.text));
    case 'currencyTable':
      break;
  }
  const records = message.entries.flatMap((entry) => [entry.noteCode, entry.country, entry.value, entry.exponent]);
  return encodeFrame(0x8a, Uint8Array.from(records));
}

export function decodeHostMessage(frame: Frame): MessageResult<HostMessage> {
  const { command, data } = frame;
  for (const setting of SETTING_NAMES) {
    const { set, ask, length } = SETTINGS[setting];
    if (command === set) return sized(frame, length, () => ({ kind: 'set', setting, value: [...data] }));
    if (command === ask) return sized(frame, 0, () => ({ kind: 'ask', setting }));
  }
  const kind = PLAIN_COMMAND_BY_CODE.get(command);
  return kind === undefined ? unknown(command, 'host') : sized(frame, 0, () => ({ kind }));
}

export function decodeAcceptorMessage(frame: Frame): MessageResult<AcceptorMessage> {
  const { command, data } = frame;
  const first = data[0] ?? 0;
  for (const setting of SETTING_NAMES) {
    const { set, ask, length } = SETTINGS[setting];
    if (command === set) return sized(frame, length, () => ({ kind: 'settingEcho', setting, value: [...data] }));
    if (command === ask) return sized(frame, length, () => ({ kind: 'settingValue', setting, value: [...data] }));
  }
  switch (command) {
    case 0x13:
      if (first === BARCODE && data.length > 1) return good({ kind: 'escrow', noteCode: first, barcode: text(data.slice(1)) });
      return sized(frame, 1, () => ({ kind: 'escrow', noteCode: first }));
    case 0x17:
      return sized(frame, 1, () => ({ kind: 'rejecting', reason: first }));
    case 0x49:
      return sized(frame, 1, () => ({ kind: 'failure', cause: first }));
    case 0x88:
      return good({ kind: 'version', text: text(data) });
    case 0x89:
      return good({ kind: 'bootVersion', text: text(data) });
    case 0x8a:
      return data.length % 4 === 0
        ? good({ kind: 'currencyTable', entries: currencyEntries(data) })
        : bad('badData', `a currency table is made of records of 4 bytes, not ${data.length} bytes`);
    default: {
      const kind = PLAIN_ANSWER_BY_CODE.get(command);
      return kind === undefined ? unknown(command, 'acceptor') : sized(frame, 0, () => ({ kind }));
    }
  }
}

/** Whether this is an answer to a status request. */
export function isStatus(message: AcceptorMessage): message is StatusMessage {
  return !NOT_STATUS.has(message.kind);
}

const NOT_STATUS: ReadonlySet<AcceptorMessage['kind']> = new Set<Exclude<AcceptorMessage['kind'], StatusMessage['kind']>>([
  'ack',
  'invalidCommand',
  'settingEcho',
  'settingValue',
  'version',
  'bootVersion',
  'currencyTable',
]);

/** Face value in fen; undefined for an unused record and for one that is no amount of money this product can hold. */
export function denominationOf(entry: CurrencyEntry): Fen | undefined {
  const amount = entry.value * 10 ** entry.exponent * 100;
  return entry.value === 0 || amount > MAX_FEN ? undefined : fen(amount);
}

/** One whole frame in hexadecimal, read in both directions where both make sense. Plain JSON; never throws. */
export function decodeId003Hex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    const trouble = frameTrouble(ID003_FRAMES, bytes);
    if (trouble !== undefined) return { ok: false, ...trouble };
    const frame = ID003_FRAMES.frameOf(bytes);
    const host = decodeHostMessage(frame);
    const acceptor = decodeAcceptorMessage(frame);
    if (!host.ok && !acceptor.ok) return { ok: false, ...(acceptor.error.code === 'badData' ? acceptor.error : host.error) };
    return {
      ok: true,
      command: toHex(Uint8Array.of(frame.command)),
      data: toHex(frame.data),
      ...(host.ok ? { hostToAcceptor: host.message } : {}),
      ...(acceptor.ok ? { acceptorToHost: acceptor.message } : {}),
    };
  });
}

const PLAIN_COMMAND_BY_CODE: ReadonlyMap<number, PlainCommand> = byCode(PLAIN_COMMANDS);
const PLAIN_ANSWER_BY_CODE: ReadonlyMap<number, PlainAnswer> = byCode(PLAIN_ANSWERS);

function isPlain(message: AcceptorMessage): message is Extract<AcceptorMessage, { readonly kind: PlainAnswer }> {
  return message.kind in PLAIN_ANSWERS;
}

function byCode<K extends string>(codes: Readonly<Record<K, number>>): ReadonlyMap<number, K> {
  return new Map((Object.keys(codes) as K[]).map((kind) => [codes[kind], kind]));
}

function currencyEntries(data: Uint8Array): readonly CurrencyEntry[] {
  return Array.from({ length: data.length / 4 }, (_, index) => {
    const [noteCode = 0, country = 0, value = 0, exponent = 0] = data.slice(index * 4, index * 4 + 4);
    return { noteCode, country, value, exponent };
  });
}

function sized<M>(frame: Frame, length: number, message: () => M): MessageResult<M> {
  if (frame.data.length === length) return good(message());
  return bad('badData', `${toHex(Uint8Array.of(frame.command))} carries ${length} bytes of data, not ${frame.data.length}`);
}

function good<M>(message: M): MessageResult<M> {
  return { ok: true, message };
}

function unknown(command: number, speaker: string): MessageResult<never> {
  return bad('unknownCommand', `${toHex(Uint8Array.of(command))} means nothing from the ${speaker}`);
}

function bad(code: MessageErrorCode, message: string): MessageResult<never> {
  return { ok: false, error: { code, message } };
}

function latin1(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value, 'latin1'));
}

function text(data: Uint8Array): string {
  return Buffer.from(data).toString('latin1');
}
