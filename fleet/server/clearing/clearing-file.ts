/**
 * The clearing file of a business day, written and read: FORMAT.md says each record. Reading verifies the whole of it, its sums and its
 * digest, and believes no part of a file of which anything is wrong. Signatures are signature.ts. Used by export.ts and import.ts.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  amountSchema,
  hashSchema,
  idSchema,
  macSchema,
  referenceSchema,
  serialSchema,
  terminalIdSchema,
  totalSchema,
} from '../../../common/upstream-api/fields.ts';

export type ClearingErrorCode =
  /** No signature beside it, or not one of the sender's key over exactly these bytes. */
  | 'notSigned'
  | 'badSignature'
  /** From somebody who is no partner, for somebody else, or in a currency that is not ours. */
  | 'foreign'
  /** It ends before its trailer. */
  | 'truncated'
  /** A record is not what FORMAT.md says, or the digest is another one. */
  | 'damaged'
  /** The trailer's counts or sums are not those of the records. */
  | 'wrongSum'
  /** A load stands in it twice. */
  | 'doubledLoad'
  /** A record of another day, another day than was asked for, or one that is not over. */
  | 'wrongDay'
  /** This day and sequence came before from this sender, with other contents. */
  | 'doubledFile'
  /** The one before it has not come. */
  | 'missingBefore';

/** Nothing of the file was used. */
export class ClearingError extends Error {
  readonly code: ClearingErrorCode;
  constructor(code: ClearingErrorCode, message: string) {
    super(message);
    this.name = 'ClearingError';
    this.code = code;
  }
}

export const FORMAT_VERSION = 1;
export const CURRENCY = 'CNY';

export const partyNameSchema = z.string().regex(/^[a-z0-9-]{1,20}$/, 'expected 1 to 20 of a-z 0-9 -');
export const businessDaySchema = z.iso.date();
export const clearingRoles = ['operator', 'issuer'] as const;
export type ClearingRole = (typeof clearingRoles)[number];

export const clearingHeadSchema = z.strictObject({
  format: z.literal(FORMAT_VERSION),
  /** What the sender is. */
  role: z.enum(clearingRoles),
  sender: partyNameSchema,
  receiver: partyNameSchema,
  /** By the issuer's calendar: that of `hostDate`. */
  businessDay: businessDaySchema,
  /** 1, 2, … for each sender, receiver and day. */
  sequence: z.int().min(1).max(9999),
  currency: z.string().regex(/^[A-Z]{3}$/),
  madeAt: z.iso.datetime({ precision: 3 }),
});
export type ClearingHead = z.infer<typeof clearingHeadSchema>;

export const clearingStates = ['credited', 'notCredited', 'undetermined'] as const;
export type ClearingState = (typeof clearingStates)[number];

/** One load: what both sides must agree on, what the TAC is over, and what became of it as the sender knows. Money in fen. */
export const clearingLoadSchema = z.strictObject({
  loadId: idSchema,
  /** The terminal's registered id, and its 6 bytes under the MACs. */
  terminalId: terminalIdSchema,
  cardTerminalId: z.string().regex(/^(?:[0-9A-F]{2}){6}$/),
  reference: referenceSchema,
  issuer: z.string().regex(/^(?:[0-9A-F]{2}){8}$/),
  serial: serialSchema,
  purseType: z.union([z.literal(1), z.literal(2)]),
  balanceBefore: z.int().min(0).max(0xffff_ffff),
  amount: amountSchema,
  /** Before the load. */
  onlineCounter: z.int().min(0).max(0xffff),
  hostDate: z.string().regex(/^\d{8}$/),
  hostTime: z.string().regex(/^\d{6}$/),
  state: z.enum(clearingStates),
  /** Of a credited load whose card gave one. */
  tac: macSchema.optional(),
});
export type ClearingLoad = z.infer<typeof clearingLoadSchema>;

const sumSchema = z.strictObject({ count: totalSchema.min(0), amount: totalSchema.min(0) });
const endSchema = z.strictObject({ all: sumSchema, credited: sumSchema, notCredited: sumSchema, undetermined: sumSchema, sha256: hashSchema });
type Sums = Omit<z.infer<typeof endSchema>, 'sha256'>;

export interface ClearingFile {
  readonly head: ClearingHead;
  readonly loads: readonly ClearingLoad[];
}

/** 200 MB hold half a million loads. */
const MOST_BYTES = 200_000_000;

export function writeClearingFile({ head, loads }: ClearingFile): Uint8Array {
  const body = [{ clearing: head }, ...loads.map((load) => ({ load }))].map(lineOf).join('');
  const end = { ...sumsOf(loads), sha256: sha256(new TextEncoder().encode(body)) };
  return new TextEncoder().encode(body + lineOf({ end }));
}

/** @throws {ClearingError} */
export function readClearingFile(bytes: Uint8Array): ClearingFile {
  const { head, records, end, digest } = splitFile(bytes);
  const loads = records.map((record, index) => loadOf(record, index + 2));
  requireOnce(loads);
  requireDay(loads, head.businessDay);
  const sums = sumsOf(loads);
  for (const name of ['all', ...clearingStates] as const) {
    const [said, found] = [end[name], sums[name]];
    if (said.count !== found.count) throw new ClearingError('wrongSum', `the trailer counts ${said.count} loads (${name}), there are ${found.count}`);
    if (said.amount !== found.amount) throw new ClearingError('wrongSum', `the trailer sums ${said.amount} fen (${name}), the loads make ${found.amount}`);
  }
  if (end.sha256.toLowerCase() !== digest) throw new ClearingError('damaged', 'the digest in the trailer is not that of the records: something was changed');
  return { head, loads };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface Parts {
  readonly head: ClearingHead;
  readonly records: readonly unknown[];
  readonly end: z.infer<typeof endSchema>;
  /** Of everything before the trailer. */
  readonly digest: string;
}

function splitFile(bytes: Uint8Array): Parts {
  if (bytes.length > MOST_BYTES) throw new ClearingError('damaged', `the file has ${bytes.length} bytes: more than ${MOST_BYTES} is no clearing file`);
  const lines = textOf(bytes).split('\n');
  const [first = '', ...rest] = lines.slice(0, -1);
  const last = rest.pop();
  if (lines.at(-1) !== '' || last === undefined) throw new ClearingError('truncated', 'the file ends within a line: it was cut short');
  const head = clearingHeadSchema.safeParse(memberOf(first, 'clearing', 1));
  if (!head.success) throw new ClearingError('damaged', `line 1: the header: ${wordsOf(head.error)}`);
  if (!last.startsWith('{"end":')) throw new ClearingError('truncated', 'the last line is no trailer: the file was cut short');
  const end = endSchema.safeParse(memberOf(last, 'end', lines.length - 1));
  if (!end.success) throw new ClearingError('damaged', `line ${lines.length - 1}: the trailer: ${wordsOf(end.error)}`);
  const trailerBytes = Buffer.byteLength(last) + 1;
  return {
    head: head.data,
    records: rest.map((line, index) => memberOf(line, 'load', index + 2)),
    end: end.data,
    digest: sha256(bytes.subarray(0, bytes.length - trailerBytes)),
  };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ClearingError('damaged', 'the file is no UTF-8 text');
  }
}

function memberOf(line: string, name: string, number: number): unknown {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ClearingError('damaged', `line ${number}: no JSON`);
  }
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (members.length !== 1 || members[0]?.[0] !== name) throw new ClearingError('damaged', `line ${number}: expected {"${name}":{…}}`);
  return members[0][1];
}

function loadOf(record: unknown, number: number): ClearingLoad {
  const load = clearingLoadSchema.safeParse(record);
  if (!load.success) throw new ClearingError('damaged', `line ${number}: the load: ${wordsOf(load.error)}`);
  if (load.data.tac !== undefined && load.data.state !== 'credited') {
    throw new ClearingError('damaged', `line ${number}: load ${load.data.loadId} is ${load.data.state} and has a TAC`);
  }
  return load.data;
}

function requireOnce(loads: readonly ClearingLoad[]): void {
  const seen = new Set<string>();
  for (const { loadId } of loads) {
    if (seen.has(loadId)) throw new ClearingError('doubledLoad', `load ${loadId} stands in the file twice`);
    seen.add(loadId);
  }
}

function requireDay(loads: readonly ClearingLoad[], businessDay: string): void {
  const stranger = loads.find(({ hostDate }) => hostDate !== businessDay.replaceAll('-', ''));
  if (stranger !== undefined) throw new ClearingError('wrongDay', `load ${stranger.loadId} is of ${stranger.hostDate}, the file of ${businessDay}`);
}

function sumsOf(loads: readonly ClearingLoad[]): Sums {
  const sum = (some: readonly ClearingLoad[]) => ({ count: some.length, amount: some.reduce((total, { amount }) => total + amount, 0) });
  const inState = (state: ClearingState) => sum(loads.filter((load) => load.state === state));
  return { all: sum(loads), credited: inState('credited'), notCredited: inState('notCredited'), undetermined: inState('undetermined') };
}

function lineOf(record: object): string {
  return `${JSON.stringify(record)}\n`;
}

function wordsOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined ? 'not readable' : `${issue.path.join('.')}: ${issue.message}`;
}
