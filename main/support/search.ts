/**
 * Finds answers of the knowledge base by what a person types: characters, pinyin, initials or words (phrase.ts). Pure: no clock, and counts
 * of what was asked come from outside. The terminal process searches; the screen shows.
 *
 * Ranking. The best place in which a question, or another way of putting it, meets the typed text decides:
 *
 * 0. it is all of the phrase; 1. it begins the phrase; 2. it stands within the phrase, word beside word;
 * 3. all its parts (ideographs, words) stand in one phrase in any order, or by what an ideograph can be read as elsewhere (长者: chang);
 * 4. all its parts stand somewhere in the answer;
 * 5. only when nothing else was found: at least 3 of 10 of its parts (pairs of ideographs, words) stand in the answer, the larger share first.
 *
 * What is said around the matter (怎么, 怎么办, “how do I”) may be left out of the typed text; the better of both counts.
 *
 * Within one rank the question goes before other ways of putting it, then what is asked more, then the order of the file.
 */
import type { Answer } from './knowledge.ts';
import { findIn, phraseOf, runsOf, type Phrase } from './phrase.ts';

/** How often each answer was read, by its id; absent: never. */
export type AskedCounts = ReadonlyMap<string, number>;

/** What is said around the matter, at the beginning and at the end of a question. */
const BEFORE = /^(请问|我想|我要|我的|我|怎么|怎样|如何|为什么|为何|可以|能不能)+/;
const BEHIND = /(怎么办|怎么样|怎么弄|了|吗|呢|啊|呀|吧)+$/;
const LITTLE_WORDS = new Set(
  'a an the my your i me is am are was be it its do does did can could how what when where why who to of for in on at and or not no'.split(' '),
);

/** More than anybody types into a search box; what is beyond is not looked at. */
export const LONGEST_QUERY = 60;

interface Indexed {
  readonly answer: Answer;
  readonly place: number;
  /** The question first. */
  readonly phrases: readonly Phrase[];
  /** The runs of every text, one behind the other, with a gap between texts. */
  readonly runs: readonly string[];
}

export type SearchIndex = readonly Indexed[];

interface Hit {
  readonly entry: Indexed;
  readonly rank: number;
  /** Orders what has the same rank: less is better. */
  readonly within: number;
}

/** @param answers of one language, filled in (answersAt): indexed once, searched at every key */
export function searchIndex(answers: readonly Answer[]): SearchIndex {
  return answers.map((answer, place) => {
    const { question, also, money, steps } = answer;
    const texts = [question, ...also, ...(money === undefined ? [] : [money]), ...steps];
    return { answer, place, phrases: [question, ...also].map(phraseOf), runs: texts.flatMap((text) => [...runsOf(text), '']) };
  });
}

/** Best first; nothing typed: all of them, the most asked first. */
export function searchAnswers(index: SearchIndex, query: string, asked: AskedCounts): readonly Answer[] {
  const parts = runsOf([...query].slice(0, LONGEST_QUERY).join(''));
  const count = ({ answer }: Indexed): number => asked.get(answer.id) ?? 0;
  const hits = parts.length === 0 ? index.map((entry): Hit => ({ entry, rank: 0, within: 0 })) : hitsFor(index, parts);
  return hits
    .toSorted(
      (one, other) => one.rank - other.rank || one.within - other.within || count(other.entry) - count(one.entry) || one.entry.place - other.entry.place,
    )
    .map(({ entry }) => entry.answer);
}

function hitsFor(index: SearchIndex, parts: readonly string[]): readonly Hit[] {
  const matter = matterOf(parts);
  const ways = matter.join() === parts.join() ? [parts] : [parts, matter];
  const hits = index.flatMap((entry) => best(ways.flatMap((way) => [...byPhrases(entry, way), ...byAllTexts(entry, way)])));
  return hits.length > 0 ? hits : index.flatMap((entry) => byShare(entry, matter));
}

/** The parts without what is said around the matter; all of them when nothing else would be left. */
function matterOf(parts: readonly string[]): readonly string[] {
  const words = parts.filter((part) => !LITTLE_WORDS.has(part));
  const typed = words.join(' ').replaceAll(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
  const matter = runsOf(typed.replace(BEFORE, '').replace(BEHIND, ''));
  return matter.length === 0 ? parts : matter;
}

function best(hits: readonly Hit[]): readonly Hit[] {
  return hits.toSorted((one, other) => one.rank - other.rank || one.within - other.within).slice(0, 1);
}

/** Ranks 0 to 3. */
function byPhrases(entry: Indexed, parts: readonly string[]): Hit[] {
  const typed = parts.join('');
  return entry.phrases.flatMap((phrase, number) => {
    const otherWay = number === 0 ? 0 : 1;
    const found = findIn(phrase, typed);
    if (found?.asSpoken === true) return [{ entry, rank: found.from > 0 ? 2 : found.units < phrase.length ? 1 : 0, within: otherWay }];
    return parts.every((part) => findIn(phrase, part) !== undefined) ? [{ entry, rank: 3, within: otherWay }] : [];
  });
}

/** Rank 4: as written, because single letters of pinyin would be found in every text. */
function byAllTexts(entry: Indexed, parts: readonly string[]): Hit[] {
  return parts.every((part) => standsIn(entry, part)) ? [{ entry, rank: 4, within: 0 }] : [];
}

function standsIn({ runs }: Indexed, part: string): boolean {
  return runs.some((run) => run.startsWith(part));
}

/** Of the parts, for rank 5. */
const NEAR = 0.3;

/** Rank 5. */
function byShare(entry: Indexed, parts: readonly string[]): Hit[] {
  const pieces = piecesOf(parts);
  const share = pieces.filter((piece) => pieceStandsIn(entry, piece)).length / pieces.length;
  return share >= NEAR ? [{ entry, rank: 5, within: 1 - share }] : [];
}

/** Words, and each ideograph with the next one. */
function piecesOf(parts: readonly string[]): (readonly string[])[] {
  return parts.flatMap((part, place) => {
    const next = parts[place + 1];
    if (!isIdeograph(part)) return [[part]];
    if (next !== undefined && isIdeograph(next)) return [[part, next]];
    return place > 0 && isIdeograph(parts[place - 1] ?? '') ? [] : [[part]];
  });
}

function isIdeograph(run: string): boolean {
  return /^\p{Script=Han}$/u.test(run);
}

function pieceStandsIn({ runs }: Indexed, [first = '', second]: readonly string[]): boolean {
  return runs.some((run, place) => run.startsWith(first) && (second === undefined || runs[place + 1] === second));
}
