/** drivers/README.md says of every model what is confirmed, and of every option what it may be. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deviceClasses, deviceModels } from '../../drivers/registry.ts';
import { optionsTables, README } from './device-options.ts';
import { readme, tableCells } from './readme-table.ts';

const models = deviceClasses.flatMap((deviceClass) => Object.keys(deviceModels[deviceClass]));

test('the tables of options are what the models’ schemas say: npm run options-table writes them', () => {
  const document = readFileSync(README, 'utf8');
  expect(tableCells(readme(document, '<!-- options: written by npm run options-table -->', '<!-- end of options -->'))).toEqual(tableCells(optionsTables()));
});

test('the tables name every option of every model, with its default', () => {
  const tables = optionsTables();
  expect(tables).toContain('| `moves.contactless` | crt591-m001, crt571, crt591-r02, crt591-mr | a byte, two hexadecimal digits |');
  expect(tables).toContain('`32` (crt591-m001, crt571, crt591-mr); `34` (crt591-r02)');
  expect(tables).toContain('| `lamp` | all | as below, or `null` |');
  expect(tables).toContain('| `denominations` | jcm-id003, cashcode-ccnet, cctalk-bill | list of 1–4294967295 | must be given |');
});

test('every model is in the table of classes, and has a line on what is confirmed', () => {
  const document = readFileSync(README, 'utf8');
  const classes = readme(document, '## Classes and models', '## Lines');
  const confirmed = readme(document, '## What is confirmed', '## Options');
  expect(models.filter((model) => !classes.includes(`\`${model}\``))).toEqual([]);
  expect(models.filter((model) => !confirmed.includes(`\n| \`${model}\``))).toEqual([]);
});
