import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../run-tool.ts';
import { licenceProblems, lockedPackages, notices, satisfied, SHIPPED, shippedPackages } from './licences.ts';

const lock = readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8');

test('every package of the lock file stands under a licence that is on the list', () => {
  expect(licenceProblems(lockedPackages(lock))).toEqual([]);
});

describe('an expression', () => {
  test.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['(GPL-2.0-only OR AGPL-3.0-only)', false],
    ['MIT AND ISC', true],
    ['MIT AND GPL-2.0-only', false],
    ['GPL-3.0-only', false],
    ['SEE LICENSE IN LICENSE.txt', false],
    ['UNLICENSED', false],
    ['', false],
  ])('%s: %s', (expression, allowed) => expect(satisfied(expression, SHIPPED)).toBe(allowed));
});

test('a package under another licence, one that is only for tools, and one that states none: named with its version', () => {
  const packages = lockedPackages(
    JSON.stringify({
      packages: {
        '': { version: '0.1.0' },
        'node_modules/good': { version: '1.0.0', license: 'MIT' },
        'node_modules/copyleft': { version: '2.0.0', license: 'GPL-3.0-only' },
        'node_modules/silent': { version: '3.0.0' },
        'node_modules/tool': { version: '4.0.0', license: 'MPL-2.0', dev: true },
        'node_modules/shipped': { version: '5.0.0', license: 'MPL-2.0' },
      },
    }),
  );
  expect(licenceProblems(packages)).toEqual([
    'node_modules/copyleft@2.0.0 stands under GPL-3.0-only, which is not on the list',
    'node_modules/silent@3.0.0 states no licence',
    'node_modules/shipped@5.0.0 stands under MPL-2.0, which is not on the list',
  ]);
});

test('the notices hold the text of the fonts’ licence and of every native part', () => {
  const text = notices(shippedPackages());
  for (const name of ['better-sqlite3', 'serialport', 'node-hid', 'react', 'xstate', '@fontsource-variable/noto-sans-sc']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  }
  expect(text).toContain('SIL OPEN FONT LICENSE');
  expect(text).toContain('THE SOFTWARE IS PROVIDED');
});
