/**
 * A fleet that a real server on a real file has heard of: three terminals with a week of transactions, settlements and heartbeats, each
 * with something for an operator to see, and two hundred more that only tell how they are. Then the real console in front of it.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createIds } from '../../../common/ids.ts';
import type { Role } from '../../../fleet/console-api/roles.ts';
import { serverSettingsSchema } from '../../../fleet/server/config.ts';
import { createServer, type Server } from '../../../fleet/server/server.ts';
import { loadSigningKey } from '../../../fleet/server/signing-key.ts';
import type { TerminalState } from '../../../common/upstream-api/terminals.ts';
import type { SealingPublicKey } from '../../../common/upstream-api/support.ts';
import { loadSealingKey } from '../../../fleet/server/support/sealing-key.ts';
import { ENROLMENT_CODE, handMadeTerminal, random, V2, type HandMadeTerminal } from '../../fleet/support.ts';
import { buildConsole, CONSOLE_FOLDER } from '../../launcher/build.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { JournalWriter } from './journal-writer.ts';
import { settlement, topUp } from './stories.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** How far back the figures go. */
const DAYS = 9;
/** Those of which only heartbeats come. */
const MORE_TERMINALS = 205;

/** A server with a console, as a person comes to it. */
export interface ConsoleWorld {
  /** `http://localhost:<port>`: passkeys know hosts by name only. */
  readonly origin: string;
  readonly clock: Pick<SimulatedClock, 'now' | 'jumpTo'>;
  /** Invites by the server's own command line. @returns the invitation's address */
  invite(name: string, role: Role): Promise<string>;
}

export interface FleetWorld extends ConsoleWorld {
  readonly clock: SimulatedClock;
  readonly torn: { readonly terminalId: string; readonly transactionId: string; readonly reference: string };
  /** A terminal says now how it is. */
  heartbeat(terminalId: string, beat: object): Promise<void>;
  terminal(terminalId: string): HandMadeTerminal;
  /** What its terminals seal personal data to. */
  readonly sealingKey: SealingPublicKey;
  /** The server's own command line, on its data folder. @returns what it printed */
  command(...args: readonly string[]): Promise<string>;
  stateOf(parts: StateParts): TerminalState;
  /** Another past of this terminal goes up. */
  fork(terminalId: string): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  end(): Promise<void>;
}

/** @param small one terminal that has told nothing: for tests that are about people @param support settings of the support desk */
export async function startFleet({ small = false, support = {} }: { readonly small?: boolean; readonly support?: object } = {}): Promise<FleetWorld> {
  await buildConsole();
  const data = mkdtempSync(path.join(os.tmpdir(), 'console-'));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const clock = new SimulatedClock(Date.now() - (DAYS - 1) * DAY - 3 * HOUR);
  const settings = serverSettingsSchema.parse({
    issuer: V2.issuer,
    registrationsPerMinute: 100_000,
    support,
    console: { name: '江城一卡通', origin, site: CONSOLE_FOLDER, signInsPerMinute: 1000, requestsPerMinute: 10_000 },
  });
  const signingKey = loadSigningKey(path.join(data, 'signing-key.pem'));
  const sealingKey = await loadSealingKey(path.join(data, 'sealing-key.pem'));
  const parts = { database: path.join(data, 'fleet.sqlite'), mode: 'sandbox', settings, signingKey, sealingKey, clock, random } as const;
  const create = (): Promise<Server> => createServer({ ...parts, ids: createIds(clock, random) });
  let server = await create();
  await server.listen('127.0.0.1', port);
  const terminals = new Map<string, HandMadeTerminal>();
  const world = { url: `http://127.0.0.1:${port}`, clock };
  const register = async (terminalId: string): Promise<HandMadeTerminal> => {
    const terminal = handMadeTerminal(world, terminalId);
    const { status } = await terminal.register(ENROLMENT_CODE);
    if (status !== 200) throw new Error(`registration of ${terminalId} answered ${status}`);
    terminals.set(terminalId, terminal);
    return terminal;
  };
  const lived = small ? await oneTerminal(clock, register) : await live(clock, register);
  return {
    origin,
    clock,
    torn: lived.torn,
    invite: (name, role) => invite(data, origin, name, role),
    sealingKey: sealingKey.publicKey,
    terminal: (terminalId) => {
      const terminal = terminals.get(terminalId);
      if (terminal === undefined) throw new Error(`no terminal ${terminalId}`);
      return terminal;
    },
    command: (...args) => command([...args, '--data', data]),
    heartbeat: async (terminalId, beat) => {
      const { status } = (await terminals.get(terminalId)?.post('/v1/heartbeat', beat)) ?? { status: 0 };
      if (status !== 200) throw new Error(`the heartbeat of ${terminalId} was answered ${status}`);
    },
    stateOf: state,
    fork: async (terminalId) => lived.journals.find(({ terminal }) => terminal.terminalId === terminalId)?.sendFork(clock.now()),
    stop: () => server.close(),
    start: async () => {
      server = await create();
      await server.listen('127.0.0.1', port);
    },
    end: async () => {
      await server.close();
      rmSync(data, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createNetServer();
  await new Promise<void>((resolve) => void probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<unknown>((resolve) => void probe.close(resolve));
  return port;
}

async function command(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, ['fleet/server/main.ts', ...args], { cwd: projectRoot })).stdout;
}

/** By the command line of the server whose data folder is `data`. @returns the invitation's address */
export async function invite(data: string, origin: string, name: string, role: Role): Promise<string> {
  const stdout = await command(['staff', 'add', name, '--role', role, '--data', data, '--origin', origin, '--by', 'test']);
  const address = /https?:\S+\/console\/invitation#\S+/.exec(stdout)?.[0];
  if (address === undefined) throw new Error(`no invitation in: ${stdout}`);
  return address;
}

interface Lived {
  readonly torn: FleetWorld['torn'];
  readonly journals: readonly JournalWriter[];
}

type Register = (terminalId: string) => Promise<HandMadeTerminal>;

async function oneTerminal(clock: SimulatedClock, register: Register): Promise<Lived> {
  clock.jumpTo(Date.now());
  const { terminalId } = await register('A01-LIB');
  return { torn: { terminalId, transactionId: '', reference: '' }, journals: [] };
}

/** Nine days go by. */
async function live(clock: SimulatedClock, register: Register): Promise<Lived> {
  const [library, canteen, station] = [await register('A01-LIB'), await register('A02-CAN'), await register('A03-STA')];
  const journals = [library, canteen, station].map((terminal) => new JournalWriter(terminal));
  let torn: FleetWorld['torn'] | undefined;
  for (const journal of journals) journal.append(clock.now(), 'terminal.started', { version: '1.4.0', reason: 'start' });
  for (let day = 0; day < DAYS; day += 1) {
    const morning = clock.now();
    for (const [index, journal] of journals.entries()) {
      const { terminalId } = journal.terminal;
      for (let count = 0; count < 6 + index * 3 + (day % 4); count += 1) {
        const ending =
          (['delivered', 'delivered', 'delivered', 'delivered', 'refunded', 'delivered', 'abandoned', 'delivered'] as const)[count % 8] ?? 'delivered';
        const tender = count % 3 === 1 && ending === 'delivered' ? 'cash' : 'qr';
        topUp(journal, morning + count * 7 * MINUTE, [2000, 5000, 10_000][count % 3] ?? 5000, tender, ending);
      }
      if (day % 3 === index)
        journal.append(morning + HOUR, 'device.fault', { device: 'cashAcceptor', code: 'noteStuck', detail: 'note jammed in the acceptor' });
      if (day === 4) topUp(journal, morning + 2 * HOUR, 5000, 'cash', 'voucher');
      if (index === 0 && day === DAYS - 1) torn = { terminalId, ...topUp(journal, morning + 2.2 * HOUR, 5000, 'qr', 'torn') };
      if (index === 2 && day === 6) topUp(journal, morning + 2.4 * HOUR, 10_000, 'qr', 'case');
      if (day % 3 === 2) settle(journal, morning + 2.5 * HOUR, index, day);
      await journal.send();
    }
    await beats(clock, [library, canteen, station], day);
    clock.jumpTo(morning + DAY);
  }
  // what the server does now and then by itself has had its time
  clock.jumpTo(Date.now() - 10 * MINUTE);
  for (let minute = 0; minute < 10; minute += 1) await clock.advance(MINUTE);
  for (let index = 0; index < MORE_TERMINALS; index += 1) await stranger(register, index);
  await library.post('/v1/heartbeat', { uplinkLag: 0, state: state({}) });
  await canteen.post('/v1/heartbeat', { uplinkLag: 214, uplinkMoneyAgeMs: 26 * MINUTE, state: lowOnEverything() });
  await station.post('/v1/heartbeat', { uplinkLag: 3, state: outOfService() });
  if (torn === undefined) throw new Error('no story was torn');
  return { torn, journals };
}

const FULL_BOX = [
  { denomination: 10_000, count: 3 },
  { denomination: 5000, count: 4 },
] as const;
const ONE_SHORT = [
  { denomination: 10_000, count: 3 },
  { denomination: 5000, count: 3 },
] as const;

/** The canteen's second box is one note short, the station's last one is not counted yet. */
function settle(journal: JournalWriter, at: number, index: number, day: number): void {
  const counted = index === 1 && day === 5 ? ONE_SHORT : index === 2 && day === 8 ? undefined : FULL_BOX;
  const settlementId = settlement(journal, at, FULL_BOX, counted);
  if (counted !== ONE_SHORT) return;
  const found = { resolution: 'recounted', of: settlementId, amount: -3000, by: '赵敏', why: '少的一张在柜台抽屉里' } as const;
  journal.append(at + HOUR, 'suspense.resolved', found);
}

/** Two hours of heartbeats; in one of them a terminal is out of service or limited, now and then. */
async function beats(clock: SimulatedClock, terminals: readonly HandMadeTerminal[], day: number): Promise<void> {
  for (let minute = 0; minute < 120; minute += 4) {
    clock.jumpTo(clock.now() + 4 * MINUTE);
    for (const [index, terminal] of terminals.entries()) {
      const service = index === 2 && day % 4 === 1 && minute > 60 ? 'outOfService' : index === 1 && minute > 90 ? 'limited' : 'inService';
      await terminal.post('/v1/heartbeat', { uplinkLag: 0, state: state({ service, reasons: service === 'inService' ? [] : ['paperOut'] }) });
    }
  }
}

async function stranger(register: Register, index: number): Promise<void> {
  const terminal = await register(`B${String(index + 1).padStart(3, '0')}`);
  if (index % 50 === 49) return; // it has said nothing of itself
  const version = index % 5 === 0 ? '1.4.1-rc.2' : '1.4.0';
  const low = index % 9 === 0 ? { paper: 'low' } : {};
  await terminal.post('/v1/heartbeat', { uplinkLag: index % 7, state: state({ version, printer: low }) });
}

export interface StateParts {
  readonly version?: string;
  readonly service?: TerminalState['service'];
  readonly reasons?: readonly string[];
  readonly view?: string;
  readonly printer?: Readonly<Record<string, string>>;
  readonly printerHealth?: TerminalState['devices'][number]['health'];
  readonly roll?: 'ok' | 'low' | 'empty';
  readonly box?: 'ok' | 'high' | 'full';
  readonly cards?: 'ok' | 'low' | 'empty';
}

function state({
  version = '1.4.0',
  service = 'inService',
  reasons = [],
  view = 'attract',
  printer = {},
  printerHealth = 'online',
  roll = 'ok',
  box = 'ok',
  cards = 'ok',
}: StateParts): TerminalState {
  return {
    version,
    service,
    reasons: [...reasons],
    view,
    devices: [
      {
        device: 'cardReader',
        health: 'online',
        words: { media: 'notPresent', entry: 'enabled' },
        identity: { model: 'CRT-591-M', maker: 'Creator', firmware: 'V2.10' },
        storage: [
          { id: 'stacker', use: 'dispense', level: cards, count: cards === 'ok' ? 164 : 12 },
          { id: 'retainBin', use: 'collect', level: 'ok' },
        ],
      },
      {
        device: 'cashAcceptor',
        health: 'online',
        words: { state: 'idle', box: box === 'full' ? 'full' : 'ok' },
        identity: { model: 'iPRO-RC', maker: 'JCM', firmware: '3.02-15' },
        storage: [{ id: 'cashBox', use: 'collect', level: box, count: box === 'ok' ? 88 : 516 }],
      },
      {
        device: 'receiptPrinter',
        health: printerHealth,
        words: { paper: 'full', cover: 'closed', cutter: 'ok', ...printer },
        identity: { model: 'VKP80III', maker: 'Custom', firmware: '1.18' },
        storage: [{ id: 'paperRoll', use: 'dispense', level: roll }],
      },
      { device: 'codeScanner', health: 'online', words: {}, storage: [] },
      { device: 'cabinet', health: 'online', words: { door: 'closed', serviceSwitch: 'operator' }, storage: [] },
    ],
    counters: { cashBoxFen: 412_000, cashBoxCount: 88, diskFreeBytes: 48_318_382_080 },
    alarms: roll === 'ok' ? [] : [{ code: 'paperLow', weight: 'soon', device: 'receiptPrinter', since: Date.now() - 7_200_000, cause: 'paperRoll 12' }],
    supplies: [
      { supply: 'paper', left: roll === 'ok' ? 300 : 42, perDayHundredths: 2100, days: roll === 'ok' ? 14 : 2 },
      { supply: 'cashBox', left: 912, perDayHundredths: 0 },
    ],
    update:
      roll === 'ok'
        ? { state: 'confirmed', release: '1.4.0' }
        : { state: 'fetching', release: '1.5.0', done: 12 * 2 ** 20, total: 48 * 2 ** 20, rolledBack: '1.4.9' },
  };
}

function lowOnEverything(): TerminalState {
  return state({
    service: 'limited',
    reasons: ['paperLow', 'cashBoxFull'],
    view: 'top-up-tender',
    printer: { paper: 'low' },
    roll: 'low',
    box: 'full',
    cards: 'low',
  });
}

function outOfService(): TerminalState {
  return state({
    service: 'outOfService',
    reasons: ['printerDown'],
    view: 'out-of-service',
    printer: { paper: 'unknown', cover: 'open' },
    printerHealth: 'hardwareError',
  });
}
