/** An HSM for a test: a fresh token of SoftHSM in a temporary folder. Where SoftHSM is not installed, `noSoftHsm` says so. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Cryptoki, Pkcs11Settings } from '../../../fleet/server/keys/pkcs11-token.ts';
import { SOFTHSM } from '../../launcher/softhsm.ts';

export const PIN = '483920';
export const SO_PIN = '77665544';

/** Why it can't be had here; undefined: it can. */
export function noSoftHsm(): string | undefined {
  return existsSync(SOFTHSM) ? undefined : `${SOFTHSM} is not on this machine; run: apt-get install -y softhsm2`;
}

export interface TestToken extends Pkcs11Settings {
  readonly folder: string;
}

/** Goes away with the test. */
export function newToken(tokenLabel = 'issuer'): TestToken {
  const folder = mkdtempSync(join(tmpdir(), 'softhsm-'));
  const before = process.env['SOFTHSM2_CONF'];
  const configuration = join(folder, 'softhsm2.conf');
  mkdirSync(join(folder, 'tokens'));
  writeFileSync(configuration, `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env['SOFTHSM2_CONF'] = configuration;
  onTestFinished(() => {
    finalize();
    rmSync(folder, { recursive: true });
    if (before === undefined) delete process.env['SOFTHSM2_CONF'];
    else process.env['SOFTHSM2_CONF'] = before;
  });
  finalize();
  execFileSync('softhsm2-util', ['--init-token', '--free', '--label', tokenLabel, '--pin', PIN, '--so-pin', SO_PIN], { stdio: 'pipe' });
  const pinFile = join(folder, 'pin');
  writeFileSync(pinFile, `${PIN}\n`, { mode: 0o600 });
  return { module: SOFTHSM, tokenLabel, pinFile, folder };
}

export function cryptoki(): Cryptoki {
  return createRequire(import.meta.url)('pkcs11js') as Cryptoki;
}

/** The module of this process, as somebody else in it sees it: to do something behind the key store's back. */
export function moduleBehind() {
  const module = new (cryptoki().PKCS11)();
  module.load(SOFTHSM);
  return module;
}

/** A module that was started reads its configuration no more. */
function finalize(): void {
  try {
    moduleBehind().C_Finalize();
  } catch {
    // it was not started
  }
}
