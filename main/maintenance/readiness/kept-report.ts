/** The last readiness report as the terminal keeps it: a compact JWS in a file of its own (config/data-files.ts), believed only with the terminal's signature. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { READINESS_TYPE, readinessReportSchema, type ReadinessReport } from '../../../common/maintenance/self-tests.ts';
import type { PublicKey } from '../../../common/upstream-api/fields.ts';
import type { SignedReadiness } from '../../receipts/readiness-slip.ts';
import { thumbprint } from '../../identity/terminal-key.ts';
import { jwsVerifier } from '../../journal/jws.ts';

export interface KeptReport {
  /** `undefined`: none was made, or none that this terminal signed. */
  read(): string | undefined;
  /** Whole or not at all. @throws when the disk refuses it */
  keep(jws: string): void;
}

export function keptReport(file: string): KeptReport {
  return {
    read: () => {
      try {
        return readFileSync(file, 'utf8').trim();
      } catch {
        return undefined;
      }
    },
    keep: (jws) => {
      const written = openSync(`${file}.new`, 'w');
      try {
        writeSync(written, `${jws}\n`);
        fsyncSync(written);
      } finally {
        closeSync(written);
      }
      renameSync(`${file}.new`, file);
    },
  };
}

/** `undefined`: not a report that the holder of this key signed. */
export function readReport(jws: string, publicKey: PublicKey): SignedReadiness | undefined {
  const verdict = jwsVerifier(publicKey)(jws, READINESS_TYPE);
  if (!verdict.ok) return undefined;
  const report = readinessReportSchema.safeParse(verdict.claims);
  return report.success ? signedOf(report.data, jws, publicKey) : undefined;
}

export function signedOf(report: ReadinessReport, jws: string, publicKey: PublicKey): SignedReadiness {
  return { report, kid: thumbprint(publicKey), signature: jws.slice(jws.lastIndexOf('.') + 1) };
}
