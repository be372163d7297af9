/** Which passwords are refused, and why: the rule list of what is guessed first. */
import { expect, test } from 'vitest';
import { weaknessOf } from '../../common/service-password.ts';

const SERIAL = '03105170010170906688';

test.each([
  ['000000', 'repeated'],
  ['121212', 'repeated'],
  ['334433', 'repeated'],
  ['123456', 'sequence'],
  ['987654', 'sequence'],
  ['906688', 'cardNumber'],
  ['900307', 'date'],
  ['070390', 'date'],
  ['311299', 'date'],
])('%s: %s', (password, weakness) => expect(weaknessOf(password, SERIAL)).toBe(weakness));

test.each(['582047', '739150', '246897', '901347', '135791'])('%s is taken', (password) => expect(weaknessOf(password, SERIAL)).toBeUndefined());
