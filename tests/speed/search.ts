/** How long a key of the search page waits for its answers (main/support/search.ts), for every question of the knowledge base. */
import path from 'node:path';
import { pinyin } from 'pinyin-pro';
import { loadConfig } from '../../main/config/config.ts';
import { factsOf } from '../../main/support/facts.ts';
import { answersAt, bundledKnowledge, type Answer } from '../../main/support/knowledge.ts';
import { searchAnswers, searchIndex } from '../../main/support/search.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import type { Figure } from './figure.ts';
import { percentile } from './statistics.ts';

/** At each key, ms. */
const TARGET = 50;
const WARM_UP = 20;

export async function measureSearch(): Promise<readonly Figure[]> {
  const config = loadConfig(path.join(projectRoot, 'resources', 'config', 'example.json'));
  const knowledge = bundledKnowledge();
  const keys: number[] = [];
  const made: number[] = [];
  for (const language of knowledge.answers.keys()) {
    const answers = answersAt(knowledge, language, factsOf(config, language));
    made.push(timed(() => searchIndex(answers)));
    const index = searchIndex(answers);
    const typed = answers.flatMap(waysToType);
    for (const text of typed.slice(0, WARM_UP)) searchAnswers(index, text, new Map());
    for (const text of typed) for (const start of startsOf(text)) keys.push(timed(() => searchAnswers(index, start, new Map())));
  }
  return [
    { name: 'search.key.p95', value: percentile(keys, 0.95), unit: 'ms', target: TARGET },
    { name: 'search.key.max', value: Math.max(...keys), unit: 'ms' },
    { name: 'search.index', value: Math.max(...made), unit: 'ms' },
  ];
}

function waysToType({ question, also }: Answer): readonly string[] {
  return [question, ...also.slice(0, 1)].flatMap((phrase) => {
    const syllables = pinyin(phrase, { type: 'array', toneType: 'none', nonZh: 'removed', v: true });
    return syllables.length === 0 ? [phrase] : [phrase, syllables.join(''), syllables.map((syllable) => syllable.slice(0, 1)).join('')];
  });
}

/** What stands in the box after each key. */
function startsOf(text: string): readonly string[] {
  const characters = [...text];
  return characters.map((_, index) => characters.slice(0, index + 1).join(''));
}

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
