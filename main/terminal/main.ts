/**
 * Entry of the terminal process: reads the configuration and begins a life with the machine's clock, randomness, disk and network. Speaks
 * with the shell by the process protocol; runs alone just as well. Exit status: 0 stopped, 10 start me
 * again, 13 needs a technician (configuration, journal).
 */
import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { ConfigError, loadConfig } from '../config/config.ts';
import { dataFilesOf } from '../config/data-files.ts';
import { checkInBackground } from '../journal/background-check.ts';
import { inAnotherThread } from '../maintenance/journal-work-background.ts';
import { JournalError } from '../journal/journal-error.ts';
import { toTerminalSchema, type ToTerminal } from '../process-protocol.ts';
import { noSimulators } from './devices.ts';
import { hostPort } from './host-port.ts';
import { beginLife } from './life.ts';
import { createLog, RecentLines, type Log } from './log.ts';
import { keepHeapSmall } from './small-heap.ts';
import { writeState, type WrittenState } from './state-file.ts';
import { systemClock, systemRandom } from './system.ts';
import type { Terminal } from './terminal.ts';

/** Exit codes are an interface (process-protocol.ts). */
const RESTART = 10;
const NEEDS_TECHNICIAN = 13;

keepHeapSmall();
const host = hostPort();

interface CommandLine {
  readonly config: string;
  /** Set by the shell of a packaged application: simulated devices are refused. */
  readonly packaged: boolean;
}

function commandLine(): CommandLine {
  const { values } = parseArgs({ options: { config: { type: 'string' }, packaged: { type: 'boolean', default: false } } });
  if (values.config === undefined)
    throw new ConfigError('', [{ path: '', value: '', expected: 'start with --config FILE, for example resources/config/example.json' }]);
  return { config: values.config, packaged: values.packaged };
}

function end(message: string, exitCode: number): never {
  process.stderr.write(`${message}\n`);
  host.post({ type: 'fatal', message: message.slice(0, 2000), exitCode });
  process.exit(exitCode);
}

async function run(): Promise<void> {
  const { config: file, packaged } = commandLine();
  const config = loadConfig(file);
  const recent = new RecentLines();
  const log = createLog(config.log.level, recent);
  const { processId: pidFile, state: stateFile } = dataFilesOf(config);
  const terminal: Terminal = await beginLife({
    configFile: file,
    config,
    version: packageJson.version,
    clock: systemClock,
    random: systemRandom,
    checkJournal: checkInBackground,
    simulation: packaged ? 'refused' : noSimulators,
    log,
    publish: (view) => host.post({ type: 'view', view }),
    onKey: (press) => host.post({ type: 'key', press }),
    onState: (state) => keepState(stateFile, state, log),
    onJournalOpen: () => writeFileSync(pidFile, String(process.pid)),
    recentLog: () => recent.lines,
    journalWork: inAnotherThread,
    onRestart: () => void terminal.stop().then(() => process.exit(RESTART)),
    onJournalLost: () => end('the journal must be opened anew', RESTART),
  });
  host.post({ type: 'ready' });
  obey(terminal, pidFile, (message) => log.warn({ message }, 'a message of the shell does not fit and was dropped'));
}

/** A full disk keeps nobody from being served, and is told elsewhere. */
function keepState(file: string, state: WrittenState, log: Log): void {
  try {
    writeState(file, state);
  } catch (error) {
    log.debug({ error: error instanceof Error ? error.message : String(error) }, 'the state for kioskctl could not be written');
  }
}

function obey(terminal: Terminal, pidFile: string, onBad: (message: string) => void): void {
  const stop = (): void => {
    void terminal.stop().then(() => {
      rmSync(pidFile, { force: true });
      process.exit(0);
    });
  };
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
        terminal.repeatView();
        break;
      case 'stop':
        stop();
        break;
    }
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

run().catch((error: unknown) => {
  if (error instanceof ConfigError) end(error.message, NEEDS_TECHNICIAN);
  if (error instanceof JournalError) end(`journal: ${error.message}`, error.code === 'locked' ? RESTART : NEEDS_TECHNICIAN);
  end(error instanceof Error ? (error.stack ?? error.message) : String(error), RESTART);
});
