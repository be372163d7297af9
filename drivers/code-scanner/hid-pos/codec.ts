/** HID POS Scanned Data Reports ↔ parts of a scan. Pure. Source: card-readers.md 3.1. */
import { toHex } from '../../../common/hex.ts';
import { readAim } from '../symbology.ts';
import { neededLength, type ScanLayout } from './layout.ts';

export interface ScanPart {
  readonly aim: string | undefined;
  readonly data: Uint8Array;
  /** Another report of the same scan follows. */
  readonly more: boolean;
}

export type ReadReport =
  | { readonly kind: 'part'; readonly part: ScanPart }
  /** Another report of the device: not ours. */
  | { readonly kind: 'other' }
  /** Ours, and it contradicts its layout: too short, or it says that it holds more than it can. */
  | { readonly kind: 'broken'; readonly why: string };

/** @param report as it arrives, its id first where the device uses ids */
export function readScanReport(layout: ScanLayout, report: Uint8Array): ReadReport {
  if (layout.reportId !== 0 && report[0] !== layout.reportId) return { kind: 'other' };
  const needed = neededLength(layout);
  if (report.length < needed) return { kind: 'broken', why: `the report has ${report.length} bytes, its layout needs ${needed}` };
  const field = report.subarray(layout.dataAt, layout.dataAt + layout.dataLength);
  const length = layout.lengthAt === undefined ? lengthOfPadded(field) : (report[layout.lengthAt] ?? 0);
  if (length > layout.dataLength) return { kind: 'broken', why: `the report says that it holds ${length} bytes of data, it has room for ${layout.dataLength}` };
  const more = layout.moreAt === undefined ? length === layout.dataLength : (((report[layout.moreAt.byte] ?? 0) >> layout.moreAt.bit) & 1) === 1;
  const aim = layout.aimAt === undefined ? undefined : readAim(report.subarray(layout.aimAt, layout.aimAt + 3));
  return { kind: 'part', part: { aim, data: Uint8Array.from(field.subarray(0, length)), more } };
}

function lengthOfPadded(field: Uint8Array): number {
  return field.findLastIndex((byte) => byte !== 0) + 1;
}

/** One report of a scan. @throws {RangeError} when `part` doesn't fit the layout */
export function encodeScanReport(layout: ScanLayout, part: ScanPart): Uint8Array {
  if (part.data.length > layout.dataLength) throw new RangeError(`a report holds ${layout.dataLength} bytes, got ${part.data.length}`);
  const report = new Uint8Array(neededLength(layout));
  if (layout.reportId !== 0) report[0] = layout.reportId;
  if (layout.lengthAt !== undefined) report[layout.lengthAt] = part.data.length;
  if (layout.aimAt !== undefined && part.aim !== undefined) report.set(new TextEncoder().encode(part.aim), layout.aimAt);
  report.set(part.data, layout.dataAt);
  if (layout.moreAt !== undefined && part.more) report[layout.moreAt.byte] = 1 << layout.moreAt.bit;
  return report;
}

/**
 * For traces: id, length, identifier and flag, and nothing else, since a report of another layout than we think has its payload
 * anywhere. A byte is shown only where it is what its place says.
 */
export function redactedReport(layout: ScanLayout, report: Uint8Array): string {
  const { reportId, lengthAt, aimAt, moreAt } = layout;
  const isOurs = reportId === 0 || report[0] === reportId;
  const shown = new Set<number>(reportId === 0 ? [] : [0]);
  if (isOurs && lengthAt !== undefined && (report[lengthAt] ?? 0) <= layout.dataLength) shown.add(lengthAt);
  if (isOurs && aimAt !== undefined && readAim(report.subarray(aimAt, aimAt + 3)) !== undefined) for (const at of [0, 1, 2]) shown.add(aimAt + at);
  if (isOurs && moreAt !== undefined && ((report[moreAt.byte] ?? 0) | (1 << moreAt.bit)) === 1 << moreAt.bit) shown.add(moreAt.byte);
  return Array.from(report, (byte, at) => (shown.has(at) ? toHex(Uint8Array.of(byte)) : 'XX')).join('');
}
