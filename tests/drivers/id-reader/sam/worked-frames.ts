/** The frames of card-readers.md section 4 as printed there, and its full answer put together from its description. */
import { fromHex } from '../../../../common/hex.ts';

export const COMMAND_FRAMES = [
  ['resetSam', 'AA AA AA 96 69 00 03 10 FF EC'],
  ['samState', 'AA AA AA 96 69 00 03 11 FF ED'],
  ['samNumber', 'AA AA AA 96 69 00 03 12 FF EE'],
  ['findCard', 'AA AA AA 96 69 00 03 20 01 22'],
  ['selectCard', 'AA AA AA 96 69 00 03 20 02 21'],
  ['readTextAndPhoto', 'AA AA AA 96 69 00 03 30 01 32'],
  ['readNewestAddress', 'AA AA AA 96 69 00 03 30 03 30'],
  ['readWithFingerprint', 'AA AA AA 96 69 00 03 30 10 23'],
] as const;

/** What it says, SW3, bytes of data, frame. */
export const ANSWER_FRAMES = [
  ['done', 0x90, 0, 'AA AA AA 96 69 00 04 00 00 90 94'],
  ['found', 0x9f, 4, 'AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97'],
  ['selected', 0x90, 8, 'AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C'],
  ['no card', 0x80, 0, 'AA AA AA 96 69 00 04 00 00 80 84'],
  ['select failed', 0x81, 0, 'AA AA AA 96 69 00 04 00 00 81 85'],
  ['read failed', 0x41, 0, 'AA AA AA 96 69 00 04 00 00 41 45'],
  ['self-test failed', 0x60, 0, 'AA AA AA 96 69 00 04 00 00 60 64'],
  ['checksum of the host wrong', 0x10, 0, 'AA AA AA 96 69 00 04 00 00 10 14'],
  ['no such field', 0x91, 0, 'AA AA AA 96 69 00 04 00 00 91 95'],
] as const;

export interface TextFields {
  readonly name: string;
  readonly sex: string;
  readonly nation: string;
  readonly birth: string;
  readonly address: string;
  readonly number: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly marker: string;
}

/** The invented person of the document. */
export const ZHANG: TextFields = {
  name: '张三',
  sex: '1',
  nation: '01',
  birth: '19900307',
  address: '北京市东城区示例胡同1号',
  number: '990101199003070015',
  issuer: '北京市公安局东城分局',
  validFrom: '20200101',
  validUntil: '20400101',
  marker: ' ',
};

/** Byte offsets of the document's table. */
const OFFSETS = { name: 0, sex: 30, nation: 32, birth: 36, address: 52, number: 122, issuer: 158, validFrom: 188, validUntil: 204, marker: 248 } as const;

export function textOf(fields: Partial<TextFields> = {}): Uint8Array {
  const text = Buffer.alloc(256, ' ', 'utf16le');
  for (const [field, value] of Object.entries({ ...ZHANG, ...fields })) text.write(value, OFFSETS[field as keyof TextFields], 'utf16le');
  return Uint8Array.from(text);
}

/** The whole answer to the reading: 1295 bytes, or 2321 with a fingerprint. The checksum is summed up here by itself. */
export function readAnswer(text: Uint8Array = textOf(), { fingerprint = false, photo = photoOfNobody() } = {}): Uint8Array {
  const head = fingerprint ? 'AA AA AA 96 69 09 0A 00 00 90 01 00 04 00 04 00' : 'AA AA AA 96 69 05 08 00 00 90 01 00 04 00';
  const bytes = [...fromHex(head), ...text, ...photo, ...(fingerprint ? Array.from({ length: 1024 }, (_, index) => index & 0xff) : [])];
  let checksum = 0;
  for (let at = 5; at < bytes.length; at += 1) checksum ^= bytes[at] ?? 0;
  return Uint8Array.of(...bytes, checksum);
}

/** 57 4C 66 00 and 1020 zero bytes. */
export function photoOfNobody(): Uint8Array {
  const photo = new Uint8Array(1024);
  photo.set(fromHex('57 4C 66 00'));
  return photo;
}
