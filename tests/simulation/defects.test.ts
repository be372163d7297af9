/** Sabotage works on the source as it is: a defect whose place was rewritten, or an aim at what there is no more, would be noticed only when someone runs it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../launcher/run-tool.ts';
import { readOptions } from './options.ts';
import { defects } from './sabotage/defects.ts';

const changes = defects.flatMap(({ name, also = [], ...first }) => [first, ...also].map((change) => [name, change.file, change] as const));

test.each(changes)('%s can be put into %s: its text stands there once', (_name, _file, { file, find, replace }) => {
  expect(readFileSync(path.join(projectRoot, file), 'utf8').split(find)).toHaveLength(2);
  expect(replace).not.toBe(find);
});

const aimed = defects.flatMap(({ name, aim }) => (aim === undefined ? [] : [[name, aim] as const]));

test.each(aimed)('%s is aimed at what there is: %s', (_name, aim) => {
  const options = readOptions(aim.split(' '));
  expect(options).toMatchObject({ seeds: ['1'], plan: undefined, part: undefined, scenarios: undefined, replay: false });
});

test('every defect has a name of its own', () => {
  expect(new Set(defects.map(({ name }) => name)).size).toBe(defects.length);
});
