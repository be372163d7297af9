/**
 * How reports of a simulated HID device cross a line of bytes: `[kind][length, 2 bytes, high first][body]`. The host asks once who is
 * there (kind 1, empty) and hears a description (kind 1, JSON) and then reports (kind 2). Used by hid-line.ts and simulated-hid.ts.
 */
import { z } from 'zod';
import { fromHex, toHex } from '../../common/hex.ts';
import type { HidDescription } from './hid.ts';

const KIND = { description: 1, report: 2 } as const;
const HEADER = 3;
/** A report has at most 4096 bytes in Linux, a description with its descriptor in hexadecimal fewer than 10 000. */
export const LONGEST_BODY = 10_000;

export type HidRecord =
  | { readonly kind: 'describe' }
  | { readonly kind: 'description'; readonly description: HidDescription }
  | { readonly kind: 'report'; readonly report: Uint8Array }
  /** No record; nothing after it can be read. */
  | { readonly kind: 'broken' };

/** The host's question. */
export const DESCRIBE: Uint8Array = Uint8Array.of(KIND.description, 0, 0);

const text = z.string().max(255).optional();
const descriptionSchema = z.strictObject({
  vendorId: z.int().min(0).max(0xffff),
  productId: z.int().min(0).max(0xffff),
  product: text,
  maker: text,
  serialNumber: text,
  descriptor: z
    .string()
    .regex(/^(?:[0-9A-F]{2})*$/)
    .optional(),
});

export function encodeDescription(description: HidDescription): Uint8Array {
  const { descriptor, ...words } = description;
  return encode(KIND.description, new TextEncoder().encode(JSON.stringify({ ...words, descriptor: descriptor === undefined ? undefined : toHex(descriptor) })));
}

export function encodeReport(report: Uint8Array): Uint8Array {
  return encode(KIND.report, report);
}

function encode(kind: number, body: Uint8Array): Uint8Array {
  return Uint8Array.of(kind, body.length >> 8, body.length & 0xff, ...body);
}

/** Takes bytes in any chunking, answers the records that are complete. Once broken it says so once and takes nothing more until `reset`. */
export class RecordDecoder {
  #buffer = new Uint8Array(0);
  #broken = false;

  reset(): void {
    this.#buffer = new Uint8Array(0);
    this.#broken = false;
  }

  push(bytes: Uint8Array): readonly HidRecord[] {
    if (this.#broken) return [];
    const buffer = Uint8Array.of(...this.#buffer, ...bytes);
    const records: HidRecord[] = [];
    let at = 0;
    for (let record = recordAt(buffer, at); record !== undefined && !this.#broken; record = recordAt(buffer, at)) {
      records.push(record.record);
      this.#broken = record.record.kind === 'broken';
      at += record.length;
    }
    this.#buffer = this.#broken ? new Uint8Array(0) : buffer.slice(at);
    return records;
  }
}

/** Undefined: not whole yet. */
function recordAt(buffer: Uint8Array, at: number): { readonly record: HidRecord; readonly length: number } | undefined {
  const [kind, high, low] = buffer.subarray(at, at + HEADER);
  if (kind === undefined) return undefined;
  if (kind !== KIND.description && kind !== KIND.report) return { record: { kind: 'broken' }, length: 0 };
  if (high === undefined || low === undefined) return undefined;
  const end = at + HEADER + high * 256 + low;
  if (end - at - HEADER > LONGEST_BODY) return { record: { kind: 'broken' }, length: 0 };
  if (end > buffer.length) return undefined;
  return { record: readRecord(kind, buffer.slice(at + HEADER, end)), length: end - at };
}

function readRecord(kind: number, body: Uint8Array): HidRecord {
  if (kind === KIND.report) return { kind: 'report', report: body };
  if (body.length === 0) return { kind: 'describe' };
  const parsed = descriptionSchema.safeParse(parseJson(body));
  if (!parsed.success) return { kind: 'broken' };
  const { vendorId, productId, product, maker, serialNumber, descriptor } = parsed.data;
  return {
    kind: 'description',
    description: { vendorId, productId, product, maker, serialNumber, descriptor: descriptor === undefined ? undefined : fromHex(descriptor) },
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
