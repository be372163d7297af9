/**
 * The words that can be typed by pinyin, with how often each is used, into resources/pinyin/words.json, so that the terminal needs no dictionary
 * of its own. `npm run pinyin-dictionary -- FOLDER` writes it from the unpacked package `@pinyin-pro/data` (resources/pinyin/README.md says
 * which) and the trade's own words; a unit test checks the file as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { projectRoot } from './run-tool.ts';

const folder = path.join(projectRoot, 'resources', 'pinyin');

/** Reading with tone marks, and the share of all text that the word is. */
const corpusSchema = z.record(z.string(), z.tuple([z.string(), z.number()]));

/** Least share of a word that is kept, by its length; rarer ones are typed character by character. */
const LEAST_SHARE: Readonly<Record<number, number>> = { 1: 3e-12, 2: 1.5e-11, 3: 4e-11, 4: 6e-11 };
/** Of a character that is read so within words alone: all of those words together. */
const LEAST_OTHER_READING = 3e-11;
/** Share that the trade's own words count for: about as much as 昨天. */
const TRADE_SHARE = 1e-8;
const IDEOGRAPHS = /^[\u4e00-\u9fff]+$/;

interface Word {
  readonly text: string;
  readonly reading: string;
  readonly share: number;
}

/** Without tones; ü is typed v. */
function plain(reading: string): string {
  return reading
    .replaceAll(/[ǖǘǚǜü]/g, 'v')
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}

/** 0–35: a quarter of a power of ten each, from 1e-13 up; one symbol of base 36. */
function weight(share: number): string {
  return Math.min(35, Math.max(0, Math.round(4 * Math.log10(share / 1e-13)))).toString(36);
}

function wordsOf(corpus: z.infer<typeof corpusSchema>): readonly Word[] {
  return Object.entries(corpus).flatMap(([text, [reading, share]]) => {
    const syllables = plain(reading).split(' ');
    const isWord = IDEOGRAPHS.test(text) && syllables.length === text.length && syllables.every((syllable) => /^[a-z]+$/.test(syllable));
    return isWord ? [{ text, reading: syllables.join(' '), share }] : [];
  });
}

/** 行 is xing by itself, and hang in 银行. */
function otherReadings(words: readonly Word[]): readonly Word[] {
  const usual = new Map(words.filter(({ text }) => text.length === 1).map(({ text, reading }) => [text, reading]));
  const shares = new Map<string, number>();
  for (const { text, reading, share } of words) {
    if (text.length === 1) continue;
    for (const [place, syllable] of reading.split(' ').entries()) {
      const character = text[place] ?? '';
      if (usual.get(character) === syllable || !usual.has(character)) continue;
      const key = `${character} ${syllable}`;
      shares.set(key, (shares.get(key) ?? 0) + share);
    }
  }
  return [...shares].flatMap(([key, share]) => {
    const [text = '', reading = ''] = key.split(' ');
    return share < LEAST_OTHER_READING ? [] : [{ text, reading, share }];
  });
}

function dictionary(corpus: z.infer<typeof corpusSchema>, trade: Readonly<Record<string, string>>): string {
  const all = wordsOf(corpus);
  const kept = all.filter(({ text, share }) => share >= (LEAST_SHARE[text.length] ?? 1) && trade[text] === undefined);
  const own = Object.entries(trade).map(([text, reading]): Word => ({ text, reading, share: TRADE_SHARE }));
  const byReading = Map.groupBy([...kept, ...otherReadings(all), ...own], ({ reading }) => reading);
  const lines = [...byReading].map(([reading, words]) => {
    const ordered = words.toSorted((one, other) => other.share - one.share || (one.text < other.text ? -1 : 1));
    return `${reading}\t${ordered.map(({ text, share }) => `${text}${weight(share)}`).join(' ')}`;
  });
  return lines.toSorted().join('\n');
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

const source = process.argv[2];
if (source === undefined) throw new Error('usage: npm run pinyin-dictionary -- FOLDER with the unpacked package @pinyin-pro/data');
const corpus = corpusSchema.parse(read(path.join(source, 'json', 'complete.json')));
const trade = z.record(z.string(), z.string()).parse(read(path.join(folder, 'trade-words.json')));
writeFileSync(path.join(folder, 'words.json'), `${JSON.stringify({ words: dictionary(corpus, trade) }, undefined, 2)}\n`);
