/** More of the registry in targets.ts: PC/SC and its virtual card, HID devices that say what they are, scanners with other line ends. */
import { fromHex, toHex } from '../../common/hex.ts';
import { readAtr } from '../../drivers/card-reader/pcsc/atr.ts';
import { decodePcscHex } from '../../drivers/card-reader/pcsc/decode-hex.ts';
import { readAnswer } from '../../drivers/card-reader/pcsc/pseudo-apdu.ts';
import { encodeMessage, LONGEST_MESSAGE, VpcdDecoder } from '../../drivers/card-reader/pcsc/vpcd-wire.ts';
import { layoutFrom } from '../../drivers/code-scanner/hid-pos/layout.ts';
import { SimulatedHidPosScanner } from '../../drivers/code-scanner/hid-pos/simulator.ts';
import { LONGEST_SCAN, scanOf } from '../../drivers/code-scanner/scan-text.ts';
import { encodeLine, LineSplitter, splitAim, type LineToken, type Terminator } from '../../drivers/code-scanner/serial-line/codec.ts';
import { DESCRIBE, encodeDescription, encodeReport, LONGEST_BODY, RecordDecoder, type HidRecord } from '../../drivers/transport/hid-records.ts';
import { parseReportDescriptor } from '../../drivers/transport/hid-report-descriptor.ts';
import { ATRS, COMMANDS } from '../drivers/card-reader/pcsc/worked-commands.ts';
import { PAYMENT_CODE, workedReports } from '../drivers/code-scanner/hid-pos-reports.ts';
import { block, bytesPerSecond, decoder, stream, type Decoder, type FuzzTarget, type Said } from './target.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const reports = workedReports.map(({ hex }) => fromHex(hex));
const scans = [PAYMENT_CODE, ']E04006381333931', ']d2校园卡 6688'].map(utf8);
const atrs = Object.values(ATRS).map(fromHex);
const commands = Object.values(COMMANDS).map(fromHex);
/** card-readers.md 2.4. */
const vpcd = [...['04', '01', '90 00', '00 A4 04 00 02 3F 00'].map((hex) => encodeMessage(fromHex(hex))), ...commands.map(encodeMessage)];
const scanner = new SimulatedHidPosScanner();
const descriptor = scanner.hid.description.descriptor ?? new Uint8Array();
const records = [DESCRIBE, encodeDescription(scanner.hid.description), ...reports.map(encodeReport)];
/** A line doesn't say how many bytes it took (line ends and STX around it are nobody's): whatever came before its end did. */
class CountedLines implements Decoder {
  readonly #splitter: LineSplitter;
  #taken = 0;

  constructor(terminator: Terminator) {
    this.#splitter = new LineSplitter(terminator);
  }

  push(chunk: Uint8Array): readonly Said[] {
    return Array.from(chunk, (byte) => this.#pushOne(byte)).flat();
  }

  decode(chunk: Uint8Array): unknown {
    return this.#splitter.push(chunk).map(readLine);
  }

  settle(): readonly Said[] {
    this.#splitter.reset();
    this.#taken = 0;
    return [];
  }

  #pushOne(byte: number): readonly Said[] {
    this.#taken += 1;
    const [token] = this.#splitter.push(Uint8Array.of(byte));
    if (token === undefined && this.#splitter.hasHalf) return [];
    const length = this.#taken;
    this.#taken = 0;
    return [token?.kind === 'line' ? { length, word: JSON.stringify(readLine(token)) } : { length }];
  }
}

function readLine(token: LineToken): unknown {
  if (token.kind === 'tooLong') return undefined;
  const { aim, data } = splitAim(token.bytes);
  return [aim, scanOf(data, aim, 'gb18030')];
}

/** After a broken record nothing can be read until the line is opened again, so everything up to there is noise. */
class CountedRecords implements Decoder {
  readonly #decoder = new RecordDecoder();
  #open = 0;
  #broken = false;

  push(chunk: Uint8Array): readonly Said[] {
    this.#open += chunk.length;
    const said = this.#decoder.push(chunk).map((record) => this.#said(record));
    return [...said, ...(this.#broken ? this.#noise() : [])];
  }

  decode(chunk: Uint8Array): unknown {
    return this.#decoder.push(chunk);
  }

  settle(): readonly Said[] {
    this.#decoder.reset();
    this.#open = 0;
    this.#broken = false;
    return [];
  }

  #said(record: HidRecord): Said {
    // What a record took is what it is when written again, but for a description, whose JSON may have been written differently.
    const length = record.kind === 'report' ? encodeReport(record.report).length : record.kind === 'describe' ? DESCRIBE.length : 1;
    this.#broken ||= record.kind === 'broken';
    this.#open -= length;
    return record.kind === 'broken' ? { length } : { length, word: record.kind };
  }

  #noise(): readonly Said[] {
    const length = this.#open;
    this.#open = 0;
    return length > 0 ? [{ length }] : [];
  }
}

function openVpcd(): Decoder {
  const codec = new VpcdDecoder();
  return decoder({
    push: (chunk) => codec.push(chunk),
    settle: () => (codec.reset(), []),
    read: (message: Uint8Array) => toHex(message.subarray(0, 64)),
    said: (message, word) => ({ length: message.length + 2, word }),
  });
}

export const usbTargets: readonly FuzzTarget[] = [
  ...(['lf', 'crlf', 'etx'] as const).map((terminator) => {
    // One code, an STX or line ends before it, and half of the end.
    const parts = { seeds: scans.map((scan) => encodeLine(scan, terminator)), maxPending: LONGEST_SCAN + 2, lineRate: bytesPerSecond(115_200, 10) };
    return stream(`scanner-${terminator}`, parts, () => new CountedLines(terminator));
  }),
  // Between programs; a USB bus brings 64 bytes a millisecond.
  stream('hid-records', { seeds: records, maxPending: LONGEST_BODY + 3, lineRate: 64_000 }, () => new CountedRecords()),
  stream('vpcd', { seeds: vpcd, maxPending: LONGEST_MESSAGE + 2, lineRate: 64_000 }, openVpcd),
  block('hid-descriptor', [descriptor], (bytes) => {
    const { inputs, inputLengths, applications } = parseReportDescriptor(bytes);
    return { inputs: inputs.length, lengths: [...inputLengths], applications: applications.length, layout: layoutFrom(bytes) };
  }),
  block('pcsc-atr', atrs, readAtr),
  block('pcsc-answer', [fromHex('90 00'), fromHex('63 00'), fromHex('00 00 13 88 90 00')], readAnswer),
  block('pcsc-hex', [...atrs, ...commands], (bytes) => decodePcscHex(toHex(bytes))),
];
