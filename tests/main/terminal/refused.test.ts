/**
 * A terminal that upstream does not accept, or not any more: the whole terminal (main/terminal/life.ts) on a real journal, a real server in
 * live mode over HTTP, the operator's and the technician's own commands. Only time is simulated.
 */
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createIds } from '../../../common/ids.ts';
import type { ServerSettings } from '../../../fleet/server/config.ts';
import { openStore } from '../../../fleet/server/store/database.ts';
import { createEnrolment, type Enrolment } from '../../../fleet/server/identity/enrolment.ts';
import { run } from '../../../main/cli/commands.ts';
import { loadConfig } from '../../../main/config/config.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { beginLife } from '../../../main/terminal/life.ts';
import type { Log } from '../../../main/terminal/log.ts';
import type { Terminal } from '../../../main/terminal/terminal.ts';
import type { View } from '../../../state-machines/view.ts';
import { newKey, random, startWorld, type World } from '../../fleet/support.ts';

interface Line {
  readonly detail: string | undefined;
  readonly message: string;
}

class Cabinet {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'refused-'));
  readonly config = path.join(this.folder, 'terminal.json');
  readonly data = path.join(this.folder, 'data');
  readonly warnings: Line[] = [];
  /** That reached the network. */
  requests = 0;
  #inFlight = 0;
  #view: View | undefined;
  #terminal: Terminal | undefined;
  readonly #world: World;
  readonly #operator: Enrolment;

  private constructor(world: World, operator: Enrolment) {
    this.#world = world;
    this.#operator = operator;
    this.configure({});
  }

  static async open(settings: Partial<ServerSettings> = {}): Promise<Cabinet> {
    const world = await startWorld({ mode: 'live', settings });
    const store = await openStore(world.database);
    const { clock, signingKey } = world;
    const cabinet = new Cabinet(world, createEnrolment({ store, clock, random, ids: createIds(clock, random), signingKey }));
    onTestFinished(async () => {
      await cabinet.switchOff();
      await store.destroy();
      rmSync(cabinet.folder, { recursive: true });
    });
    return cabinet;
  }

  get operator(): Enrolment {
    return this.#operator;
  }

  get journal(): string {
    return path.join(this.data, 'journal.sqlite');
  }

  get body(): View['body'] | undefined {
    return this.#view?.body;
  }

  configure(upstream: object, folder = this.data): void {
    const example = JSON.parse(readFileSync('resources/config/example.json', 'utf8'));
    const settings = { ...example, sandbox: false, devices: {}, topUp: {}, data: { folder }, upstream: { url: this.#world.url, ...upstream } };
    writeFileSync(this.config, JSON.stringify(settings));
  }

  async switchOn(): Promise<void> {
    const log = (_details: object | string, _message?: string): void => {};
    const warn = (details: object & { detail?: string }, message: string): void => void this.warnings.push({ detail: details.detail, message });
    this.#terminal = await beginLife({
      configFile: this.config,
      config: loadConfig(this.config),
      version: '0.0.0',
      clock: this.#world.clock,
      random,
      simulation: 'refused',
      log: { debug: log, info: log, warn, error: warn } as unknown as Log,
      publish: (view) => (this.#view = view),
      onJournalLost: () => {},
      fetch: async (input, init) => {
        this.requests += 1;
        this.#inFlight += 1;
        try {
          const answer = await fetch(input, init);
          return new Response(await answer.arrayBuffer(), { status: answer.status });
        } finally {
          this.#inFlight -= 1;
        }
      },
    });
    await this.passes(1000);
  }

  async switchOff(): Promise<void> {
    await this.#terminal?.stop();
    this.#terminal = undefined;
  }

  /** Time passes; whatever is on its way arrives in no time. */
  async passes(ms: number): Promise<void> {
    const { clock } = this.#world;
    for (let left = ms; left > 0; left -= 500) {
      await clock.advance(Math.min(500, left));
      do {
        await clock.settle();
      } while (this.#inFlight > 0);
    }
  }

  /** The technician's command line. */
  async types(...args: readonly string[]): Promise<{ status: number; out: string[]; error: string[] }> {
    const [out, error]: [string[], string[]] = [[], []];
    const status = await run(args, { out: (line) => out.push(line), error: (line) => error.push(line) });
    return { status, out, error };
  }

  enrols(code: string) {
    return this.types('enrol', code, '--config', this.config);
  }

  async code(): Promise<string> {
    await this.#world.clock.advance(1);
    return (await this.#operator.makeCode('T-0001', 'wang')).code;
  }

  async received(): Promise<number> {
    const store = await openStore(this.#world.database);
    const { count } = await store
      .selectFrom('journal_entries')
      .select((expression) => expression.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    await store.destroy();
    return count;
  }
}

/** Nothing is fitted in this cabinet: so it says when upstream is not the reason. */
const ACCEPTED = { kind: 'out-of-service', reason: 'cardReaderDown' };
const REFUSED = { kind: 'out-of-service', reason: 'notAdmitted' };

test('a terminal that was never enrolled says so, asks once a minute, and is in service within a minute of the technician’s command', async () => {
  const cabinet = await Cabinet.open();
  await cabinet.switchOn();
  expect(cabinet.body).toMatchObject(REFUSED);
  expect(cabinet.warnings).toMatchObject([{ detail: 'unknownTerminal', message: expect.stringContaining('kioskctl enrol CODE') }]);

  cabinet.requests = 0;
  await cabinet.passes(600_000);
  expect(cabinet.requests).toBeGreaterThan(5);
  expect(cabinet.requests).toBeLessThanOrEqual(10);
  expect(cabinet.warnings).toHaveLength(1);

  const code = await cabinet.code();
  const { status, out, error } = await cabinet.enrols(`${code.slice(0, 5)}-${code.slice(5)}`.toLowerCase());
  expect([status, error]).toEqual([0, []]);
  expect(out[0]).toMatch(/^T-0001 is enrolled at http:\/\/127\.0\.0\.1:\d+ with the key [\w-]{43}$/);
  await cabinet.passes(65_000);
  expect(cabinet.body).toMatchObject(ACCEPTED);
  expect(await cabinet.received()).toBeGreaterThan(0);
});

test('a terminal with a one-time code in its configuration enrols itself, and goes on without it', async () => {
  const cabinet = await Cabinet.open();
  cabinet.configure({ enrolmentCode: await cabinet.code() });
  await cabinet.switchOn();
  expect(cabinet.body).toMatchObject(ACCEPTED);
  await cabinet.switchOff();
  cabinet.configure({});
  await cabinet.switchOn();
  expect(cabinet.body).toMatchObject(ACCEPTED);
  expect(cabinet.warnings).toEqual([]);
});

test('a code in the configuration that upstream refuses is tried once, not again and again', async () => {
  const cabinet = await Cabinet.open();
  const good = await cabinet.code();
  cabinet.configure({ enrolmentCode: '0000000000' });
  await cabinet.switchOn();
  await cabinet.passes(600_000);
  expect(cabinet.warnings.map(({ detail }) => detail)).toEqual(['badEnrolmentCode', 'unknownTerminal']);
  // four of the five tries are left
  const { status } = await cabinet.enrols(good);
  expect(status).toBe(0);
});

test('a revoked terminal goes out of service, keeps its journal, leaves upstream in peace, and comes back whole by a new enrolment', async () => {
  const cabinet = await Cabinet.open();
  cabinet.configure({ enrolmentCode: await cabinet.code() });
  await cabinet.switchOn();
  await cabinet.passes(5000);
  const before = await cabinet.received();
  await cabinet.operator.revokeTerminal('T-0001', 'li');
  await cabinet.passes(20_000);
  expect(cabinet.body).toMatchObject(REFUSED);
  // the code it still has in its configuration is no way back
  expect(cabinet.warnings.map(({ detail }) => detail)).toEqual(['enrolmentCodeUsed']);
  cabinet.requests = 0;
  await cabinet.passes(1_800_000);
  expect(cabinet.requests).toBeLessThanOrEqual(30);
  expect(cabinet.warnings.map(({ detail }) => detail)).toEqual(['enrolmentCodeUsed', 'terminalRevoked']);
  expect(cabinet.warnings[1]?.message).toContain('keeps its journal');

  // also over a restart
  await cabinet.switchOff();
  await cabinet.switchOn();
  expect(cabinet.body).toMatchObject(REFUSED);
  expect(verifyJournal(cabinet.journal).break).toBeUndefined();
  expect(await cabinet.received()).toBe(before);

  expect((await cabinet.enrols(await cabinet.code())).status).toBe(0);
  await cabinet.passes(400_000);
  expect(cabinet.body).toMatchObject(ACCEPTED);
  const { entries } = verifyJournal(cabinet.journal);
  expect(await cabinet.received()).toBe(entries);
  expect(entries).toBeGreaterThan(before);
});

test('a revoked key is replaced by a new one: the journal goes on in a new epoch, and all of it arrives', async () => {
  const cabinet = await Cabinet.open();
  cabinet.configure({ enrolmentCode: await cabinet.code() });
  await cabinet.switchOn();
  await cabinet.passes(5000);
  const [event] = (await cabinet.operator.events()).filter(({ kind }) => kind === 'enrolled');
  await cabinet.operator.revokeKey('T-0001', event?.kid ?? '', 'li');
  await cabinet.passes(20_000);
  expect(cabinet.body).toMatchObject(REFUSED);
  expect(cabinet.warnings).toMatchObject([{ detail: 'keyRevoked', message: expect.stringContaining('terminal-key.pem') }]);

  const code = await cabinet.code();
  const refused = await cabinet.enrols(code);
  expect(refused).toMatchObject({ status: 1, out: [], error: [expect.stringContaining('revoked for good')] });
  await cabinet.switchOff();
  const { entries: underOldKey } = verifyJournal(cabinet.journal);
  expect(await cabinet.received()).toBeLessThan(underOldKey);
  renameSync(path.join(cabinet.data, 'terminal-key.pem'), path.join(cabinet.folder, 'old-key.pem'));
  const { status, out } = await cabinet.enrols(code);
  expect([status, out[1]]).toEqual([0, `the key was made now: ${path.join(cabinet.data, 'terminal-key.pem')}`]);
  await cabinet.switchOn();
  await cabinet.passes(5000);
  expect(cabinet.body).toMatchObject(ACCEPTED);
  const { break: found, entries, epoch } = verifyJournal(cabinet.journal);
  expect([found, epoch]).toEqual([undefined, 2]);
  expect(await cabinet.received()).toBe(underOldKey + entries);
});

test('the private key is made in a file of its own that only its user can read, and nothing else is left', async () => {
  const cabinet = await Cabinet.open();
  const { status, out } = await cabinet.enrols(await cabinet.code());
  expect([status, out.length]).toEqual([0, 2]);
  expect(readdirSync(cabinet.data).sort()).toEqual(['server-key.json', 'terminal-key.pem']);
  expect(statSync(path.join(cabinet.data, 'terminal-key.pem')).mode & 0o777).toBe(0o600);
  // said again, it is the same
  expect((await cabinet.enrols(await cabinet.code())).out[0]).toBe(out[0]);
});

const refusals: [string, string, (cabinet: Cabinet) => Promise<string>][] = [
  [
    'mistyped',
    'one of them is wrong or missing; it was not sent',
    async (cabinet) => (await cabinet.code()).replace(/.$/, (last) => (last === '7' ? '8' : '7')),
  ],
  ['too short', 'ten letters and digits', async () => '7K4M'],
  ['unknown', 'check each symbol and terminal.id', async () => '0000000000'],
  ['of another terminal', 'was made for another terminal', async ({ operator }) => (await operator.makeCode('T-0002', 'wang')).code],
  [
    'too old',
    'lives 15 minutes',
    async (cabinet) => {
      const code = await cabinet.code();
      await cabinet.passes(900_000);
      return code;
    },
  ],
  [
    'used',
    'it enrols once',
    async (cabinet) => {
      const code = await cabinet.code();
      await cabinet.enrols(code);
      renameSync(path.join(cabinet.data, 'terminal-key.pem'), path.join(cabinet.folder, 'other.pem'));
      return code;
    },
  ],
  [
    'guessed at too often',
    'too many wrong enrolment codes',
    async (cabinet) => {
      const code = await cabinet.code();
      for (let tries = 0; tries < 5; tries += 1) await cabinet.enrols('0000000000');
      return code;
    },
  ],
];
test.each(refusals)('a code that is %s is refused in one line that says what to do', async (_how, said, make) => {
  const cabinet = await Cabinet.open();
  const { status, out, error } = await cabinet.enrols(await make(cabinet));
  expect({ status, out, lines: error.length }).toEqual({ status: 1, out: [], lines: 1 });
  expect(error[0]).toContain(said);
});

test('without network nothing is used up, and without a server’s own key nothing is believed', async () => {
  const cabinet = await Cabinet.open();
  const code = await cabinet.code();
  cabinet.configure({ url: 'http://127.0.0.1:1' });
  const { status, error } = await cabinet.enrols(code);
  expect(status).toBe(1);
  expect(error).toEqual([expect.stringMatching(/can't be reached \(.*\); the same code can be typed again while it lives/)]);
  cabinet.configure({ serverPublicKey: newKey().publicKey });
  expect(await cabinet.enrols(code)).toMatchObject({ status: 1, error: [expect.stringContaining('another signing key')] });
  cabinet.configure({});
  expect((await cabinet.enrols(code)).status).toBe(0);
});

test('too many tries from one address: told to wait, and the code is still good', async () => {
  const cabinet = await Cabinet.open({ registrationsPerMinute: 1 });
  await cabinet.enrols('0000000000');
  expect(await cabinet.enrols(await cabinet.code())).toMatchObject({
    status: 1,
    error: [expect.stringContaining('wait a minute, then type the same code again')],
  });
});

test('as another user than the terminal’s it makes no key that the terminal could not read', async () => {
  const cabinet = await Cabinet.open();
  // root may give a folder away; anybody else has one of root's
  const foreign = process.getuid?.() === 0 ? path.join(cabinet.folder, 'of-another') : '/usr';
  if (foreign !== '/usr') {
    mkdirSync(foreign);
    chownSync(foreign, 4711, 4711);
  }
  cabinet.configure({}, foreign);
  const { status, error } = await cabinet.enrols(await cabinet.code());
  expect([status, error]).toEqual([1, [expect.stringMatching(/belongs to user \d+, and this is user \d+: run this as the terminal's own user/)]]);
  expect(existsSync(path.join(foreign, 'terminal-key.pem'))).toBe(false);
});

test('a key that others may read is not used', async () => {
  const cabinet = await Cabinet.open();
  await cabinet.enrols(await cabinet.code());
  chmodSync(path.join(cabinet.data, 'terminal-key.pem'), 0o640);
  expect(await cabinet.enrols(await cabinet.code())).toMatchObject({ status: 1, error: [expect.stringContaining('chmod 600')] });
});

test('called wrongly it says how', async () => {
  const cabinet = await Cabinet.open();
  expect(await cabinet.types('enrol', '0000000000')).toMatchObject({ status: 2, error: [expect.stringContaining('--config')] });
  expect(await cabinet.types('enrol', '--config', cabinet.config)).toMatchObject({ status: 2 });
  cabinet.configure({ url: 'http://fleet.example' });
  expect(await cabinet.enrols('0000000000')).toMatchObject({
    status: 1,
    error: [expect.stringContaining('upstream.url: "http://fleet.example": http: is allowed on loopback only')],
  });
});
