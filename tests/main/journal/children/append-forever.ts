/**
 * A terminal that appends as fast as it can until it is killed, for crash.test.ts and tests/crashes: says each acknowledged entry in a
 * line `seq hash`, a failed append as `failed CODE MUST-REOPEN`. Then it stops; or,
 * given a ballast file, removes that and goes on for ten entries. Given a number, it kills itself when so many entries are on the disk,
 * before it says the last one. Arguments: path of the journal; path of the ballast, or the number.
 */
import { createHash } from 'node:crypto';
import { rmSync, writeSync } from 'node:fs';
import { createIds } from '../../../../common/ids.ts';
import { loadOrCreateTerminalKey } from '../../../../main/identity/terminal-key.ts';
import { JournalError } from '../../../../main/journal/journal-error.ts';
import { openJournal } from '../../../../main/journal/journal.ts';

const [path = '', second] = process.argv.slice(2);
const dieAt = /^\d+$/.test(second ?? '') ? Number(second) : Infinity;
const ballast = dieAt === Infinity ? second : undefined;
let left = Infinity;
let calls = 0;
const random = {
  bytes: (count: number) =>
    Uint8Array.from(
      createHash('sha512')
        .update(`${process.pid} ${(calls += 1)}`)
        .digest()
        .subarray(0, count),
    ),
};
const clock = { now: () => Date.UTC(2026, 10, 22) + calls };
const say = (line: string): void => void writeSync(1, `${line}\n`);
const journal = openJournal({
  path,
  terminalId: 'T-0001',
  timeZone: 'Asia/Shanghai',
  clock,
  ids: createIds(clock, random),
  key: loadOrCreateTerminalKey(`${path}.key`),
});
say(`opened ${journal.epoch} ${journal.head.seq}`);

while (left > 0) {
  try {
    const { seq, hash } = journal.append({ kind: 'device.fault', body: { device: 'none', code: String(calls), detail: 'x'.repeat(calls % 700) } });
    if (seq >= dieAt) die();
    say(`${seq} ${hash}`);
    left -= 1;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    say(`failed ${error.code} ${journal.mustReopen}`);
    left = ballast === undefined ? 0 : Math.min(left, 10);
    if (ballast !== undefined) rmSync(ballast, { force: true });
  }
}
journal.close();
say('closed');

/** The signal may reach another thread first: this one says nothing more. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) continue;
}
