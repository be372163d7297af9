/**
 * Under disk-shim with a log: a journal's life, with each acknowledgement written into the same log in its place. Arguments: folder, log, which
 * life, when the second file is synced. Started by power-cuts.ts.
 */
import { appendFileSync } from 'node:fs';
import type { Journal } from '../../../main/journal/journal.ts';
import { saidLine } from '../disk-shim.ts';
import { pruneOldBooks } from '../old-books.ts';
import { oneTopUp, openBooks, type Acknowledged } from '../books.ts';

const [folder = '', log = '', life = '', secondSync = ''] = process.argv.slice(2);
let lives = 2;

function open(): Journal {
  return openBooks(folder, (lives += 1), { secondSync: secondSync === 'each' ? 'each' : 'checkpoint' });
}

/** The event loop turns between two entries, as between two steps of a flow: what is written behind an append is written then. */
async function write(journal: Journal, number: number): Promise<void> {
  for (const entry of oneTopUp(number)) {
    const { seq, hash } = journal.append(entry);
    const acknowledged: Acknowledged = { epoch: journal.epoch, seq, hash };
    appendFileSync(log, saidLine(JSON.stringify(acknowledged)));
    await Promise.resolve();
  }
}

const journal = open();
if (life === 'pruning') pruneOldBooks(journal, (announced) => appendFileSync(log, saidLine(JSON.stringify(announced))));
await write(journal, 1);
if (life === 'sound') {
  journal.checkpoint();
  await write(journal, 2);
  journal.close();
  await write(open(), 3);
}
