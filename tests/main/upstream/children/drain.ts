/**
 * Child of killed.test.ts: a process that drains the journal in a folder and ends with status 0 once upstream has everything; or is killed
 * by SIGKILL at a receipt that the test named, right before or right after it is stored.
 */
import path from 'node:path';
import { z } from 'zod';
import { createIds } from '../../../../common/ids.ts';
import { loadOrCreateTerminalKey } from '../../../../main/identity/terminal-key.ts';
import { openJournal } from '../../../../main/journal/journal.ts';
import { JournalDesk } from '../../../../main/terminal/ports/journal-port.ts';
import { systemClock as clock, systemRandom as random } from '../../../../main/terminal/system.ts';
import { createUpstream } from '../../../../main/upstream/upstream.ts';

export const drainSchema = z.strictObject({
  folder: z.string(),
  url: z.string(),
  terminalId: z.string(),
  enrolmentCode: z.string(),
  /** The first receipt of this life is 1. */
  killAt: z.strictObject({ receipt: z.int(), when: z.enum(['before', 'after']) }).optional(),
});
export type Drain = z.infer<typeof drainSchema>;

const { folder, url, terminalId, enrolmentCode, killAt } = drainSchema.parse(JSON.parse(process.argv[2] ?? ''));
const key = loadOrCreateTerminalKey(path.join(folder, 'key.pem'));
const journal = openJournal({ path: path.join(folder, 'journal.sqlite'), terminalId, timeZone: 'Asia/Shanghai', clock, ids: createIds(clock, random), key });

class MortalDesk extends JournalDesk {
  #receipts = 0;

  override storeReceipt(...receipt: Parameters<JournalDesk['storeReceipt']>): void {
    this.#receipts += 1;
    const due = this.#receipts === killAt?.receipt;
    if (due && killAt.when === 'before') die();
    super.storeReceipt(...receipt);
    if (due) die();
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('SIGKILL was survived');
}

const desk = new MortalDesk({ journal, clock, random, shortName: 'A01', businessDate: () => '2026-03-15', onHealth: () => {} });
const upstream = createUpstream({ url, terminalId, key, clock, random, enrolmentCode });
const uplink = upstream.startUplink(desk);
uplink.onChange(({ state }) => {
  if (state !== 'drained') return;
  upstream.close();
  journal.close();
  process.exit(0);
});
