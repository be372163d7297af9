/**
 * CCNET messages: bytes ↔ values, one set for each direction. An answer carries no name of its own: what it is follows from the question
 * (`decodeAnswer`). Pure; used by the driver, the simulator and `kioskctl decode ccnet`.
 * Source: protocols/cash-acceptor.md 4; lengths of identification and status by the maker's interface description as quoted in public
 * programs.
 */
import { fen, MAX_FEN, type Fen } from '../../../common/fen.ts';
import type { Frame } from './frame.ts';

/** Bill types have numbers 0..23. */
export const BILL_TYPES = 24;

const PLAIN_COMMANDS = {
  ack: 0x00,
  nak: 0xff,
  reset: 0x30,
  getStatus: 0x31,
  poll: 0x33,
  stack: 0x35,
  return: 0x36,
  identification: 0x37,
  hold: 0x38,
  getBillTable: 0x41,
} as const;
export type PlainCommand = keyof typeof PLAIN_COMMANDS;
const SET_SECURITY = 0x32;
const ENABLE_BILL_TYPES = 0x34;

/** Controller to validator. Bill types are in ascending order. */
export type HostMessage =
  | { readonly kind: PlainCommand }
  /** High security for these types. */
  | { readonly kind: 'setSecurity'; readonly types: readonly number[] }
  /** Takes these types; without its escrow bit a type is stacked at once. */
  | { readonly kind: 'enableBillTypes'; readonly types: readonly number[]; readonly escrow: readonly number[] };

const PLAIN_STATES = {
  powerUp: 0x10,
  powerUpBillInValidator: 0x11,
  powerUpBillInStacker: 0x12,
  initialize: 0x13,
  idling: 0x14,
  accepting: 0x15,
  stacking: 0x17,
  returning: 0x18,
  disabled: 0x19,
  holding: 0x1a,
  cassetteFull: 0x41,
  cassetteRemoved: 0x42,
  validatorJammed: 0x43,
  cassetteJammed: 0x44,
  cheated: 0x45,
  pause: 0x46,
} as const;
export type PlainState = keyof typeof PLAIN_STATES;

/** States with one more byte, and what that byte is. */
const CODED_STATES = {
  /** Ms × 100 it takes. */
  busy: 0x1b,
  /** Why. */
  rejecting: 0x1c,
  /** Cause. */
  failure: 0x47,
  /** Bill type. */
  escrow: 0x80,
  billStacked: 0x81,
  billReturned: 0x82,
} as const;
export type CodedState = keyof typeof CODED_STATES;

/** Answer to a poll. */
export type PollAnswer = { readonly kind: PlainState } | { readonly kind: CodedState; readonly code: number };

/** One record of the bill table. Amount in whole units = value × 10^exponent. */
export interface BillTableEntry {
  readonly value: number;
  /** Three letters; three zero bytes are read as ''. */
  readonly country: string;
  /** −127..127; on the wire bit 7 set = divide. */
  readonly exponent: number;
}

export interface Identification {
  /** At most 15 characters. */
  readonly partNumber: string;
  /** At most 12 characters. */
  readonly serialNumber: string;
  /** 7 bytes. */
  readonly assetNumber: Uint8Array;
}

/** Validator to controller. */
export type Answer =
  | { readonly kind: 'ack' }
  /** The command came damaged and was not carried out. */
  | { readonly kind: 'nak' }
  /** Not a command, or not in this state. */
  | { readonly kind: 'illegalCommand' }
  | { readonly kind: 'poll'; readonly answer: PollAnswer }
  | { readonly kind: 'status'; readonly enabled: readonly number[]; readonly security: readonly number[] }
  /** 24 records; the index is the bill type. */
  | { readonly kind: 'billTable'; readonly entries: readonly BillTableEntry[] }
  | ({ readonly kind: 'identification' } & Identification);

const ILLEGAL_COMMAND = 0x30;
const TABLE_RECORD = 5;
const TABLE_BYTES = BILL_TYPES * TABLE_RECORD;
const IDENTIFICATION_BYTES = 34;
const STATUS_BYTES = 6;

export function encodeHostMessage(message: HostMessage): Uint8Array {
  if (message.kind === 'setSecurity') return Uint8Array.of(SET_SECURITY, ...mask(message.types));
  if (message.kind === 'enableBillTypes') return Uint8Array.of(ENABLE_BILL_TYPES, ...mask(message.types), ...mask(message.escrow));
  return Uint8Array.of(PLAIN_COMMANDS[message.kind]);
}

/** Undefined: no command of this product. */
export function decodeHostMessage({ data }: Frame): HostMessage | undefined {
  const [code = 0, ...rest] = data;
  if (code === SET_SECURITY) return rest.length === 3 ? { kind: 'setSecurity', types: types(rest) } : undefined;
  if (code === ENABLE_BILL_TYPES) {
    return rest.length === 6 ? { kind: 'enableBillTypes', types: types(rest.slice(0, 3)), escrow: types(rest.slice(3)) } : undefined;
  }
  const kind = PLAIN_COMMAND_BY_CODE.get(code);
  return kind === undefined || rest.length > 0 ? undefined : { kind };
}

export function encodeAnswer(answer: Answer): Uint8Array {
  switch (answer.kind) {
    case 'ack':
      return Uint8Array.of(PLAIN_COMMANDS.ack);
    case 'nak':
      return Uint8Array.of(PLAIN_COMMANDS.nak);
    case 'illegalCommand':
      return Uint8Array.of(ILLEGAL_COMMAND);
    case 'poll':
      return encodePollAnswer(answer.answer);
    case 'status':
      return Uint8Array.of(...mask(answer.enabled), ...mask(answer.security));
    case 'billTable':
      return Uint8Array.from(answer.entries.flatMap(encodeTableEntry));
    case 'identification':
      return Uint8Array.of(...padded(answer.partNumber, 15), ...padded(answer.serialNumber, 12), ...answer.assetNumber);
  }
}

/** What the bytes are, told apart by their length and first byte. Undefined: no answer of this product. */
export function decodeAnswer({ data }: Frame): Answer | undefined {
  const [code = 0] = data;
  switch (data.length) {
    case TABLE_BYTES:
      return { kind: 'billTable', entries: Array.from({ length: BILL_TYPES }, (_, type) => decodeTableEntry(data.slice(type * TABLE_RECORD))) };
    case IDENTIFICATION_BYTES:
      return { kind: 'identification', partNumber: text(data.slice(0, 15)), serialNumber: text(data.slice(15, 27)), assetNumber: data.slice(27) };
    case STATUS_BYTES:
      return { kind: 'status', enabled: types(data.slice(0, 3)), security: types(data.slice(3)) };
    case 1:
      if (code === PLAIN_COMMANDS.ack) return { kind: 'ack' };
      if (code === PLAIN_COMMANDS.nak) return { kind: 'nak' };
      if (code === ILLEGAL_COMMAND) return { kind: 'illegalCommand' };
      break;
    default:
  }
  const answer = decodePollAnswer(data);
  return answer === undefined ? undefined : { kind: 'poll', answer };
}

/** Face value in fen; undefined for an unused record and for one that is no amount of money this product can hold. */
export function denominationOf({ value, exponent }: BillTableEntry): Fen | undefined {
  const amount = value * 10 ** exponent * 100;
  return value === 0 || !Number.isInteger(amount) || amount > MAX_FEN ? undefined : fen(amount);
}

function encodePollAnswer(answer: PollAnswer): Uint8Array {
  return 'code' in answer ? Uint8Array.of(CODED_STATES[answer.kind], answer.code) : Uint8Array.of(PLAIN_STATES[answer.kind]);
}

function decodePollAnswer(data: Uint8Array): PollAnswer | undefined {
  const [state = 0, code] = data;
  const plain = PLAIN_STATE_BY_CODE.get(state);
  if (plain !== undefined) return data.length === 1 ? { kind: plain } : undefined;
  const coded = CODED_STATE_BY_CODE.get(state);
  return coded === undefined || code === undefined || data.length !== 2 ? undefined : { kind: coded, code };
}

/** Three bytes: the first holds types 23..16, the last 7..0. */
function mask(billTypes: readonly number[]): readonly [number, number, number] {
  const bits = billTypes.reduce((all, type) => all | (1 << type), 0);
  return [(bits >> 16) & 0xff, (bits >> 8) & 0xff, bits & 0xff];
}

function types(bytes: ArrayLike<number>): readonly number[] {
  const [high = 0, middle = 0, low = 0] = Array.from(bytes);
  const bits = (high << 16) | (middle << 8) | low;
  return Array.from({ length: BILL_TYPES }, (_, type) => type).filter((type) => (bits & (1 << type)) !== 0);
}

function encodeTableEntry({ value, country, exponent }: BillTableEntry): readonly number[] {
  return [value, ...padded(country, 3, 0), exponent < 0 ? 0x80 | -exponent : exponent];
}

function decodeTableEntry(record: Uint8Array): BillTableEntry {
  const [value = 0, , , , exponent = 0] = record;
  const size = exponent & 0x7f;
  return { value, country: text(record.slice(1, 4)), exponent: (exponent & 0x80) === 0 || size === 0 ? size : -size };
}

function padded(value: string, length: number, filler = 0x20): readonly number[] {
  const bytes = [...Buffer.from(value, 'latin1')].slice(0, length);
  return [...bytes, ...Array.from({ length: length - bytes.length }, () => filler)];
}

/** Without the blanks and zero bytes it is filled up with. */
function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').replaceAll('\0', ' ').trim();
}

const PLAIN_COMMAND_BY_CODE = byCode<PlainCommand>(PLAIN_COMMANDS);
const PLAIN_STATE_BY_CODE = byCode<PlainState>(PLAIN_STATES);
const CODED_STATE_BY_CODE = byCode<CodedState>(CODED_STATES);

function byCode<K extends string>(codes: Readonly<Record<K, number>>): ReadonlyMap<number, K> {
  return new Map((Object.keys(codes) as K[]).map((kind) => [codes[kind], kind]));
}
