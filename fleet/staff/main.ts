/**
 * Process entry: `npm run staff -- COMMAND --office FOLDER …`, the operator's side of the sign-in at the cabinets (fleet/staff/README.md). What
 * it makes is verified at the terminals, offline. PINs come on the standard input, never on the command line. Exit status: 1 something is
 * wrong, 2 called wrongly.
 */
import { readFileSync } from 'node:fs';
import { systemClock } from '../server/system-ports.ts';
import { officeAnswer, USAGE, UsageError } from './command-line.ts';

officeAnswer({ input: () => readFileSync(0, 'utf8'), now: () => systemClock.now() }, process.argv.slice(2)).then(
  (answer) => process.stdout.write(`${answer}\n`),
  (error: unknown) => {
    const usage = error instanceof UsageError;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}${usage ? `; ${USAGE}` : ''}\n`);
    process.exitCode = usage ? 2 : 1;
  },
);
