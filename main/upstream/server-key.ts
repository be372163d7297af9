/** Upstream's public key as the terminal keeps it (config/data-files.ts), learned when the terminal is enrolled. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';

export interface ServerKeyFile {
  /** `undefined`: not met yet. */
  read(): PublicKey | undefined;
  /** Whole or not at all. */
  keep(key: PublicKey): void;
}

export function serverKeyFile(file: string): ServerKeyFile {
  return {
    read: () => {
      try {
        return publicKeySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      } catch {
        return undefined;
      }
    },
    keep: (key) => {
      const written = openSync(`${file}.new`, 'w');
      writeSync(written, JSON.stringify(key));
      fsyncSync(written);
      closeSync(written);
      renameSync(`${file}.new`, file);
    },
  };
}
