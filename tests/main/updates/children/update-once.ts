/**
 * A terminal that updates itself on a real disk until it is killed: fetched, laid out, named, started, proven; says `begun` and `done`, and lives on.
 * Arguments: install folder, file of the root, folder of the repository.
 */
import { readFileSync } from 'node:fs';
import { TerminalPlace } from '../terminal-place.ts';

const [folder = '', rootFile = '', source = ''] = process.argv.slice(2);
const terminal = new TerminalPlace({ source, root: readFileSync(rootFile, 'utf8'), folder });
process.stdout.write('begun\n');
await terminal.prepare();
terminal.runsWell();
process.stdout.write('done\n');
setInterval(() => {}, 60_000);
