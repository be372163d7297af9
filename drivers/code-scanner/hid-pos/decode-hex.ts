/**
 * One HID POS report, from hexadecimal to words, for `kioskctl decode`. The text is shown: whoever gives the bytes has it already.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { scanOf } from '../scan-text.ts';
import { symbologyOf } from '../symbology.ts';
import { readScanReport } from './codec.ts';
import { neededLength, SCAN_LAYOUTS, type ScanLayoutName } from './layout.ts';

/**
 * Without the device there is no descriptor: a report of 62 bytes is read by the `honeywell` table, report 01 by `microscan`, anything
 * else as the usual `access-is`. Never throws.
 */
export function decodeHidPosHex(hex: string): DecodeAnswer {
  return decodeHex(hex, decodeReport);
}

function decodeReport(bytes: Uint8Array): DecodeAnswer {
  const name = guessLayout(bytes);
  const layout = SCAN_LAYOUTS[name];
  const read = readScanReport(layout, bytes);
  if (read.kind === 'other')
    return { ok: false, code: 'notAScan', message: `report ${toHex(bytes.subarray(0, 1))} is not a Scanned Data Report (02, or 01 of Microscan)` };
  if (read.kind === 'broken') return { ok: false, code: bytes.length < neededLength(layout) ? 'truncated' : 'badLength', message: read.why };
  const { aim, data, more } = read.part;
  const scan = scanOf(data, aim, 'none');
  return {
    ok: true,
    layout: name,
    reportId: layout.reportId,
    length: data.length,
    symbology: symbologyOf(aim),
    aim: aim ?? null,
    // Part of a longer scan may end within a character, and needn't be text by itself.
    text: scan?.text ?? null,
    data: toHex(data),
    moreFollows: more,
  };
}

function guessLayout(bytes: Uint8Array): ScanLayoutName {
  if (bytes[0] === SCAN_LAYOUTS.microscan.reportId) return 'microscan';
  return bytes.length === neededLength(SCAN_LAYOUTS.honeywell) ? 'honeywell' : 'access-is';
}
