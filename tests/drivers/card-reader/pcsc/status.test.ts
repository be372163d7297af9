import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { loadNative } from '../../../../drivers/card-reader/pcsc/native.ts';
import { chooseReader } from '../../../../drivers/card-reader/pcsc/choose-reader.ts';
import { problemOf, readState } from '../../../../drivers/card-reader/pcsc/status.ts';

describe('a reader’s state', () => {
  const atr = fromHex('3B 81 80 01 80 80');
  const none = new Uint8Array(0);

  // dwEventState: lower half SCARD_STATE_ bits, upper half a counter (PC/SC part 5).
  test.each([
    ['empty', 0x0000_0012, none, { present: false, changes: 0, atr: none }],
    ['a card', 0x0001_0022, atr, { present: true, changes: 1, atr }],
    ['a card that somebody works with', 0x0005_00a2, atr, { present: true, changes: 5, atr }],
    ['a mute card', 0x0003_0222, none, { present: true, changes: 3, atr: none }],
    ['the counter at its end', 0xffff_0012, none, { present: false, changes: 0xffff, atr: none }],
  ])('%s', (_what, bits, bytes, state) => {
    expect(readState(bits, bytes)).toEqual(state);
  });

  test.each([
    ['unknown', 0x0006],
    ['unavailable', 0x000a],
    ['to be ignored', 0x0001],
  ])('%s: the reader is gone', (_what, bits) => {
    expect(readState(bits, none)).toBeUndefined();
  });
});

describe('errors are told by their text', () => {
  test.each([
    ['PC/SC service not running', 'noService'],
    ['Communication error', 'noService'],
    ['Invalid handle', 'noService'],
    ['Unknown reader', 'noReader'],
    ['Reader unavailable', 'noReader'],
    ['Card was removed', 'noCard'],
    ['No smart card present', 'noCard'],
    ['Card is unresponsive', 'mute'],
    ['Protocol mismatch', 'mute'],
    ['Sharing violation', 'inUse'],
    ['Transaction failed', 'other'],
    ['Unknown PC/SC error', 'other'],
    ['', 'other'],
  ])('%j is %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });
});

describe('which reader an address means', () => {
  const acr = 'ACS ACR122U PICC Interface 00 00';
  const sam = 'ACS ACR1252 1S CL Reader [ACR1252 SAM Interface] 01 00';
  const picc = 'ACS ACR1252 1S CL Reader [ACR1252 Dual Reader PICC] 00 00';

  test.each([
    ['the only one, unnamed', [acr], '', acr],
    ['a part of the name, in any case', [sam, acr], 'acr122u', acr],
    ['a whole name that is also a part of another', ['Reader 0', 'Reader 0 (SAM)'], 'Reader 0', 'Reader 0'],
    ['one of the two faces of a reader', [picc, sam], 'PICC', picc],
  ])('%s', (_what, names, wanted, found) => {
    expect(chooseReader(names, wanted)).toBe(found);
  });

  test.each([
    ['no reader at all', [], 'ACR122U', /sees no reader; check the USB cable/],
    ['none of that name', [acr], 'Omnikey', /no PC\/SC reader is called "Omnikey"; there is "ACS ACR122U PICC Interface 00 00"/],
    ['several and no name', [picc, sam], '', /there are several PC\/SC readers: .*PICC.*SAM.*name one/],
    ['several of that name', [picc, sam], 'ACR1252', /"ACR1252" fits several PC\/SC readers: .*name one/],
  ])('%s: the message names what is there', (_what, names, wanted, message) => {
    expect(() => chooseReader(names, wanted)).toThrow(message);
  });
});

describe('the optional package', () => {
  const hint = /apt-get install -y pcscd libpcsclite1 libpcsclite-dev .*npm ci/;

  test('missing: one message with what to install', async () => {
    const loading = loadNative(() => Promise.reject(new Error("Cannot find package 'smartcard' imported from /app/main/terminal.js\n    at …")));
    await expect(loading).rejects.toMatchObject({ name: 'PcscError', problem: 'notInstalled', message: expect.stringMatching(hint) as unknown });
    await expect(loading).rejects.toThrow(/Cannot find package 'smartcard'/);
    await expect(loading).rejects.not.toThrow(/\n/);
  });

  test('its library missing: the same message, with the library’s name', async () => {
    const loading = loadNative(() => Promise.reject(new Error('libpcsclite.so.1: cannot open shared object file: No such file or directory')));
    await expect(loading).rejects.toThrow(/libpcsclite\.so\.1: cannot open.*apt-get install/);
  });

  test.each([undefined, {}, { default: {} }, { Context: 'no class' }])('another package of that name (%j) is refused', async (module) => {
    await expect(loadNative(async () => module)).rejects.toThrow(/no PC\/SC context/);
  });
});
