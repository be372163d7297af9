/**
 * Every codec that is fuzzed and measured. A new codec is one line: its name, good frames of its document, what it may hold, the fastest
 * line it is used on, and its decoder.
 */
import { fromHex, toHex } from '../../common/hex.ts';
import { decodeCommand as decodeApdu, decodeResponse } from '../../drivers/card/apdu.ts';
import * as pboc from '../../drivers/card/pboc/answers.ts';
import { decodePbocHex } from '../../drivers/card/pboc/codec.ts';
import { decodeTlv } from '../../drivers/card/tlv.ts';
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
import { SamAnswerDecoder, type SamToken } from '../../drivers/id-reader/sam/codec.ts';
import { decodeSamHex } from '../../drivers/id-reader/sam/decode-hex.ts';
import { MAX_FRAME as SAM_MAX } from '../../drivers/id-reader/sam/frame.ts';
import { readIdText } from '../../drivers/id-reader/sam/id-text.ts';
import { decodeEscposStatusHex } from '../../drivers/receipt-printer/escpos/decode.ts';
import type { PrinterSaid } from '../../drivers/receipt-printer/escpos/byte-splitter.ts';
import { MAX_BLOCK, StatusSplitter } from '../../drivers/receipt-printer/escpos/splitter.ts';
import { ANSWERS as MODBUS_ANSWERS, REQUESTS as MODBUS_REQUESTS } from '../drivers/cabinet/modbus-io/worked-frames.ts';
import { workedFrames } from '../drivers/card-reader/crt591/worked-frames.ts';
import { ANSWER_FRAMES as SAM_ANSWERS, COMMAND_FRAMES as SAM_COMMANDS, readAnswer } from '../drivers/id-reader/sam/worked-frames.ts';
import { block, bytesPerSecond, decoder, framed, rescanned, stream, type FuzzTarget, type Said } from './target.ts';

const hexes = (...frames: readonly string[]): readonly Uint8Array[] => frames.map(fromHex);

const crt591 = workedFrames.filter(({ options }) => options.addr).map(({ hex }) => fromHex(hex));
/** card-readers.md 1.1: the frame of the CRT-288 library paper, and its T=0 APDU. */
const crt288 = hexes('F2 00 10 4E 36 31 31 32 4E 32 36 7E 4E 32 36 7E 4E 32 36 03 E1', 'F2 00 08 43 51 33 00 84 00 00 08 03 54');
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

/** What an answer's data means only its asker knows: the frame is all that the line says. */
function openCctalk(mode: ChecksumMode) {
  return framed(new CctalkDecoder(mode), ({ header }) => header);
}

function openEscpos(fixedBits: boolean) {
  const codec = new StatusSplitter({ fixedBits });
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

export const targets: readonly FuzzTarget[] = [
  stream('crt591', { seeds: crt591, maxPending: CRT591_MAX, lineRate: bytesPerSecond(115_200, 10) }, () => openCrt591(CRT591_FRAMES)),
  stream('crt288', { seeds: crt288, maxPending: CRT591_MAX, lineRate: bytesPerSecond(115_200, 10) }, () => openCrt591(CRT288_FRAMES)),
  stream('id003', { seeds: id003, maxPending: 254, lineRate: bytesPerSecond(19_200, 11) }, () =>
    framed(new Id003Decoder(), (frame) => [decodeAcceptorMessage(frame), decodeHostMessage(frame)]),
  ),
  stream('ccnet', { seeds: ccnet, maxPending: 254, lineRate: bytesPerSecond(19_200, 10) }, () =>
    framed(new CcnetDecoder(), (frame) => [decodeCcnetAnswer(frame), decodeCcnetHost(frame)]),
  ),
  stream('cctalk', { seeds: cctalk, maxPending: 256, lineRate: bytesPerSecond(9_600, 10) }, () => openCctalk('simple')),
  stream('cctalk-crc', { seeds: cctalkCrc, maxPending: 256, lineRate: bytesPerSecond(9_600, 10) }, () => openCctalk('crc')),
  stream('escpos-status', { seeds: escpos, maxPending: MAX_BLOCK, lineRate: bytesPerSecond(115_200, 10) }, () => openEscpos(true)),
  stream('escpos-status-bare', { seeds: escpos, maxPending: MAX_BLOCK, lineRate: bytesPerSecond(115_200, 10) }, () => openEscpos(false)),
  stream('sam', { seeds: sam, maxPending: SAM_MAX, lineRate: bytesPerSecond(115_200, 10) }, openSam),
  stream('modbus-answers', { seeds: modbusAnswers, maxPending: MODBUS_MAX, lineRate: bytesPerSecond(115_200, 11) }, () =>
    openModbus(new RtuDecoder('unit', 0x11), decodeAnswer),
  ),
  stream('modbus-requests', { seeds: modbusRequests, maxPending: MODBUS_MAX, lineRate: bytesPerSecond(115_200, 11) }, () =>
    openModbus(new RtuDecoder('host'), decodeRequest),
  ),
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
  block('id003-hex', id003, (bytes) => decodeId003Hex(toHex(bytes))),
  block('ccnet-hex', ccnet, (bytes) => decodeCcnetHex(toHex(bytes))),
  block('cctalk-hex', [...cctalk, ...cctalkCrc], (bytes) => decodeCctalkHex(toHex(bytes))),
  block('escpos-hex', escpos, (bytes) => decodeEscposStatusHex(toHex(bytes))),
  block('sam-hex', [...sam, ...SAM_COMMANDS.map(([, hex]) => fromHex(hex))], (bytes) => decodeSamHex(toHex(bytes))),
  block('sam-text', [samRecord.subarray(14, 14 + 256)], (bytes) => (bytes.length === 256 ? readIdText(bytes) : undefined)),
  block('modbus-hex', [...modbusAnswers, ...modbusRequests], (bytes) => decodeModbusHex(toHex(bytes))),
];
