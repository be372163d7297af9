/** How long a key of the search page waits for its answers (main/support/search.ts), for every question of the knowledge base; and for the whole View. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pinyin } from 'pinyin-pro';
import { createActor } from 'xstate';
import { loadConfig } from '../../main/config/config.ts';
import { openAnswerCounts } from '../../main/support/answer-counts.ts';
import { factsOf } from '../../main/support/facts.ts';
import { answersAt, bundledKnowledge, type Answer } from '../../main/support/knowledge.ts';
import { createSupportPort } from '../../main/support/port.ts';
import { searchAnswers, searchIndex } from '../../main/support/search.ts';
import { nineOf } from '../../main/typing/dictionary.ts';
import { candidatesFor, LONGEST_RUN } from '../../main/typing/pinyin.ts';
import { supportMachine } from '../../state-machines/support.ts';
import { supportPicture } from '../../state-machines/support/view.ts';
import { viewBodySchema } from '../../state-machines/view.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { FakeWorld } from '../support/fake-world.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
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
    ...keysOfTyping(),
    { name: 'help.key.p95', value: percentile(await keysOfHelp(), 0.95), unit: 'ms', target: TARGET },
  ];
}

/** From a key to the characters that are offered for it, on letters and on nine keys. */
function keysOfTyping(): readonly Figure[] {
  const keys: number[] = [];
  for (const answer of bundledKnowledge().answers.get('zh-CN') ?? []) {
    const [, struck = ''] = waysToType(answer);
    for (const start of startsOf(struck.slice(0, LONGEST_RUN))) {
      keys.push(timed(() => candidatesFor(start, 'letters')));
      keys.push(timed(() => candidatesFor(nineOf(start), 'nine')));
    }
  }
  return [
    { name: 'typing.key.p95', value: percentile(keys, 0.95), unit: 'ms', target: TARGET },
    { name: 'typing.key.max', value: Math.max(...keys), unit: 'ms' },
  ];
}

/** From a key's event through the chart to the validated View, as the terminal process does it, with a season of counts behind the ranking. */
async function keysOfHelp(): Promise<readonly number[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'help-speed-'));
  const clock = new SimulatedClock();
  const knowledge = bundledKnowledge();
  const counts = openAnswerCounts(path.join(folder, 'answer-counts.sqlite'), (error) => {
    throw error;
  });
  const answers = knowledge.answers.get('zh-CN') ?? [];
  for (let day = 0; day < 30; day += 1) for (const { id } of answers) counts.count(`2026-11-${String((day % 22) + 1).padStart(2, '0')}`, id, 'views');
  const config = loadConfig(path.join(projectRoot, 'resources', 'config', 'example.json'));
  const ports = { ...new FakeWorld().ports, clock, support: createSupportPort({ config, clock, knowledge, counts }) };
  const help = createActor(supportMachine, { input: { ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } } }).start();
  help.send({ type: 'ui.help', to: 'search' });
  const keys: number[] = [];
  for (const text of answers.flatMap(waysToType).filter((way) => /^[a-z]+$/.test(way))) {
    help.send({ type: 'ui.clear' });
    for (const letter of text) {
      keys.push(
        timed(() => {
          help.send({ type: 'ui.letter', letter });
          viewBodySchema.parse(supportPicture(help.getSnapshot()).body);
        }),
      );
    }
  }
  help.stop();
  counts.close();
  rmSync(folder, { recursive: true });
  return keys;
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
