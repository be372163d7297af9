/**
 * The words that can be typed by pinyin (resources/pinyin/README.md), by what is struck for them: the letters of the reading, or the nine keys
 * that bear these letters. Used by pinyin.ts; read when the first key is struck.
 */
import stored from '../../resources/pinyin/words.json' with { type: 'json' };

export interface Word {
  readonly text: string;
  /** Syllables with a space between them. */
  readonly reading: string;
  /** Natural logarithm of its share of all text. */
  readonly weight: number;
}

/** By which keys it is struck. */
export type Keys = 'letters' | 'nine';

export interface Dictionary {
  /** What is struck for a word, in order: for those that are not struck whole. */
  readonly codes: readonly string[];
  readonly longest: number;
  /** The more usual first. */
  wordsOf(code: string): readonly Word[];
  /** Words whose syllables begin so, the more usual first. */
  byInitials(initials: string): readonly Word[];
}

/** The keys of a telephone: 2 abc, 3 def … 9 wxyz. */
const NINE: Readonly<Record<string, string>> = Object.fromEntries(
  ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'].flatMap((letters, index) => [...letters].map((letter) => [letter, String(index + 2)])),
);

/** What is struck for letters on the nine keys. */
export function nineOf(letters: string): string {
  return [...letters].map((letter) => NINE[letter] ?? letter).join('');
}

const WEIGHT_STEP = Math.LN10 / 4;
const LIGHTEST = Math.log(1e-13);

function parse(line: string): readonly Word[] {
  const [reading = '', words = ''] = line.split('\t');
  return words.split(' ').map((word) => ({ text: word.slice(0, -1), reading, weight: LIGHTEST + Number.parseInt(word.slice(-1), 36) * WEIGHT_STEP }));
}

/** As shares of one another: what is kept is not all of the corpus. */
function normalized(words: readonly Word[]): readonly Word[] {
  const all = Math.log(words.reduce((sum, { weight }) => sum + Math.exp(weight), 0));
  return words.map((word) => ({ ...word, weight: word.weight - all }));
}

const heavier = (one: Word, other: Word): number => other.weight - one.weight;

let parsed: readonly Word[] | undefined;
const made = new Map<Keys, Dictionary>();

export function dictionaryOf(keys: Keys): Dictionary {
  const known = made.get(keys);
  if (known !== undefined) return known;
  parsed ??= normalized(stored.words.split('\n').flatMap(parse));
  const dictionary = indexed(parsed, keys === 'nine' ? nineOf : (letters) => letters);
  made.set(keys, dictionary);
  return dictionary;
}

function indexed(words: readonly Word[], struckFor: (letters: string) => string): Dictionary {
  const byCode = new Map<string, Word[]>();
  const initials = new Map<string, Word[]>();
  for (const word of words) {
    const code = struckFor(word.reading.replaceAll(' ', ''));
    push(byCode, code, word);
    if (word.text.length > 1) push(initials, struckFor([...word.reading.matchAll(/\b\w/g)].join('')), word);
  }
  for (const list of [...byCode.values(), ...initials.values()]) list.sort(heavier);
  const codes = [...byCode.keys()].toSorted();
  return {
    codes,
    longest: codes.reduce((longest, { length }) => Math.max(longest, length), 0),
    wordsOf: (code) => byCode.get(code) ?? [],
    byInitials: (code) => initials.get(code) ?? [],
  };
}

function push(map: Map<string, Word[]>, key: string, word: Word): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [word]);
  else list.push(word);
}
