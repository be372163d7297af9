/** Preloaded into `kioskctl settle`: ends it with SIGKILL right after the entry of the kind in KILL_AFTER became durable. */
import { Books } from '../../../../main/maintenance/settlement.ts';

// eslint-disable-next-line typescript/unbound-method -- called on its own books below
const { append } = Books.prototype;
Books.prototype.append = function (entry) {
  const appended = append.call(this, entry);
  if (entry.kind === process.env['KILL_AFTER']) process.kill(process.pid, 'SIGKILL');
  return appended;
};
