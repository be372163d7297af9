/**
 * Reads a HID report descriptor: which bits of which input report mean what. Pure and total; what is malformed from some point on is
 * read up to there. Used by drivers of HID devices to find their fields by usage instead of by offset.
 * Source: USB Device Class Definition for HID 1.11, section 6.2.2.
 */

/** Usage page in the upper 16 bits, usage in the lower. */
export type Usage = number;

export function usageOf(page: number, usage: number): Usage {
  return page * 0x1_0000 + usage;
}

/** `8c:fe`, as the configuration and messages write it. */
export function usageText(usage: Usage): string {
  const two = (value: number): string => value.toString(16).padStart(2, '0');
  return `${two(Math.floor(usage / 0x1_0000))}:${two(usage % 0x1_0000)}`;
}

/** One Input item that isn't constant. */
export interface InputField {
  /** 0: the device uses no ids, and reports begin with data. */
  readonly reportId: number;
  /** From the first bit of the report as it arrives, the id's 8 bits included. */
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly count: number;
  /** `variable`: element i is the value of usage i. `array`: each element is the number of one usage that is on. */
  readonly kind: 'variable' | 'array';
  readonly logicalMinimum: number;
  /** In the order they were declared. `variable`: the last one holds for all further elements. */
  readonly usages: readonly Usage[];
}

export interface ReportDescriptor {
  readonly inputs: readonly InputField[];
  /** Bytes of an input report as it arrives, by id. */
  readonly inputLengths: ReadonlyMap<number, number>;
  /** Usages of the top-level collections: what the device says it is. */
  readonly applications: readonly Usage[];
}

/** Linux takes no longer one either. */
const MAX_DESCRIPTOR = 4096;
/** Of one declared range: a keyboard has 256. */
const MAX_USAGES = 1024;
/** Longest report the transport carries. */
const MAX_REPORT_BITS = 4096 * 8;
const MAX_STACK = 32;

interface Globals {
  usagePage: number;
  logicalMinimum: number;
  reportSize: number;
  reportCount: number;
  reportId: number;
}

interface Item {
  /** Prefix byte without its size bits. */
  readonly tag: number;
  readonly data: number;
  readonly signed: number;
  readonly size: number;
}

/** Main, global and local items (6.2.2.4 to 6.2.2.8): prefix byte with the size bits 0. */
const TAG = {
  input: 0x80,
  output: 0x90,
  feature: 0xb0,
  collection: 0xa0,
  endCollection: 0xc0,
  usagePage: 0x04,
  logicalMinimum: 0x14,
  reportSize: 0x74,
  reportId: 0x84,
  reportCount: 0x94,
  push: 0xa4,
  pop: 0xb4,
  usage: 0x08,
  usageMinimum: 0x18,
  usageMaximum: 0x28,
} as const;

const LONG_ITEM = 0xfe;

export function parseReportDescriptor(bytes: Uint8Array): ReportDescriptor {
  const reader = new Reader();
  for (const item of items(bytes.subarray(0, MAX_DESCRIPTOR))) if (!reader.take(item)) break;
  return reader.result();
}

function* items(bytes: Uint8Array): Generator<Item> {
  let at = 0;
  for (let prefix = bytes[at]; prefix !== undefined; prefix = bytes[at]) {
    if (prefix === LONG_ITEM) {
      at += 3 + (bytes[at + 1] ?? 0);
      continue;
    }
    const size = [0, 1, 2, 4][prefix & 3] ?? 0;
    if (at + 1 + size > bytes.length) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at + 1, size);
    yield { tag: prefix & 0xfc, size, data: littleEndian(view, size, false), signed: littleEndian(view, size, true) };
    at += 1 + size;
  }
}

function littleEndian(view: DataView, size: number, signed: boolean): number {
  if (size === 0) return 0;
  if (size === 1) return signed ? view.getInt8(0) : view.getUint8(0);
  if (size === 2) return signed ? view.getInt16(0, true) : view.getUint16(0, true);
  return signed ? view.getInt32(0, true) : view.getUint32(0, true);
}

class Reader {
  readonly #inputs: InputField[] = [];
  readonly #bits = new Map<number, number>();
  readonly #applications: Usage[] = [];
  readonly #stack: Globals[] = [];
  #globals: Globals = { usagePage: 0, logicalMinimum: 0, reportSize: 0, reportCount: 0, reportId: 0 };
  #usages: Usage[] = [];
  #minimum: Usage | undefined;
  #depth = 0;

  /** False: nothing after this item can be relied on. */
  take(item: Item): boolean {
    switch (item.tag) {
      case TAG.input:
        return this.#input(item.data) && this.#forgetLocals();
      case TAG.collection:
        if (this.#depth === 0) this.#applications.push(...this.#usages.slice(0, 1));
        this.#depth += 1;
        return this.#forgetLocals();
      case TAG.endCollection:
        this.#depth -= 1;
        return this.#forgetLocals();
      case TAG.output:
      case TAG.feature:
        return this.#forgetLocals();
      case TAG.push:
        this.#stack.push({ ...this.#globals });
        return this.#stack.length <= MAX_STACK;
      case TAG.pop:
        this.#globals = this.#stack.pop() ?? this.#globals;
        return true;
      default:
        return this.#setGlobal(item) || this.#setLocal(item);
    }
  }

  result(): ReportDescriptor {
    const inputLengths = new Map([...this.#bits].map(([id, bits]) => [id, Math.ceil(bits / 8)] as const));
    return { inputs: this.#inputs, inputLengths, applications: this.#applications };
  }

  #setGlobal({ tag, data, signed }: Item): boolean {
    switch (tag) {
      case TAG.usagePage:
        this.#globals.usagePage = data % 0x1_0000;
        return true;
      case TAG.logicalMinimum:
        this.#globals.logicalMinimum = signed;
        return true;
      case TAG.reportSize:
        this.#globals.reportSize = data;
        return true;
      case TAG.reportCount:
        this.#globals.reportCount = data;
        return true;
      case TAG.reportId:
        this.#globals.reportId = data % 0x100;
        return true;
      default:
        return false;
    }
  }

  /** Items of no interest here (units, strings, delimiters) are passed over. */
  #setLocal({ tag, data, size }: Item): boolean {
    // A usage of four bytes brings its page along (6.2.2.8).
    const usage = size === 4 ? data : usageOf(this.#globals.usagePage, data);
    if (tag === TAG.usage) this.#usages.push(usage);
    if (tag === TAG.usageMinimum) this.#minimum = usage;
    if (tag === TAG.usageMaximum && this.#minimum !== undefined) {
      for (let next = this.#minimum; next <= usage && this.#usages.length < MAX_USAGES; next += 1) this.#usages.push(next);
      this.#minimum = undefined;
    }
    return this.#usages.length <= MAX_USAGES;
  }

  #input(flags: number): boolean {
    const { reportId, reportSize, reportCount, logicalMinimum } = this.#globals;
    const bitOffset = this.#bits.get(reportId) ?? (reportId === 0 ? 0 : 8);
    const end = bitOffset + reportSize * reportCount;
    if (end > MAX_REPORT_BITS) return false;
    this.#bits.set(reportId, end);
    const isConstant = (flags & 1) !== 0;
    if (!isConstant && reportSize > 0 && reportCount > 0) {
      const kind = (flags & 2) === 0 ? 'array' : 'variable';
      this.#inputs.push({ reportId, bitOffset, bitSize: reportSize, count: reportCount, kind, logicalMinimum, usages: this.#usages });
    }
    return true;
  }

  #forgetLocals(): true {
    this.#usages = [];
    this.#minimum = undefined;
    return true;
  }
}

/** Value of an element of at most 32 bits; undefined beyond the report's end. Bits count from the lowest of each byte (8.4). */
export function readBits(report: Uint8Array, bitOffset: number, bitSize: number): number | undefined {
  if (bitOffset + bitSize > report.length * 8) return undefined;
  let value = 0;
  for (let bit = Math.min(bitSize, 32) - 1; bit >= 0; bit -= 1) {
    const at = bitOffset + bit;
    value = value * 2 + (((report[at >> 3] ?? 0) >> (at & 7)) & 1);
  }
  return value;
}

/** The usages that are on in a report: bits that are set, and the numbers in arrays. */
export function usagesOn(inputs: readonly InputField[], report: Uint8Array): Set<Usage> {
  const on = new Set<Usage>();
  for (const field of inputs) {
    if (field.reportId !== 0 && field.reportId !== report[0]) continue;
    for (let index = 0; index < field.count; index += 1) {
      const value = readBits(report, field.bitOffset + index * field.bitSize, field.bitSize);
      const usage = value === undefined ? undefined : usageFor(field, index, value);
      if (usage !== undefined) on.add(usage);
    }
  }
  return on;
}

function usageFor(field: InputField, index: number, value: number): Usage | undefined {
  if (field.kind === 'array') return field.usages[value - field.logicalMinimum];
  return value === 0 ? undefined : (field.usages[index] ?? field.usages.at(-1));
}
