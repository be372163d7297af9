/**
 * The journal of a terminal that is stopped, opened for staff: proved from its first entry to its last before anything is written, and
 * never replaced. `readSurvey` only looks, also while the terminal runs. Used by kioskctl.
 */
import { createIds } from '../../common/ids.ts';
import type { JournalEntry } from '../../common/journal-entry.ts';
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import type { TerminalKey } from '../identity/terminal-key.ts';
import { businessDates } from '../../common/business-date.ts';
import { baseCash } from '../journal/base.ts';
import { withContent, type JournalContent } from '../journal/content.ts';
import { JournalError } from '../journal/journal-error.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { parseJson } from '../../common/parse-json.ts';
import { parseEntry } from '../journal/stored-chain.ts';
import { verifyJournal } from '../journal/verify.ts';
import { surveyCash, type CashSurvey } from '../../common/money/cash-survey.ts';

export interface StoppedJournalOptions {
  readonly path: string;
  readonly key: TerminalKey;
  /** IANA name. */
  readonly timeZone: string;
  readonly secondPath?: string;
  readonly secondSync?: 'each' | 'checkpoint';
  readonly clock: Clock;
  readonly random: Random;
}

export interface JournalFacts extends CashSurvey {
  readonly terminalId: string;
  readonly epoch: number;
  readonly lastSeq: number;
}

/** Carried and kept entries first. @throws {JournalError} `corrupt` */
export function* entriesOf({ carried, entries }: JournalContent): Generator<JournalEntry> {
  for (const { json } of carried) yield parseEntry(json);
  for (const { entry } of entries) yield parseEntry(entry);
}

/** @throws {JournalError} `notFound`, `newer`, `corrupt` */
export function readSurvey(path: string): JournalFacts {
  return withContent(path, (content) => {
    let lastSeq = 0;
    const counted = function* (): Generator<JournalEntry> {
      for (const entry of entriesOf(content)) {
        if (entry.epoch === content.epoch) lastSeq = entry.seq;
        yield entry;
      }
    };
    const base = content.base?.base;
    const survey = surveyCash(counted(), base === undefined ? undefined : { ...base, cash: baseCash(base) });
    return { ...survey, terminalId: content.terminalId, epoch: content.epoch, lastSeq };
  });
}

/**
 * Opens, proves, hands over, closes.
 * @throws {JournalError} `locked` while the terminal runs, `invalid` for another terminal's key or time zone, `corrupt` when it does not verify
 */
export async function withStoppedJournal<T>(options: StoppedJournalOptions, work: (journal: Journal, facts: JournalFacts) => Promise<T> | T): Promise<T> {
  const { path, key, timeZone, clock, random } = options;
  const { terminalId, zoneProblem } = whose(path, key, timeZone);
  if (zoneProblem !== undefined) throw new JournalError('invalid', zoneProblem);
  const journal = openJournal({
    path,
    terminalId,
    timeZone,
    key,
    clock,
    ids: createIds(clock, random),
    damaged: 'refuse',
    ...(options.secondPath === undefined ? {} : { secondPath: options.secondPath }),
    ...(options.secondSync === undefined ? {} : { secondSync: options.secondSync }),
  });
  try {
    const { break: found } = verifyJournal(path, { publicKey: key.publicKey });
    if (found !== undefined)
      throw new JournalError(
        'corrupt',
        `${path} does not verify (${found.seq === undefined ? '' : `entry ${found.seq}, `}${found.check}: ${found.detail}): nothing was written; keep the file as it is and compare it with upstream`,
      );
    return await work(journal, readSurvey(path));
  } finally {
    journal.close();
  }
}

/** Whether key and zone are this journal's: with another key it would be taken for damaged, with another zone entries get another day. */
function whose(path: string, key: TerminalKey, timeZone: string): { terminalId: string; zoneProblem: string | undefined } {
  return withContent(path, ({ terminalId, publicKey, entries }) => {
    const named = parseJson(publicKey);
    if (typeof named !== 'object' || named === null || !('x' in named) || named.x !== key.publicKey.x)
      throw new JournalError('invalid', `the key is not the one of ${terminalId}'s journal: give terminal-key.pem of that terminal`);
    let last: JournalEntry | undefined;
    for (const { entry } of entries) last = parseEntry(entry);
    const due = last === undefined ? undefined : businessDates(timeZone)(Date.parse(last.at));
    const zoneProblem =
      due === last?.businessDate ? undefined : `in ${timeZone} the last entry would be of ${due}, it is of ${last?.businessDate}: give the terminal's --config`;
    return { terminalId, zoneProblem };
  });
}
