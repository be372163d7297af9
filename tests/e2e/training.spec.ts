/**
 * A training terminal as its package starts it: the simulated cabinet and its own upstream around it, everything done by touch on its glass —
 * the screens for cardholders, and the practice panel for what hands do and what goes wrong. Each act of chaos strikes, its flow ends as it
 * should, and the act is undone.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { chaosActs, type ChaosAct, type TrainingOrder } from '../../common/training-acts.ts';
import { withContent } from '../../main/journal/content.ts';
import { verifyJournal } from '../../main/journal/verify.ts';
import type { ViewKind } from '../../state-machines/view.ts';
import { buildApp, trainingParts } from '../launcher/build.ts';
import { findHost } from '../launcher/host.ts';
import { launchShell, type RunningShell } from '../launcher/launch-shell.ts';

/** Real mechanics, and a busy machine. */
const PATIENCE = 20_000;
/** A person presses again when nothing happened; the screen takes two touches within half a second for one. */
const AGAIN_MS = 900;

let shell: RunningShell;
let folder: string;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  await buildApp(trainingParts);
  folder = mkdtempSync(path.join(os.tmpdir(), 'training-'));
  const config = path.join(folder, 'config.json');
  const settings = JSON.parse(readFileSync('resources/config/training.json', 'utf8')) as object;
  writeFileSync(config, JSON.stringify({ ...settings, data: { folder: path.join(folder, 'data') } }));
  shell = await launchShell({ host: await findHost(), appDir: trainingParts.outDir, config });
});
test.afterAll(async () => {
  await shell.close();
  rmSync(folder, { recursive: true, force: true });
});
test.beforeEach(() => test.setTimeout(60_000));

const journal = (): string => path.join(folder, 'data', 'journal.sqlite');
const kinds = (): readonly string[] =>
  withContent(journal(), ({ entries }) => Array.from(entries, ({ entry }) => String(Object(JSON.parse(entry))['kind'])), 'training');

const page = (): Promise<Page> => shell.page();
const screen = (...shown: readonly ViewKind[]): string => shown.map((kind) => `[data-testid="screen"][data-screen="${kind}"]`).join(',');

async function sees(...shown: readonly ViewKind[]): Promise<void> {
  await (await page()).locator(screen(...shown)).waitFor({ timeout: PATIENCE });
}

async function touches(...testIds: readonly string[]): Promise<void> {
  for (const testId of testIds) {
    await panel(false);
    const button = (await page()).locator(`[data-testid="${testId}"]:not([aria-disabled="true"])`);
    await button.waitFor({ timeout: PATIENCE });
    await (await page()).waitForTimeout(AGAIN_MS); // the pace of a person
    await button.click();
  }
}

async function panel(open: boolean): Promise<void> {
  const band = (await page()).getByTestId('training-band');
  if ((await band.getAttribute('aria-expanded', { timeout: PATIENCE })) !== String(open)) await band.click();
}

/** On the panel. */
async function does(act: TrainingOrder['act']): Promise<void> {
  await panel(true);
  await (await page()).getByTestId(`practice-${act}`).click();
}

/** Again and again, as a person would, until this is on the glass. */
async function doesUntil(act: TrainingOrder['act'], selector: string): Promise<void> {
  const there = (await page()).locator(selector).first();
  for (let waited = 0; waited < PATIENCE; waited += AGAIN_MS) {
    if ((await there.count()) > 0) return;
    await does(act);
    await there.waitFor({ timeout: AGAIN_MS }).catch(() => undefined);
  }
  const shown = await (await page()).getByTestId('screen').getAttribute('data-screen');
  const wrong = await (await page()).getByTestId('training').getAttribute('data-on');
  throw new Error(`${act} did not lead to ${selector}: the screen shows ${shown}; wrong is: ${wrong}`);
}

async function isWrong(act: ChaosAct, wrong = true): Promise<void> {
  const marked = (await page()).locator(`[data-testid="training"][data-on~="${act}"]`);
  await expect(marked).toHaveCount(wrong ? 1 : 0, { timeout: PATIENCE });
}

async function strikes(act: ChaosAct): Promise<void> {
  await does(act);
  await isWrong(act);
}

async function undoes(act: ChaosAct): Promise<void> {
  await does(act);
  await isWrong(act, false);
}

const AMOUNT = 2000;

async function choosesCash(): Promise<void> {
  await sees('attract');
  await touches('start-top-up');
  await sees('insert-card');
  await doesUntil('putCardIn', screen('top-up-amount'));
  await touches(`amount-${AMOUNT}`, 'confirm');
  await sees('top-up-tender');
}

async function standsAtCash(): Promise<void> {
  await choosesCash();
  await touches('tender-cash');
  await sees('top-up-cash');
}

async function paysAndConfirms(): Promise<void> {
  await doesUntil('feed20', '[data-testid="confirm"]:not([aria-disabled="true"])');
  await touches('confirm');
}

/** From a result to the attract screen, the card in the hand. */
async function leaves(): Promise<void> {
  // While a slip is printed by itself nobody is sent away.
  await (await page()).locator('[data-testid="screen"]:not([data-receipt="printing"])').waitFor({ timeout: PATIENCE });
  await touches('finish');
  await (await page()).getByTestId('finish').waitFor({ state: 'detached', timeout: PATIENCE });
  await doesUntil('takeCard', screen('goodbye', 'attract'));
  await sees('attract');
  await does('takeSlip');
  await panel(false);
}

/** The books of the training journal prove themselves, nothing is held, and nobody is owed more than `owed` fen. */
function isSound(): void {
  const { ok, break: broken, balances } = verifyJournal(journal(), { flavor: 'training' });
  expect({ ok, broken }).toEqual({ ok: true, broken: undefined });
  expect(Math.abs(balances['cardholder.held'])).toBe(0);
}

const delivered = async (): Promise<void> => {
  const before = kinds().filter((kind) => kind === 'load.committed').length;
  await sees('done');
  expect(kinds().filter((kind) => kind === 'load.committed').length).toBeLessThanOrEqual(before + 1);
};

/** What each act does to whoever stands there, and how it ends. Begins and ends at the attract screen, the act undone. */
const PRACTICE: Readonly<Record<ChaosAct, () => Promise<void>>> = {
  noteJam: async () => {
    await standsAtCash();
    await strikes('noteJam');
    await doesUntil('feed20', screen('settled'));
    expect(await (await page()).getByTestId('screen').getAttribute('data-outcome')).toBe('case');
    await undoes('noteJam');
    await leaves();
    expect(kinds()).toContain('case.opened');
  },
  noteRejected: async () => {
    await standsAtCash();
    await strikes('noteRejected');
    await doesUntil('feed10', '[data-message="noteRejected"]');
    await does('takeNote');
    await isWrong('noteRejected', false);
    await paysAndConfirms();
    await delivered();
    await leaves();
  },
  acceptorUnplugged: async () => {
    await strikes('acceptorUnplugged');
    await choosesCash();
    await (await page()).locator('[data-testid="tender-cash"][aria-disabled="true"]').waitFor({ timeout: PATIENCE });
    await undoes('acceptorUnplugged');
    await touches('tender-cash');
    await sees('top-up-cash');
    await paysAndConfirms();
    await delivered();
    await leaves();
  },
  cardTornBefore: async () => {
    await standsAtCash();
    await strikes('cardTornBefore');
    await paysAndConfirms();
    await sees('put-back');
    await isWrong('cardTornBefore', false);
    await doesUntil('putCardIn', screen('done'));
    await leaves();
    expect(kinds()).toContain('load.notCredited');
  },
  cardTornAfter: async () => {
    await standsAtCash();
    const before = kinds().filter((kind) => kind === 'load.committing').length;
    await strikes('cardTornAfter');
    await paysAndConfirms();
    await sees('put-back');
    await doesUntil('putCardIn', screen('done'));
    expect(kinds().filter((kind) => kind === 'load.committing')).toHaveLength(before + 1);
    await leaves();
  },
  cardJam: async () => {
    await standsAtCash();
    await strikes('cardJam');
    await paysAndConfirms();
    await undoes('cardJam');
    await delivered();
    await leaves();
  },
  dispenserEmpty: async () => {
    await sees('attract');
    await strikes('dispenserEmpty');
    await (await page()).locator('[data-testid="replace-card"]').waitFor({ state: 'detached', timeout: PATIENCE });
    await undoes('dispenserEmpty');
    await (await page()).locator('[data-testid="replace-card"]').waitFor({ timeout: PATIENCE });
  },
  readerUnplugged: async () => {
    await sees('attract');
    await strikes('readerUnplugged');
    await sees('out-of-service');
    await undoes('readerUnplugged');
    await sees('attract');
  },
  paperOut: async () => {
    await strikes('paperOut');
    await standsAtCash();
    await paysAndConfirms();
    await delivered();
    await (await page()).locator('[data-testid="receipt-print"][aria-disabled="true"]').waitFor({ timeout: PATIENCE });
    await undoes('paperOut');
    await leaves();
  },
  paperJam: async () => {
    await strikes('paperJam');
    await standsAtCash();
    await paysAndConfirms();
    await delivered();
    await touches('receipt-print');
    await (
      await page()
    )
      .locator('[data-testid="screen"]:not([data-receipt="choice"], [data-receipt="printing"], [data-receipt="printed"])')
      .waitFor({ timeout: PATIENCE });
    await undoes('paperJam');
    await leaves();
  },
  printerUnplugged: async () => {
    await strikes('printerUnplugged');
    await standsAtCash();
    await paysAndConfirms();
    await delivered();
    await (await page()).locator('[data-testid="receipt-print"][aria-disabled="true"]').waitFor({ timeout: PATIENCE });
    await undoes('printerUnplugged');
    await leaves();
  },
  networkCut: async () => {
    await standsAtCash();
    await doesUntil('feed20', '[data-testid="confirm"]:not([aria-disabled="true"])');
    await strikes('networkCut');
    await touches('confirm');
    await sees('settled');
    expect(await (await page()).getByTestId('screen').getAttribute('data-outcome')).toMatch(/^(?:voucher|case)$/);
    await undoes('networkCut');
    await leaves();
  },
  issuerDown: async () => {
    await standsAtCash();
    await doesUntil('feed20', '[data-testid="confirm"]:not([aria-disabled="true"])');
    await strikes('issuerDown');
    await touches('confirm');
    await sees('settled');
    expect(await (await page()).getByTestId('screen').getAttribute('data-outcome')).toMatch(/^(?:voucher|case)$/);
    await undoes('issuerDown');
    await leaves();
  },
  powerCut: async () => {
    await standsAtCash();
    await doesUntil('feed20', '[data-testid="confirm"]:not([aria-disabled="true"])');
    const committed = kinds().filter((kind) => kind === 'load.committed').length;
    await does('powerCut');
    await sees('starting');
    await sees('done');
    expect(kinds().filter((kind) => kind === 'load.committed')).toHaveLength(committed + 1);
    await leaves();
  },
};

test('the glass says so from its first screen on, and the panel opens and closes', async () => {
  await sees('attract');
  await expect((await page()).getByTestId('training-band')).toContainText('培训 TRAINING');
  await panel(true);
  await expect((await page()).getByTestId('practice')).toBeVisible();
  await (await page()).getByTestId('practice-close').click();
  await expect((await page()).getByTestId('practice')).toHaveCount(0);
});

test('what hands can not do now is said', async () => {
  await does('takeNote');
  await expect((await page()).getByTestId('practice').getByRole('status')).toContainText('拿回纸币');
  await panel(false);
});

test('its journal is a training journal, and no live one', () => {
  expect(() => verifyJournal(journal())).toThrow(expect.objectContaining({ code: 'otherFlavor' }));
  expect(verifyJournal(journal(), { flavor: 'training' }).terminalId).toBe('TRAINING-0001');
});

for (const act of chaosActs) {
  test(`${act}: it strikes, the flow ends as it should, and it is undone`, async () => {
    await sees('attract');
    await PRACTICE[act]();
    await sees('attract');
    isSound();
  });
}
