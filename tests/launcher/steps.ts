/** The steps that `npm run check` and `npm test` are made of: each tells whether it is well and what it has to say when it isn't. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildApp, buildConsole } from './build.ts';
import { missingOptionalPackages } from './lock-check.ts';
import { playwrightCounts, vitestCounts, type Counts } from './results.ts';
import { projectRoot, run, type RunOptions } from './run-tool.ts';
import { scratchEnv } from './scratch.ts';
import { afterSecondGo, playwrightFailures, vitestFailures, worthASecondGo, type Failures } from './second-go.ts';
import { runVmTests } from '../vm/run.ts';

export interface StepResult {
  readonly name: string;
  readonly counts: Counts;
  /** What a person needs to mend it; empty when all is well. */
  readonly complaint: string;
  readonly seconds: number;
  /** What failed, once more: worth it when nothing else runs. */
  readonly again?: Step;
}

export type Step = () => Promise<StepResult>;

/** Fast enough to run side by side. */
export const staticSteps: readonly Step[] = [
  () => tool('format', 'prettier', ['--check', '--cache', '--cache-strategy', 'content', '--cache-location', 'out/prettier.cache', '.'], { givesWay: true }),
  // each checker works out for itself what the others have, too: more than two cost more than they save
  () => tool('types', 'tsc', ['-p', '.', '--checkers', '2'], { givesWay: true }),
  () => tool('lint', 'oxlint', ['--type-aware', '.'], { givesWay: true }),
  () =>
    tool('layers', 'depcruise', ['--config', '.dependency-cruiser.mjs', 'common', 'drivers', 'state-machines', 'main', 'renderer', 'fleet', 'tests'], {
      givesWay: true,
    }),
];

export const lockStep: Step = () =>
  timed('lock file', async () => missingOptionalPackages(readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8')).join('\n'));

/** What is published of what is shipped; a registry that answers no audits is one test that was not run. */
export const auditStep: Step = async () => {
  const started = performance.now();
  const { code, output } = await run('node', [path.join('tests', 'launcher', 'package', 'audit.ts')]);
  const counts =
    code !== 0
      ? { passed: 0, failed: 1 }
      : output.startsWith('not run')
        ? { passed: 0, failed: 0, notRun: [`audit: ${output.trim()}`] }
        : { passed: 1, failed: 0 };
  return { name: 'audit', counts, complaint: code === 0 ? '' : output, seconds: (performance.now() - started) / 1000 };
};

export const buildStep: Step = () =>
  timed('build', async () => {
    await buildApp();
    await buildConsole();
    return '';
  });

/** All but those that wait. */
export const unitStep: Step = () => units('unit tests', ['!waiting', '!package'], 'vitest.json', { givesWay: true });

/** slow-tests.ts says what waits, and for what. */
export const waitingStep: Step = () => units('tests that wait for mechanics', ['waiting'], 'vitest-waiting.json');

/** @param ready resolves when the fresh Debian is there, or can't be had */
export const packageStep =
  (ready: Promise<void>): Step =>
  async () => {
    await ready;
    return units('package', ['package'], 'vitest-package.json');
  };

/** Without what waits and the long enumerations. */
export const quickUnitStep: Step = () => units('unit tests', ['units', 'alone'], 'vitest.json');

function units(name: string, projects: readonly string[], reportName: string, options: RunOptions = {}): Promise<StepResult> {
  const chosen = projects.map((project) => `--project=${project}`);
  return suite({ name, command: 'vitest', args: ['run', ...chosen], reportName, count: vitestCounts, failures: vitestFailures }, options);
}

/** The drivers on devices of a real kernel; on a machine that can't run one, one test that was not run, with the reason. */
export const virtualMachineStep: Step = async () => {
  const started = performance.now();
  const { counts, notRun, output } = await runVmTests();
  return {
    name: 'virtual machine',
    counts: notRun === undefined ? counts : { ...counts, notRun: [notRun] },
    complaint: counts.failed === 0 ? '' : output.slice(-4000),
    seconds: (performance.now() - started) / 1000,
  };
};

/** The terminal in virtual time against a hostile world (tests/simulation): some worlds of chance, and a slice of all faults at all places. */
export const simulationSteps: readonly Step[] = [
  () => simulation('simulation', ['--seeds', '101..106']),
  () => simulation('simulation, every fault at every step: a slice', ['--exhaustive', '1', '--part', '7/600']),
];

function simulation(name: string, args: readonly string[]): Promise<StepResult> {
  return tool(name, 'node', [path.join('tests', 'simulation', 'main.ts'), ...args], { givesWay: true });
}

/** Screens and pages, one by one: beside what waits. */
export const pagesStep: Step = () => endToEnd('pages', ['screens'], { givesWay: true });

export const endToEndStep: Step = () => endToEnd('end-to-end tests', ['situations', 'terminal']);

/** Each with a folder of its own: it is emptied first. */
function endToEnd(name: string, projects: readonly string[], options: RunOptions = {}): Promise<StepResult> {
  const folder = `playwright-${projects[0] ?? ''}`;
  const args = ['test', ...projects.map((project) => `--project=${project}`), '--output', path.join('out', folder)];
  return suite({ name, command: 'playwright', args, reportName: `${folder}.json`, count: playwrightCounts, failures: playwrightFailures }, options);
}

/** One line a step, then the complaints of those that failed. */
export function report(results: readonly StepResult[]): string {
  const lines = results.map(({ name, counts, seconds }) => `${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
  const complaints = results.filter(({ counts }) => counts.failed > 0).map(({ name, complaint }) => `\n--- ${name} ---\n${complaint.trimEnd()}`);
  return [...lines, ...complaints, ''].join('\n');
}

function tool(name: string, command: string, args: readonly string[], options: RunOptions = {}): Promise<StepResult> {
  return timed(name, async () => {
    const { code, output } = await run(command, args, options);
    return code === 0 ? '' : output || `${command} ended with ${String(code)}`;
  });
}

/** A check that is one yes or no. @param check resolves to the complaint, empty when all is well */
async function timed(name: string, check: () => Promise<string>): Promise<StepResult> {
  const started = performance.now();
  const complaint = await check().catch((error: unknown) => String(error));
  return { name, counts: complaint === '' ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }, complaint, seconds: (performance.now() - started) / 1000 };
}

interface Suite {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly reportName: string;
  readonly count: (reportFile: string) => Counts;
  readonly failures: (reportFile: string) => Failures;
}

async function suite(what: Suite, options: RunOptions = {}): Promise<StepResult> {
  const first = await suiteOnce(what, options);
  const failures = what.failures(reportOf(what));
  if (!worthASecondGo(first.counts, failures)) return first;
  const again = async (): Promise<StepResult> => {
    process.stdout.write(`\n${what.name}: once more, alone: ${failures.names.join('; ')}\n`);
    const second = await suiteOnce({ ...what, args: [...what.args, ...failures.args] }, options);
    const counts = afterSecondGo(first.counts, failures, second.counts);
    return { ...first, counts, complaint: counts.failed === 0 ? '' : first.complaint, seconds: first.seconds + second.seconds };
  };
  return { ...first, again };
}

const reportOf = ({ reportName }: Suite): string => path.join(projectRoot, 'out', reportName);

async function suiteOnce(what: Suite, options: RunOptions): Promise<StepResult> {
  const { name, command, args, count } = what;
  const reportFile = reportOf(what);
  mkdirSync(path.dirname(reportFile), { recursive: true });
  for (const old of [reportFile, `${reportFile}.skipped`]) rmSync(old, { force: true });
  const started = performance.now();
  const { code, output } = await run(command, args, { ...options, show: true, env: { ...scratchEnv(), TEST_REPORT: reportFile } });
  const counted = count(reportFile);
  const counts = code === 0 || counted.failed > 0 ? counted : { ...counted, failed: 1 };
  return { name, counts, complaint: counts.failed === 0 ? '' : output.slice(-4000), seconds: (performance.now() - started) / 1000 };
}
