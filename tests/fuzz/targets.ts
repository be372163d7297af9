/**
 * Every codec that is fuzzed and measured. A new codec is one line: its name, good frames of its document, what it may hold, the fastest
 * line it is used on, and its decoder.
 */
import { fromHex, toHex } from '../../common/hex.ts';
import { decodeCommand as decodeApdu, decodeResponse } from '../../drivers/card/apdu.ts';
import * as pboc from '../../drivers/card/pboc/answers.ts';
import { decodePbocHex } from '../../drivers/card/pboc/codec.ts';
import { decodeMifareHex } from '../../drivers/card/mifare/decode-hex.ts';
import { decodeTlv } from '../../drivers/card/tlv.ts';
import { Crt310Decoder, MAX_FRAME as CRT310_MAX, type Crt310Token } from '../../drivers/card-reader/crt310/codec.ts';
import { decodeCrt310Hex } from '../../drivers/card-reader/crt310/decode-hex.ts';
import { readStatus as readCrt310Status } from '../../drivers/card-reader/crt310/status.ts';
import { CRT288_FRAMES, CRT591_FRAMES, Crt591Decoder, decodeText, MAX_FRAME as CRT591_MAX, type Crt591Token } from '../../drivers/card-reader/crt591/codec.ts';
import { decodeCrt591Hex } from '../../drivers/card-reader/crt591/decode-hex.ts';
import { decodeModbusHex } from '../../drivers/cabinet/modbus-io/decode-hex.ts';
import { decodeAnswer, decodeRequest, MAX_FRAME as MODBUS_MAX, RtuDecoder, type RtuToken } from '../../drivers/cabinet/modbus-io/codec.ts';
import { decodeAnswer as decodeCcnetAnswer, decodeHostMessage as decodeCcnetHost } from '../../drivers/cash-acceptor/ccnet/codec.ts';
import { decodeCcnetHex } from '../../drivers/cash-acceptor/ccnet/decode-hex.ts';
import { FrameDecoder as CcnetDecoder } from '../../drivers/cash-acceptor/ccnet/frame.ts';
import { decodeCctalkHex } from '../../drivers/cash-acceptor/cctalk/decode-hex.ts';
import { FrameDecoder as CctalkDecoder, type ChecksumMode } from '../../drivers/cash-acceptor/cctalk/frame.ts';
import { decodeAcceptorMessage, decodeHostMessage, decodeId003Hex } from '../../drivers/cash-acceptor/id003/codec.ts';
import { FrameDecoder as Id003Decoder } from '../../drivers/cash-acceptor/id003/frame.ts';
import { readScanReport } from '../../drivers/code-scanner/hid-pos/codec.ts';
import { decodeHidPosHex } from '../../drivers/code-scanner/hid-pos/decode-hex.ts';
import { SCAN_LAYOUTS } from '../../drivers/code-scanner/hid-pos/layout.ts';
import { LONGEST_SCAN, scanOf } from '../../drivers/code-scanner/scan-text.ts';
import { encodeLine, LineSplitter, splitAim, type LineToken } from '../../drivers/code-scanner/serial-line/codec.ts';
import { SamAnswerDecoder, type SamToken } from '../../drivers/id-reader/sam/codec.ts';
import { decodeSamHex } from '../../drivers/id-reader/sam/decode-hex.ts';
import { MAX_FRAME as SAM_MAX } from '../../drivers/id-reader/sam/frame.ts';
import { readIdText } from '../../drivers/id-reader/sam/id-text.ts';
import { KeypadReader } from '../../drivers/keypad/hid-keypad/codec.ts';
import { hidKeysOptionsSchema } from '../../drivers/keypad/hid-keypad/options.ts';
import { FULL_STATUS_LENGTH } from '../../drivers/receipt-printer/escpos/custom-codec.ts';
import { CustomSplitter } from '../../drivers/receipt-printer/escpos/custom-splitter.ts';
import { decodeCustomStatusHex, decodeEscposStatusHex } from '../../drivers/receipt-printer/escpos/decode.ts';
import type { PrinterSaid, Splitter } from '../../drivers/receipt-printer/escpos/byte-splitter.ts';
import { MAX_BLOCK, StatusSplitter } from '../../drivers/receipt-printer/escpos/splitter.ts';
import { ANSWERS as MODBUS_ANSWERS, REQUESTS as MODBUS_REQUESTS } from '../drivers/cabinet/modbus-io/worked-frames.ts';
import { workedFrames as crt310Frames } from '../drivers/card-reader/crt310/worked-frames.ts';
import { workedFrames } from '../drivers/card-reader/crt591/worked-frames.ts';
import { PAYMENT_CODE, workedReports } from '../drivers/code-scanner/hid-pos-reports.ts';
import { ANSWER_FRAMES as SAM_ANSWERS, COMMAND_FRAMES as SAM_COMMANDS, readAnswer } from '../drivers/id-reader/sam/worked-frames.ts';
import { block, bytesPerSecond, decoder, framed, rescanned, stream, type Decoder, type FuzzTarget, type Said } from './target.ts';
import { usbTargets } from './usb-targets.ts';

const hexes = (...frames: readonly string[]): readonly Uint8Array[] => frames.map(fromHex);

const crt591 = workedFrames.filter(({ options }) => options.addr).map(({ hex }) => fromHex(hex));
/** card-readers.md 1.1: the frame of the CRT-288 library paper, and its T=0 APDU. */
const crt288 = hexes('F2 00 10 4E 36 31 31 32 4E 32 36 7E 4E 32 36 7E 4E 32 36 03 E1', 'F2 00 08 43 51 33 00 84 00 00 08 03 54');
/** card-readers.md 1.2, and what stands alone between frames: ACK, NAK, ENQ. */
const crt310 = [...crt310Frames.map(({ hex }) => fromHex(hex)), ...hexes('06', '15', '05')];
/** cash-acceptor.md 3.4. */
const id003 = hexes('FC 05 11 27 56', 'FC 05 40 2B 15', 'FC 05 50 AA 05', 'FC 06 C3 01 8D C7', 'FC 07 C0 00 00 2D B5', 'FC 06 13 63 A2 D8', 'FC 05 8A 7D 7C');
/** cash-acceptor.md 4. */
const ccnet = hexes(
  '02 03 06 33 DA 81',
  '02 03 06 00 C2 82',
  '02 03 06 41 4F D1',
  '02 03 0C 34 FF FF FF FF FF FF FE F7',
  '02 03 06 14 67 D4',
  '02 03 07 80 04 A8 75',
  '02 03 07 81 04 70 6C',
);
/** cash-acceptor.md 5.5. */
const cctalk = hexes('28 00 01 FE D9', '02 02 01 E7 FF FF 16', '28 01 01 E4 01 F1', '01 00 28 00 D7', '01 0B 28 00 05 03 01 00 0A 00 0C 00 0B 00 00 A2');
const cctalkCrc = hexes('28 00 B6 FE 21', '28 00 46 01 3F', '01 00 30 00 37');
/** receipt-printer.md 5: real-time status, automatic status, process id, identity, flow control. */
const escpos = hexes('16', '14 00 00 0F', '3C 08 03 0F', '37 22 30 30 30 31 00', '5F 45 50 53 4F 4E 00', '11', '13');
/** receipt-printer.md 6.1: full status, ejector status, flow control. */
const custom = hexes('10 0F 00 00 00 00', '10 0F 05 00 00 00', '10 0F 20 08 00 00', '10 0F 00 01 40 00', '08', '80', '11', '13');
/** card-readers.md 3.1. */
const scanReports = workedReports.map(({ hex }) => fromHex(hex));
const scanLines = [`]Q1${PAYMENT_CODE}`, ']E04006381333931'].map((text) => encodeLine(new TextEncoder().encode(text), 'cr'));
/** HID 1.11, appendix B.1: keys of the number pad, one, two, none. */
const keyReports = hexes('00 00 59 00 00 00 00 00', '00 00 59 5A 00 00 00 00', '00 00 00 00 00 00 00 00');
/** card-application.md: a value block of 5000 at address 4, a trailer as delivered. */
const mifare = hexes('88 13 00 00 77 EC FF FF 88 13 00 00 04 FB 04 FB', 'FF FF FF FF FF FF FF 07 80 69 FF FF FF FF FF FF');
const samRecord = readAnswer();
const sam = [...SAM_ANSWERS.map(([, , , hex]) => fromHex(hex)), samRecord];
const modbusAnswers = MODBUS_ANSWERS.map(([, hex]) => fromHex(hex)).filter((frame) => frame[0] === 0x11);
const modbusRequests = MODBUS_REQUESTS.map(([, hex]) => fromHex(hex));
/** card-application.md: directories, files and answers of cards. */
const cardData = hexes(
  '6F328409A00000000386980701A5259F0801019F0C1E073141000000000001010000410000008999998520150605203808080000',
  '6F318408A000000632010105A5259F0801029F0C1E01011000FFFFFFFF02010310517001017090798420190806204012310000',
  '6F2F840E325041592E5359532E4444463031A51DBF0C1A610D4F08A00000063201010587010161094F07A0000003330101',
  '0010000000000186A00230100089000320261122133000',
  '00000ED8000F0100E7905A3180196D35',
  '00001C37',
  '00A4040008A000000632010105',
);

function openCrt591(options: typeof CRT591_FRAMES) {
  const codec = new Crt591Decoder(options);
  return decoder({
    push: (chunk) => codec.push(chunk),
    settle: rescanned(codec),
    read: (token: Crt591Token) => (token.type === 'frame' ? decodeText(token.frame.text, options).type : undefined),
    said: (token, meaning) => {
      if (token.type === 'frame') return { length: token.bytes.length, word: `${toHex(token.bytes)} ${String(meaning)}` };
      return token.type === 'bad' ? { length: token.bytes.length } : { length: 1, word: token.type };
    },
  });
}

function openCrt310() {
  const codec = new Crt310Decoder();
  return decoder({
    push: (chunk) => codec.push(chunk),
    settle: rescanned(codec),
    read: (token: Crt310Token) => (token.type === 'frame' && token.text.type === 'message' ? readCrt310Status(token.text.data) : undefined),
    said: (token, meaning) => {
      if (token.type === 'frame') return { length: token.bytes.length, word: `${toHex(token.bytes)} ${JSON.stringify(meaning)}` };
      return token.type === 'bad' ? { length: token.bytes.length } : { length: 1, word: token.type };
    },
  });
}

/** What an answer's data means only its asker knows: the frame is all that the line says. */
function openCctalk(mode: ChecksumMode) {
  return framed(new CctalkDecoder(mode), ({ header }) => header);
}

function openEscpos(codec: Splitter) {
  return decoder({ push: (chunk) => codec.push(chunk), settle: () => codec.expire(), read: () => undefined, said: escposSaid });
}

function escposSaid(said: PrinterSaid): Said {
  switch (said.kind) {
    case 'noise':
      return { length: 1 };
    case 'automaticStatus':
    case 'fullStatus':
      return { length: said.bytes.length, word: toHex(said.bytes) };
    case 'processId':
      return { length: said.id.length + 3, word: `id ${said.id}` };
    case 'text':
      return { length: said.text.length + 2, word: `text ${said.text}` };
    case 'realTime':
    case 'single':
      return { length: 1, word: `${said.kind} ${said.byte}` };
    case 'xon':
    case 'xoff':
      return { length: 1, word: said.kind };
    default:
      return said satisfies never;
  }
}

/** Line ends and what is passed over are nobody's: they are told as noise, as soon as the splitter holds them no longer. */
function openScanLines(): Decoder {
  const codec = new LineSplitter('cr');
  let open = 0;
  const read = (token: LineToken) => {
    if (token.kind === 'tooLong') return undefined;
    const { aim, data } = splitAim(token.bytes);
    return scanOf(data, aim, 'none');
  };
  const push = (chunk: Uint8Array): readonly Said[] => {
    open += chunk.length;
    const said = codec.push(chunk).map((token): Said => {
      const length = token.kind === 'line' ? token.bytes.length + 1 : LONGEST_SCAN;
      return token.kind === 'line' ? { length, word: `${toHex(token.bytes)} ${JSON.stringify(read(token))}` } : { length };
    });
    const dropped = open - said.reduce((sum, { length }) => sum + length, 0) - codec.pending;
    open = codec.pending;
    return dropped > 0 ? [...said, { length: dropped }] : said;
  };
  return { push, decode: (chunk) => codec.push(chunk).map(read), settle: () => (codec.reset(), (open = 0), []) };
}

/** One report, as far as it goes alone: a scan of several is joined by the driver. */
function readScan(report: Uint8Array): unknown {
  const read = readScanReport(SCAN_LAYOUTS['access-is'], report);
  return read.kind === 'part' ? scanOf(read.part.data, read.part.aim, 'none') : { error: read.kind };
}

const numberPad = new KeypadReader(hidKeysOptionsSchema.parse({}), undefined);

function openSam() {
  const codec = new SamAnswerDecoder();
  return decoder({
    push: (chunk) => codec.push(chunk),
    settle: rescanned(codec),
    read: (token: SamToken) => (token.type === 'answer' && token.answer.type === 'record' ? readIdText(token.answer.text).kind : undefined),
    said: (token, meaning) =>
      token.type === 'bad' ? { length: token.count } : { length: token.answer.length, word: `${token.answer.type} ${token.answer.status} ${String(meaning)}` },
  });
}

function openModbus(codec: RtuDecoder, read: (frame: Uint8Array) => unknown) {
  return decoder({
    push: (chunk) => codec.push(chunk),
    settle: rescanned(codec),
    read: ({ type, bytes }: RtuToken) => (type === 'frame' ? read(bytes) : undefined),
    said: ({ type, bytes }, meaning) =>
      type === 'frame' ? { length: bytes.length, word: `${toHex(bytes)} ${JSON.stringify(meaning)}` } : { length: bytes.length },
  });
}

/** USB full speed asks an interrupt endpoint once a millisecond at most. */
const HID_REPORTS_PER_SECOND = 1_000;

export const targets: readonly FuzzTarget[] = [
  stream('crt591', { seeds: crt591, maxPending: CRT591_MAX, lineRate: bytesPerSecond(115_200, 10) }, () => openCrt591(CRT591_FRAMES)),
  stream('crt288', { seeds: crt288, maxPending: CRT591_MAX, lineRate: bytesPerSecond(115_200, 10) }, () => openCrt591(CRT288_FRAMES)),
  stream('crt310', { seeds: crt310, maxPending: CRT310_MAX, lineRate: bytesPerSecond(57_600, 10) }, openCrt310),
  stream('id003', { seeds: id003, maxPending: 254, lineRate: bytesPerSecond(19_200, 11) }, () =>
    framed(new Id003Decoder(), (frame) => [decodeAcceptorMessage(frame), decodeHostMessage(frame)]),
  ),
  stream('ccnet', { seeds: ccnet, maxPending: 254, lineRate: bytesPerSecond(19_200, 10) }, () =>
    framed(new CcnetDecoder(), (frame) => [decodeCcnetAnswer(frame), decodeCcnetHost(frame)]),
  ),
  stream('cctalk', { seeds: cctalk, maxPending: 256, lineRate: bytesPerSecond(9_600, 10) }, () => openCctalk('simple')),
  stream('cctalk-crc', { seeds: cctalkCrc, maxPending: 256, lineRate: bytesPerSecond(9_600, 10) }, () => openCctalk('crc')),
  stream('escpos-status', { seeds: escpos, maxPending: MAX_BLOCK, lineRate: bytesPerSecond(115_200, 10) }, () =>
    openEscpos(new StatusSplitter({ fixedBits: true })),
  ),
  stream('escpos-status-bare', { seeds: escpos, maxPending: MAX_BLOCK, lineRate: bytesPerSecond(115_200, 10) }, () =>
    openEscpos(new StatusSplitter({ fixedBits: false })),
  ),
  stream('custom-status', { seeds: custom, maxPending: FULL_STATUS_LENGTH, lineRate: bytesPerSecond(115_200, 10) }, () => openEscpos(new CustomSplitter())),
  stream('serial-line', { seeds: scanLines, maxPending: LONGEST_SCAN + 1, lineRate: bytesPerSecond(115_200, 10) }, openScanLines),
  stream('sam', { seeds: sam, maxPending: SAM_MAX, lineRate: bytesPerSecond(115_200, 10) }, openSam),
  stream('modbus-answers', { seeds: modbusAnswers, maxPending: MODBUS_MAX, lineRate: bytesPerSecond(115_200, 11) }, () =>
    openModbus(new RtuDecoder('unit', 0x11), decodeAnswer),
  ),
  stream('modbus-requests', { seeds: modbusRequests, maxPending: MODBUS_MAX, lineRate: bytesPerSecond(115_200, 11) }, () =>
    openModbus(new RtuDecoder('host'), decodeRequest),
  ),
  block('hid-pos', scanReports, readScan, HID_REPORTS_PER_SECOND * 64),
  block('hid-keypad', keyReports, (report) => ({ keys: [...(numberPad.read(report)?.keys ?? [])] }), HID_REPORTS_PER_SECOND * 8),
  block('tlv', cardData, decodeTlv),
  block('apdu', cardData, (bytes) => [decodeApdu(bytes), decodeResponse(bytes)]),
  block('pboc-answers', cardData, (bytes) => [
    pboc.decodeFci(bytes),
    pboc.decodeFile15(bytes, 'pboc'),
    pboc.decodeFile15(bytes, 'cjt'),
    pboc.decodeFile17(bytes),
  ]),
  block('pboc-records', cardData, (bytes) => [pboc.decodeLogRecord(bytes), pboc.decodeTravelRecord(bytes), pboc.decodeBalance(bytes)]),
  block('pboc-proofs', cardData, (bytes) => [pboc.decodeInitializeAnswer(bytes), pboc.decodeCreditAnswer(bytes), pboc.decodeProof(bytes)]),
  block('pboc-hex', cardData, (bytes) => decodePbocHex(toHex(bytes))),
  block('crt591-hex', [...crt591, ...crt288], (bytes) => decodeCrt591Hex(toHex(bytes))),
  block('crt310-hex', crt310, (bytes) => decodeCrt310Hex(toHex(bytes))),
  block('id003-hex', id003, (bytes) => decodeId003Hex(toHex(bytes))),
  block('ccnet-hex', ccnet, (bytes) => decodeCcnetHex(toHex(bytes))),
  block('cctalk-hex', [...cctalk, ...cctalkCrc], (bytes) => decodeCctalkHex(toHex(bytes))),
  block('escpos-hex', escpos, (bytes) => decodeEscposStatusHex(toHex(bytes))),
  block('custom-hex', custom, (bytes) => decodeCustomStatusHex(toHex(bytes))),
  block('hid-pos-hex', scanReports, (bytes) => decodeHidPosHex(toHex(bytes))),
  block('mifare-hex', mifare, (bytes) => decodeMifareHex(toHex(bytes))),
  block('sam-hex', [...sam, ...SAM_COMMANDS.map(([, hex]) => fromHex(hex))], (bytes) => decodeSamHex(toHex(bytes))),
  block('sam-text', [samRecord.subarray(14, 14 + 256)], (bytes) => (bytes.length === 256 ? readIdText(bytes) : undefined)),
  block('modbus-hex', [...modbusAnswers, ...modbusRequests], (bytes) => decodeModbusHex(toHex(bytes))),
  ...usbTargets,
];
