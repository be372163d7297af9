/** `npm run check`: format, types, lint and layers side by side, then the unit tests. Exit 1 when something is wrong. */
import { report, staticSteps, unitStep } from './steps.ts';

const statics = await Promise.all(staticSteps.map((step) => step()));
process.stdout.write(report(statics));
if (statics.some(({ counts }) => counts.failed > 0)) process.exit(1);

const units = await unitStep();
process.stdout.write(report([units]));
if (units.counts.failed > 0) process.exit(1);
