/**
 * One ccTalk frame of either direction and either checksum, from the hexadecimal text of a line log to the document's words. Used by
 * `kioskctl decode` and the protocol monitor.
 * Source: protocols/cash-acceptor.md 5.1 to 5.3.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import {
  ANSWER,
  decodeHostCommand,
  headerName,
  isPlain,
  readBillId,
  readEventRing,
  readText,
  type EventRing,
  type HostCommand,
  type RingEvent,
} from './codec.ts';
import { HOST, MAX_DATA, MIN_FRAME, readFrame, type CctalkFrame, type ChecksumMode } from './frame.ts';
import { billEventName, coinEventName } from './status.ts';

/** Usual addresses (section 5): what an answer with five events speaks of. */
const BILL_VALIDATOR = 40;
const COIN_ACCEPTOR = 2;

/** Exactly one frame; blanks between bytes are allowed. Never throws. */
export function decodeCctalkHex(hex: string): DecodeAnswer {
  return decodeHex(hex, decode);
}

function decode(bytes: Uint8Array): DecodeAnswer {
  const trouble = lengthTrouble(bytes);
  if (trouble !== undefined) return trouble;
  const simple = readFrame(bytes, 'simple');
  const crc = readFrame(bytes, 'crc');
  if (simple === undefined && crc === undefined) {
    return problem('badChecksum', 'neither the simple checksum (sum of all bytes 0) nor the CRC fits these bytes');
  }
  // One frame in 256 with a good CRC sums up to 0 too, and one in 65,536 the other way round: then both readings are given.
  if (simple !== undefined && crc !== undefined) return { ok: true, checksum: 'simple or crc', simple: words(simple), crc: words(crc) };
  const [checksum, frame]: [ChecksumMode, CctalkFrame | undefined] = simple === undefined ? ['crc', crc] : ['simple', simple];
  return frame === undefined ? problem('badChecksum', 'no checksum fits') : { ok: true, checksum, ...words(frame) };
}

function lengthTrouble(bytes: Uint8Array): DecodeAnswer | undefined {
  const length = bytes[1] ?? 0;
  if (bytes.length < MIN_FRAME) return problem('truncated', `a ccTalk frame has at least ${MIN_FRAME} bytes, not ${bytes.length}`);
  if (length > MAX_DATA) return problem('badLength', `the length byte says ${length}; at most ${MAX_DATA} bytes of data are allowed`);
  const missing = MIN_FRAME + length - bytes.length;
  if (missing > 0) return problem('truncated', `the length byte says ${length} bytes of data: ${missing} bytes are missing`);
  if (missing < 0) return problem('trailingBytes', `${-missing} bytes follow after the first frame of ${MIN_FRAME + length} bytes`);
  return undefined;
}

function words(frame: CctalkFrame): Record<string, unknown> {
  const { destination, source, header, data } = frame;
  const addresses = { destination, ...(source === undefined ? {} : { source }) };
  return destination === HOST
    ? { direction: 'toHost', ...addresses, header, ...answerWords(frame) }
    : { direction: 'toDevice', ...addresses, header, name: headerName(header) ?? 'not in the document', ...commandWords(header, data) };
}

function commandWords(header: number, data: Uint8Array): Record<string, unknown> {
  const bytes = data.length === 0 ? {} : { data: toHex(data) };
  const result = decodeHostCommand(header, data);
  if (!result.ok) return result.error === 'badData' ? { ...bytes, meaning: 'data that the document does not know for this header' } : bytes;
  const meaning = meaningOf(result.command);
  return meaning === undefined ? bytes : { ...bytes, meaning };
}

function meaningOf(command: HostCommand): string | undefined {
  if (isPlain(command)) return undefined;
  switch (command.kind) {
    case 'modifyOperatingMode':
      return `stacker ${command.mode & 1 ? 'on' : 'off'}, escrow ${command.mode & 2 ? 'on' : 'off'}`;
    case 'routeBill':
      return { return: 'return', stack: 'to the stacker', extend: 'extend escrow' }[command.route];
    case 'requestScalingFactor':
      return `country ${command.country}`;
    case 'requestBillId':
    case 'requestIndividualAcceptCounter':
      return `bill type ${command.billType}`;
    case 'modifyMasterInhibit':
      return command.accept ? 'normal' : 'inhibited';
    case 'modifyInhibits':
      return command.enabled === 0 ? 'all disabled' : `enabled: ${positions(command.enabled)}`;
  }
}

function positions(mask: number): string {
  if (mask === 0xffff) return 'all';
  return Array.from({ length: 16 }, (_, index) => index + 1)
    .filter((position) => (mask & (1 << (position - 1))) !== 0)
    .join(', ');
}

/** What data means, the question says; these shapes can be told without it. */
function answerWords({ source, header, data }: CctalkFrame): Record<string, unknown> {
  if (header === ANSWER.nak) return { name: 'NAK' };
  if (header === ANSWER.busy) return { name: 'busy' };
  if (header !== ANSWER.data) return { name: 'not an answer of the document', data: toHex(data) };
  if (data.length === 0) return { name: 'ACK' };
  const bytes = { name: 'data', data: toHex(data) };
  const ring = readEventRing(data);
  if (ring !== undefined) return { ...bytes, ...ringWords(ring, source) };
  const id = readBillId(data);
  const text = readText(data);
  return { ...bytes, ...(id === undefined || id === 'none' ? {} : { billId: id }), ...(text === undefined ? {} : { text }) };
}

/** Both readings where the source does not say which kind of unit speaks. */
function ringWords({ counter, events }: EventRing, source: number | undefined): Record<string, unknown> {
  const named = (name: (event: RingEvent) => string): readonly string[] => events.map(name);
  return {
    counter,
    ...(source === COIN_ACCEPTOR ? {} : { billEvents: named(billEventName) }),
    ...(source === BILL_VALIDATOR ? {} : { coinEvents: named(coinEventName) }),
  };
}

function problem(code: string, message: string): DecodeAnswer {
  return { ok: false, code, message };
}
