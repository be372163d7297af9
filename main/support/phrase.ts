/**
 * Phrases and how what a person types meets them: by characters, by pinyin, whole or not yet whole, by initials, in any mixture
 * (`充zhi`, `chongz`, `cz`), and by the beginnings of words in other scripts. Pure; used by search.ts.
 */
import pinyin from '../../resources/knowledge/pinyin.json' with { type: 'json' };

/** An ideograph, or a word of another script, which has no readings. */
interface Unit {
  readonly text: string;
  /** As it is read in this phrase: 长者 zhang. */
  readonly spoken: readonly string[];
  /** All its readings: 长者 zhang, chang. */
  readonly readings: readonly string[];
}

export type Phrase = readonly Unit[];

/** Where in a phrase something was found, from its first unit on. */
export interface Found {
  readonly from: number;
  readonly units: number;
  /** By what the phrase says, not by another reading of one of its ideographs. */
  readonly asSpoken: boolean;
}

const readingsOf: Readonly<Record<string, string>> = pinyin.readings;
const spokenIn: Readonly<Record<string, string>> = pinyin.phrases;

/** Full-width and capital forms become plain; nothing but letters, digits and ideographs is left, in runs. */
export function runsOf(text: string): string[] {
  return [
    ...text
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/['’]/g, '')
      .matchAll(/\p{Script=Han}|[^\P{L}\p{Script=Han}]+|\p{N}+/gu),
  ].map(([run]) => run);
}

export function phraseOf(text: string): Phrase {
  const spoken = spokenIn[text]?.split(' ') ?? [];
  let ideographs = 0;
  return runsOf(text).map((run) => {
    const readings = readingsOf[run]?.split(' ') ?? [];
    const here = readings.length === 0 ? undefined : spoken[ideographs];
    if (readings.length > 0) ideographs += 1;
    return { text: run, spoken: here === undefined ? readings : [here], readings };
  });
}

/** How many characters of `typed`, from `at` on, the unit can stand for: each way there is. */
function takes(text: string, readings: readonly string[], typed: string, at: number): number[] {
  const rest = typed.slice(at);
  const ways: number[] = [];
  if (rest.startsWith(text)) ways.push(text.length);
  else if (text.startsWith(rest)) ways.push(rest.length); // the word is not typed to its end
  for (const reading of readings) {
    if (rest.startsWith(reading)) ways.push(reading.length);
    if (reading.startsWith(rest)) ways.push(rest.length);
    const initial = /^[zcs]h/.exec(reading)?.[0] ?? '';
    if (initial !== '' && rest.startsWith(initial)) ways.push(2);
    if (rest.startsWith(reading.slice(0, 1))) ways.push(1);
  }
  return ways;
}

/** The first place where units of the phrase, one behind the other, stand for all of `typed` (runs put together, not empty). */
export function findIn(phrase: Phrase, typed: string): Found | undefined {
  return find(phrase, typed, true) ?? find(phrase, typed, false);
}

function find(phrase: Phrase, typed: string, asSpoken: boolean): Found | undefined {
  for (const from of phrase.keys()) {
    const units = unitsFor(phrase.slice(from), typed, asSpoken);
    if (units !== undefined) return { from, units, asSpoken };
  }
  return undefined;
}

/** How many of the first units stand for `typed`. All ways are followed at once: the work grows with the length, not with the ways. */
function unitsFor(units: readonly Unit[], typed: string, asSpoken: boolean): number | undefined {
  let reached = new Set([0]);
  for (const [index, { text, spoken, readings }] of units.entries()) {
    const next = new Set<number>();
    for (const at of reached) for (const length of takes(text, asSpoken ? spoken : readings, typed, at)) next.add(at + length);
    if (next.has(typed.length)) return index + 1;
    if (next.size === 0) return undefined;
    reached = next;
  }
  return undefined;
}
