import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex } from '../../../../common/hex.ts';
import { decodeCctalkHex } from '../../../../drivers/cash-acceptor/cctalk/decode-hex.ts';
import { encodeFrame } from '../../../../drivers/cash-acceptor/cctalk/frame.ts';

/** The frames of cash-acceptor.md 5.5 and what it says of each. */
test.each([
  ['28 00 01 FE D9', { checksum: 'simple', direction: 'toDevice', destination: 40, source: 1, header: 254, name: 'simple poll' }],
  ['01 00 28 00 D7', { checksum: 'simple', direction: 'toHost', destination: 1, source: 40, header: 0, name: 'ACK' }],
  [
    '02 02 01 E7 FF FF 16',
    { checksum: 'simple', direction: 'toDevice', destination: 2, source: 1, header: 231, name: 'modify inhibits', data: 'FFFF', meaning: 'enabled: all' },
  ],
  [
    '28 01 01 E4 01 F1',
    { checksum: 'simple', direction: 'toDevice', destination: 40, source: 1, header: 228, name: 'modify master inhibit', data: '01', meaning: 'normal' },
  ],
  [
    '28 01 01 99 03 3A',
    {
      checksum: 'simple',
      direction: 'toDevice',
      destination: 40,
      source: 1,
      header: 153,
      name: 'modify operating mode',
      data: '03',
      meaning: 'stacker on, escrow on',
    },
  ],
  ['28 00 01 9F 38', { checksum: 'simple', direction: 'toDevice', destination: 40, source: 1, header: 159, name: 'read buffered bill events' }],
  [
    '28 01 01 9A 01 3B',
    { checksum: 'simple', direction: 'toDevice', destination: 40, source: 1, header: 154, name: 'route bill', data: '01', meaning: 'to the stacker' },
  ],
  [
    '28 01 01 9A 00 3C',
    { checksum: 'simple', direction: 'toDevice', destination: 40, source: 1, header: 154, name: 'route bill', data: '00', meaning: 'return' },
  ],
  ['28 00 B6 FE 21', { checksum: 'crc', direction: 'toDevice', destination: 40, header: 254, name: 'simple poll' }],
  ['01 00 30 00 37', { checksum: 'crc', direction: 'toHost', destination: 1, header: 0, name: 'ACK' }],
  ['28 00 46 01 3F', { checksum: 'crc', direction: 'toDevice', destination: 40, header: 1, name: 'reset' }],
])('%s', (hex, words) => {
  expect(decodeCctalkHex(hex)).toEqual({ ok: true, ...words });
});

test('the bill events of the worked answer: counter 5, type 3 in escrow, stacker ok, inserted, removed', () => {
  expect(decodeCctalkHex('01 0B 28 00 05 03 01 00 0A 00 0C 00 0B 00 00 A2')).toEqual({
    ok: true,
    checksum: 'simple',
    direction: 'toHost',
    destination: 1,
    source: 40,
    header: 0,
    name: 'data',
    data: '050301000A000C000B0000',
    counter: 5,
    billEvents: ['bill type 3 held in escrow', 'stacker ok', 'stacker inserted', 'stacker removed', 'master inhibit active'],
  });
});

test('coin credits and errors have the names of coins', () => {
  const bytes = encodeFrame({ destination: 1, source: 2, header: 0, data: Uint8Array.of(7, 4, 1, 0, 20, 0, 254, 0, 99, 0, 1) }, 'simple');
  expect(decodeCctalkHex(toHex(bytes))).toMatchObject({
    counter: 7,
    coinEvents: ['coin 4 credited, sorter path 1', 'string (COS)', 'return lever', 'error 99, not in the document', 'reject'],
  });
});

test('with a CRC nobody says which unit speaks: both readings are given', () => {
  const bytes = encodeFrame({ destination: 1, source: 40, header: 0, data: Uint8Array.of(5, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0) }, 'crc');
  const answer = decodeCctalkHex(toHex(bytes));
  expect(answer).toMatchObject({ checksum: 'crc', counter: 5 });
  expect(answer).toHaveProperty('billEvents.0', 'bill type 3 stacked (credit)');
  expect(answer).toHaveProperty('coinEvents.0', 'coin 3 credited, sorter path 0');
});

test.each([
  [5, '', { name: 'NAK' }],
  [6, '', { name: 'busy' }],
  [0, 'CN0010A', { billId: { country: 'CN', value: 10, issue: 'A' }, text: 'CN0010A' }],
  [0, 'Bill Validator', { text: 'Bill Validator' }],
  [9, '', { name: 'not an answer of the document' }],
])('an answer with header %i and data %j', (header, text, words) => {
  const bytes = encodeFrame({ destination: 1, source: 40, header, data: Buffer.from(text, 'latin1') }, 'simple');
  expect(decodeCctalkHex(toHex(bytes))).toMatchObject({ ok: true, ...words });
});

test('a header or data that the document does not have is said so', () => {
  const unknown = encodeFrame({ destination: 40, source: 1, header: 200, data: Uint8Array.of(1) }, 'simple');
  expect(decodeCctalkHex(toHex(unknown))).toMatchObject({ ok: true, header: 200, name: 'not in the document', data: '01' });
  const odd = encodeFrame({ destination: 40, source: 1, header: 154, data: Uint8Array.of(7) }, 'simple');
  expect(decodeCctalkHex(toHex(odd))).toMatchObject({ ok: true, name: 'route bill', meaning: 'data that the document does not know for this header' });
});

test.each([
  ['', 'empty'],
  ['28 0', 'badHex'],
  ['zz', 'badHex'],
  ['28 00 01', 'truncated'],
  ['28 02 01 E7 FF 16', 'truncated'],
  ['28 00 01 FE D8', 'badChecksum'],
  ['28 00 01 FE D9 01 00 28 00 D7', 'trailingBytes'],
  ['28 FD 01 FE D9', 'badLength'],
])('%j is no frame: %s', (hex, code) => {
  expect(decodeCctalkHex(hex)).toMatchObject({ ok: false, code });
});

test('any text gets an answer, never an exception', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.uint8Array({ maxLength: 40 }).map((bytes) => toHex(bytes)),
      ),
      (text) => typeof decodeCctalkHex(text).ok === 'boolean',
    ),
  );
});
