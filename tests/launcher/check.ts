/** `npm run check`: format, types, lint and layers side by side, then the unit tests but for the long enumerations. Exit 1 when something is wrong. */
import { quickUnitStep, report, staticSteps } from './steps.ts';

const statics = await Promise.all(staticSteps.map((step) => step()));
process.stdout.write(report(statics));
if (statics.some(({ counts }) => counts.failed > 0)) process.exit(1);

const units = await quickUnitStep();
process.stdout.write(report([units]));
if (units.counts.failed > 0) process.exit(1);
