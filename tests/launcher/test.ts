/**
 * `npm test`: everything a release needs — the build, the static checks, the lock file, unit tests and simulation, beside them the pages one
 * by one, and beside both what waits: for mechanics, for the drivers in a virtual machine, and the end-to-end tests in the machine's host.
 * Gets what it needs first, or exits 2 with the command that helps. The last line is `N passed, N failed`; tests that lack a part of the
 * machine stand before it, `N not run: …`, and those that failed in the crowd and passed alone, `N failed beside …`.
 */
import { bringDebianRoot } from './debian-root.ts';
import { findHost } from './host.ts';
import { MissingNeed, needProgram } from './needs.ts';
import { bringNats } from './nats.ts';
import { bringPcscParts } from './pcsc-parts.ts';
import { bringPostgres } from './postgres.ts';
import { bringPythonVerifier } from './python-verifier.ts';
import { add, notRunLine, onlyAloneLine, summaryLine } from './results.ts';
import { bringPoppler } from './poppler.ts';
import { bringSoftHsm } from './softhsm.ts';
import {
  auditStep,
  buildStep,
  endToEndStep,
  lockStep,
  packageStep,
  pagesStep,
  report,
  simulationSteps,
  staticSteps,
  unitStep,
  virtualMachineStep,
  waitingStep,
  type Step,
  type StepResult,
} from './steps.ts';

try {
  process.stdout.write(`${(await findHost()).line}\n`);
  await needProgram(['socat'], 'socat');
  await bringPcscParts();
  await bringPythonVerifier();
  await bringPostgres();
  await bringSoftHsm();
  await bringPoppler();
  await bringNats();
} catch (error) {
  if (!(error instanceof MissingNeed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

const debian = bringDebianRoot();
const built = await buildStep();
// side by side: what computes gives way to what waits
const lanes = await Promise.all([
  inTurn([...staticSteps, lockStep, auditStep, unitStep, ...simulationSteps]),
  inTurn([pagesStep]),
  inTurn([waitingStep, virtualMachineStep, packageStep(debian), endToEndStep]),
]);
const results = await secondGoes([built, ...lanes.flat()]);

const total = add(results.map(({ counts }) => counts));
process.stdout.write(`\n${report(results)}${notRunLine(total)}${onlyAloneLine(total)}${summaryLine(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function inTurn(steps: readonly Step[]): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of steps) results.push(await step());
  return results;
}

/** One after the other: what is run again has the machine for itself. */
async function secondGoes(all: readonly StepResult[]): Promise<readonly StepResult[]> {
  const settled: StepResult[] = [];
  for (const result of all) settled.push((await result.again?.()) ?? result);
  return settled;
}
