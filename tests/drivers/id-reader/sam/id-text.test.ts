import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isIdNumber, readIdText } from '../../../../drivers/id-reader/sam/id-text.ts';
import { textOf, type TextFields } from './worked-frames.ts';

describe('the text of a card', () => {
  test('every field of the document’s person, padding taken off', () => {
    expect(readIdText(textOf())).toEqual({
      kind: 'read',
      document: {
        name: '张三',
        sex: 'male',
        nation: '01',
        birth: '1990-03-07',
        address: '北京市东城区示例胡同1号',
        number: '990101199003070015',
        issuer: '北京市公安局东城分局',
        validFrom: '2020-01-01',
        validUntil: '2040-01-01',
      },
    });
  });

  test('a card without an end: 长期', () => {
    expect(readIdText(textOf({ validUntil: '长期    ' }))).toMatchObject({ kind: 'read', document: { validUntil: 'longTerm' } });
  });

  test('a name that fills its 15 characters, with rare characters outside the first plane and in private use', () => {
    const name = '𠮷田\uE000'.padEnd(15, '某');
    expect(name).toHaveLength(15);
    expect(readIdText(textOf({ name }))).toMatchObject({ kind: 'read', document: { name } });
  });

  test.each([
    ['1', 'male'],
    ['2', 'female'],
    ['0', 'unknown'],
    ['9', 'unknown'],
  ])('sex %s is %s', (sex, word) => {
    expect(readIdText(textOf({ sex }))).toMatchObject({ document: { sex: word } });
  });

  test.each([
    ['I', 'I'],
    ['J', 'J'],
    ['\0', 'unknown'],
    ['外', 'unknown'],
  ])('marker %j at offset 248: another layout, refused and not read', (marker, told) => {
    expect(readIdText(textOf({ marker, number: 'not a number here!' }))).toEqual({ kind: 'otherDocument', marker: told });
  });

  const broken: readonly (readonly [keyof TextFields, string])[] = [
    ['name', '  '],
    ['name', '\0\0'],
    ['name', '\uFFFF\uFFFF'],
    ['name', '\uD842x'],
    ['sex', '3'],
    ['nation', '0A'],
    ['birth', '19900230'],
    ['birth', '18991231'],
    ['birth', '1990 307'],
    ['address', 'line\nbreak'],
    ['number', '990101199003070016'],
    ['number', '99010119900307001x'],
    ['number', '99010119900307001 '],
    ['issuer', '\u0007'],
    ['validFrom', '20201301'],
    ['validUntil', '20230229'],
    ['validUntil', '长久      '],
    ['validUntil', '20191231'],
  ];
  test.each(broken)('%s %j can’t be', (field, value) => {
    expect(readIdText(textOf({ [field]: value }))).toEqual({ kind: 'implausible', field });
  });

  test('a 29 February in a leap year can be', () => {
    expect(readIdText(textOf({ validFrom: '20200229' }))).toMatchObject({ document: { validFrom: '2020-02-29' } });
  });

  test('any 256 bytes give one of the three words', () => {
    assert(
      property(uint8Array({ minLength: 256, maxLength: 256 }), (text) => {
        expect(['read', 'otherDocument', 'implausible']).toContain(readIdText(text).kind);
      }),
    );
  });
});

describe('the check character of an id number', () => {
  test('GB 11643’s own example, 11010519491231002X, and the document’s invented one', () => {
    expect(isIdNumber('11010519491231002X')).toBe(true);
    expect(isIdNumber('990101199003070015')).toBe(true);
  });

  test('every single wrong digit is found', () => {
    const number = '990101199003070015';
    for (let at = 0; at < 17; at += 1) {
      for (let digit = 0; digit < 10; digit += 1) {
        const changed = `${number.slice(0, at)}${digit}${number.slice(at + 1)}`;
        expect(isIdNumber(changed)).toBe(changed === number);
      }
    }
  });

  test.each(['', '99010119900307001', '9901011990030700155', '9901011990030700-5', '１１０１０５１９４９１２３１００２X'])('%j is none', (number) => {
    expect(isIdNumber(number)).toBe(false);
  });
});
