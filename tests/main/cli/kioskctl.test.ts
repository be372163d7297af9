import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { terminalKey } from '../../../main/identity/terminal-key.ts';
import { makeAuthority } from '../../support/authority.ts';
import { append, Bench, START, topUp, upstreamKey } from '../journal/bench.ts';
import { DAY, filler, finished, NOW, pruneAll, receipted, settlement, withCase } from '../journal/pruning-bench.ts';

interface Ran {
  readonly status: number | null;
  readonly out: string[];
  readonly error: string[];
}

/** The real command line in a process of its own. */
function kioskctl(...args: readonly string[]): Ran {
  return ran(spawnSync(process.execPath, ['main/cli/kioskctl.ts', ...args], { encoding: 'utf8' }));
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function ran({ status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }): Ran {
  return { status, out: lines(stdout), error: lines(stderr) };
}

/** A finished and an open transaction, closed cleanly: 17 entries. */
function journal(): Bench {
  const bench = new Bench();
  const opened = bench.open();
  append(opened, [START, ...topUp('tx-0001'), ...topUp('tx-0002', false)]);
  opened.close();
  return bench;
}

describe('journal verify', () => {
  test('of a sound journal says what it checked and exits 0', () => {
    const bench = journal();
    const { status, out, error } = kioskctl('journal', 'verify', bench.path);
    expect({ status, error }).toEqual({ status: 0, error: [] });
    expect(out[0]).toBe(`${bench.path}: good · terminal T-0001 · epoch 1`);
    expect(out.join('\n')).toMatch(/17 entries\n {2}2 transactions, 1 open\n {2}2 checkpoints by the key in the file .*; signed up to entry 17/);
  });

  test('checks against a key given as JWK or PEM, in a file or as text', () => {
    const bench = journal();
    const file = join(bench.folder, 'key.json');
    writeFileSync(file, JSON.stringify({ ...bench.key.publicKey, kid: 'T-0001' }));
    for (const key of [file, JSON.stringify(bench.key.publicKey)]) {
      expect(kioskctl('journal', 'verify', bench.path, '--key', key)).toMatchObject({ status: 0 });
    }
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const other = kioskctl('journal', 'verify', bench.path, '--key', pem);
    expect(other).toMatchObject({ status: 1, error: [expect.stringContaining('is broken (key): the journal names another key')] });
    expect(terminalKey(privateKey).publicKey.x).not.toBe(bench.key.publicKey.x);
  });

  test('of a broken journal names the first break with its seq and exits 1', () => {
    const bench = journal();
    bench.tamper((db) => db.exec('DELETE FROM entries WHERE seq = 5'));
    const { status, out, error } = kioskctl('journal', 'verify', bench.path);
    expect(status).toBe(1);
    expect(out.at(-1)).toBe('first break: entry 5, sequence: entry 5 is missing, 6 follows');
    expect(error).toEqual([expect.stringContaining('is broken at entry 5 (sequence): entry 5 is missing')]);
  });

  test('in JSON is one object', () => {
    const { out } = kioskctl('journal', 'verify', journal().path, '--json');
    expect(JSON.parse(out.join(''))).toMatchObject({ ok: true, entries: 17, openTransactions: ['tx-0002'] });
  });

  test('finds a tail that was cut off by a receipt kept elsewhere', async () => {
    const bench = journal();
    const upstream = upstreamKey();
    const opened = bench.open();
    const answer = await upstream.receipt(opened, 17);
    opened.close();
    const file = join(bench.folder, 'receipt.json');
    writeFileSync(file, JSON.stringify(answer));
    bench.tamper((db) =>
      db.exec(
        'DELETE FROM entries WHERE seq > 8; DELETE FROM checkpoints WHERE seq > 8; DELETE FROM entry_index WHERE seq > (SELECT max(seq) FROM checkpoints); DELETE FROM standing_members; DELETE FROM standing_questions',
      ),
    );
    expect(kioskctl('journal', 'verify', bench.path)).toMatchObject({ status: 0 });
    const args = ['--receipt', file, '--upstream-key', JSON.stringify(upstream.key.publicKey)];
    expect(kioskctl('journal', 'verify', bench.path, ...args)).toMatchObject({ status: 1, error: [expect.stringContaining('at entry 9 (receipt)')] });
  });
});

describe('a pruned journal', () => {
  /** A top-up and a case half a year old, the case kept; a settlement and some entries of today. */
  function pruned(): { readonly bench: Bench; readonly balances: object; readonly upTo: number } {
    const bench = new Bench();
    const journal = bench.open();
    append(journal, [...finished('tx-1'), ...withCase('tx-2'), ...settlement('S-1', 2)]);
    receipted(journal, NOW - 200 * DAY);
    const upTo = journal.head.seq;
    bench.clock.jumpTo(NOW);
    append(journal, [...settlement('S-2', 0, 'B-2', 'B-3'), ...filler(20)]);
    receipted(journal, NOW);
    const balances = journal.balances();
    pruneAll(journal);
    journal.close();
    return { bench, balances, upTo };
  }

  test('verifies, and says what left, under which receipt and where it is; so does its export', () => {
    const { bench, upTo } = pruned();
    const said = kioskctl('journal', 'verify', bench.path);
    expect(said).toMatchObject({ status: 0, error: [] });
    const left = new RegExp(
      `entries 1 to ${upTo}, up to business date 2026-11-22, left the terminal under upstream’s receipt of 2026-05-06T05:33:00.000Z: upstream has them`,
    );
    expect(said.out.join('\n')).toMatch(left);
    expect(said.out.join('\n')).toContain(`the chain is proved from entry ${upTo + 1} on`);
    const file = join(bench.folder, 'export.jsonl');
    writeFileSync(file, `${kioskctl('journal', 'export', bench.path).out.join('\n')}\n`);
    expect(kioskctl('journal', 'verify', file).out.join('\n')).toMatch(left);
  });

  test('has the balances it had, shows what was kept, and says of the rest that it left', () => {
    const { bench, balances } = pruned();
    expect(JSON.parse(kioskctl('journal', 'balance', bench.path, '--json').out.join(''))).toEqual(balances);
    expect(kioskctl('journal', 'show', bench.path, '--transaction', 'tx-2').out.at(-1)).toMatch(/: case · taken 50\.00/);
    expect(kioskctl('journal', 'show', bench.path, '--tail', '1').out[0]).toMatch(/^not here: entries 1 to /);
    expect(kioskctl('journal', 'show', bench.path, '--transaction', 'tx-1')).toMatchObject({
      status: 1,
      error: [expect.stringMatching(/has no transaction tx-1: .*upstream has them/)],
    });
    expect(kioskctl('journal', 'day', bench.path, '--date', '2026-05-06')).toMatchObject({
      status: 1,
      error: [expect.stringMatching(/left the terminal .*; ask upstream for the day/)],
    });
  });
});

describe('journal verify of an export', () => {
  test('proves it from a file and from standard input, and names the first break', () => {
    const bench = journal();
    const exported = spawnSync(process.execPath, ['main/cli/kioskctl.ts', 'journal', 'export', bench.path]).stdout;
    const file = join(bench.folder, 'journal.jsonl');
    writeFileSync(file, exported);
    expect(kioskctl('journal', 'verify', file)).toMatchObject({
      status: 0,
      out: [`${file}: good · terminal T-0001 · epoch 1`, ...Array.from({ length: 5 }, () => expect.any(String))],
    });
    const piped = spawnSync(process.execPath, ['main/cli/kioskctl.ts', 'journal', 'verify', '-', '--json'], { input: exported, encoding: 'utf8' });
    expect(piped.status).toBe(0);
    expect(JSON.parse(piped.stdout)).toMatchObject({ ok: true, entries: 17, checkpoints: 2, openTransactions: ['tx-0002'] });
    writeFileSync(file, exported.toString().replace('"denomination":5000', '"denomination":9000'));
    expect(kioskctl('journal', 'verify', file)).toMatchObject({ status: 1, error: [expect.stringContaining('is broken at entry 3 (chain)')] });
  });
});

describe('journal show', () => {
  test('prints entries with the card number masked', () => {
    const { status, out } = kioskctl('journal', 'show', journal().path);
    expect(status).toBe(0);
    expect(out).toHaveLength(17);
    expect(out[1]).toMatch(/^ {5}2 {2}2026-11-22T00:14:00\.000Z {2}transaction\.opened {3}\{.*"serial":"…7984"/);
    expect(out.join('')).not.toContain('03105170010170907984');
    expect(out[4]).toContain('[cash.box 50.00, cardholder.held -50.00]');
  });
  test('of one transaction tells where it stands and what is next', () => {
    const { out } = kioskctl('journal', 'show', journal().path, '--reference', 'a01-1122-0002-0');
    expect(out).toHaveLength(9);
    expect(out.slice(7)).toEqual(['A01-1122-0002-0: loadCommitting · taken 50.00 · loaded 0.00 · refunded 0.00 · owed 0.00 · held 50.00', 'next: examineCard']);
  });
  test('of the last entries', () => {
    expect(kioskctl('journal', 'show', journal().path, '--tail', '3').out).toHaveLength(3);
  });
  test('of a transaction that is not there exits 1 and says how to look', () => {
    const { status, error } = kioskctl('journal', 'show', journal().path, '--transaction', 'tx-0009');
    expect({ status, lines: error.length }).toEqual({ status: 1, lines: 1 });
    expect(error[0]).toContain('has no transaction tx-0009');
  });
});

describe('journal balance and export', () => {
  test('balance prints every account', () => {
    const { path } = journal();
    expect(JSON.parse(kioskctl('journal', 'balance', path, '--json').out.join(''))).toMatchObject({
      'cash.box': 10_000,
      'cardholder.held': -5000,
      'issuer.payable': -5000,
      suspense: 0,
    });
    expect(kioskctl('journal', 'balance', path).out).toContain(`${'cash.box'.padEnd(22)} ${'100.00'.padStart(16)}`);
  });

  test('export writes journal, entries, checkpoints and receipts in order, the hashes as verify demands', async () => {
    const bench = journal();
    const opened = bench.open();
    const { receipt, jws } = await upstreamKey().receipt(opened, 5);
    opened.storeReceipt(receipt, jws);
    const entries = opened.entriesAfter(1, 0, 100);
    const [first, last] = opened.checkpointsAfter(0, 10);
    opened.close();
    const { status, out } = kioskctl('journal', 'export', bench.path);
    expect(status).toBe(0);
    expect(out.map((line): unknown => JSON.parse(line))).toEqual([
      { journal: { terminalId: 'T-0001', publicKey: bench.key.publicKey } },
      entries[0],
      first,
      ...entries.slice(1, 5),
      { receipt, jws },
      ...entries.slice(5),
      last,
    ]);
  });
});

describe('decode', () => {
  test.each([
    ['crt591', 'F2 00 00 12 50 30 33 30 32 30 43 52 54 2D 35 39 31 2D 4D 30 30 31 03 86'], // card-readers.md, the unit names itself
    ['escpos-status', '14 00 00 0F'], // receipt-printer.md, automatic status: nothing to report
    ['id003', 'FC 06 13 63 A2 D8'], // cash-acceptor.md 3.4: escrow, note code 63
    ['pboc', '80 5C 00 02 04'], // card-application.md: GET BALANCE of the EP purse
    ['crt310', '02 00 05 31 30 4E 4A 4E 03 4F'], // card-readers.md 1.2: no card, entry by switch, rear closed
    ['ccnet', '02 03 07 80 04 A8 75'], // cash-acceptor.md 4: escrow, type 4
    ['cctalk', '01 0B 28 00 05 03 01 00 0A 00 0C 00 0B 00 00 A2'], // cash-acceptor.md 5.5: bill events
    ['sam', 'AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97'], // card-readers.md 4: found
    ['hid-pos', `02 0D 5D 45 30 34 30 30 36 33 38 31 33 33 33 39 33 31 ${'00 '.repeat(43)}64 00 00`], // card-readers.md 3.1: EAN-13
    ['modbus', '11 05 00 AC FF 00 4E 8B'], // a well known example: unit 17, write single coil 173 on
    ['custom-status', '10 0F 00 00 00 00'], // receipt-printer.md 6.1: full status, nothing to report
    ['pcsc', 'FF CA 00 00 00'], // card-readers.md 2.1: UID
    ['mifare', '88 13 00 00 77 EC FF FF 88 13 00 00 04 FB 04 FB'], // card-application.md 5.1: a value block of 5000 at address 4
  ])('%s explains a frame of its protocol document in one JSON line', (protocol, hex) => {
    const { status, out, error } = kioskctl('decode', protocol, hex);
    expect({ status, error, lines: out.length }).toEqual({ status: 0, error: [], lines: 1 });
    expect(JSON.parse(out.join(''))).toMatchObject({ ok: true });
    expect(kioskctl('decode', protocol, ...hex.split(' ')).out).toEqual(out);
  });
  test.each(['crt591', 'crt310', 'escpos-status', 'id003', 'ccnet', 'cctalk', 'hid-pos', 'sam', 'modbus', 'pboc'])(
    '%s names what is wrong with bytes in one JSON line and exits 1',
    (protocol) => {
      const { status, out } = kioskctl('decode', protocol, 'XYZ');
      expect(status).toBe(1);
      expect(JSON.parse(out.join(''))).toEqual({ ok: false, code: expect.any(String), message: expect.any(String) });
    },
  );
});

describe('config check', () => {
  test('of the example is good', () => {
    expect(kioskctl('config', 'check', 'resources/config/example.json')).toEqual({
      status: 0,
      out: ['resources/config/example.json: good (terminal T-0001, 7 devices, sandbox)'],
      error: [],
    });
  });
  test('of a wrong one says every problem in a line and exits 1', () => {
    const file = join(new Bench().folder, 'wrong.json');
    writeFileSync(file, JSON.stringify({ terminal: { id: 'T-1', shortName: 'A01', terminalNumber: '12' }, sandbox: 'yes' }));
    const { status, error } = kioskctl('config', 'check', file);
    expect(status).toBe(1);
    expect(error).toContain(`${file}: terminal.terminalNumber: "12": expected 6 bytes of hexadecimal (12 digits)`);
    expect(error).toContain(`${file}: sandbox: "yes": expected true or false`);
    expect(error.join('')).not.toMatch(/\n\s+at /);
  });
  test('reads the authority that https needs, beside the file, and says what is wrong with it', () => {
    const { folder } = new Bench();
    const file = join(folder, 'terminal.json');
    const example = JSON.parse(readFileSync('resources/config/example.json', 'utf8'));
    const upstream = { url: 'https://upstream.example', ca: 'ca.pem' };
    writeFileSync(file, JSON.stringify({ ...example, sandbox: false, devices: {}, topUp: {}, upstream }));
    const check = () => kioskctl('config', 'check', file);
    expect(check()).toMatchObject({ status: 1, error: [expect.stringContaining(`upstream.ca: "${join(folder, 'ca.pem')}": the file can't be read (ENOENT)`)] });
    copyFileSync(makeAuthority('Kiosk CA').file, join(folder, 'ca.pem'));
    expect(check()).toMatchObject({ status: 0, error: [] });
  });
});

describe('pboc vector', () => {
  // card-application.md, the vector with serial 00004100000012345678.
  const input = {
    masterLoadKey: '3A7F10C4D2956B8E01F3A65C9D24E7B8',
    masterTacKey: 'C5E0918B7A3D264F6F12D8B40397EC5A',
    diversificationFactors: ['4100000012345678'],
    balance: 0,
    amount: 1,
    onlineCounter: 0,
    cardRandom: '1A2B3C4D',
    transactionType: '02',
    terminalId: '000001000050',
    date: '20260315',
    time: '081530',
  };
  test('computes the values of the document', () => {
    const file = join(new Bench().folder, 'vector.json');
    writeFileSync(file, JSON.stringify(input));
    const { status, out } = kioskctl('pboc', 'vector', file);
    expect(status).toBe(0);
    expect(JSON.parse(out.join(''))).toMatchObject({
      loadKey: '4922D4C8B86C62822B82AA238C2AAAAF',
      tacKey: '42FA9596FA86C9FEFBDD1796260EC4E2',
      sessionKey: 'F856EEAB7A473593',
      mac1: '824B80B8',
      mac2: 'ECB2E560',
      tac: '3863778A',
    });
  });
  test('names every field that is wrong in one line and exits 1', () => {
    const file = join(new Bench().folder, 'vector.json');
    writeFileSync(file, JSON.stringify({ ...input, amount: 0, cardRandom: '1A' }));
    const { status, error } = kioskctl('pboc', 'vector', file);
    expect({ status, lines: error.length }).toEqual({ status: 1, lines: 1 });
    expect(error[0]).toMatch(/amount: .*; cardRandom: /);
  });
});

describe('called wrongly: one line with the right way, status 2', () => {
  test.each([
    ['nothing', [], 'expected one of journal verify, journal show'],
    ['an unknown command', ['journal', 'repair'], 'unknown command "journal repair"'],
    ['no file', ['journal', 'verify'], 'usage: kioskctl journal verify FILE'],
    ['a file that is not there', ['journal', 'verify', '/nowhere/journal.sqlite'], 'there is no journal at /nowhere/journal.sqlite'],
    ['an unknown option', ['journal', 'balance', 'x', '--jsn'], "Unknown option '--jsn'; usage: kioskctl journal balance FILE [--training] [--json]"],
    ['one word too many', ['config', 'check', 'a', 'b'], '"b" is one word too many'],
    ['an unknown protocol', ['decode', 'morse', '00'], 'unknown protocol "morse"; expected one of crt591, crt310, escpos-status'],
    ['a key that is none', ['journal', 'verify', 'x', '--key', 'abc'], 'is no Ed25519 public key'],
    ['two ways to choose', ['journal', 'show', 'x', '--tail', '1', '--reference', 'A'], 'expected only one of'],
    ['a tail that is no number', ['journal', 'show', 'x', '--tail', 'all'], '--tail all is not a number of entries'],
    ['a vector that is not there', ['pboc', 'vector', '/nowhere.json'], "can't be read (ENOENT)"],
  ])('%s', (_what, args, expected) => {
    const { status, out, error } = kioskctl(...args);
    expect({ status, out, lines: error.length }).toEqual({ status: 2, out: [], lines: 1 });
    expect(error[0]).toContain(expected);
  });

  test('help lists every command and exits 0', () => {
    const { status, out } = kioskctl('help');
    expect(status).toBe(0);
    expect(out.map((line) => line.split(/ {2,}|[A-Z[]/)[0]?.trim())).toEqual([
      'kioskctl journal verify',
      'kioskctl journal show',
      'kioskctl journal balance',
      'kioskctl journal day',
      'kioskctl journal export',
      'kioskctl slip verify',
      'kioskctl decode',
      'kioskctl enrol',
      'kioskctl config check',
      'kioskctl devices list',
      'kioskctl devices status',
      'kioskctl devices watch',
      'kioskctl devices exercise',
      'kioskctl monitor',
      'kioskctl settle',
      'kioskctl settle resolve',
      'kioskctl reconcile --journal',
      'kioskctl update from',
      'kioskctl update status --install',
      'kioskctl pboc vector',
      'kioskctl status --config',
      'kioskctl readiness --config',
      'kioskctl support-bundle --config',
      'kioskctl support-bundle open',
    ]);
  });

  test('by a Node that is too old: says so before anything else is loaded', () => {
    const old = "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'22.11.0'}})";
    const { status, out, error } = ran(spawnSync(process.execPath, ['--import', old, 'main/cli/kioskctl.ts', 'help'], { encoding: 'utf8' }));
    expect({ status, out }).toEqual({ status: 2, out: [] });
    expect(error).toEqual([expect.stringMatching(/^Node 24 or newer is needed, this is 22\.11\.0: run "npm ci"/)]);
  });
});
