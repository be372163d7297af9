/**
 * Characters for what was struck on the pinyin keys: whole words first, then a sentence of usual words, words that go on as it begins, words by
 * their initials, and words for its first part. Pure; nothing that was typed is kept.
 */
import { dictionaryOf, type Dictionary, type Keys, type Word } from './dictionary.ts';

export interface Candidate {
  readonly text: string;
  /** How much of what was struck it stands for. */
  readonly takes: number;
  readonly reading: string;
}

/** Longest run that is looked at; a person chooses words before. */
export const LONGEST_RUN = 40;
/** More than anybody turns pages for. */
const MOST = 80;
/** Words of each kind that are no whole match. */
const MOST_LONGER = 6;
const MOST_BY_INITIALS = 24;

/** Best first. @param struck letters a to z, or the digits 2 to 9 of the nine keys */
export function candidatesFor(struck: string, keys: Keys): readonly Candidate[] {
  const run = struck.slice(0, LONGEST_RUN);
  if (run === '') return [];
  const dictionary = dictionaryOf(keys);
  const whole = dictionary.wordsOf(run).map((word) => candidate(word, run.length));
  const found = [
    ...whole,
    ...sentence(dictionary, run),
    ...longer(dictionary, run),
    ...dictionary
      .byInitials(run)
      .slice(0, MOST_BY_INITIALS)
      .map((word) => candidate(word, run.length)),
    ...firstParts(dictionary, run),
  ];
  return [...new Map(found.map((each) => [each.text, each] as const).toReversed()).values()].toReversed().slice(0, MOST);
}

/** What was struck, as a person reads it: the syllables of the best candidate, then the rest as it is. */
export function readingOf(struck: string, keys: Keys): string {
  const [best] = candidatesFor(struck, keys);
  if (best === undefined) return struck;
  const letters = best.reading.replaceAll(' ', '');
  if (keys === 'nine' && letters.length < best.takes) return struck;
  return keys === 'letters' ? struck : `${letters.slice(0, best.takes)}${struck.slice(best.takes)}`;
}

function candidate({ text, reading }: Word, takes: number): Candidate {
  return { text, reading, takes };
}

/** The likeliest way to put all of it together of two words or more. */
function sentence(dictionary: Dictionary, run: string): readonly Candidate[] {
  type Path = { readonly weight: number; readonly words: readonly Word[] };
  const best: (Path | undefined)[] = [{ weight: 0, words: [] }];
  for (let end = 1; end <= run.length; end += 1) {
    for (let start = Math.max(0, end - dictionary.longest); start < end; start += 1) {
      const before = best[start];
      const [word] = dictionary.wordsOf(run.slice(start, end));
      if (before === undefined || word === undefined) continue;
      const weight = before.weight + word.weight;
      if (weight > (best[end]?.weight ?? -Infinity)) best[end] = { weight, words: [...before.words, word] };
    }
  }
  const path = best[run.length];
  if (path === undefined || path.words.length < 2) return [];
  return [{ text: path.words.map(({ text }) => text).join(''), reading: path.words.map(({ reading }) => reading).join(' '), takes: run.length }];
}

/** Words whose reading goes on where it ends. */
function longer(dictionary: Dictionary, run: string): readonly Candidate[] {
  const { codes } = dictionary;
  const words: Word[] = [];
  for (let at = firstFrom(codes, run); codes[at]?.startsWith(run) === true; at += 1) {
    const code = codes[at] ?? '';
    if (code.length > run.length) words.push(...dictionary.wordsOf(code));
  }
  return words
    .toSorted((one, other) => other.weight - one.weight)
    .slice(0, MOST_LONGER)
    .map((word) => candidate(word, run.length));
}

/** Where codes begin that are not before `code`. */
function firstFrom(codes: readonly string[], code: string): number {
  let [low, high] = [0, codes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((codes[middle] ?? '') < code) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The longest first part first. */
function firstParts(dictionary: Dictionary, run: string): readonly Candidate[] {
  const found: Candidate[] = [];
  for (let length = Math.min(run.length - 1, dictionary.longest); length > 0 && found.length < MOST; length -= 1)
    found.push(...dictionary.wordsOf(run.slice(0, length)).map((word) => candidate(word, length)));
  return found;
}
