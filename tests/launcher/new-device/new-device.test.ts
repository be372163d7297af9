/** Skeletons of every class in a copy of the project: they compile, are linted and formatted, and their tests run and say what to write. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceClasses } from '../../../drivers/registry.ts';
import { projectRoot, run } from '../run-tool.ts';
import { checkRequest, makeDevice, WrongRequest } from './make.ts';

const FOLDERS = ['card-reader', 'cash-acceptor', 'receipt-printer', 'code-scanner', 'id-reader', 'cabinet', 'keypad'];
/** The bench knows the simulators of all classes by name. */
const modelIn = (folder: string): string => `acme-${folder}-9`;
/** A class's suite in memory takes a second or two, and all seven side by side a few more. */
const SLOW = 300_000;

describe('a request that can’t be fulfilled is refused in one line', () => {
  test.each([
    [['cabinet'], 'usage: npm run new-device -- CLASS MODEL-NAME, e.g. cabinet acme-io8'],
    [
      ['toaster', 'acme-9'],
      'there is no device class "toaster"; expected one of cardReader, cashAcceptor, receiptPrinter, codeScanner, idReader, cabinet, keypad',
    ],
    [['cabinet', 'Acme 9'], '"Acme 9" is no model name; expected small letters, digits and single hyphens, a letter first, e.g. acme-io8'],
    [['cabinet', '../acme'], '"../acme" is no model name; expected small letters, digits and single hyphens, a letter first, e.g. acme-io8'],
    [['cardReader', 'crt571'], 'cardReader has a model crt571 already'],
    [['card-reader', 'motor'], `${path.join('drivers', 'card-reader', 'motor')} is there already`],
  ])('%j', (asked, message) => {
    expect(() => checkRequest(asked)).toThrow(new WrongRequest(message));
  });

  test('the command says it on stderr and ends with 2', async () => {
    expect(await run(process.execPath, [path.join(import.meta.dirname, 'main.ts'), 'toaster', 'x'])).toMatchObject({
      code: 2,
      output: expect.stringMatching(/^there is no device class "toaster"[^\n]*\n$/) as unknown,
    });
  });
});

describe('skeletons of all classes', () => {
  let root: string;
  const made: string[] = [];

  beforeAll(async () => {
    root = mkdtempSync(path.join(os.tmpdir(), 'new-device-'));
    const leftOut = new Set(['node_modules', 'out', 'dist', '.git', '.chromium']);
    for (const name of readdirSync(projectRoot)) if (!leftOut.has(name)) cpSync(path.join(projectRoot, name), path.join(root, name), { recursive: true });
    // what the compiler knows of the project already; without it the same is found out again
    const known = path.join('out', 'types.tsbuildinfo');
    if (existsSync(path.join(projectRoot, known))) cpSync(path.join(projectRoot, known), path.join(root, known));
    symlinkSync(path.join(projectRoot, 'node_modules'), path.join(root, 'node_modules'));
    for (const folder of FOLDERS) made.push(...(await makeDevice(checkRequest([folder, modelIn(folder)], root), root)));
  }, SLOW);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test('each has its folder, its tests and its line in the table, and nothing of the template’s names is left', () => {
    for (const folder of FOLDERS) {
      const model = modelIn(folder);
      for (const file of ['codec.ts', 'status.ts', 'device.ts', 'simulator.ts']) expect(existsSync(path.join(root, 'drivers', folder, model, file))).toBe(true);
      for (const file of ['codec.test.ts', 'conformance.test.ts']) expect(existsSync(path.join(root, 'tests', 'drivers', folder, model, file))).toBe(true);
      expect(readFileSync(path.join(root, 'drivers', folder, 'models.ts'), 'utf8')).toContain(`'${model}': modelEntry(`);
    }
    const ours = made.filter((file) => !['models.ts', 'simulators.ts'].includes(path.basename(file)));
    expect(ours.filter((file) => /example|skeleton/i.test(readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
  });

  test('the whole project with them compiles, and they are linted and formatted', { timeout: SLOW }, async () => {
    const checks = await Promise.all([
      run('tsc', ['-p', '.'], { cwd: root }),
      run('oxlint', ['--type-aware', ...made], { cwd: root }),
      run('prettier', ['--check', ...made], { cwd: root }),
    ]);
    expect(checks.filter(({ code }) => code !== 0)).toEqual([]);
  });

  test('their codecs hold, and every class’s sentences run and fail with what is to be written', { timeout: SLOW }, async () => {
    const report = path.join(root, 'report.json');
    const folders = deviceClasses.map((_, index) => path.dirname(made.filter((file) => file.endsWith('conformance.test.ts'))[index] ?? ''));
    // Long titles are cut in the middle of this word.
    await run('vitest', ['run', ...folders, '-t', '^(?!.*pseudo-term)'], { cwd: root, env: { TEST_REPORT: report } });
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      testResults: { name: string; assertionResults: { status: string; failureMessages: string[] }[] }[];
    };
    const of = (name: string) => testResults.filter((file) => file.name.endsWith(name));
    expect(of('codec.test.ts').flatMap((file) => file.assertionResults.filter(({ status }) => status !== 'passed'))).toEqual([]);
    expect(of('codec.test.ts')).toHaveLength(deviceClasses.length);
    expect(of('conformance.test.ts')).toHaveLength(deviceClasses.length);
    for (const { name, assertionResults } of of('conformance.test.ts')) {
      const messages = assertionResults.filter(({ status }) => status === 'failed').flatMap(({ failureMessages }) => failureMessages);
      const telling = messages.filter((message) => /acme-.*-9.* to be written.*: \w+/.test(message));
      expect(telling.length / messages.length, `${name}: ${messages.filter((message) => !telling.includes(message)).join('\n')}`).toBeGreaterThan(0.5);
    }
  });
});
