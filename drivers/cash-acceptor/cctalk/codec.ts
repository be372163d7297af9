/**
 * ccTalk messages ↔ header and data bytes: what the host asks of bill validators and coin acceptors, and what they answer. The answer's
 * header says only ACK, NAK or busy, so its data is read by the question. Used by drivers, simulators and the decoding of logs.
 * Source: protocols/cash-acceptor.md 5.1 to 5.3.
 */

/** Headers of section 5.2, decimal as there. */
const HEADERS = {
  reset: 1,
  requestIndividualAcceptCounter: 150,
  requestOperatingMode: 152,
  modifyOperatingMode: 153,
  routeBill: 154,
  requestScalingFactor: 156,
  requestBillId: 157,
  readBillEvents: 159,
  requestAcceptCounter: 225,
  requestMasterInhibit: 227,
  modifyMasterInhibit: 228,
  readCoinCredits: 229,
  requestInhibits: 230,
  modifyInhibits: 231,
  selfCheck: 232,
  requestSoftware: 241,
  requestSerialNumber: 242,
  requestProduct: 244,
  requestCategory: 245,
  requestManufacturer: 246,
  requestStatus: 248,
  requestPollingPriority: 249,
  simplePoll: 254,
} as const;

type WithData =
  'modifyOperatingMode' | 'routeBill' | 'requestScalingFactor' | 'requestBillId' | 'modifyMasterInhibit' | 'modifyInhibits' | 'requestIndividualAcceptCounter';

/** 154: 0 return, 1 to the stacker, 255 a longer stay in escrow. */
export type Route = 'return' | 'stack' | 'extend';
const ROUTES: Readonly<Record<Route, number>> = { return: 0, stack: 1, extend: 255 };

type WithoutData = Exclude<keyof typeof HEADERS, WithData>;
type PlainCommand = { readonly [K in WithoutData]: { readonly kind: K } }[WithoutData];

export type HostCommand =
  | PlainCommand
  /** 153: bit 0 stacker, bit 1 escrow. */
  | { readonly kind: 'modifyOperatingMode'; readonly mode: number }
  | { readonly kind: 'routeBill'; readonly route: Route }
  /** 156: two letters. */
  | { readonly kind: 'requestScalingFactor'; readonly country: string }
  /** 157 and 150: type 1..16. */
  | { readonly kind: 'requestBillId'; readonly billType: number }
  | { readonly kind: 'requestIndividualAcceptCounter'; readonly billType: number }
  /** 228: bit 0, 1 = normal, 0 = inhibited. */
  | { readonly kind: 'modifyMasterInhibit'; readonly accept: boolean }
  /** 231: bit n-1 of the mask is type or position n; 1 = enabled. */
  | { readonly kind: 'modifyInhibits'; readonly enabled: number };

export type CommandKind = HostCommand['kind'];

const WITH_DATA: readonly CommandKind[] = [
  'modifyOperatingMode',
  'routeBill',
  'requestScalingFactor',
  'requestBillId',
  'modifyMasterInhibit',
  'modifyInhibits',
  'requestIndividualAcceptCounter',
] satisfies readonly WithData[];

/** Carries no data. */
export function isPlain(command: { readonly kind: CommandKind }): command is PlainCommand {
  return !WITH_DATA.includes(command.kind);
}

/** Operating mode with stacker and escrow: the only one this product uses (section 5.2). */
export const STACKER_AND_ESCROW = 3;
/** Types of bills and positions of coins are 1..16. */
export const TYPES = 16;

/** The document's names, section 5.2. */
const NAMES: Readonly<Record<CommandKind, string>> = {
  reset: 'reset',
  requestIndividualAcceptCounter: 'individual accept counter',
  requestOperatingMode: 'request operating mode',
  modifyOperatingMode: 'modify operating mode',
  routeBill: 'route bill',
  requestScalingFactor: 'country scaling factor',
  requestBillId: 'request bill id',
  readBillEvents: 'read buffered bill events',
  requestAcceptCounter: 'accept counter',
  requestMasterInhibit: 'request master inhibit',
  modifyMasterInhibit: 'modify master inhibit',
  readCoinCredits: 'read buffered credit (coin)',
  requestInhibits: 'request inhibits',
  modifyInhibits: 'modify inhibits',
  selfCheck: 'self check',
  requestSoftware: 'software',
  requestSerialNumber: 'serial',
  requestProduct: 'product',
  requestCategory: 'category',
  requestManufacturer: 'manufacturer',
  requestStatus: 'request status (coin)',
  requestPollingPriority: 'polling priority',
  simplePoll: 'simple poll',
};

/** Undefined: the document does not have it. */
export function headerName(header: number): string | undefined {
  const kind = kindOf(header);
  return kind === undefined ? undefined : NAMES[kind];
}

export function headerOf(kind: CommandKind): number {
  return HEADERS[kind];
}

export function dataOf(command: HostCommand): Uint8Array {
  if (isPlain(command)) return new Uint8Array();
  switch (command.kind) {
    case 'modifyOperatingMode':
      return Uint8Array.of(command.mode);
    case 'routeBill':
      return Uint8Array.of(ROUTES[command.route]);
    case 'requestScalingFactor':
      return Buffer.from(command.country, 'latin1');
    case 'requestBillId':
    case 'requestIndividualAcceptCounter':
      return Uint8Array.of(command.billType);
    case 'modifyMasterInhibit':
      return Uint8Array.of(command.accept ? 1 : 0);
    case 'modifyInhibits':
      return Uint8Array.of(command.enabled & 0xff, command.enabled >> 8);
  }
}

export type CommandResult = { readonly ok: true; readonly command: HostCommand } | { readonly ok: false; readonly error: 'unknownHeader' | 'badData' };

/** The command that a host's frame carries. */
export function decodeHostCommand(header: number, data: Uint8Array): CommandResult {
  const kind = kindOf(header);
  if (kind === undefined) return { ok: false, error: 'unknownHeader' };
  const plain = { kind };
  const command = isPlain(plain) ? (data.length === 0 ? plain : undefined) : commandOf(kind as WithData, data);
  return command === undefined ? { ok: false, error: 'badData' } : { ok: true, command };
}

function kindOf(header: number): CommandKind | undefined {
  for (const kind of COMMAND_KINDS) if (HEADERS[kind] === header) return kind;
  return undefined;
}

const COMMAND_KINDS = Object.keys(HEADERS) as readonly CommandKind[];

function commandOf(kind: WithData, data: Uint8Array): HostCommand | undefined {
  const [first = 0, second = 0] = data;
  switch (kind) {
    case 'modifyOperatingMode':
      return data.length === 1 ? { kind, mode: first } : undefined;
    case 'routeBill': {
      const route = (['return', 'stack', 'extend'] as const).find((known) => ROUTES[known] === first);
      return data.length === 1 && route !== undefined ? { kind, route } : undefined;
    }
    case 'requestScalingFactor':
      return data.length === 2 ? { kind, country: Buffer.from(data).toString('latin1') } : undefined;
    case 'requestBillId':
    case 'requestIndividualAcceptCounter':
      return data.length === 1 && first >= 1 && first <= TYPES ? { kind, billType: first } : undefined;
    case 'modifyMasterInhibit':
      return data.length === 1 && first <= 1 ? { kind, accept: first === 1 } : undefined;
    case 'modifyInhibits':
      return data.length === 2 ? { kind, enabled: first | (second << 8) } : undefined;
  }
}

// --- answers ----------------------------------------------------------------------------------------------------------------------

/** Headers of answers: 0 ACK or data, 5 NAK, 6 busy. */
export const ANSWER = { data: 0, nak: 5, busy: 6 } as const;

export function isAnswerHeader(header: number): boolean {
  return header === ANSWER.data || header === ANSWER.nak || header === ANSWER.busy;
}

/** Events kept by the unit. */
export const RING_EVENTS = 5;

/** Bills: A type, B 0 stacked or 1 escrow; coins: A position, B path. A = 0: B is an event or error code. */
export interface RingEvent {
  readonly a: number;
  readonly b: number;
}

/** Answer to 159 and 229. */
export interface EventRing {
  /** 0 only after power-up or reset, then 1..255, and 1 again after 255. */
  readonly counter: number;
  /** Newest first. */
  readonly events: readonly RingEvent[];
}

export function readEventRing(data: Uint8Array): EventRing | undefined {
  if (data.length !== 1 + 2 * RING_EVENTS) return undefined;
  return { counter: data[0] ?? 0, events: readEvents(data.slice(1)) };
}

export function eventRingBytes({ counter, events }: EventRing): Uint8Array {
  return Uint8Array.of(counter, ...events.flatMap(({ a, b }) => [a, b]));
}

/** Pairs of A and B; an odd byte at the end is none. */
export function readEvents(bytes: Uint8Array): readonly RingEvent[] {
  return Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => ({ a: bytes[2 * index] ?? 0, b: bytes[2 * index + 1] ?? 0 }));
}

/** Answer to 157, e.g. `CN0010A`. */
export interface BillId {
  readonly country: string;
  readonly value: number;
  readonly issue: string;
}

/** `none`: the type is not programmed; undefined: not an answer to 157. */
export function readBillId(data: Uint8Array): BillId | 'none' | undefined {
  if (data.length !== 7) return undefined;
  const match = /^([A-Z]{2})(\d{4})([A-Z0-9])$/.exec(Buffer.from(data).toString('latin1'));
  return match === null ? 'none' : { country: match[1] ?? '', value: Number(match[2]), issue: match[3] ?? '' };
}

export function billIdBytes(id: BillId | 'none'): Uint8Array {
  return Buffer.from(id === 'none' ? '.......' : `${id.country}${String(id.value).padStart(4, '0')}${id.issue}`, 'latin1');
}

/** Answer to 156: value x factor / 10^decimals in the currency's unit. */
export interface ScalingFactor {
  readonly factor: number;
  readonly decimals: number;
}

export function readScalingFactor(data: Uint8Array): ScalingFactor | undefined {
  const [low = 0, high = 0, decimals = 0] = data;
  return data.length === 3 ? { factor: low | (high << 8), decimals } : undefined;
}

export function scalingFactorBytes({ factor, decimals }: ScalingFactor): Uint8Array {
  return Uint8Array.of(factor & 0xff, factor >> 8, decimals);
}

/** Three bytes, low first: serial numbers and counters. */
export function readNumber3(data: Uint8Array): number | undefined {
  const [low = 0, middle = 0, high = 0] = data;
  return data.length === 3 ? low | (middle << 8) | (high << 16) : undefined;
}

export function number3Bytes(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff);
}

export function readByte(data: Uint8Array): number | undefined {
  return data.length === 1 ? data[0] : undefined;
}

/** Printable ASCII, trimmed; undefined when there is none. */
export function readText(data: Uint8Array): string | undefined {
  const text = Buffer.from(data).toString('latin1').trim();
  return /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

/** Answer to 154: ACK, or one byte. */
export type RouteAnswer = 'taken' | 'escrowEmpty' | 'failed';

export function readRouteAnswer(data: Uint8Array): RouteAnswer | undefined {
  if (data.length === 0) return 'taken';
  const code = readByte(data);
  if (code === 254) return 'escrowEmpty';
  return code === 255 ? 'failed' : undefined;
}

export function routeAnswerBytes(answer: RouteAnswer): Uint8Array {
  if (answer === 'taken') return new Uint8Array();
  return Uint8Array.of(answer === 'escrowEmpty' ? 254 : 255);
}
