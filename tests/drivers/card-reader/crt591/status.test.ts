import { describe, expect, test } from 'vitest';
import { CRT591_ERRORS, errorMeaning, readSensors, readStatus } from '../../../../drivers/card-reader/crt591/status.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

describe('status bytes', () => {
  test.each([
    ['020', { position: 'notPresent', levels: { stacker: 'ok', retainBin: 'ok' } }],
    ['110', { position: 'atGate', levels: { stacker: 'low', retainBin: 'ok' } }],
    ['201', { position: 'inside', levels: { stacker: 'empty', retainBin: 'full' } }],
    ['779', { position: 'unknown', levels: { stacker: 'unknown', retainBin: 'unknown' } }],
    ['20', { position: 'inside', levels: { stacker: 'notSupported', retainBin: 'notSupported' } }],
    ['', { position: 'unknown', levels: { stacker: 'notSupported', retainBin: 'notSupported' } }],
  ])('%s', (digits, expected) => {
    expect(readStatus(ascii(digits))).toEqual(expected);
  });

  test('sensors: as many as came, anything but 0 and 1 is unknown', () => {
    expect(readSensors(ascii('01x'))).toEqual(['clear', 'covered', 'unknown']);
    expect(readSensors(ascii('0000000000'))).toHaveLength(10);
  });
});

describe('error codes', () => {
  test('an answer that the antenna can’t read: several chips, when it answers an activation; an unknown outcome, when it answers an APDU', () => {
    expect(errorMeaning('67', { cm: 0x60, pm: 0x30 })).toMatchObject({ code: 'mediaInvalid', remedy: 'collision' });
    expect(errorMeaning('67', { cm: 0x60, pm: 0x34 })).toMatchObject({ code: 'outcomeUnknown', remedy: 'chip' });
    expect(errorMeaning('61', { cm: 0x60, pm: 0x30 })).toMatchObject({ code: 'mediaInvalid', remedy: 'chip' });
  });

  test('every code that the document lists has its meaning', () => {
    const listed = '00 01 02 03 04 05 10 12 13 14 16 40 41 42 43 45 50 51 60 61 62 63 64 65 66 67 68 69 A0 A1 B0'.split(' ');
    expect(Object.keys(CRT591_ERRORS).sort()).toEqual(listed.sort());
  });

  test.each([
    ['10', 'mediaJammed', 'service'],
    ['12', 'hardwareError', 'service'],
    ['40', 'hardwareError', 'service'],
    ['41', 'hardwareError', 'service'],
    ['51', 'hardwareError', 'service'],
    ['A0', 'storageEmpty', 'none'],
    ['A1', 'storageFull', 'none'],
    ['50', 'storageFull', 'none'],
    ['B0', 'invalidState', 'restart'],
    ['16', 'mediaMoved', 'initialize'],
    ['45', 'mediaMoved', 'initialize'],
    ['05', 'hardwareError', 'retryOnce'],
    ['43', 'mediaInvalid', 'retryOnce'],
    ['61', 'mediaInvalid', 'chip'],
    ['Z9', 'protocol', 'none'],
    ['toString', 'protocol', 'none'],
  ])('%s is %s, remedy %s', (error, code, remedy) => {
    expect(errorMeaning(error)).toMatchObject({ code, remedy });
  });

  test('a chip that fell silent may have executed the command, one that was never powered has not', () => {
    for (const error of ['63', '64', '66', '67', '68']) expect(errorMeaning(error).code).toBe('outcomeUnknown');
    expect(errorMeaning('65').code).toBe('invalidState');
  });
});
