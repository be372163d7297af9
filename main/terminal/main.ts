/**
 * Entry of the terminal process: reads the configuration and begins a life with the machine's clock, randomness, disk and network. Speaks
 * with the shell by the process protocol; runs alone just as well. Exit status: 0 stopped, 10 start me
 * again, 11 a release is laid out, 12 the release before this one is needed (journal of a later one), 13 needs a technician
 * (configuration, journal). Started by the launcher (resources/launcher), it says that it is healthy and looks for updates.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { FLAVOR } from '../../common/flavor.ts';
import { TransportError } from '../../drivers/transport/transport.ts';
import { ConfigError, loadConfig } from '../config/config.ts';
import { dataFilesOf } from '../config/data-files.ts';
import { checkInBackground } from '../journal/background-check.ts';
import { inAnotherThread } from '../maintenance/journal-work-background.ts';
import { sealOf, SealError } from '../identity/key-seal.ts';
import { IdentityError } from '../identity/terminal-key.ts';
import { JournalError } from '../journal/journal-error.ts';
import { parentLine } from '../parent-line.ts';
import { toTerminalSchema, type ToShell, type ToTerminal } from '../process-protocol.ts';
import { ServiceManager } from '../service-manager.ts';
import { startProgram } from '../start-program.ts';
import { noSimulators } from './devices.ts';
import { beginLife } from './life.ts';
import { createLog, RecentLines, type Log } from './log.ts';
import { keepHeapSmall } from './small-heap.ts';
import { writeState, type WrittenState } from './state-file.ts';
import { systemClock, systemRandom } from './system.ts';
import type { Terminal } from './terminal.ts';
import { startUpdating, type LaunchedBy, type Updating } from './updating.ts';

/** Exit codes are an interface (process-protocol.ts). */
const RESTART = 10;
const UPDATE_READY = 11;
const FALL_BACK = 12;
const NEEDS_TECHNICIAN = 13;

// Journal, key and all that it keeps are for its own user, whoever starts it.
process.umask(0o077);
keepHeapSmall();
const host = parentLine<ToShell>();
/** A shell above it speaks for both. */
const systemd = host.alone ? new ServiceManager({ env: process.env, clock: systemClock, start: startProgram }) : undefined;

interface CommandLine {
  readonly config: string;
  /** Set by the shell of a packaged application: simulated devices are refused, except in training. */
  readonly packaged: boolean;
  /** No window is expected. */
  readonly headless: boolean;
}

function commandLine(): CommandLine {
  const { values } = parseArgs({
    options: { config: { type: 'string' }, packaged: { type: 'boolean', default: false }, headless: { type: 'boolean', default: false } },
  });
  if (values.config === undefined)
    throw new ConfigError('', [{ path: '', value: '', expected: 'start with --config FILE, for example resources/config/example.json' }]);
  return { config: values.config, packaged: values.packaged, headless: values.headless };
}

/** Absent: nobody could start another release. */
function launchedBy(): LaunchedBy | undefined {
  const { KIOSK_INSTALL: install, KIOSK_ROOT: root } = process.env;
  return install === undefined || root === undefined ? undefined : { install, root };
}

function end(message: string, exitCode: number): never {
  process.stderr.write(`${message}\n`);
  host.post({ type: 'fatal', message: message.slice(0, 2000), exitCode });
  process.exit(exitCode);
}

async function run(): Promise<void> {
  const { config: file, packaged, headless } = commandLine();
  const config = loadConfig(file, process.env['KIOSK_SETTINGS']);
  const recent = new RecentLines();
  const log = createLog(config.log.level, recent);
  const { processId: pidFile, state: stateFile } = dataFilesOf(config);
  const keySeal = sealOf(process.env);
  let [painted, updating] = [headless, undefined as Updating | undefined];
  const terminal: Terminal = await beginLife({
    configFile: file,
    config,
    version: packageJson.version,
    clock: systemClock,
    random: systemRandom,
    ...(keySeal === undefined ? {} : { keySeal }),
    checkJournal: checkInBackground,
    simulation: packaged && FLAVOR === 'production' ? 'refused' : noSimulators,
    log,
    publish: (view) => host.post({ type: 'view', view }),
    onKey: (press) => host.post({ type: 'key', press }),
    onState: (state) => keepState(stateFile, state, log),
    onJournalOpen: () => writeFileSync(pidFile, String(process.pid)),
    recentLog: () => recent.lines,
    updateStanding: () => updating?.standing,
    journalWork: inAnotherThread,
    onRestart: () => void terminal.stop().then(() => process.exit(RESTART)),
    onJournalLost: () => end('the journal must be opened anew', RESTART),
  });
  host.post({ type: 'ready' });
  systemd?.ready();
  let ending = false;
  const stop = (exitCode: number): void => {
    if (ending) return;
    ending = true;
    systemd?.stopping();
    updating?.stop();
    void terminal.stop().then(() => {
      rmSync(pidFile, { force: true });
      process.exit(exitCode);
    });
  };
  const orders = {
    stop: () => stop(0),
    onPage: () => {
      painted = true;
    },
    onBad: (message: string) => log.warn({ message }, 'a message of the shell does not fit and was dropped'),
  };
  obey(terminal, orders);
  const launcher = launchedBy();
  if (launcher === undefined) return;
  if (host.alone) process.stdin.once('end', orders.stop).resume(); // the launcher is gone
  updating = startUpdating({
    launchedBy: launcher,
    configFile: file,
    config,
    clock: systemClock,
    random: systemRandom,
    log,
    terminal,
    painted: () => painted,
    onReady: () => stop(UPDATE_READY),
  });
}

/** A full disk keeps nobody from being served, and is told elsewhere. */
function keepState(file: string, state: WrittenState, log: Log): void {
  try {
    writeState(file, state);
  } catch (error) {
    log.debug({ error: error instanceof Error ? error.message : String(error) }, 'the state for kioskctl could not be written');
  }
}

interface Orders {
  readonly stop: () => void;
  readonly onPage: () => void;
  readonly onBad: (message: string) => void;
}

function obey(terminal: Terminal, { stop, onPage, onBad }: Orders): void {
  host.onMessage((raw) => {
    const parsed = toTerminalSchema.safeParse(raw);
    if (!parsed.success) return onBad(parsed.error.message.slice(0, 300));
    return handle(parsed.data);
  });
  const handle = (message: ToTerminal): void => {
    switch (message.type) {
      case 'ui':
        terminal.touch(message.event);
        break;
      case 'page-ready':
        onPage();
        terminal.repeatView();
        break;
      case 'ping':
        host.post({ type: 'pong' });
        break;
      case 'stop':
        stop();
        break;
    }
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function exitCodeOf({ code }: JournalError): number {
  if (code === 'locked') return RESTART;
  return code === 'newer' && launchedBy() !== undefined ? FALL_BACK : NEEDS_TECHNICIAN;
}

run().catch((error: unknown) => {
  if (error instanceof ConfigError) end(error.message, NEEDS_TECHNICIAN);
  // an address that no driver can be opened at, and no restart mends
  if (error instanceof TransportError && error.code === 'badAddress') end(error.message, NEEDS_TECHNICIAN);
  // nobody but a person can mend its identity, and it is never given another one by itself
  if ((error instanceof IdentityError || error instanceof SealError) && error.code !== 'io') end(error.message, NEEDS_TECHNICIAN);
  if (error instanceof JournalError) end(`journal: ${error.message}`, exitCodeOf(error));
  end(error instanceof Error ? (error.stack ?? error.message) : String(error), RESTART);
});
