/**
 * One word for one thing (kiosk-ux.md 10.3), on screens, slips and in the knowledge base, by the glossary of each language; and every
 * catalogue that must be there is there, with characters that the screen and the printers have.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bundledKnowledge } from '../../main/support/knowledge.ts';
import { locales } from '../../state-machines/view.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { leaves, placeholdersOf, type Tree } from '../support/catalogues.ts';

const CATALOGUES = ['screens', 'receipt', 'settlement'] as const;
const glossarySchema = z.strictObject({
  /** The word for each thing first, then what may also stand for it. */
  terms: z.record(z.string(), z.array(z.string().min(1)).min(1)),
  never: z.array(z.string().min(1)),
});

function read(locale: string, name: string): unknown {
  return JSON.parse(readFileSync(path.join(projectRoot, 'resources', 'locales', locale, `${name}.json`), 'utf8'));
}

const glossaryOf = (locale: string): z.infer<typeof glossarySchema> => glossarySchema.parse(read(locale, 'glossary'));
/** Breaks that are no words are left out. */
const words = (sentence: string): string => sentence.replaceAll(/[\u200b\u2060]/g, '');

/** Everything that is shown or printed in a language, by where it stands. */
function sentencesOf(locale: string): [string, string][] {
  const catalogues = CATALOGUES.flatMap((name) => leaves(read(locale, name) as Tree, `${name}: `));
  const answers = (bundledKnowledge().answers.get(locale) ?? []).flatMap(({ id, question, money, steps }) =>
    [question, ...(money === undefined ? [] : [money]), ...steps].map((text, index): [string, string] => [`knowledge: ${id} ${index}`, text]),
  );
  return [...catalogues, ...answers].map(([key, sentence]) => [key, words(sentence)]);
}

/** Each once; line ends and spaces that don't break are not drawn. */
function charactersOf(sentences: readonly (readonly [string, string])[]): string[] {
  return [...new Set(sentences.map(([, sentence]) => words(sentence)).join(''))].filter((character) => !/[\u00a0\n]/.test(character));
}

it('every glossary names the same things', () => {
  for (const locale of locales) expect(Object.keys(glossaryOf(locale).terms), locale).toEqual(Object.keys(glossaryOf('zh-CN').terms));
});

describe.each(locales)('%s', (locale) => {
  it('says nothing that must not be said', () => {
    for (const phrase of glossaryOf(locale).never) {
      const said = locale === 'en' ? new RegExp(`\\b${phrase}`, 'i') : new RegExp(phrase);
      for (const [key, sentence] of sentencesOf(locale)) expect(sentence, key).not.toMatch(said);
    }
  });

  it('has no term that it does not use', () => {
    const all = sentencesOf(locale).map(([, sentence]) => sentence.toLowerCase());
    const later = ['statement', 'replaceCard', 'cancelReport', 'waitingCredit'];
    for (const [thing, [term = '']] of Object.entries(glossaryOf(locale).terms)) {
      if (!later.includes(thing))
        expect(
          all.some((sentence) => sentence.includes(term.toLowerCase())),
          thing,
        ).toBe(true);
    }
  });

  it.each(CATALOGUES)('has all of %s, with the placeholders of zh-CN', (name) => {
    const other = leaves(read(locale, name) as Tree);
    const chinese = leaves(read('zh-CN', name) as Tree);
    expect(other.map(([key]) => key).sort()).toEqual(chinese.map(([key]) => key).sort());
    for (const [key, sentence] of chinese) expect(placeholdersOf(new Map(other).get(key) ?? ''), key).toEqual(placeholdersOf(sentence));
  });

  it('prints in the two-byte part of GB18030, which every printer has', () => {
    for (const name of ['receipt', 'settlement'] as const) {
      const characters = charactersOf(leaves(read(locale, name) as Tree));
      expect(characters.filter((character) => iconv.encode(character, 'gb18030').length > 2)).toEqual([]);
    }
  });
});

describe('zh-HK', () => {
  it('has the term of Hong Kong wherever zh-CN has its own', () => {
    const hongKong = glossaryOf('zh-HK').terms;
    // The longer term first: 纸币口 is no 纸币.
    const terms = Object.entries(glossaryOf('zh-CN').terms).sort(([, [one = '']], [, [other = '']]) => other.length - one.length);
    for (const name of CATALOGUES) {
      const other = new Map(leaves(read('zh-HK', name) as Tree));
      for (const [key, sentence] of leaves(read('zh-CN', name) as Tree)) {
        let rest = words(sentence);
        for (const [thing, [term = '']] of terms) {
          if (!rest.includes(term)) continue;
          rest = rest.replaceAll(term, '');
          expect(
            hongKong[thing]?.some((form) => words(other.get(key) ?? '').includes(form)),
            `${name} ${key}: ${thing}`,
          ).toBe(true);
        }
      }
    }
  });

  it('is written with the characters of Hong Kong', () => {
    // What the simplified script, Taiwan (裡, 著) and older print (爲) write otherwise.
    const elsewhere = /[为发这里后说个们来时间问题没还张账现电请钱裡著爲台灣纸币]/u;
    const ideographs = charactersOf(sentencesOf('zh-HK')).filter((character) => /\p{Script=Han}/u.test(character));
    expect(ideographs.filter((character) => elsewhere.test(character) || iconv.encode(character, 'big5hkscs').toString('latin1') === '?')).toEqual([]);
  });
});

it('every character of every language is in the font of the screen', () => {
  const css = readFileSync(path.join(projectRoot, 'node_modules', '@fontsource-variable', 'noto-sans-sc', 'index.css'), 'utf8');
  const ranges = [...css.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/gi)].map(
    ([, from = '', to = from]) => [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const,
  );
  expect(ranges.length).toBeGreaterThan(1000);
  const drawn = (character: string): boolean => ranges.some(([from, to]) => (character.codePointAt(0) ?? 0) >= from && (character.codePointAt(0) ?? 0) <= to);
  for (const locale of locales)
    expect(
      charactersOf(sentencesOf(locale)).filter((character) => !drawn(character)),
      locale,
    ).toEqual([]);
});
