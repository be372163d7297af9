/** `npm run kioskctl -- …`: the technician's and operator's command line. Exit status: 0 good, 1 it is wrong, 2 called wrongly. */
import { requireNode } from './preflight.ts';

requireNode();
const { run } = await import('./commands.ts');
process.exitCode = await run(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  error: (line) => void process.stderr.write(`${line}\n`),
});
// A reader that has seen enough (`… | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
