/** Child of million.ts: opens the journal in a folder and asks all that a start asks; then a round of the caretaker. Prints ms, as JSON. */
import { keepHeapSmall } from '../../main/terminal/small-heap.ts';
import { askAll, openMillion } from './million-journal.ts';

keepHeapSmall();
const began = performance.now();
const journal = openMillion(process.argv[2] ?? '');
const open = askAll(journal);
const opened = performance.now();
askAll(journal);
const asked = performance.now();
process.stdout.write(JSON.stringify({ openMs: opened - began, roundMs: asked - opened, open, head: journal.head.seq }));
