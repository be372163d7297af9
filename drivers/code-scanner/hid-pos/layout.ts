/**
 * Where the fields of a HID POS Scanned Data Report are: found by usage in the device's report descriptor, or taken from a table of
 * models whose descriptor can't be read. Source: card-readers.md 3.1.
 */
import { parseReportDescriptor, usageOf, type InputField } from '../../transport/hid-report-descriptor.ts';

/** Offsets count bytes of the report as it arrives, its id at 0. */
export interface ScanLayout {
  readonly reportId: number;
  /** Byte that holds the number of data bytes; absent: data ends at its zero padding. */
  readonly lengthAt: number | undefined;
  /** The three bytes of the AIM identifier. */
  readonly aimAt: number | undefined;
  readonly dataAt: number;
  readonly dataLength: number;
  /** The bit "more reports follow"; absent: a report whose data is full is taken to be continued. */
  readonly moreAt: { readonly byte: number; readonly bit: number } | undefined;
}

/**
 * By name for the configuration. `access-is`: the usual one, and the default. `quio` (QU-R-302): the place of the flag is **not
 * confirmed**, it is the usual one's. `microscan`: its paper doesn't say how a code longer than one report goes on.
 */
export const SCAN_LAYOUTS = {
  'access-is': { reportId: 2, lengthAt: 1, aimAt: 2, dataAt: 5, dataLength: 56, moreAt: { byte: 63, bit: 0 } },
  quio: { reportId: 2, lengthAt: 1, aimAt: undefined, dataAt: 2, dataLength: 56, moreAt: { byte: 63, bit: 0 } },
  honeywell: { reportId: 2, lengthAt: 1, aimAt: 2, dataAt: 5, dataLength: 56, moreAt: { byte: 61, bit: 0 } },
  microscan: { reportId: 1, lengthAt: 1, aimAt: undefined, dataAt: 2, dataLength: 62, moreAt: undefined },
} as const satisfies Readonly<Record<string, ScanLayout>>;
export type ScanLayoutName = keyof typeof SCAN_LAYOUTS;

/** Pages and usages of HID Point of Sale Usage Tables 1.02. */
const BYTE_COUNT = usageOf(0x01, 0x3b);
const SYMBOLOGY_1 = usageOf(0x8c, 0xfb);
const SYMBOLOGY_3 = usageOf(0x8c, 0xfd);
export const DECODED_DATA = usageOf(0x8c, 0xfe);
const DATA_CONTINUED = usageOf(0x8c, 0xff);

/** `undefined`: the descriptor has no decoded data in whole bytes, so the device is no HID POS scanner. */
export function layoutFrom(descriptor: Uint8Array): ScanLayout | undefined {
  const { inputs } = parseReportDescriptor(descriptor);
  const data = inputs.find((field) => field.bitSize === 8 && field.bitOffset % 8 === 0 && field.usages.includes(DECODED_DATA));
  if (data === undefined) return undefined;
  const find = (usage: number): { field: InputField; bit: number } | undefined => {
    const field = inputs.find(({ reportId, usages }) => reportId === data.reportId && usages.includes(usage));
    return field && { field, bit: field.bitOffset + field.usages.indexOf(usage) * field.bitSize };
  };
  const byte = (bit: number): number => bit / 8;
  const count = find(BYTE_COUNT);
  const more = find(DATA_CONTINUED);
  const first = find(SYMBOLOGY_1);
  const third = find(SYMBOLOGY_3);
  const aimStands = first !== undefined && first.bit % 8 === 0 && third?.bit === first.bit + 16;
  return {
    reportId: data.reportId,
    lengthAt: count !== undefined && count.field.bitSize === 8 && count.bit % 8 === 0 ? byte(count.bit) : undefined,
    aimAt: aimStands ? byte(first.bit) : undefined,
    dataAt: byte(data.bitOffset),
    dataLength: data.count,
    moreAt: more && { byte: Math.floor(more.bit / 8), bit: more.bit % 8 },
  };
}

/** Bytes up to which a report must reach to be read. */
export function neededLength(layout: ScanLayout): number {
  const { lengthAt = 0, aimAt, dataAt, dataLength, moreAt } = layout;
  return 1 + Math.max(lengthAt, aimAt === undefined ? 0 : aimAt + 2, dataAt + dataLength - 1, moreAt?.byte ?? 0);
}
