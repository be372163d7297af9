/** An HSM in software for the tests of the issuer's keys: installed where that is ours to do (root on Debian); elsewhere those tests say that they were not run. Used by `test.ts`. */
import { existsSync } from 'node:fs';
import { aptInstall, mayInstall } from './needs.ts';

export const SOFTHSM = '/usr/lib/softhsm/libsofthsm2.so';

/** Never fails: the tests say what is missing. */
export async function bringSoftHsm(): Promise<void> {
  if (!existsSync(SOFTHSM) && mayInstall()) await aptInstall(['softhsm2']);
}
