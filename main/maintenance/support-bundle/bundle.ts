/**
 * What an operator's support gets of a terminal: its state, its configuration without secrets, the proof of its journal, its last readiness report
 * and its logs, with personal data taken out, in one JSON document. Made beside a running terminal; sealed to the operator's key by whoever asked.
 */
import { z } from 'zod';
import { publicKeySchema, type PublicKey } from '../../../common/upstream-api/fields.ts';
import { parseJson } from '../../../common/parse-json.ts';
import type { TerminalConfig } from '../../config/config.ts';
import { dataFilesOf } from '../../config/data-files.ts';
import { withContent } from '../../journal/content.ts';
import { JournalError } from '../../journal/journal-error.ts';
import { parseEntry } from '../../journal/stored-chain.ts';
import { verifyJournal } from '../../journal/verify.ts';
import { readState } from '../../terminal/state-file.ts';
import { keptReport, readReport } from '../readiness/kept-report.ts';
import { redactConfiguration, redactLogLine, redactValue } from '../redact.ts';

export interface BundleSources {
  readonly config: TerminalConfig;
  /** As it is in its file. */
  readonly written: unknown;
  /** ms since 1970. */
  readonly at: number;
  readonly version: string;
  /** Oldest first. */
  readonly logLines: readonly string[];
}

/** Places and kinds of the last entries; their bodies stay here. */
const TAIL = 200;
const MOST_LOG_LINES = 20_000;

export function makeBundle({ config, written, at, version, logLines }: BundleSources): Record<string, unknown> {
  const files = dataFilesOf(config);
  return {
    bundle: 1,
    terminalId: config.terminal.id,
    at: new Date(at).toISOString(),
    version,
    configuration: redactConfiguration(written),
    state: redactValue(readState(files.state) ?? null, STATE_NAMES),
    journal: journalPart(files.journal),
    readiness: readinessPart(files.journal, files.readiness),
    logs: logLines.slice(-MOST_LOG_LINES).map(redactLogLine),
  };
}

/** Of devices, not of people. */
const STATE_NAMES: ReadonlySet<string> = new Set(['serialNumber', 'code', 'name', 'text']);

function journalPart(path: string): unknown {
  try {
    const { ok, epoch, entries, transactions, openTransactions, signedUpTo, receiptedUpTo, headHash, break: found } = verifyJournal(path);
    return {
      ok,
      epoch,
      entries,
      transactions,
      open: openTransactions.length,
      signedUpTo,
      receiptedUpTo,
      headHash,
      ...(found === undefined ? {} : { break: found }),
      tail: tailOf(path),
    };
  } catch (error) {
    if (error instanceof JournalError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

function tailOf(path: string): readonly unknown[] {
  try {
    return withContent(path, ({ entries }) => {
      const last: unknown[] = [];
      for (const { entry } of entries) {
        const { seq, at, kind } = parseEntry(entry);
        last.push({ seq, at, kind });
        if (last.length > TAIL) last.shift();
      }
      return last;
    });
  } catch (error) {
    if (error instanceof JournalError) return [];
    throw error;
  }
}

/** Staff's number stays here too: who did it is in the journal. */
function readinessPart(journal: string, file: string): unknown {
  const key = journalKeyOf(journal);
  const jws = keptReport(file).read();
  const signed = key === undefined || jws === undefined ? undefined : readReport(jws, key);
  if (signed === undefined) return null;
  const { report } = signed;
  return {
    at: new Date(report.at).toISOString(),
    verdict: report.verdict,
    paused: report.paused,
    tests: redactValue(report.tests, STATE_NAMES),
    signedWith: signed.kid,
  };
}

/** The terminal's key as its journal names it: whoever looks on need not be allowed to read the private one. */
export function journalKeyOf(path: string): PublicKey | undefined {
  try {
    return withContent(path, ({ publicKey }) => publicKeySchema.safeParse(pick(parseJson(publicKey))).data);
  } catch (error) {
    if (error instanceof JournalError) return undefined;
    throw error;
  }
}

const keyParts = z.object({ kty: z.unknown(), crv: z.unknown(), x: z.unknown() });

function pick(value: unknown): unknown {
  return keyParts.safeParse(value).data;
}
