/** Files and answers of card-application.md, the real cards' included; and any bytes at all. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../common/hex.ts';
import { isBad } from '../../../../drivers/card/apdu.ts';
import * as answers from '../../../../drivers/card/pboc/answers.ts';

const CJT_FCI = '6F328409A00000000386980701A5259F0801019F0C1E073141000000000001010000410000008999998520150605203808080000';
const JTT978_FCI = '6F318408A000000632010105A5259F0801029F0C1E01011000FFFFFFFF0201031051700101709079842019080620401231 0000';

const file = (changes: { flag?: string; from?: string; until?: string }): Uint8Array =>
  fromHex(`0731410000000000${changes.flag ?? '01'}0100004100000012345678${changes.from ?? '20260315'}${changes.until ?? '20360315'}0000`);

describe('FCI', () => {
  test('of a CJ/T card: name, version and the copy of file 15', () => {
    const fci = answers.decodeFci(fromHex(CJT_FCI));
    expect(fci).toMatchObject({ dfName: 'A00000000386980701', version: '01', applications: [] });
    if (isBad(fci) || fci.file15 === undefined) throw new Error('no file 15');
    expect(answers.decodeFile15(fci.file15, 'cjt')).toEqual({
      issuer: '0731410000000000',
      serial: '00004100000089999985',
      validFrom: '2015-06-05',
      validUntil: '2038-08-08',
      enabled: true,
      cardType: '0000',
      applicationVersion: 1,
    });
  });

  test('of a JT/T 978 card', () => {
    const fci = answers.decodeFci(fromHex(JTT978_FCI));
    if (isBad(fci) || fci.file15 === undefined) throw new Error('no file 15');
    expect(fci.dfName).toBe('A000000632010105');
    expect(answers.decodeFile15(fci.file15, 'pboc')).toEqual({
      issuer: '01011000FFFFFFFF',
      serial: '03105170010170907984',
      validFrom: '2019-08-06',
      validUntil: '2040-12-31',
      applicationType: 2,
      applicationVersion: 1,
    });
  });

  test('of a PPSE lists its applications', () => {
    const ppse = '6F2F840E325041592E5359532E4444463031A51DBF0C1A 610D4F08A000000632010105870101 61094F07A0000003330101';
    expect(answers.decodeFci(fromHex(ppse))).toMatchObject({ applications: ['A000000632010105', 'A0000003330101'] });
  });

  test.each(['', '8408A000000632010105', '6F0384', '6F0484084142', '6F05A5039F0C1E'])('%j is none', (hex) => {
    expect(isBad(answers.decodeFci(fromHex(hex)))).toBe(true);
  });
});

describe('file 15', () => {
  test('a CJ/T card that was never activated says so', () => {
    for (const flag of ['00', '02', 'FF']) expect(answers.decodeFile15(file({ flag }), 'cjt')).toMatchObject({ enabled: false });
  });

  test.each(['00000000', 'FFFFFFFF', '20261301', '20260100', '2026A101'])('%s is no date', (from) => {
    expect(answers.decodeFile15(file({ from }), 'cjt')).toMatchObject({ error: { code: 'badValue' } });
    expect(answers.decodeFile15(file({ until: from }), 'pboc')).toMatchObject({ error: { code: 'badValue' } });
  });

  test('29 bytes are too few', () => {
    expect(answers.decodeFile15(file({}).subarray(0, 29), 'pboc')).toMatchObject({ error: { code: 'truncated' } });
  });
});

describe('records', () => {
  test('a load of the transaction log', () => {
    expect(answers.decodeLogRecord(fromHex('0010000000000186A00230100089000320261122133000'))).toEqual({
      counter: 16,
      overdraftLimit: 0,
      amount: 100_000,
      type: 2,
      terminalId: '301000890003',
      date: '20261122',
      time: '133000',
    });
  });

  test.each(['00', 'FF'])('a slot of %s bytes was never written', (fill) => {
    expect(answers.decodeLogRecord(fromHex(fill.repeat(23)))).toBe('blank');
    expect(answers.decodeTravelRecord(fromHex(fill.repeat(48)))).toBe('blank');
  });

  test('a travel record', () => {
    const record = `03 1122334455667788 01 01020304050607 000000C8 00001F40 20261122081500 1100 0101100000000001 000000000000`;
    expect(answers.decodeTravelRecord(fromHex(record))).toEqual({
      type: 3,
      terminal: '1122334455667788',
      industry: 1,
      line: '01020304050607',
      amount: 200,
      balanceAfter: 8000,
      date: '20261122',
      time: '081500',
      city: '1100',
      institution: '0101100000000001',
    });
  });

  test('file 17', () => {
    const file = `00000156 0011 0010 0001 02 ${'00'.repeat(49)}`;
    const expected = { internationalCode: '00000156', provinceCode: '0011', cityCode: '0010', interoperable: true, cardKind: 2 };
    expect(answers.decodeFile17(fromHex(file))).toEqual(expected);
  });
});

describe('answers to commands', () => {
  test('INITIALIZE FOR LOAD', () => {
    expect(answers.decodeInitializeAnswer(fromHex('00000ED8000F0100E7905A3180196D35'))).toEqual({
      balanceBefore: 0x0ed8,
      onlineCounter: 15,
      keyVersion: 1,
      algorithm: 0,
      cardRandom: 'E7905A31',
      mac1: '80196D35',
    });
  });

  test('balance, TAC and both lengths of a proof', () => {
    expect(answers.decodeBalance(fromHex('00001C37'))).toBe(0x1c37);
    expect(answers.decodeCreditAnswer(fromHex('1B283889'))).toEqual({ tac: '1B283889' });
    expect(answers.decodeProof(fromHex('112233441B283889'))).toEqual({ mac: '11223344', tac: '1B283889' });
    expect(answers.decodeProof(fromHex('1B283889'))).toEqual({ tac: '1B283889' });
  });

  test('another length is refused', () => {
    for (const decoded of [
      answers.decodeBalance(new Uint8Array(3)),
      answers.decodeCreditAnswer(new Uint8Array(5)),
      answers.decodeProof(new Uint8Array(6)),
      answers.decodeInitializeAnswer(new Uint8Array(15)),
    ]) {
      expect(decoded).toMatchObject({ error: { code: 'badLength' } });
    }
  });
});

test('any bytes are a value or a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const decoded of [
        answers.decodeFci(bytes),
        answers.decodeFci(Uint8Array.of(0x6f, bytes.length & 0x7f, ...bytes)),
        answers.decodeFile15(bytes, 'pboc'),
        answers.decodeFile15(bytes, 'cjt'),
        answers.decodeFile17(bytes),
        answers.decodeLogRecord(bytes),
        answers.decodeTravelRecord(bytes),
        answers.decodeInitializeAnswer(bytes),
        answers.decodeProof(bytes),
        answers.decodeBalance(bytes),
      ]) {
        if (isBad(decoded)) expect(['truncated', 'badLength', 'badValue']).toContain(decoded.error.code);
      }
    }),
  );
});

test.each([
  ['20261122', '2026-11-22'],
  ['20261322', undefined],
  ['2026112', undefined],
])('date %s', (digits, expected) => {
  expect(answers.isoDate(digits)).toBe(expected);
});

test.each([
  ['235959', '23:59:59'],
  ['240000', undefined],
  ['126000', undefined],
])('time %s', (digits, expected) => {
  expect(answers.isoTime(digits)).toBe(expected);
});
