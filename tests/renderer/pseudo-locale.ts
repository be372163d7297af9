/**
 * `ar-XB`, the pseudo-locale of a language that is written from right to left: English words turned around by the bidirectional override,
 * about 40 % longer, so that whoever knows English can read the screens. Generated here and never shipped; after the `ar-XB` of CLDR.
 */
import type { Tree } from '../support/catalogues.ts';

/** RIGHT-TO-LEFT OVERRIDE … POP DIRECTIONAL FORMATTING (UAX #9, 2.2). */
const TURNED = ['\u202e', '\u202c'] as const;
/** FIRST STRONG ISOLATE … POP DIRECTIONAL ISOLATE (UAX #9, 2.4): what is filled in keeps its own direction. */
const ISOLATED = ['\u2068', '\u2069'] as const;

/** A catalogue in the pseudo-locale; placeholders and strong parts stay. @param long as long as languages written so, else as English */
export function pseudoOf(tree: Tree, long = true): Tree {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, typeof value === 'string' ? pseudoSentence(value, long) : pseudoOf(value, long)]));
}

export function pseudoSentence(sentence: string, long = true): string {
  return sentence
    .split(/(\{\{\w+\}\}|<\/?b>)/)
    .map((part) => {
      if (part.startsWith('{{')) return ISOLATED.join(part);
      return part.startsWith('<') ? part : part.replaceAll(/\p{Script=Latin}+/gu, (word) => TURNED.join(long ? longer(word) : word));
    })
    .join('');
}

/** Vowels are about two fifths of English. */
function longer(word: string): string {
  return word.replaceAll(/[aeiouy]/gi, (vowel) => vowel + vowel.toLowerCase());
}
