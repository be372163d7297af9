/**
 * Preloaded into a terminal process by killed.ts: ends it with SIGKILL right before, or right after, the journal has made the entry
 * durable that the test named by a message. Between two commits nothing else is durable, so these are all the moments there are.
 */
import { JournalDesk } from '../../../../main/terminal/ports/journal-port.ts';

export interface KillAt {
  readonly type: 'kill-at';
  readonly kind: string;
  /** The first entry of this kind from now on, the second, … */
  readonly occurrence: number;
  /** `before`: what the entry tells of has happened, and is not written down. `after`: it is, and nothing has followed yet. */
  readonly when: 'before' | 'after';
}

let armed: KillAt | undefined;
let seen = 0;

process.on('message', (message: object) => {
  if (!('type' in message) || message.type !== 'kill-at') return;
  armed = message as KillAt;
  seen = 0;
});

// eslint-disable-next-line typescript/unbound-method -- called on its own desk below
const { append } = JournalDesk.prototype;
JournalDesk.prototype.append = function (entry) {
  if (entry.kind === armed?.kind) seen += 1;
  const due = armed !== undefined && entry.kind === armed.kind && seen === armed.occurrence;
  if (due && armed?.when === 'before') die();
  const appended = append.call(this, entry);
  if (due) die();
  return appended;
};

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('SIGKILL was survived');
}
