/**
 * One life of the terminal process: everything it is made of, out of its configuration and of the world it wakes up in. main.ts gives it
 * the machine's world; the simulation gives it another, and everything between is the same.
 */
import { mkdirSync } from 'node:fs';
import type { Clock } from '../../common/clock.ts';
import { FLAVOR, type Flavor } from '../../common/flavor.ts';
import { createIds, type Random } from '../../common/ids.ts';
import type { Seal } from '../../common/sealing.ts';
import type { TransportDeps } from '../../drivers/transport/open.ts';
import type { View } from '../../state-machines/view.ts';
import { authoritiesOf, ConfigError, type TerminalConfig } from '../config/config.ts';
import { claimFolders, requireOwnConfig } from '../config/flavor.ts';
import { dataFilesOf } from '../config/data-files.ts';
import { unsealed, type KeySeal } from '../identity/key-seal.ts';
import { loadOrCreateTerminalKey } from '../identity/terminal-key.ts';
import { doubt } from '../journal/doubt.ts';
import { freeSpace, type FreeSpace } from '../journal/free-space.ts';
import { JournalError } from '../journal/journal-error.ts';
import { inThisThread, journalWork, type WorkOrder } from '../maintenance/journal-work.ts';
import type { JournalFinding } from '../../state-machines/maintenance/rooms-port.ts';
import { readTerminalSecret } from '../maintenance/sign-in/terminal-secret.ts';
import { openJournal, type Journal, type JournalOptions } from '../journal/journal.ts';
import { secondPathBeside } from '../journal/second-file.ts';
import { keptReport } from '../maintenance/readiness/kept-report.ts';
import { serverKeyFile } from '../upstream/server-key.ts';
import { openAnswerCounts } from '../support/answer-counts.ts';
import { sheetFile } from '../upstream/desk.ts';
import { troubleText } from '../upstream/standing.ts';
import { createUpstream } from '../upstream/upstream.ts';
import { JournaledMemory, LOOK_BACK } from './acceptor-memory.ts';
import { makeDevices } from './devices.ts';
import type { Log } from './log.ts';
import { startTerminal, type Terminal, type TerminalOptions } from './terminal.ts';

/** What a life finds around it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  /** What this program is. Default: {@link FLAVOR}. */
  readonly flavor?: Flavor;
  /** The simulators that `sim:NAME` reaches, or that there are none. */
  readonly simulation: TransportDeps['simulation'];
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
  /** Default: with a fresh key each time. */
  readonly seal?: Seal;
  /** What the terminal's secret files are sealed by. Default: nothing; they are their owner's alone. */
  readonly keySeal?: KeySeal;
  /** Default: the disk's own word. */
  readonly freeSpace?: (folder: string) => FreeSpace;
  /** Default: {@link openJournal}. */
  readonly openJournal?: (options: JournalOptions) => Journal;
  /** What may leave the journal, and when. Default: what the configuration says. */
  readonly pruning?: TerminalOptions['pruning'];
  /** {@link checkInBackground}. Default: nobody reads all of the journal while the terminal runs. */
  readonly checkJournal?: (path: string, secondPath: string) => Promise<string | undefined>;
  /** What reads the whole journal for staff. Default: in this thread. */
  readonly journalWork?: (order: WorkOrder) => Promise<JournalFinding>;
  /** Default: nobody watches the charts. */
  readonly onChart?: TerminalOptions['onChart'];
}

export interface LifeOptions extends Surroundings {
  /** Names the file in messages. */
  readonly configFile: string;
  readonly config: TerminalConfig;
  readonly version: string;
  readonly log: Log;
  readonly publish: (view: View) => void;
  readonly onKey?: TerminalOptions['onKey'];
  readonly recentLog?: TerminalOptions['recentLog'];
  readonly onRestart?: TerminalOptions['onRestart'];
  readonly updateStanding?: TerminalOptions['updateStanding'];
  readonly onState?: TerminalOptions['onState'];
  /** The journal can't go on with this process: a new one opens it anew. */
  readonly onJournalLost: () => void;
  /** The journal is this process's now; nothing else has begun. */
  readonly onJournalOpen?: () => void;
}

/** @throws {ConfigError} @throws {JournalError} @throws {IdentityError} */
export async function beginLife(options: LifeOptions): Promise<Terminal> {
  const { config, clock, random, log, checkJournal } = options;
  const { flavor = FLAVOR } = options;
  requireOwnConfig(config, options.configFile, { flavor, realOnly: options.simulation === 'refused' });
  const kept = dataFilesOf(config);
  const secondPath = kept.secondFile ?? secondPathBeside(kept.journal);
  const ca = authoritiesOf(config, clock.now(), options.configFile);
  claimFolders(config, options.configFile, flavor);
  mkdirSync(config.data.folder, { recursive: true });
  const key = loadOrCreateTerminalKey(kept.terminalKey, options.keySeal);
  const journal = (options.openJournal ?? openJournal)({
    path: kept.journal,
    secondPath,
    ...(config.data.secondSync === undefined ? {} : { secondSync: config.data.secondSync }),
    terminalId: config.terminal.id,
    timeZone: config.terminal.timeZone,
    clock,
    ids: createIds(clock, random),
    key,
    onTrouble: (error) => log.error({ code: error.code, error: error.message }, 'the journal is in trouble'),
  });
  options.onJournalOpen?.();
  const staffSecret = readTerminalSecret(kept.staffSecret, options.keySeal);
  if (!staffSecret.ok && config.maintenance.staff.length > 0) log.warn({ why: staffSecret.why }, 'one-time codes of staff are not judged here');
  const { url, enrolmentCode, serverPublicKey } = config.upstream;
  const keptKey = serverKeyFile(kept.serverKey);
  const serverKey = serverPublicKey ?? keptKey.read();
  if (url === undefined)
    throw new ConfigError(options.configFile, [
      { path: 'upstream.url', value: 'null', expected: 'the address of a running upstream; `npm start` starts a sandbox and sets it' },
    ]);
  const upstream = createUpstream({
    url,
    ...(ca === undefined ? {} : { ca }),
    terminalId: config.terminal.id,
    key,
    clock,
    random,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    ...(options.seal === undefined ? {} : { seal: options.seal }),
    ...(enrolmentCode === undefined ? {} : { enrolmentCode }),
    ...(serverKey === undefined ? {} : { serverKey }),
    sheetFile: sheetFile(kept.deskSheet),
    onServerKey: (learned) => keptKey.keep(learned),
    onTrouble: (error) => log.warn({ code: error.code, ...(error.detail === undefined ? {} : { detail: error.detail }) }, `upstream: ${troubleText(error)}`),
  });
  return startTerminal({
    config,
    version: options.version,
    clock,
    random,
    key,
    journal,
    ...(staffSecret.ok ? { staffSecret: staffSecret.secret } : {}),
    devices: makeDevices(config.devices, {
      clock,
      simulation: options.simulation,
      flavor,
      unfinishedJob: endUnfinishedJobs(journal, log),
      acceptorMemory: new JournaledMemory(journal),
    }),
    upstream,
    freeSpace: options.freeSpace ?? freeSpace,
    unsealed: () => unsealed([kept.terminalKey, kept.staffSecret]),
    readiness: keptReport(kept.readiness),
    log,
    publish: options.publish,
    ...(options.onKey === undefined ? {} : { onKey: options.onKey }),
    ...(options.recentLog === undefined ? {} : { recentLog: options.recentLog }),
    ...(options.onRestart === undefined ? {} : { onRestart: options.onRestart }),
    ...(options.updateStanding === undefined ? {} : { updateStanding: options.updateStanding }),
    journalWork: journalWork(
      { journal: kept.journal, publicKey: key.publicKey, exportFolder: config.maintenance.exportFolder, terminalId: config.terminal.id },
      options.journalWork ?? (async (order) => inThisThread(order)),
    ),
    ...(options.onState === undefined ? {} : { onState: options.onState }),
    onJournalLost: options.onJournalLost,
    answerCounts: openAnswerCounts(kept.answerCounts, (error) => log.warn({ error: error.message }, 'answers are not counted as they should')),
    ...(checkJournal === undefined ? {} : { journalCheck: { check: () => checkJournal(kept.journal, secondPath), doubt: (why) => doubt(kept.journal, why) } }),
    ...pruningOf(options),
    ...(options.onChart === undefined ? {} : { onChart: options.onChart }),
  });
}

/** The acceptor's driver may look far back for what it must know. */
function pruningOf({ config, pruning }: LifeOptions): Pick<TerminalOptions, 'pruning'> {
  const days = config.data.journalRetentionDays;
  if (pruning !== undefined) return { pruning };
  return days === undefined ? {} : { pruning: { rule: { retentionMs: days * 86_400_000, keepEntries: LOOK_BACK } } };
}

/** Slips that the last process had begun: interrupted now, and what of them hangs in the printer is cut off. Never sent again by itself. */
function endUnfinishedJobs(journal: Journal, log: Log): boolean {
  const unfinished = journal.transactionsLacking('receipt.printing', ['receipt.printed', 'receipt.failed']);
  try {
    for (const transactionId of unfinished) {
      const jobId = journal.transaction(transactionId).findLast(({ entry }) => entry.kind === 'receipt.printing')?.entry.body['jobId'];
      journal.append({ kind: 'receipt.failed', transactionId, body: { jobId: String(jobId), state: 'interrupted', trouble: 'restart' } });
    }
  } catch (error) {
    if (!(error instanceof JournalError) || error.code !== 'full') throw error;
    log.warn({ code: error.code }, 'unfinished slips are ended at the next start, when the disk has room'); // the next start finds them again
  }
  return unfinished.length > 0;
}
