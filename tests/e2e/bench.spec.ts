/** The bench window on the real application: a person's whole top-up done with its hands on its live screen, and what it says is true. */
import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { reckon } from '../../renderer/bench/reckoning.ts';
import { buildApp, productParts } from '../launcher/build.ts';
import { findHost } from '../launcher/host.ts';
import { launchShell, type RunningShell } from '../launcher/launch-shell.ts';
import { startSandbox, type Sandbox } from '../launcher/sandbox.ts';

let sandbox: Sandbox;
let shell: RunningShell;
let bench: Page;

const at = (testId: string) => bench.getByTestId(testId);
/** One part of what is really there. */
const truth = async (name: 'faults' | 'unplugged' | 'network') => (await sandbox.cabinet())[name];
const screenIs = (kind: string) => expect(at('screen')).toHaveAttribute('data-screen', kind);

async function open(): Promise<void> {
  await buildApp();
  sandbox = await startSandbox();
  const { benchUrl, config } = sandbox;
  if (benchUrl === undefined) throw new Error('the sandbox has no cabinet');
  shell = await launchShell({ host: await findHost(), appDir: productParts.outDir, config, benchUrl });
  bench = await shell.benchPage();
  await screenIs('attract');
}

async function close(): Promise<void> {
  await shell.close();
  await sandbox.stop();
}

/** Box, captured net and credited; what lies in escrow, at the mouth or is reserved must not count. */
const world = (box: number[], capturedNet: number, credited: number, carriedAway: number[] = []) => ({
  notes: { box, escrow: 10_000, atEntrance: [2000], carriedAway },
  books: { capturedNet, credited, reserved: 700, openOrder: null },
});

test.describe('a person at the bench', () => {
  test.beforeEach(open);
  test.afterEach(close);

  test('cash top-up with nothing but the bench window: note in the box, money on the chip, slip in the hand, books even', async () => {
    await at('hand-insert-student-6688').click();
    await expect(at('slot-card')).toHaveAttribute('data-at', 'inside');
    await expect(at('hand-insert-student-6688')).toHaveAttribute('data-where', 'inside');
    await expect(at('truth-balance-student-6688')).toHaveText('23.20');

    await at('start-top-up').click();
    await at('amount-5000').click();
    await at('confirm').click();
    await at('tender-cash').click();
    await screenIs('top-up-cash');
    await at('hand-feed-5000').click();
    await expect(at('truth-box-sum')).toHaveText('50.00');
    await expect(at('truth-verdict')).toContainText('代管 50.00 元');

    await at('confirm').click();
    await screenIs('done');
    await expect(at('balance-after')).toContainText('73.20');
    await expect(at('truth-balance-student-6688')).toHaveText('73.20');
    await expect(at('truth-verdict')).toContainText('一致，差 0.00 元');

    await at('receipt-print').click();
    await at('slip').click();
    await expect(at('slip-dialog')).toContainText('第 1 张凭条，共 1 张');
    await expect(at('slip-dialog').locator('svg text').filter({ hasText: '73.20' }).first()).toBeVisible();
    await at('slip-close').click();
    await at('hand-tear-paper').click();
    await expect(at('slip')).toHaveCount(0);
    await expect(at('slips-torn')).toContainText('已撕下 1 张');
    await at('hand-take-card').click();
    await expect(at('hand-insert-student-6688')).toHaveAttribute('data-where', 'hand');

    const { notes, cards } = await sandbox.cabinet();
    expect(notes.box).toEqual([5000]);
    expect(cards.find(({ id }) => id === 'student-6688')).toMatchObject({ balance: 7320, where: 'hand' });
  });

  test('phone pays the order on the screen: captured in the books, on the card', async () => {
    await at('hand-insert-student-6688').click();
    await at('start-top-up').click();
    await at('amount-2000').click();
    await at('confirm').click();
    await at('tender-qr').click();
    await expect(at('qr-code')).toBeVisible();
    await at('phone-pay').click();
    await screenIs('done');
    await expect(at('truth-balance-student-6688')).toHaveText('43.20');
    await expect(at('truth-verdict')).toHaveAttribute('data-verdict', 'even');
    expect((await sandbox.books()).acquirer.net).toBe(2000);
  });

  test('a note dragged onto the cabinet is fed', async () => {
    await at('hand-insert-student-6688').click();
    await at('start-top-up').click();
    await at('amount-5000').click();
    await at('confirm').click();
    await at('tender-cash').click();
    await screenIs('top-up-cash');
    await at('hand-feed-1000').dragTo(at('hand-take-note'));
    await expect(at('truth-box-sum')).toHaveText('10.00');
  });

  test('terminal process killed from the bench: the screen starts anew, the cabinet stays', async () => {
    await at('hand-insert-student-6688').click();
    await screenIs('menu');
    const killed = shell.terminalPid();
    const from = shell.lines.length;
    await at('kill-terminal').click();
    await shell.waitForLine(/terminal process started/, { from });
    expect(shell.terminalPid()).not.toBe(killed);
    await expect(at('slot-card')).toBeVisible();
  });
});

/** Each of these leaves the cabinet as it found it. */
test.describe('the bench window', () => {
  test.beforeAll(open);
  test.afterAll(close);

  test('a hand that can not do its act says why', async () => {
    await at('phone-pay').click();
    await expect(at('bench-word')).toContainText('there is no order to pay');
    await at('hand-take-card').click();
    await expect(at('bench-word')).toContainText('no card lies at the gate');
  });

  test('switches and plugs do in the cabinet what they show', async () => {
    await at('fault-paperOut').click();
    await expect(at('fault-paperOut')).toBeChecked();
    expect(await truth('faults')).toEqual(['paperOut']);
    await at('fault-paperOut').click();
    await expect(at('fault-paperOut')).not.toBeChecked();
    expect(await truth('faults')).toEqual([]);

    await at('plug-cardReader').click();
    await expect(at('plug-cardReader')).not.toBeChecked();
    expect(await truth('unplugged')).toEqual(['cardReader']);
    await at('plug-cardReader').click();
    await expect(at('plug-cardReader')).toBeChecked();
    expect(await truth('unplugged')).toEqual([]);

    await at('network').click();
    await expect(at('network')).not.toBeChecked();
    expect(await truth('network')).toBe('down');
    await at('network').click();
    await expect(at('network')).toBeChecked();
  });

  test('a person who chooses another theme changes the screen and not the bench', async () => {
    const panel = bench.locator('.bench-panel').first();
    const color = (of: typeof panel) => of.evaluate((element) => getComputedStyle(element).backgroundColor);
    await at('util-access').click();
    await at('theme-black').click();
    await expect.poll(() => color(at('screen'))).toBe('rgb(0, 0, 0)');
    expect(await color(panel)).toBe('rgb(255, 255, 255)');
    await at('theme-light').click();
    await at('close').click();
    await screenIs('attract');
  });

  test('landscape glass: the live screen lies across and is still touched where it is seen', async () => {
    await at('glass-landscape').click();
    await expect(bench.locator('html')).toHaveAttribute('data-orientation', 'landscape');
    const { width, height } = (await at('screen').boundingBox()) ?? { width: 0, height: 1 };
    expect(width / height).toBeCloseTo(16 / 9, 2);
    await at('start').click();
    await screenIs('insert-card');
    await at('back').click();
    await at('glass-portrait').click();
    await screenIs('attract');
  });
});

test.describe('the verdict on the money', () => {
  test('as much credited as came in: even, whatever is held in escrow or reserved', () => {
    expect(reckon(world([5000, 2000], 3000, 10_000))).toMatchObject({ verdict: 'even', difference: 0, box: 7000 });
  });
  test('less credited than came in: owed by the difference', () => {
    expect(reckon(world([5000], 3000, 5000))).toMatchObject({ verdict: 'owed', difference: 3000 });
  });
  test('more credited than came in: over by the difference', () => {
    expect(reckon(world([], 3000, 3001))).toMatchObject({ verdict: 'over', difference: 1 });
  });
  test('what a technician carried away in a box still came in', () => {
    expect(reckon(world([1000], 0, 6000, [5000]))).toMatchObject({ verdict: 'even', box: 6000 });
  });
  test('books out of sight: no verdict', () => {
    expect(reckon({ notes: { box: [100], escrow: null, atEntrance: [], carriedAway: [] }, books: null })).toEqual({ verdict: 'unseen', box: 100 });
  });
});
