/** The terminal itself as the rooms show it: network, clock, enrolment, configuration, disk; closed by staff's word; its log on a stick; its restart. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../common/clock.ts';
import { journalKinds } from '../../common/journal-kinds.ts';
import type { JournalEntry } from '../../common/journal-entry.ts';
import { localMoment } from '../../common/local-moment.ts';
import type { Keypad } from '../../drivers/keypad/keypad.ts';
import { closedReasons, type ClosedReason, type FactName, type SystemFact, type SystemTab } from '../../state-machines/maintenance/rooms/system-screens.ts';
import type { SystemPort } from '../../state-machines/maintenance/rooms-port.ts';
import type { TerminalConfig } from '../config/config.ts';
import type { TerminalKey } from '../identity/terminal-key.ts';
import type { FreeSpace } from '../journal/free-space.ts';
import type { Journal } from '../journal/journal.ts';
import type { Supervision } from '../terminal/supervision.ts';
import type { UpdateReport } from '../../common/upstream-api/updates.ts';
import type { UpdateStanding } from '../updates/report.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { UplinkLag } from '../upstream/uplink-lag.ts';
import { redactLogLine } from './redact.ts';

export interface SystemRoomOptions {
  readonly config: TerminalConfig;
  readonly version: string;
  readonly startedAt: number;
  readonly clock: Clock;
  readonly key: Pick<TerminalKey, 'kid'>;
  readonly journal: Pick<Journal, 'head'>;
  readonly upstream: Pick<Upstream, 'online' | 'skew'>;
  readonly lag: () => UplinkLag | undefined;
  readonly supervision: () => Pick<Supervision, 'devices'>;
  readonly freeSpace: () => FreeSpace;
  readonly keypad: Pick<Keypad, 'onEvent'> | undefined;
  /** As it stands at the start. */
  readonly closed: ClosedReason | undefined;
  readonly onClosed: (reason: ClosedReason | undefined) => void;
  /** Lines of the log, the oldest first. Absent: nobody keeps them. */
  readonly recentLog?: () => readonly string[];
  readonly onRestart: () => void;
  /** Absent: nothing started it that could start another release. */
  readonly updateStanding?: () => UpdateStanding | undefined;
}

const WORST_SKEW_MS = 2000;
const LONGEST = 200;

type Told = readonly [name: FactName, value: string, tone?: SystemFact['tone']];

export function systemRoom(options: SystemRoomOptions): SystemPort {
  let { closed } = options;
  return {
    facts: (tab) => FACTS[tab](options).map(([name, value, tone = 'plain']) => ({ name, value: value.slice(0, LONGEST), tone })),
    get closed() {
      return closed;
    },
    close: (reason) => {
      closed = reason;
      options.onClosed(reason);
    },
    exportLogs: async () => exportLogs(options),
    restart: options.onRestart,
    onKey: (listener) =>
      options.keypad?.onEvent((event) => {
        if (event.type === 'key') listener({ type: 'KEY.PRESSED', key: event.key });
      }) ?? ((): void => {}),
  };
}

/** The last word of staff on it; what came before the last entries is taken for over. */
export function closedBy(latest: readonly JournalEntry[]): ClosedReason | undefined {
  const said = latest.findLast(({ kind, body }) => kind === 'maintenance.act' && (body['what'] === 'outOfService' || body['what'] === 'backInService'));
  if (said === undefined) return undefined;
  const { what, subject } = journalKinds['maintenance.act'].parse(said.body);
  return what === 'outOfService' ? closedReasons.find((reason) => reason === subject) : undefined;
}

const FACTS: Readonly<Record<SystemTab, (options: SystemRoomOptions) => Told[]>> = {
  network: ({ config, upstream, lag, clock }) => {
    const { link, issuer, payments } = upstream.online.current;
    const { entries = 0, oldestMoneyAt } = lag() ?? {};
    const { current } = upstream.skew;
    const local = (at: number): string => localMoment(config.terminal.timeZone, at).replace('T', ' ');
    return [
      ['link', link, link === 'online' ? 'good' : 'bad'],
      ['upstream', hostOf(config.upstream.url)],
      ['issuer', issuer, issuer === 'up' ? 'good' : 'warn'],
      ['payments', payments, payments === 'up' ? 'good' : 'warn'],
      ['enrolment', link === 'refused' ? 'notAdmitted' : link === 'online' ? 'admitted' : 'notAsked', link === 'refused' ? 'bad' : 'plain'],
      ['notUploaded', String(entries)],
      ...(oldestMoneyAt === undefined ? [] : ([['oldestMoney', local(oldestMoneyAt)]] as Told[])),
      ['clock', local(clock.now())],
      ['timeZone', config.terminal.timeZone],
      [
        'clockOffset',
        current === undefined ? 'notAsked' : `${current.offsetMs} ± ${current.uncertaintyMs} ms`,
        current !== undefined && Math.abs(current.offsetMs) > current.uncertaintyMs + WORST_SKEW_MS ? 'warn' : 'plain',
      ],
    ];
  },
  configuration: ({ config, supervision }) => [
    ['language', config.language],
    ['tenders', config.topUp.tenders.join(', ')],
    ['presets', config.topUp.presets.map(yuan).join(', ')],
    ['limits', `${yuan(config.topUp.minimum)} – ${yuan(config.topUp.maximum)}`],
    ['replacement', config.replacement.offered ? yuan(config.replacement.fee) : 'switchedOff'],
    ['retention', config.data.journalRetentionDays === undefined ? 'forEver' : String(config.data.journalRetentionDays)],
    [
      'devices',
      supervision()
        .devices.map(({ name, identity }) => `${name} ${identity?.model ?? '–'}`)
        .join(' · '),
    ],
    ['exportFolder', config.maintenance.exportFolder ?? 'notSet'],
  ],
  machine: ({ config, version, updateStanding, startedAt, key, journal, freeSpace }) => {
    const { free, total, low } = freeSpace();
    return [
      ['terminalId', config.terminal.id],
      ['version', version],
      ...updateFacts(updateStanding?.()),
      ['startedAt', localMoment(config.terminal.timeZone, startedAt).replace('T', ' ')],
      ['keyThumbprint', key.kid.slice(0, 16)],
      ['disk', `${gib(free)} / ${gib(total)} GiB`, low ? 'bad' : 'good'],
      ['journalEpoch', String(journal.head.epoch)],
      ['journalEntries', String(journal.head.seq)],
    ];
  },
};

/** What the repository's release is at, of which one, how far, what it waits for, or why not; and which one was left. */
export function updateFacts(standing: UpdateStanding | undefined): Told[] {
  if (standing === undefined) return [['update', 'switchedOff']];
  const { report, message } = standing;
  const { state, release, waitsFor = [], rolledBack } = report;
  const tone = state === 'confirmed' ? 'good' : state === 'trouble' ? 'warn' : 'plain';
  const detail = [release, state === 'fetching' ? progressOf(report) : undefined, state === 'trouble' ? `${report.why ?? ''}: ${message ?? ''}` : undefined];
  const known = detail.filter((part) => part !== undefined);
  return [
    ['update', `update${state.charAt(0).toUpperCase()}${state.slice(1)}`, tone],
    ...(known.length === 0 ? [] : ([['updateDetail', known.join(' · ')]] as Told[])),
    ...waitsFor.slice(0, 1).map((obstacle): Told => ['updateWaitsFor', obstacle]),
    ...(rolledBack === undefined ? [] : ([['updateRolledBack', rolledBack, 'warn']] as Told[])),
  ];
}

function progressOf({ done = 0, total = 0 }: UpdateReport): string {
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  return `${mib(done)} / ${mib(total)} MiB`;
}

function hostOf(url: string | undefined): string {
  return url === undefined ? 'notSet' : new URL(url).host;
}

function yuan(fen: number): string {
  return (fen / 100).toFixed(2);
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}

function exportLogs({ config, clock, recentLog }: SystemRoomOptions): Awaited<ReturnType<SystemPort['exportLogs']>> {
  const { exportFolder } = config.maintenance;
  if (exportFolder === undefined) return { good: false, why: 'maintenance.exportFolder is not set: name the folder where sticks are mounted' };
  if (recentLog === undefined) return { good: false, why: 'this process keeps no log' };
  const stamp = localMoment(config.terminal.timeZone, clock.now()).replaceAll(/[^0-9]/g, '');
  const file = path.join(exportFolder, `${config.terminal.id}-log-${stamp}.jsonl`);
  try {
    writeFileSync(
      file,
      recentLog()
        .map((line) => `${redactLogLine(line)}\n`)
        .join(''),
      { flush: true },
    );
    return { good: true, file };
  } catch (error) {
    return { good: false, why: error instanceof Error ? error.message : String(error) };
  }
}
