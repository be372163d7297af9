/**
 * A day of a terminal from the first top-up to the settled box: the real terminal process, its devices in the cabinet, upstream over HTTP,
 * and then the command line on what they left.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startSandbox, type Sandbox } from '../../launcher/sandbox.ts';
import type { HandAct } from '../../../drivers/bench/protocol.ts';
import { withContent } from '../../../main/journal/content.ts';
import { entriesOf } from '../../../main/maintenance/stopped-journal.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import { HeadlessTerminal } from '../terminal/headless.ts';

const CARD = 'student-6688';
const AMOUNT = 2000;
const PATIENCE = { timeout: 40_000, interval: 50 };

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

function kioskctl(...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['main/cli/kioskctl.ts', ...args], { encoding: 'utf8' });
  return { status, out: stdout, error: stderr };
}

/** One after the other, each on what the ones before it left. */
describe('a day, its box and its books', () => {
  let sandbox: Sandbox;
  let terminal: HeadlessTerminal;
  const file = (name: string): string => path.join(sandbox.data, name);
  const hand = (act: HandAct): Promise<unknown> => vi.waitUntil(async () => (await sandbox.hand(act)).done, PATIENCE);
  const settleArgs = (): string[] => ['settle', sandbox.journal, '--key', file('terminal-key.pem'), '--config', sandbox.config, '--by', '张三'];
  const reconcile = (journal: string, ...more: string[]): Ran =>
    kioskctl('reconcile', '--journal', journal, '--acquirer', file('acquirer.jsonl'), '--issuer', file('issuer.jsonl'), ...more);

  async function topUp(tender: 'cash' | 'qr'): Promise<void> {
    await terminal.sees('attract', ({ services }) => services.some(({ name, available }) => name === 'topUp' && available));
    await terminal.touchUntil({ type: 'service', service: 'topUp' }, 'insert-card');
    await hand({ act: 'insertCard', card: CARD });
    await terminal.sees('top-up-amount');
    await terminal.touchUntil({ type: 'amount', amount: AMOUNT }, 'top-up-amount', ({ selected }) => selected === AMOUNT);
    await terminal.touchUntil({ type: 'confirm' }, 'top-up-tender', ({ tenders }) => tenders.every(({ available }) => available));
    if (tender === 'qr') {
      await terminal.touchUntil({ type: 'tender', tender }, 'top-up-qr', ({ state }) => state === 'waiting');
      await hand({ act: 'phone', does: 'pay' });
    } else {
      await terminal.touchUntil({ type: 'tender', tender }, 'top-up-cash', ({ busy }) => !busy);
      for (const inserted of [1000, 2000]) {
        await hand({ act: 'feedNote', denomination: 1000 });
        await terminal.sees('top-up-cash', (body) => !body.busy && body.inserted === inserted);
      }
      await terminal.touchUntil({ type: 'confirm' }, 'done');
    }
    await terminal.sees('done', ({ receipt }) => receipt === 'choice');
    await vi.waitUntil(async () => {
      for (const act of ['takeCard', 'tearPaper'] as const) await sandbox.hand({ act });
      const shown = terminal.view?.body.kind;
      if (shown === 'menu' || shown === 'done' || shown === 'settled') terminal.touch({ type: 'finish' });
      if (shown === 'goodbye') terminal.touch({ type: 'start' });
      return shown === 'attract';
    }, PATIENCE);
  }

  async function fetchStatements(): Promise<void> {
    for (const book of ['acquirer', 'issuer']) {
      const answer = await fetch(new URL(`/sandbox/statements/${book}`, sandbox.upstreamUrl));
      expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
      writeFileSync(file(`${book}.jsonl`), await answer.text());
    }
  }

  function lastEntries(count: number): JournalEntry[] {
    return withContent(sandbox.journal, (content) => [...entriesOf(content)]).slice(-count);
  }

  beforeAll(async () => {
    sandbox = await startSandbox({ speed: 4, settings: { log: { level: 'warn' } } });
    terminal = new HeadlessTerminal(sandbox.config);
    await topUp('qr');
  }, 120_000);
  afterAll(async () => {
    await terminal.stop();
    await sandbox.stop();
  }, 60_000);

  test('after a top-up by phone the books of journal, acquirer and issuer are even', async () => {
    copyFileSync(sandbox.journal, file('earlier.sqlite'));
    copyFileSync(`${sandbox.journal}-wal`, file('earlier.sqlite-wal'));
    await fetchStatements();
    const ran = reconcile(sandbox.journal, '--json');
    expect(ran).toMatchObject({ status: 0, error: '' });
    expect(JSON.parse(ran.out)).toMatchObject({
      even: true,
      findings: [],
      books: [
        { book: 'acquirer', here: AMOUNT, there: AMOUNT },
        { book: 'issuer', here: AMOUNT, there: AMOUNT },
      ],
    });
  }, 60_000);

  test('after two more, a journal that ends too early lacks what upstream has: each is named', async () => {
    await topUp('qr');
    await topUp('cash');
    await fetchStatements();
    expect(reconcile(sandbox.journal)).toMatchObject({ status: 0 });
    const { status, out } = reconcile(file('earlier.sqlite'));
    expect(status).toBe(1);
    expect(out).toMatch(/\[1\] capturedThereUnknownHere \(difference\) .*: \+20\.00/);
    expect(out.match(/\[16\] confirmedThereUnknownHere \(difference\) .*card …\d{4}: \+20\.00/g)).toHaveLength(2);
    expect(out).toContain('NOT even: 3 differences, 0 open, 0 in flight');
  }, 180_000);

  test('while the terminal runs it can’t be settled, but what is expected can be seen', () => {
    expect(kioskctl(...settleArgs(), '--box-out', 'B-17', '--box-in', 'B-18', '--counts', '10x2')).toMatchObject({
      status: 1,
      error: expect.stringContaining('the terminal runs and writes its journal: stop it first'),
    });
    expect(JSON.parse(kioskctl('settle', sandbox.journal, '--dry-run', '--json').out)).toMatchObject({
      expected: { notes: [{ denomination: 1000, count: 2 }], unspecified: 0 },
      openTransactions: [],
    });
  }, 60_000);

  test('stopped, it is settled, and the slip comes out of its printer', async () => {
    await terminal.stop();
    const ran = kioskctl(...settleArgs(), '--box-out', 'B-17', '--box-in', 'B-18', '--counts', '10x2', '--print');
    expect(ran).toMatchObject({ status: 0, error: '' });
    expect(ran.out).toContain('slip printed');
    expect(lastEntries(3).map(({ kind }) => kind)).toEqual(['settlement.closed', 'receipt.printing', 'receipt.printed']);
    expect(kioskctl('journal', 'verify', sandbox.journal)).toMatchObject({ status: 0 });
  }, 60_000);

  test('the cash office counts a note less, and that is found too', () => {
    const settlementId = String(lastEntries(3)[0]?.body['settlementId']);
    const terminalId = lastEntries(1)[0]?.terminalId;
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const lines = [
      { statement: { book: 'cash', from: '2026-01-01T00:00:00.000Z', to: at, madeAt: at } },
      { box: { terminalId, boxId: 'B-17', settlementId, notes: [{ denomination: 1000, count: 1 }], countedAt: at } },
      { end: { boxes: 1, counted: 1000 } },
    ];
    writeFileSync(file('counts.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { status, out } = reconcile(sandbox.journal, '--counts', file('counts.jsonl'));
    expect(status).toBe(1);
    expect(out).toMatch(/\[20\] journaledNotCounted \(difference\) .*1 notes of 10 yuan: -10\.00/);
    expect(readFileSync(file('acquirer.jsonl'), 'utf8').trim().split('\n')).toHaveLength(4);
  }, 60_000);

  test('started again it takes the settlement for what it is: an orderly stop, an empty box, and the next top-up', async () => {
    terminal = new HeadlessTerminal(sandbox.config);
    await topUp('cash');
    await terminal.stop();
    expect(JSON.parse(kioskctl('settle', sandbox.journal, '--dry-run', '--json').out)).toMatchObject({
      boxId: 'B-18',
      expected: { notes: [{ denomination: 1000, count: 2 }], unspecified: 0 },
    });
    expect(kioskctl('journal', 'verify', sandbox.journal)).toMatchObject({ status: 0 });
    await fetchStatements();
    expect(reconcile(sandbox.journal)).toMatchObject({ status: 0 });
  }, 120_000);
});
