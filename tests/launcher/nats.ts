/** nats-server for the tests of the message bus: installed where that is ours to do (root on Debian); elsewhere those tests say that they were not run. Used by `test.ts`. */
import { noNats } from '../../fleet/load/nats-process.ts';
import { aptInstall, mayInstall } from './needs.ts';

/** Never fails: the tests say what is missing. */
export async function bringNats(): Promise<void> {
  if (noNats() !== undefined && mayInstall()) await aptInstall(['nats-server']);
}
