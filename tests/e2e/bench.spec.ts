/** The bench window on the real application: a person's whole top-up done with its hands on its live screen, and what it says is true. */
import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { knobNames, knobShape } from '../../drivers/bench/protocol.ts';
import { reckon } from '../../renderer/bench/reckoning.ts';
import { buildApp, productParts } from '../launcher/build.ts';
import { findHost } from '../launcher/host.ts';
import { launchShell, type RunningShell } from '../launcher/launch-shell.ts';
import { everyDevice, startSandbox, type Sandbox } from '../launcher/sandbox.ts';

let sandbox: Sandbox;
let shell: RunningShell;
let bench: Page;

const at = (testId: string) => bench.getByTestId(testId);
/** What is really there. */
const truth = () => sandbox.cabinet();
/** Shows the knobs of a device. */
async function openGroup(group: string): Promise<void> {
  const title = at(`group-${group}`).locator('.fault-title');
  if ((await title.getAttribute('aria-expanded')) === 'false') await title.click();
}
const screenIs = (kind: string) => expect(at('screen')).toHaveAttribute('data-screen', kind);

async function open(): Promise<void> {
  await buildApp();
  sandbox = await startSandbox({ settings: everyDevice });
  const { benchUrl, config } = sandbox;
  if (benchUrl === undefined) throw new Error('the sandbox has no cabinet');
  shell = await launchShell({ host: await findHost(), appDir: productParts.outDir, config, benchUrl });
  bench = await shell.benchPage();
  await welcomesCards();
  await expect(at('start-top-up')).not.toHaveAttribute('aria-disabled');
}

/** The terminal asks for a card, and the slot takes one. */
async function welcomesCards(): Promise<void> {
  await screenIs('attract');
  await expect(at('start-balance')).not.toHaveAttribute('aria-disabled');
  await expect(at('mouth-card')).not.toHaveAttribute('data-shut');
}

/** From the attract screen to the menu. */
async function putsCardIn(): Promise<void> {
  await at('hand-insert-student-6688').click();
  await screenIs('menu');
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

  test('statement: what the card and its account did, on the glass and on paper, a load listed once', async () => {
    await putsCardIn();
    await at('start-top-up').click();
    await screenIs('top-up-amount');
    await at('amount-5000').click();
    await at('confirm').click();
    await at('tender-qr').click();
    await expect(at('qr-code')).toBeVisible();
    await at('phone-pay').click();
    await screenIs('done');
    await at('receipt-none').click();
    await at('hand-take-card').click();
    await expect(at('hand-insert-student-6688')).toHaveAttribute('data-where', 'hand');
    await welcomesCards();

    await putsCardIn();
    await at('start-statement').click();
    await screenIs('statement');
    await expect(at('statement-line').filter({ hasText: '+50.00' })).toHaveCount(1);
    await expect(at('balance')).toHaveText('73.20');
    await at('statement-print').click();
    await expect(at('screen')).toHaveAttribute('data-print', 'done');
    await at('slip').click();
    await expect(at('slip-dialog').locator('svg text').filter({ hasText: '交易明细' }).first()).toBeVisible();
    await expect(at('slip-dialog').locator('svg text').filter({ hasText: '+50.00' }).first()).toBeVisible();
    await at('slip-close').click();
    await at('back').click();
    await screenIs('menu');
  });

  test('help: a question found by its initials is answered, and leads with the card into its service', async () => {
    await at('util-help').click();
    await screenIs('help-home');
    await at('help-search').click();
    await at('letter-m').click();
    await at('letter-x').click();
    await expect(at('typed')).toHaveText('mx');
    await at('question-statement').click();
    await expect(at('screen')).toHaveAttribute('data-answer', 'statement');
    await at('helped-yes').click();
    await expect(at('screen')).toHaveAttribute('data-verdict', 'solved');
    await at('help-service').click();
    await screenIs('insert-card');
    await at('hand-insert-student-6688').click();
    await screenIs('statement');
    await at('back').click();
    await screenIs('menu');
  });

  test('help: an answer that did not help leads to people, and back', async () => {
    await at('util-help').click();
    await at('help-groups').click();
    await at('help-group-lost').click();
    await at('question-card-lost').click();
    await at('helped-no').click();
    await screenIs('help-contacts');
    await at('page-next').click();
    await at('channel-station').click();
    await expect(at('channel-shown')).toContainText('江城站 A 口');
    await at('back').click();
    await expect(at('screen')).toHaveAttribute('data-verdict', 'unsolved');
    await at('help-page').click();
    await screenIs('loss-ways');
    await at('back').click();
  });

  test('cash top-up with nothing but the bench window: note in the box, money on the chip, slip in the hand, books even', async () => {
    await putsCardIn();
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
    await putsCardIn();
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
    await putsCardIn();
    await at('start-top-up').click();
    await at('amount-5000').click();
    await at('confirm').click();
    await at('tender-cash').click();
    await screenIs('top-up-cash');
    await at('hand-feed-1000').dragTo(at('hand-take-note'));
    await expect(at('truth-box-sum')).toHaveText('10.00');
  });

  test('terminal process killed from the bench: the screen starts anew, the cabinet stays', async () => {
    await putsCardIn();
    const killed = shell.terminalPid();
    const from = shell.lines.length;
    await at('kill-terminal').click();
    await shell.waitForLine(/terminal process started/, { from });
    expect(shell.terminalPid()).not.toBe(killed);
    await expect(at('slot-card')).toBeVisible();
  });
});

/** Each of these leaves the cabinet and the terminal as it found them. */
test.describe('the bench window', () => {
  test.beforeAll(open);
  test.afterAll(close);

  test('a hand that can not do its act says why', async () => {
    await at('phone-pay').click();
    await expect(at('bench-word')).toContainText('there is no order to pay');
    await at('hand-take-card').click();
    await expect(at('bench-word')).toContainText('no card lies at the gate');
  });

  test('every knob of the protocol is there, with its words, under its device', async () => {
    for (const name of knobNames) {
      const { owner, kind } = knobShape(name);
      await openGroup(owner === 'card' ? 'cardReader' : owner);
      const knob = at(kind === 'choice' ? `knob-${name}-none` : `knob-${name}`);
      await expect(knob, name).toBeVisible();
      await expect(knob.locator('xpath=ancestor-or-self::li[1]'), name).not.toContainText('knob.');
    }
  });

  test('a switch, a count and a choice do in the cabinet what they show', async () => {
    await openGroup('receiptPrinter');
    await at('knob-receiptPrinter.paperOut').click();
    await expect(at('knob-receiptPrinter.paperOut')).toBeChecked();
    expect(await truth()).toMatchObject({ faults: ['paperOut'], paperMm: 0 });
    await at('knob-receiptPrinter.jam-presenter').click();
    await expect(at('knob-receiptPrinter.jam-presenter')).toBeChecked();
    await expect(at('group-receiptPrinter')).toContainText('2 处');
    expect((await truth()).knobs['receiptPrinter.jam']).toBe('presenter');

    await openGroup('cardReader');
    await at('knob-cardReader.slowBy-more').click();
    await expect(at('knob-cardReader.slowBy')).toHaveText('500 毫秒');
    await at('knob-cardReader.slowBy-more').click();
    await expect(at('knob-cardReader.slowBy')).toHaveText('1000 毫秒');
    await at('knob-cardReader.slowBy-less').click();
    await expect(at('knob-cardReader.slowBy')).toHaveText('500 毫秒');
    expect((await truth()).knobs['cardReader.slowBy']).toBe(500);

    await at('knobs-reset').click();
    await expect(at('knobs-reset')).toHaveCount(0);
    const { faults, knobs } = await truth();
    expect({ faults, slowBy: knobs['cardReader.slowBy'], jam: knobs['receiptPrinter.jam'] }).toEqual({ faults: [], slowBy: 0, jam: 'none' });
  });

  test('plugs do at the cabinet what they show', async () => {
    await at('plug-cardReader').click();
    await expect(at('plug-cardReader')).not.toBeChecked();
    expect((await truth()).unplugged).toEqual(['cardReader']);
    await screenIs('out-of-service');
    await at('plug-cardReader').click();
    await expect(at('plug-cardReader')).toBeChecked();
    expect((await truth()).unplugged).toEqual([]);
    await welcomesCards();

    await at('network').click();
    await expect(at('network')).not.toBeChecked();
    expect((await truth()).network).toBe('down');
    await at('network').click();
    await expect(at('network')).toBeChecked();
  });

  test('code, document, keys, headphone, door and switch reach their devices, and no secret is on the tape', async () => {
    await at('hand-showCode').click();
    await expect(at('scan-window')).toHaveAttribute('data-read', '1');
    await at('hand-lay-valid').dragTo(at('id-plate'));
    await expect(at('id-plate')).toHaveAttribute('data-document', 'valid');

    const key = (await at('key-5').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await bench.mouse.move(key.x + key.width / 2, key.y + key.height / 2);
    await bench.mouse.down();
    await expect.poll(async () => (await truth()).keypad?.held).toEqual(['5']);
    await bench.mouse.up();
    await expect.poll(async () => (await truth()).keypad?.held).toEqual([]);
    await at('headphone').click();
    await at('door').click();
    await at('service-switch').click();
    await expect(at('service-switch')).toBeChecked();
    expect(await truth()).toMatchObject({ keypad: { headphone: true }, cabinet: { door: 'open', serviceSwitch: 'maintenance' }, codesRead: 1 });
    expect(JSON.stringify((await truth()).frames)).not.toMatch(/2899|9901011990/);
    await screenIs('out-of-service');

    await at('hand-lift-document').click();
    await expect(at('id-plate')).not.toHaveAttribute('data-document');
    for (const back of ['headphone', 'door', 'service-switch']) await at(back).click();
    await expect(at('service-switch')).not.toBeChecked();
    await welcomesCards();
  });

  test('a technician fills, empties and changes what is in the devices', async () => {
    await openGroup('cardReader');
    await at('service-fillStacker').click();
    await expect(at('service-fillStacker')).toContainText('存 40 张');
    await openGroup('cashAcceptor');
    await at('service-removeBox').click();
    await at('service-insertBox').click();
    await expect(at('service-removeBox')).toBeVisible();
    await openGroup('receiptPrinter');
    await at('service-loadPaper').click();
    await expect(at('service-loadPaper')).toContainText('剩 80 米');
  });

  test('no part of it is cut off, on portrait and on landscape glass', async () => {
    for (const glass of ['glass-landscape', 'glass-portrait']) {
      await at(glass).click();
      const cut = await bench.evaluate(() =>
        ['.bench-hand', '.cabinet', '.cabinet-slots', '.cabinet-foot', '.bench-facts', '.bench-switch', '.bench-knob', '.bench-button'].flatMap((selector) =>
          [...document.querySelectorAll(selector)]
            .filter((part) => part.scrollHeight > part.clientHeight + 2 || part.scrollWidth > part.clientWidth + 2)
            .map(() => selector),
        ),
      );
      expect(cut, glass).toEqual([]);
    }
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
