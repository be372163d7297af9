/**
 * The readings of every ideograph in the Chinese texts of the knowledge base, and how each phrase is spoken, into resources/knowledge/pinyin.json, so that the terminal
 * finds them by pinyin without a dictionary of its own. `npm run knowledge-index` writes; a unit test fails when the file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pinyin } from 'pinyin-pro';
import { format, resolveConfig } from 'prettier';
import { bundledKnowledge } from '../../main/support/knowledge.ts';
import { projectRoot } from './run-tool.ts';

export const indexFile = path.join(projectRoot, 'resources', 'knowledge', 'pinyin.json');

/** The whole file. */
export async function knowledgeIndex(): Promise<string> {
  const { version, answers } = bundledKnowledge();
  const readings = new Map<string, Set<string>>();
  const phrases: Record<string, string> = {};
  const chinese = [...answers].flatMap(([language, all]) => (language.startsWith('zh') ? all : []));
  for (const { question, also, money, steps } of chinese) {
    for (const text of [question, ...also, ...(money === undefined ? [] : [money]), ...steps]) {
      for (const { origin, result } of ideographsOf(text)) readings.set(origin, new Set([...(readings.get(origin) ?? []), result]));
    }
    for (const phrase of [question, ...also]) {
      const spoken = ideographsOf(phrase).map(({ result }) => result);
      if (spoken.length > 0) phrases[phrase] = spoken.join(' ');
    }
  }
  // What it can also be read as, wherever it stands: 重 zhong chong, 行 xing hang.
  for (const [character, known] of readings) {
    for (const reading of pinyin(character, { multiple: true, toneType: 'none', type: 'array', v: true })) known.add(reading);
  }
  const sorted = [...readings].sort(([one], [other]) => (one < other ? -1 : 1)).map(([character, known]) => [character, [...known].join(' ')]);
  return format(JSON.stringify({ version, readings: Object.fromEntries(sorted), phrases }), {
    ...(await resolveConfig(indexFile)),
    filepath: indexFile,
  });
}

/** Each with its reading where it stands. */
function ideographsOf(text: string) {
  return pinyin(text, { type: 'all', toneType: 'none', v: true }).filter(({ isZh }) => isZh);
}

export function storedIndex(): string {
  return readFileSync(indexFile, 'utf8');
}

if (import.meta.main) writeFileSync(indexFile, await knowledgeIndex());
