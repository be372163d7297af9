/** The operator's commands, beside a running terminal: the journal is open in this process, which holds its lock, while they look. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../../main/cli/commands.ts';
import { createReadiness } from '../../../main/maintenance/readiness/port.ts';
import { keptReport } from '../../../main/maintenance/readiness/kept-report.ts';
import { selfTestNames, type Tested } from '../../../common/maintenance/self-tests.ts';
import type { TerminalState } from '../../../common/upstream-api/terminals.ts';
import { writeState } from '../../../main/terminal/state-file.ts';
import { append, Bench, START, TERMINAL, topUp } from '../journal/bench.ts';

const EXAMPLE = JSON.parse(readFileSync('resources/config/example.json', 'utf8')) as Record<string, Record<string, unknown>>;

/** None of them may be in a bundle. */
const CANARIES = {
  enrolmentCode: '7K4M9-2QXRT',
  masterLoadKey: 'C0FFEE00C0FFEE00C0FFEE00C0FFEE00',
  masterTacKey: 'DECAFBAD0DECAFBAD0DECAFBAD0DECAF',
  serial: '03105170010170906688',
  identity: '990101199003070015',
  phone: '13800138000',
  spacedPhone: '138 0013 8000',
  voucherCode: '481-602-937-154',
  token: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
  uid: '04B1A4C2D3E4F5',
  password: 'korrekt-pferd',
  name: '张三丰',
} as const;

let bench: Bench;
let config: string;
beforeEach(() => {
  bench = new Bench();
  const journal = bench.open();
  append(journal, [START, ...topUp('tx-0001')]);
  config = path.join(bench.folder, 'config.json');
  const issuer = { sandboxKeys: { masterLoadKey: CANARIES.masterLoadKey, masterTacKey: CANARIES.masterTacKey } };
  const upstream = { url: 'http://127.0.0.1:9', enrolmentCode: CANARIES.enrolmentCode, issuer };
  const terminal = { ...EXAMPLE['terminal'], id: TERMINAL };
  writeFileSync(config, JSON.stringify({ ...EXAMPLE, terminal, upstream, sandbox: true, data: { folder: bench.folder } }));
});

async function kioskctl(...args: readonly string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const status = await run(args, { out: (line) => out.push(line), error: (line) => error.push(line) });
  return { status, out, error };
}

const state = (changes: Partial<TerminalState> = {}): TerminalState => ({
  version: '1.4.0',
  service: 'limited',
  reasons: ['cashAcceptorDown'],
  view: 'attract',
  devices: [{ device: 'receiptPrinter', health: 'online', words: { paper: 'low' }, storage: [{ id: 'paperRoll', use: 'dispense', level: 'low', count: 12 }] }],
  counters: { boxFen: 12_300 },
  alarms: [{ code: 'paperLow', weight: 'soon', device: 'receiptPrinter', since: Date.UTC(2026, 10, 22) }],
  supplies: [{ supply: 'paper', left: 42, perDayHundredths: 2100, days: 2 }],
  ...changes,
});

/** As a running terminal leaves it; this process stands for it. */
function told(changes: Partial<TerminalState> = {}, ageMs = 3000): void {
  writeState(path.join(bench.folder, 'terminal-state.json'), { at: Date.now() - ageMs, link: 'offline', state: state(changes) });
  writeFileSync(path.join(bench.folder, 'terminal.pid'), String(process.pid));
}

function reported(failing: readonly string[] = []): void {
  const readiness = createReadiness({
    clock: bench.clock,
    key: bench.key,
    kept: keptReport(path.join(bench.folder, 'readiness.jws')),
    fitted: selfTestNames,
    terminal: { terminalId: TERMINAL, shortName: 'A01', version: '1.4.0', timeZone: 'Asia/Shanghai' },
    heading: [],
    head: () => ({ epoch: 1, seq: 9, hash: '0'.repeat(64) }),
    append: () => {},
    printer: undefined,
    onPaused: () => {},
    onTrouble: () => {},
  });
  const tests = selfTestNames.map((name): Tested => {
    const base = { test: name, part: 'cardReader', model: 'm', at: bench.clock.now() } as const;
    return failing.includes(name) ? { ...base, result: 'failed', why: 'deviceError', detail: `card ${CANARIES.serial}` } : { ...base, result: 'passed' };
  });
  readiness.report({ sessionId: 'visit-1', staff: '20317' }, tests);
}

describe('status', () => {
  test('says service, devices, alarms with advice, supplies, journal and readiness', async () => {
    told();
    reported(['noteReturned']);
    const { status, out, error } = await kioskctl('status', '--config', config);
    expect({ status, error }).toEqual({ status: 0, error: [] });
    const text = out.join('\n');
    expect(text).toMatch(/^T-0001 · running · told 3 s ago$/m);
    expect(text).toMatch(/^version 1\.4\.0 · limited \(cashAcceptorDown\) · upstream offline · screen attract$/m);
    expect(text).toMatch(/^receiptPrinter +online +paper low · paperRoll low \(12\)$/m);
    expect(text).toMatch(/^alarm \(soon\): Paper running low · receiptPrinter · since 2026-11-22T00:00:00\.000Z\n {2}→ bring a roll on the next visit$/m);
    expect(text).toMatch(/^Paper: 42 left, for about 2 days$/m);
    expect(text).toMatch(/^journal: epoch 1, signed up to entry \d+, upstream has up to 0$/m);
    expect(text).toMatch(/^readiness: limited, .*, by 20317$/m);
    expect(JSON.parse((await kioskctl('status', '--config', config, '--json')).out[0] ?? '')).toMatchObject({ running: true, hangs: false, state: state() });
  });

  test.each([
    ['out of service', () => told({ service: 'outOfService' }), /outOfService/],
    ['not running', () => {}, /T-0001 · not running/],
    ['a process that has said nothing for long', () => told({}, 600_000), /the process is there and says nothing/],
  ])('%s: 1', async (_, situation, says) => {
    situation();
    const { status, out } = await kioskctl('status', '--config', config);
    expect(status).toBe(1);
    expect(out.join('\n')).toMatch(says);
  });

  test('without a configuration is a wrong call', async () => {
    expect(await kioskctl('status')).toMatchObject({ status: 2, error: [expect.stringContaining('--config is needed')] });
  });
});

describe('readiness', () => {
  test('shows the report as on paper and writes it as a PDF; 1 when the terminal may not serve by it', async () => {
    reported(['testPage']);
    const pdf = path.join(bench.folder, 'report.pdf');
    const good = await kioskctl('readiness', '--config', config, '--language', 'en', '--pdf', pdf);
    expect(good).toMatchObject({ status: 0, error: [] });
    expect(good.out.join('\n')).toMatch(/Print a test page +failed/);
    expect(readFileSync(pdf, 'latin1')).toMatch(/^%PDF-1\.7\n/);
    reported(['cardRead']);
    expect(await kioskctl('readiness', '--config', config)).toMatchObject({ status: 1 });
  });

  test('one that this terminal did not sign is not shown', async () => {
    reported();
    const file = path.join(bench.folder, 'readiness.jws');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(/.(?=.\n$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
    );
    expect(await kioskctl('readiness', '--config', config)).toMatchObject({
      status: 1,
      out: [],
      error: [expect.stringContaining('is not signed by this terminal')],
    });
  });

  test('none yet says where one is made', async () => {
    expect(await kioskctl('readiness', '--config', config)).toMatchObject({ status: 1, error: [expect.stringContaining('maintenance screen')] });
  });
});

describe('support-bundle', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  async function made(to = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()) {
    const log = path.join(bench.folder, 'terminal.log');
    const lines = [
      JSON.stringify({ level: 40, msg: 'card', serial: CANARIES.serial, card: { serial: CANARIES.serial, uid: CANARIES.uid } }),
      JSON.stringify({ level: 30, msg: `the code ${CANARIES.voucherCode} was typed, call ${CANARIES.phone} or ${CANARIES.spacedPhone}` }),
      JSON.stringify({ level: 30, holder: { name: CANARIES.name, document: CANARIES.identity }, pin: 4711, list: [{ password: CANARIES.password }] }),
      `plain text about ${CANARIES.identity} with ${CANARIES.masterLoadKey} and ${CANARIES.token} from http://kiosk:${CANARIES.password}@127.0.0.1/`,
      JSON.stringify({ level: 30, msg: 'paper is low', device: 'receiptPrinter' }),
    ];
    writeFileSync(log, lines.join('\n'));
    const out = path.join(bench.folder, 'bundle.jwe');
    const ran = await kioskctl('support-bundle', '--config', config, '--to', to, '--out', out, '--log', log);
    return { ran, out };
  }

  function keyFile(key = pair.privateKey): string {
    const file = path.join(bench.folder, 'operator.pem');
    writeFileSync(file, key.export({ type: 'pkcs8', format: 'pem' }));
    return file;
  }

  test('is sealed: only the operator opens it, and nothing planted is in it', async () => {
    told();
    reported(['cardRead']);
    const { ran, out } = await made();
    expect(ran).toMatchObject({ status: 0, error: [] });
    expect(readFileSync(out, 'utf8')).toMatch(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const opened = await kioskctl('support-bundle', 'open', out, '--key', keyFile());
    expect(opened).toMatchObject({ status: 0, error: [] });
    const text = opened.out.join('\n');
    for (const [canary, value] of Object.entries(CANARIES)) expect(text, canary).not.toContain(value);
    expect(text).not.toContain('4711');
    expect(text).not.toContain('20317');
    const bundle = JSON.parse(text) as Record<string, unknown>;
    expect(bundle).toMatchObject({
      terminalId: TERMINAL,
      configuration: { terminal: { id: TERMINAL }, devices: { cardReader: { model: 'crt591-m001', address: 'sim:card-reader' } } },
      state: { link: 'offline', state: { service: 'limited', alarms: [{ code: 'paperLow' }] } },
      journal: { ok: true, epoch: 1 },
      readiness: { verdict: 'notReady' },
    });
    expect((bundle['logs'] as string[]).at(-1)).toBe('{"level":30,"msg":"paper is low","device":"receiptPrinter"}');
    expect(JSON.stringify(bundle['journal'])).toContain('"kind":"cash.stacked"');
    expect(JSON.stringify(bundle['journal'])).not.toContain('denomination');
  });

  test('another key does not open it', async () => {
    const { out } = await made();
    expect(await kioskctl('support-bundle', 'open', out, '--key', keyFile(other.privateKey))).toMatchObject({
      status: 1,
      out: [],
      error: [expect.stringContaining('was sealed to another key')],
    });
  });

  test('of a journal that is damaged says where', async () => {
    bench.closeAll();
    bench.tamper((db) => db.exec('DELETE FROM entries WHERE seq = 3'));
    const { out } = await made();
    const opened = await kioskctl('support-bundle', 'open', out, '--key', keyFile());
    expect(JSON.parse(opened.out.join('\n'))).toMatchObject({ journal: { ok: false, break: { check: 'sequence' } } });
  });

  test('a key of another kind is a wrong call, and nothing is written', async () => {
    const { ran, out } = await made(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString());
    expect(ran).toMatchObject({ status: 2, error: [expect.stringContaining('is no P-256 public key')] });
    expect(existsSync(out)).toBe(false);
  });
});
