/**
 * What every demonstration stands on: a sandbox, the real screen, a scripted cardholder, a picture of every screen, and at the end the
 * journal with its proof and the last receipt. Used by demo-run.ts and demo-flows.ts.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { openForReading } from '../../main/journal/schema.ts';
import { verifyJournal } from '../../main/journal/verify.ts';
import { buildApp, productParts } from './build.ts';
import { Cardholder } from './cardholder.ts';
import type { Host } from './host.ts';
import { launchShell, type RunningShell } from './launch-shell.ts';
import { renderSlip } from './receipt-picture.ts';
import { projectRoot } from './run-tool.ts';
import { startSandbox, type Sandbox, type Settings } from './sandbox.ts';

export interface StageOptions {
  readonly host: Host;
  readonly data: string | undefined;
  readonly json: boolean;
}

export interface Stage {
  readonly person: Cardholder;
  readonly sandbox: Sandbox;
  /** A line of the story; silent with `json`. */
  readonly tell: (line: string) => void;
}

export interface Played<T> {
  readonly ending: T;
  readonly journal: { readonly path: string; readonly entries: number; readonly verified: boolean };
  /** Of the last slip; null without one. */
  readonly receiptPng: string | null;
  readonly tell: (line: string) => void;
}

/** The card of the demonstrations. */
export const CARD = 'student-6688';

/** @param settings over the example configuration @param prepare what lies in the data folder before the terminal starts */
export async function onStage<T>(
  { host, data, json }: StageOptions,
  act: (stage: Stage) => Promise<T>,
  settings: Settings = {},
  prepare: (sandbox: Sandbox) => void = () => {},
): Promise<Played<T>> {
  const out = path.join(projectRoot, 'out', 'demo');
  if (data === undefined) rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await buildApp();
  const tell = json ? (): void => {} : (line: string): void => void process.stdout.write(`${line}\n`);
  const sandbox = await startSandbox({ data: data ?? mkdtempSync(path.join(out, 'data-')), settings: { log: { level: 'warn' }, ...settings } });
  let shell: RunningShell | undefined;
  try {
    prepare(sandbox);
    shell = await launchShell({ host, appDir: productParts.outDir, config: sandbox.config });
    const pictures = new Pictures(out, tell);
    const person = new Cardholder(sandbox, shell, (name, page) => pictures.take(name, page));
    const ending = await act({ person, sandbox, tell });
    const receiptPng = await pictureOfSlip(sandbox, out, host);
    await shell.close();
    shell = undefined;
    return { ending, journal: { path: sandbox.journal, ...journalProof(sandbox.journal, tell) }, receiptPng, tell };
  } finally {
    await shell?.close();
    await sandbox.stop();
  }
}

/** Fen on the chip itself. */
export async function chipBalance(sandbox: Sandbox): Promise<number> {
  const { cards } = await sandbox.cabinet();
  return cards.find(({ id }) => id === CARD)?.balance ?? 0;
}

function journalProof(file: string, tell: (line: string) => void): { entries: number; verified: boolean } {
  const report = verifyJournal(file);
  const db = openForReading(file);
  try {
    const rows = db.prepare(`SELECT seq, kind, entry ->> '$.body' AS body FROM described_entries ORDER BY seq`).all() as {
      seq: number;
      kind: string;
      body: string;
    }[];
    tell('\njournal');
    for (const { seq, kind, body } of rows) tell(`  ${String(seq).padStart(3)}  ${kind.padEnd(20)} ${body.slice(0, 110)}`);
    tell(`proof: ${report.ok ? 'chain, checkpoints, postings and the fold of every transaction hold' : 'BROKEN'}`);
    return { entries: rows.length, verified: report.ok };
  } finally {
    db.close();
  }
}

async function pictureOfSlip(sandbox: Sandbox, out: string, host: Host): Promise<string | null> {
  const { slips } = await sandbox.cabinet();
  const last = slips.at(-1);
  if (last === undefined || sandbox.benchUrl === undefined || host.kind !== 'stand-in') return null;
  const svg = await (await fetch(new URL(`/slips/${last.number}.svg`, sandbox.benchUrl))).text();
  const png = path.join(out, 'receipt.png');
  await renderSlip(svg, png, host.executable);
  return png;
}

class Pictures {
  readonly #folder: string;
  readonly #tell: (line: string) => void;
  #count = 0;

  constructor(folder: string, tell: (line: string) => void) {
    this.#folder = folder;
    this.#tell = tell;
  }

  async take(name: string, page: Page): Promise<void> {
    this.#count += 1;
    const file = path.join(this.#folder, `${String(this.#count).padStart(2, '0')}-${name}.png`);
    await page.screenshot({ path: file, animations: 'disabled' });
    this.#tell(`  screen ${name} → ${path.relative(projectRoot, file)}`);
  }
}
