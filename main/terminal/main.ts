/**
 * Entry of the terminal process: reads the configuration, opens the journal, makes the devices and the link upstream, and hands all of
 * it to the terminal. Speaks with the shell by the process protocol; runs alone just as well. Exit status: 0 stopped, 10 start me
 * again, 13 needs a technician (configuration, journal).
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createIds } from '../../common/ids.ts';
import { publicKeySchema, type PublicKey } from '../../common/upstream-api/fields.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { ConfigError, loadConfig, type TerminalConfig } from '../config/config.ts';
import { loadOrCreateTerminalKey } from '../identity/terminal-key.ts';
import { JournalError } from '../journal/journal-error.ts';
import { openJournal, type Journal } from '../journal/journal.ts';
import { toTerminalSchema, type ToTerminal } from '../process-protocol.ts';
import { createUpstream } from '../upstream/upstream.ts';
import { JournaledMemory } from './acceptor-memory.ts';
import { makeDevices } from './devices.ts';
import { hostPort } from './host-port.ts';
import { createLog } from './log.ts';
import { keepHeapSmall } from './small-heap.ts';
import { systemClock, systemRandom } from './system.ts';
import { startTerminal, type Terminal } from './terminal.ts';

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

/** Slips that the last process had begun: interrupted now, and what of them hangs in the printer is cut off. Never sent again by itself. */
function endUnfinishedJobs(journal: Journal): boolean {
  const unfinished = journal.transactionsLacking('receipt.printing', ['receipt.printed', 'receipt.failed']);
  for (const transactionId of unfinished) {
    const jobId = journal.transaction(transactionId).findLast(({ entry }) => entry.kind === 'receipt.printing')?.entry.body['jobId'];
    journal.append({ kind: 'receipt.failed', transactionId, body: { jobId: String(jobId), state: 'interrupted', trouble: 'restart' } });
  }
  return unfinished.length > 0;
}

/** Upstream's key as learned at the first meeting; configuration beats it. */
function serverKeyStore(config: TerminalConfig): { known: PublicKey | undefined; keep: (key: PublicKey) => void } {
  const file = path.join(config.data.folder, 'server-key.json');
  const read = (): PublicKey | undefined => {
    try {
      return publicKeySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      return undefined; // not met yet
    }
  };
  return { known: config.upstream.serverPublicKey ?? read(), keep: (key) => writeFileSync(file, JSON.stringify(key)) };
}

async function run(): Promise<void> {
  const { config: file, packaged } = commandLine();
  const config = loadConfig(file);
  const log = createLog(config.log.level);
  mkdirSync(config.data.folder, { recursive: true });
  const pidFile = path.join(config.data.folder, 'terminal.pid');
  const key = loadOrCreateTerminalKey(path.join(config.data.folder, 'terminal-key.pem'));
  const journal = openJournal({
    path: path.join(config.data.folder, 'journal.sqlite'),
    ...(config.data.secondFolder === undefined ? {} : { secondPath: path.join(config.data.secondFolder, 'journal.second') }),
    ...(config.data.secondSync === undefined ? {} : { secondSync: config.data.secondSync }),
    terminalId: config.terminal.id,
    timeZone: config.terminal.timeZone,
    clock: systemClock,
    ids: createIds(systemClock, systemRandom),
    key,
    onTrouble: (error) => log.error({ code: error.code, error: error.message }, 'the journal is in trouble'),
  });
  writeFileSync(pidFile, String(process.pid));
  const serverKey = serverKeyStore(config);
  const { url, enrolmentCode } = config.upstream;
  if (url === undefined)
    throw new ConfigError(file, [
      { path: 'upstream.url', value: 'null', expected: 'the address of a running upstream; `npm start` starts a sandbox and sets it' },
    ]);
  const upstream = createUpstream({
    url,
    terminalId: config.terminal.id,
    key,
    clock: systemClock,
    random: systemRandom,
    ...(enrolmentCode === undefined ? {} : { enrolmentCode }),
    ...(serverKey.known === undefined ? {} : { serverKey: serverKey.known }),
    onServerKey: serverKey.keep,
  });
  const terminal = await startTerminal({
    config,
    version: packageJson.version,
    clock: systemClock,
    random: systemRandom,
    key,
    journal,
    devices: makeDevices(config.devices, {
      clock: systemClock,
      packaged,
      unfinishedJob: endUnfinishedJobs(journal),
      acceptorMemory: new JournaledMemory(journal),
    }),
    upstream,
    log,
    publish: (view) => host.post({ type: 'view', view }),
    onJournalLost: () => end('the journal must be opened anew', RESTART),
  });
  host.post({ type: 'ready' });
  obey(terminal, pidFile, (message) => log.warn({ message }, 'a message of the shell does not fit and was dropped'));
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
