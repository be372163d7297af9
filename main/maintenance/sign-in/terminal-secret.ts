/**
 * The terminal's own secret for one-time codes: a file that the operator's command line makes (`npm run staff -- terminal`) and only the
 * terminal's user can read; sealed at the first start where the machine can (main/identity/key-seal.ts). There is no master secret here, and no secret of another terminal's.
 */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { SECRET_BYTES } from '../../../common/maintenance/staff-secret.ts';
import { openSecret, SealError, sealNow, type KeySeal } from '../../identity/key-seal.ts';

export type SecretReading =
  | { readonly ok: true; readonly secret: Uint8Array }
  /** Codes are judged by nobody; what is signed still is. */
  | { readonly ok: false; readonly why: string };

/** @param path of a file of 64 hexadecimal digits, sealed or not, mode 0600 */
export function readTerminalSecret(path: string, seal?: KeySeal): SecretReading {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { ok: false, why: missing ? `there is no ${path}` : `${path} can't be read` };
  }
  try {
    const mode = fstatSync(file).mode & 0o777;
    if ((mode & 0o077) !== 0) return { ok: false, why: `${path} is readable by others (mode ${mode.toString(8)}): chmod 600 ${path}` };
    const kept = readFileSync(file, 'utf8');
    const text = openSecret(path, 'staff-secret', kept, seal).trim();
    if (!new RegExp(`^[0-9a-fA-F]{${2 * SECRET_BYTES}}$`).test(text)) return { ok: false, why: `${path} does not hold ${SECRET_BYTES} bytes of hexadecimal` };
    sealNow(path, 'staff-secret', kept, seal);
    return { ok: true, secret: new Uint8Array(Buffer.from(text, 'hex')) };
  } catch (error) {
    if (error instanceof SealError) return { ok: false, why: error.message };
    throw error;
  } finally {
    closeSync(file);
  }
}
