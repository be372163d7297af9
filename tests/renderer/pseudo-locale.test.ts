/** The pseudo-locale for writing from right to left, and which languages are written so. */
import { expect, test } from 'vitest';
import en from '../../resources/locales/en/screens.json' with { type: 'json' };
import { directionOf } from '../../renderer/direction.ts';
import { locales } from '../../state-machines/view.ts';
import { leaves, placeholdersOf } from '../support/catalogues.ts';
import { pseudoOf, pseudoSentence } from './pseudo-locale.ts';

test('words are turned and longer, placeholders isolated, strong parts kept', () => {
  expect(pseudoSentence('Put the <b>same card</b> (ending {{tail}}) back.')).toBe(
    '\u202ePuut\u202c \u202ethee\u202c <b>\u202esaamee\u202c \u202ecaard\u202c</b> (\u202eeendiing\u202c \u2068{{tail}}\u2069) \u202ebaack\u202c.',
  );
});

test('it has every sentence, about 40 % longer', () => {
  const pseudo = leaves(pseudoOf(en));
  expect(pseudo.map(([key]) => key)).toEqual(leaves(en).map(([key]) => key));
  for (const [index, [key, sentence]] of leaves(en).entries()) expect(placeholdersOf(pseudo[index]?.[1] ?? ''), key).toEqual(placeholdersOf(sentence));
  const letters = (list: readonly (readonly [string, string])[]): number =>
    list
      .map(([, sentence]) => sentence)
      .join('')
      .match(/\p{L}/gu)?.length ?? 0;
  expect(letters(pseudo) / letters(leaves(en))).toBeGreaterThan(1.3);
  expect(letters(pseudo) / letters(leaves(en))).toBeLessThan(1.5);
});

test('Arabic and Hebrew are written from right to left, the languages of the terminal are not', () => {
  for (const locale of ['ar', 'ar-XB', 'he-IL', 'fa', 'ur-PK', 'ug']) expect(directionOf(locale), locale).toBe('rtl');
  for (const locale of locales) expect(directionOf(locale), locale).toBe('ltr');
});

test('it is never shipped', () => {
  expect(locales).not.toContain('ar-XB');
});
