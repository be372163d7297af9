import { describe, expect, test } from 'vitest';
import { CRT310_ERRORS, errorMeaning, readStatus, resultMeaning } from '../../../../drivers/card-reader/crt310/status.ts';

const MOTION = { cm: 0x32, pm: 0x2f };
const APDU = { cm: 0x37, pm: 0x31 };
const RESET_CHIP = { cm: 0x37, pm: 0x30 };

describe('status bytes', () => {
  test.each([
    [0x46, { position: 'unknown', refused: 'tooLong' }],
    [0x47, { position: 'unknown', refused: 'tooShort' }],
    [0x48, { position: 'atGate' }],
    [0x49, { position: 'atGate' }],
    [0x4a, { position: 'inside' }],
    [0x4b, { position: 'inside' }],
    [0x4c, { position: 'unknown' }],
    [0x4d, { position: 'unknown' }],
    [0x4e, { position: 'notPresent' }],
    [0x30, { position: 'unknown' }],
  ])('st0 %i', (st0, expected) => {
    expect(readStatus(Uint8Array.of(st0, 0x4a, 0x4e))).toEqual({ ...expected, entryOpen: true, levels: { retainBin: 'notSupported' } });
  });

  test('st1: 4E is closed, every kind of card that may come in is open', () => {
    expect([0x49, 0x4a, 0x4b, 0x4e].map((st1) => readStatus(Uint8Array.of(0x4e, st1, 0x4e))?.entryOpen)).toEqual([true, true, true, false]);
  });

  test('fewer than three bytes are no status', () => {
    expect(readStatus(Uint8Array.of(0x4e, 0x4a))).toBeUndefined();
  });
});

describe('answers that say no', () => {
  test('every code that the document lists has its meaning, another is the protocol’s fault', () => {
    expect(Object.keys(CRT310_ERRORS).sort()).toEqual(['00', '01', '02', '04', '05', '06', '07']);
    expect(errorMeaning('7F')).toMatchObject({ code: 'protocol', remedy: 'none' });
    expect(errorMeaning('constructor')).toMatchObject({ code: 'protocol' });
  });

  test.each([
    ['N', MOTION, 'mediaJammed', 'service'],
    ['E', MOTION, 'mediaNotPresent', 'none'],
    ['W', MOTION, 'mediaMoved', 'initialize'],
    // An APDU whose answer is missing may have been executed.
    ['N', APDU, 'outcomeUnknown', 'chip'],
    ['E', APDU, 'mediaMoved', 'chip'],
    ['W', APDU, 'mediaMoved', 'chip'],
    ['N', RESET_CHIP, 'mediaInvalid', 'chip'],
    ['E', { cm: 0x35, pm: 0x30 }, 'mediaInvalid', 'chip'],
    ['N', { cm: 0x2f, pm: 0x33 }, 'invalidState', 'none'],
    ['?', MOTION, 'protocol', 'none'],
  ])('%s to %o is %s, remedy %s', (result, command, code, remedy) => {
    expect(resultMeaning(result, command)).toMatchObject({ code, remedy });
  });
});
