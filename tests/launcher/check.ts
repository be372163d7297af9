/**
 * `npm run check`: format, types, lint and layers, and beside them the unit tests but for the long enumerations; what the first four have to
 * say is said as soon as they know it. Exit 1 when something is wrong.
 */
import { quickUnitStep, report, staticSteps, type Step, type StepResult } from './steps.ts';

const [statics, units] = await Promise.all([told(staticSteps), told([quickUnitStep])]);
if ([...statics, ...units].some(({ counts }) => counts.failed > 0)) process.exitCode = 1;

async function told(steps: readonly Step[]): Promise<readonly StepResult[]> {
  const results = await Promise.all(steps.map((step) => step()));
  process.stdout.write(report(results));
  return results;
}
