import { chmodSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { buildApp } from './build.ts';
import { isSimulator } from './bundles.ts';
import { electronBinary } from './host.ts';
import { shellArgs } from './launch-shell.ts';
import { missingOptionalPackages } from './lock-check.ts';
import { findProgram, MissingNeed, needProgram } from './needs.ts';
import { problemOf } from './preflight.mjs';
import { lockedBinding, pcscRemedy } from './pcsc-parts.ts';
import { add, notRunLine, onlyAloneLine, playwrightCounts, summaryLine, vitestCounts } from './results.ts';
import { projectRoot, run } from './run-tool.ts';
import { afterSecondGo, playwrightFailures, vitestFailures, worthASecondGo } from './second-go.ts';
import { scratchEnv } from './scratch.ts';
import { report } from './steps.ts';

const parent = mkdtempSync(path.join(os.tmpdir(), 'launcher-'));
afterAll(() => rmSync(parent, { recursive: true }));
const folder = (): string => mkdtempSync(path.join(parent, 'test-'));

const json = (value: unknown): string => {
  const file = path.join(folder(), 'report.json');
  writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
  return file;
};

afterEach(() => vi.unstubAllEnvs());

const lock = (packages: unknown): string => JSON.stringify({ lockfileVersion: 3, packages });

describe('the preflight', () => {
  test('this machine is well', () => {
    expect(problemOf({ version: '24.21.0', installed: true })).toBeUndefined();
  });

  test('Node 20: one line with what helps', () => {
    expect(problemOf({ version: '20.20.2', installed: true })).toMatch(/^Node 20\.20\.2 is too old, 24 is needed.*npm start.*$/);
  });

  test('nothing installed: one line with the command', () => {
    expect(problemOf({ version: '24.0.0', installed: false })).toBe('the packages are not installed; run: npm ci');
  });
});

describe('a program of the checkout', () => {
  const priority = ['-p', 'require("node:os").getPriority()'];

  test('gives way to others when it is told to, with all that it starts', async () => {
    const own = os.getPriority();
    expect(await run('node', priority)).toEqual({ code: 0, output: `${own}\n` });
    expect(await run('node', priority, { givesWay: true })).toEqual({ code: 0, output: `${Math.min(own + 5, 19)}\n` });
  });
});

describe('what tests throw away', () => {
  const mounts = (options: string): string => json(`tmpfs /dev/shm tmpfs ${options} 0 0\n`);

  test('goes into memory where there is room and programs may be run', async () => {
    const { output } = await run('df', ['--output=fstype,avail', '--block-size=1', '/dev/shm']);
    const [type, free] = output.trim().split('\n').at(-1)?.trim().split(/ +/) ?? [];
    expect(scratchEnv('/dev/shm', mounts('rw,nosuid'))).toEqual(type === 'tmpfs' && Number(free) > 4 * 1024 ** 3 ? { TMPDIR: '/dev/shm' } : {});
  });

  test('stays where the system has it, unless that is memory', () => {
    expect(scratchEnv(folder())).toEqual({});
    expect(scratchEnv('/nowhere')).toEqual({});
  });

  test('stays there where memory may hold no programs, or nobody knows', () => {
    expect(scratchEnv('/dev/shm', mounts('rw,nosuid,noexec'))).toEqual({});
    expect(scratchEnv('/dev/shm', '/nowhere')).toEqual({});
  });
});

describe('what the machine must have', () => {
  test('a program on the PATH is found, a file that can not be run is not', () => {
    const bin = folder();
    writeFileSync(path.join(bin, 'plain'), '');
    writeFileSync(path.join(bin, 'tool'), '#!/bin/sh\n');
    chmodSync(path.join(bin, 'tool'), 0o755);
    vi.stubEnv('PATH', bin);
    expect(findProgram(['plain', 'tool'])).toBe(path.join(bin, 'tool'));
    expect(findProgram(['plain'])).toBeUndefined();
    expect(findProgram([path.join(bin, 'tool')])).toBe(path.join(bin, 'tool'));
  });

  test('a program that is missing where we may not install: the error is the command that helps', async () => {
    vi.stubEnv('PATH', folder());
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    await expect(needProgram(['socat'], 'socat')).rejects.toEqual(new MissingNeed('socat is not on this machine; run: sudo apt-get install -y socat'));
    vi.restoreAllMocks();
  });

  test("Electron's binary is found by its files, and missing when one of them is", () => {
    const electron = folder();
    expect(electronBinary(electron)).toBeUndefined();
    writeFileSync(path.join(electron, 'path.txt'), 'electron');
    expect(electronBinary(electron)).toBeUndefined();
    mkdirSync(path.join(electron, 'dist'));
    writeFileSync(path.join(electron, 'dist', 'electron'), '');
    expect(electronBinary(electron)).toBe(path.join(electron, 'dist', 'electron'));
  });
});

describe('what the PC/SC reader’s tests need', () => {
  const all = { service: true, virtualReader: true, headers: true, buildTools: true, binding: true };

  test.each([
    ['everything is there', {}, { debianPackages: [], npmInstall: false }],
    [
      'nothing is',
      { service: false, virtualReader: false, headers: false, buildTools: false, binding: false },
      { debianPackages: ['pcscd', 'libpcsclite1', 'vsmartcard-vpcd', 'libpcsclite-dev', 'build-essential', 'pkg-config', 'python3'], npmInstall: true },
    ],
    ['the binding was left out for lack of headers', { headers: false, binding: false }, { debianPackages: ['libpcsclite-dev'], npmInstall: true }],
    ['the binding was left out, the headers came later', { binding: false }, { debianPackages: [], npmInstall: true }],
    ['a built binding needs no headers', { headers: false, buildTools: false }, { debianPackages: [], npmInstall: false }],
    ['the virtual reader alone', { virtualReader: false }, { debianPackages: ['vsmartcard-vpcd'], npmInstall: false }],
  ])('%s', (_case, missing, remedy) => {
    expect(pcscRemedy({ ...all, ...missing })).toEqual(remedy);
  });

  test('the binding’s version is the lock file’s', () => {
    expect(lockedBinding(readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8'))).toMatch(/^\d+\.\d+\.\d+$/);
    expect(() => lockedBinding(lock({}))).toThrow();
  });
});

describe('starting the shell', () => {
  test('both hosts get the same arguments', () => {
    const args = shellArgs(
      {
        host: { kind: 'stand-in', executable: '/usr/bin/chromium', line: '' },
        appDir: '/app',
        config: 'kiosk.json',
        benchUrl: 'http://127.0.0.1:1/',
        window: { width: 1080, height: 1920 },
        extraArgs: ['--remote-debugging-port', '9222'],
      },
      '/profile',
    );
    expect(args).toEqual([
      '/app/main/shell.js',
      '--user-data-dir=/profile',
      '--config',
      'kiosk.json',
      '--bench-url',
      'http://127.0.0.1:1/',
      '--window',
      '1080x1920',
      '--remote-debugging-port',
      '9222',
    ]);
  });

  test('a program that does not exist is a result, not a crash', async () => {
    expect((await run('/no/such/program', [])).code).toBeNull();
  });
});

describe('the lock file', () => {
  test('an optional package without an entry is named with its holder', () => {
    const text = lock({
      '': {},
      'node_modules/a': { optionalDependencies: { 'a-linux': '1', 'a-mac': '1', 'a-win': '1' } },
      'node_modules/a-linux': {},
      'node_modules/a/node_modules/a-mac': {},
    });
    expect(missingOptionalPackages(text)).toEqual(['node_modules/a: a-win@1 has no entry']);
  });

  test("an entry inside another package's folder does not count", () => {
    const text = lock({ '': { optionalDependencies: { x: '2' } }, 'node_modules/b/node_modules/x': {} });
    expect(missingOptionalPackages(text)).toEqual(['the project: x@2 has no entry']);
  });

  test('ours can be installed on every platform it names', () => {
    expect(missingOptionalPackages(readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8'))).toEqual([]);
  });
});

describe('counting results', () => {
  test.each([
    ['all passed', { success: true, numPassedTests: 7, numFailedTests: 0, numTotalTests: 7 }, { passed: 7, failed: 0 }],
    ['two failed', { success: false, numPassedTests: 5, numFailedTests: 2, numTotalTests: 7 }, { passed: 5, failed: 2 }],
    ['a file that could not be loaded', { success: false, numPassedTests: 5, numFailedTests: 0, numTotalTests: 5 }, { passed: 5, failed: 1 }],
    ['no test at all', { success: true, numPassedTests: 0, numFailedTests: 0, numTotalTests: 0 }, { passed: 0, failed: 1 }],
    ['a report cut short', '{"success": tr', { passed: 0, failed: 1 }],
  ])('unit tests, %s', (_case, data, counts) => {
    expect(vitestCounts(json(data))).toEqual(counts);
  });

  test.each([
    ['all passed', { errors: [], stats: { expected: 9, unexpected: 0, flaky: 0 } }, { passed: 9, failed: 0 }],
    ['one failed, one only on the second try', { errors: [], stats: { expected: 9, unexpected: 1, flaky: 1 } }, { passed: 9, failed: 2 }],
    ['an error outside any test', { errors: [{ message: 'x' }], stats: { expected: 9, unexpected: 0, flaky: 0 } }, { passed: 9, failed: 1 }],
    ['no test at all', { errors: [], stats: { expected: 0, unexpected: 0, flaky: 0 } }, { passed: 0, failed: 1 }],
  ])('end-to-end tests, %s', (_case, data, counts) => {
    expect(playwrightCounts(json(data))).toEqual(counts);
  });

  test('a report that was never written is a failure', () => {
    expect([vitestCounts('/no/such.json'), playwrightCounts('/no/such.json')]).toEqual([
      { passed: 0, failed: 1 },
      { passed: 0, failed: 1 },
    ]);
  });

  describe('tests that were not run', () => {
    const skipping = (pending: number, notes: unknown, data: Record<string, unknown> = {}): string => {
      const file = json({ success: true, numPassedTests: 7, numFailedTests: 0, numTotalTests: 7 + pending, numPendingTests: pending, ...data });
      writeFileSync(`${file}.skipped`, JSON.stringify(notes));
      return file;
    };

    test('are told apart, each with its reason', () => {
      const counts = vitestCounts(skipping(3, ['not run: pcscd is not installed', 'not run: socat is not installed', 'not run: pcscd is not installed']));
      expect(counts).toMatchObject({ passed: 7, failed: 0 });
      expect(notRunLine(add([counts, { passed: 1, failed: 0 }]))).toBe('3 not run: pcscd is not installed (2), socat is not installed (1)\n');
    });

    test.each([
      ['no reason', skipping(2, [null, 'not run: socat is not installed']), 1],
      ['another reason', skipping(1, ['flaky']), 1],
      ['a test still to be written', skipping(0, [], { numTodoTests: 1 }), 1],
      ['notes that are missing', skipping(2, 'nonsense'), 2],
    ])('%s is a failure', (_case, file, failed) => {
      expect(vitestCounts(file)).toMatchObject({ passed: 7, failed });
    });

    test('in the window too', () => {
      const skipped = { status: 'skipped', annotations: [{ type: 'skip', description: 'the command line is started by hand here' }] };
      const suites = [{ suites: [{ specs: [{ tests: [skipped] }, { tests: [{ status: 'expected', annotations: [] }] }] }] }];
      expect(playwrightCounts(json({ errors: [], suites, stats: { expected: 1, unexpected: 0, flaky: 0, skipped: 1 } }))).toEqual({
        passed: 1,
        failed: 0,
        notRun: ['the command line is started by hand here'],
      });
      const silent = { status: 'skipped', annotations: [] };
      expect(
        playwrightCounts(json({ errors: [], suites: [{ specs: [{ tests: [silent] }] }], stats: { expected: 1, unexpected: 0, flaky: 0, skipped: 1 } })),
      ).toEqual({
        passed: 1,
        failed: 1,
      });
    });

    test('when all were run there is no such line', () => {
      expect(notRunLine(add([{ passed: 1, failed: 0 }]))).toBe('');
    });
  });

  describe('what failed in the crowd', () => {
    const vitestReport = (...failed: { fullName: string; message: string }[]): string => {
      const assertionResults = failed.map(({ fullName, message }) => ({ fullName, status: 'failed', failureMessages: [message] }));
      const passing = { fullName: 'fine', status: 'passed', failureMessages: [] };
      return json({ testResults: [{ name: path.join(projectRoot, 'tests/a.test.ts'), assertionResults: [passing, ...assertionResults] }] });
    };
    const late = { fullName: 'comes late', message: 'Test timed out in 20000ms' };

    test('is named, with the files to run again', () => {
      expect(vitestFailures(vitestReport(late))).toEqual({ names: ['tests/a.test.ts: comes late'], args: ['tests/a.test.ts'] });
      const spec = (ok: boolean) => ({ title: ok ? 'fine' : 'comes late', file: 'a.spec.ts', ok, tests: [{ status: ok ? 'expected' : 'unexpected' }] });
      const suites = [{ suites: [{ specs: [spec(true), spec(false)] }] }];
      expect(playwrightFailures(json({ suites }))).toEqual({ names: ['a.spec.ts: comes late'], args: ['--last-failed'] });
    });

    test('has a second go only if every failure is a test, they are few, and none found a counterexample', () => {
      const failures = vitestFailures(vitestReport(late));
      expect(worthASecondGo({ passed: 5, failed: 1 }, failures)).toBe(true);
      expect(worthASecondGo({ passed: 5, failed: 2 }, failures)).toBe(false);
      expect(worthASecondGo({ passed: 5, failed: 0 }, vitestFailures(vitestReport()))).toBe(false);
      expect(worthASecondGo({ passed: 5, failed: 4 }, vitestFailures(vitestReport(late, late, late, late)))).toBe(false);
      const found = { fullName: 'adds up', message: 'Error: Property failed after 3 tests\n{ seed: 1 }' };
      expect(worthASecondGo({ passed: 5, failed: 1 }, vitestFailures(vitestReport(found)))).toBe(false);
      expect(worthASecondGo({ passed: 0, failed: 1 }, vitestFailures('/no/such.json'))).toBe(false);
    });

    test('has passed when all of it passes alone, and is named before the last line', () => {
      const failures = vitestFailures(vitestReport(late));
      const counts = afterSecondGo({ passed: 5, failed: 1 }, failures, { passed: 2, failed: 0 });
      expect(counts).toMatchObject({ passed: 6, failed: 0 });
      expect(onlyAloneLine(add([counts, { passed: 1, failed: 0 }]))).toBe('1 failed beside the others and passed alone: tests/a.test.ts: comes late\n');
      expect(onlyAloneLine(add([{ passed: 1, failed: 0 }]))).toBe('');
    });

    test.each([
      ['it fails again', { passed: 1, failed: 1 }],
      ['it was not found again', { passed: 0, failed: 0 }],
    ])('has failed when %s', (_case, again) => {
      expect(afterSecondGo({ passed: 5, failed: 1 }, vitestFailures(vitestReport(late)), again)).toEqual({ passed: 5, failed: 1 });
    });
  });

  test('the last line adds everything up', () => {
    const total = add([
      { passed: 2, failed: 0 },
      { passed: 40, failed: 3 },
    ]);
    expect(summaryLine(total)).toBe('42 passed, 3 failed');
  });

  test('a failed step is told with what it said', () => {
    const text = report([
      { name: 'types', counts: { passed: 0, failed: 1 }, complaint: 'a.ts(1,1): error', seconds: 0.5 },
      { name: 'lint', counts: { passed: 1, failed: 0 }, complaint: '', seconds: 1 },
    ]);
    expect(text).toBe('FAILED types (0.5 s)\nok     lint (1.0 s)\n\n--- types ---\na.ts(1,1): error\n');
  });
});

describe('the build', () => {
  const page = path.join(projectRoot, 'tests', 'e2e', 'support', 'page');
  const build = (terminalEntry: string, outDir = path.join(folder(), 'app')): ReturnType<typeof buildApp> =>
    buildApp({ flavor: 'production', outDir, terminalEntry, pageRoot: page });

  test.each([
    ['drivers/bench/cabinet.ts', true],
    ['drivers/card-reader/crt591/simulator.ts', true],
    ['drivers/card/simulated-chip.ts', true],
    ['drivers/card-reader/pcsc/simulator.ts', true],
    ['drivers/card-reader/crt591/codec.ts', false],
    ['tests/support/simulated-clock.ts', false],
  ])('%s is a simulator: %s', (file, simulator) => {
    expect(isSimulator(file)).toBe(simulator);
  });

  test('a terminal process that imports a simulator is not built, and the error says where it came from', async () => {
    const entry = path.join(folder(), 'main.ts');
    writeFileSync(entry, `import '${path.join(projectRoot, 'drivers', 'bench', 'anything.ts')}';\n`);
    await expect(build(entry)).rejects.toThrow(/must not contain drivers\/bench\/anything\.ts, imported by .*main\.ts/);
  });

  test('nothing changed: nothing is built again; an input changed: everything is', async () => {
    const entry = path.join(folder(), 'main.ts');
    const outDir = path.join(folder(), 'app');
    writeFileSync(entry, 'console.log(1);\n');
    expect(await build(entry, outDir)).toBe('built');
    expect(await build(entry, outDir)).toBe('unchanged');
    writeFileSync(entry, 'console.log(2);\n');
    expect(await build(entry, outDir)).toBe('built');
    expect(readFileSync(path.join(outDir, 'main', 'terminal.js'), 'utf8')).toContain('console.log(2)');
  });
});
