/**
 * From the start of the process to the attract screen, beside the same host with the same shell, a page of one word and a terminal
 * process that does nothing: what is ours beyond what any page costs there.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { buildApp, productParts } from '../launcher/build.ts';
import type { Host } from '../launcher/host.ts';
import { launchShell } from '../launcher/launch-shell.ts';
import { projectRoot } from '../launcher/run-tool.ts';
import { startSandbox } from '../launcher/sandbox.ts';
import type { Figure, Setting } from './figure.ts';
import { drawnScreen, firstPaint } from './frames.ts';
import { median } from './statistics.ts';

const STARTS = 5;

interface Startable {
  readonly host: Host;
  readonly appDir: string;
  readonly config: string;
  /** Runs in the page; ms since 1970. */
  readonly drawn: (page: Page) => Promise<number>;
}

export async function measureStart({ host }: Setting): Promise<readonly Figure[]> {
  const blank: Startable = { host, ...(await blankApp()), drawn: (page) => page.evaluate(firstPaint) };
  const sandbox = await startSandbox({ settings: { log: { level: 'warn' } } });
  try {
    const product: Startable = { host, appDir: productParts.outDir, config: sandbox.config, drawn: (page) => page.evaluate(drawnScreen, 'attract') };
    const times = { product: [] as number[], blank: [] as number[] };
    // The first of each fills the machine's caches and makes the journal.
    for (let start = 0; start <= STARTS; start += 1) {
      const [blankMs, productMs] = [await startOnce(blank), await startOnce(product)];
      if (start === 0) continue;
      times.blank.push(blankMs);
      times.product.push(productMs);
    }
    return [
      { name: 'start.ratio', value: median(times.product) / median(times.blank), unit: '×', target: 2 },
      { name: 'start.attract', value: median(times.product), unit: 'ms' },
      { name: 'start.blank', value: median(times.blank), unit: 'ms' },
    ];
  } finally {
    await sandbox.stop();
  }
}

async function startOnce({ host, appDir, config, drawn }: Startable): Promise<number> {
  const started = performance.timeOrigin + performance.now();
  const shell = await launchShell({ host, appDir, config });
  try {
    return (await drawn(await shell.page())) - started;
  } finally {
    await shell.close();
  }
}

/** The shell's own code with a page of one word and the quietest terminal process. */
async function blankApp(): Promise<{ readonly appDir: string; readonly config: string }> {
  const appDir = path.join(projectRoot, 'out', 'speed-programs', 'blank');
  const folder = path.join(import.meta.dirname, 'blank');
  await buildApp({ flavor: 'production', outDir: appDir, terminalEntry: path.join(folder, 'terminal.ts'), pageRoot: path.join(folder, 'page') });
  mkdirSync(appDir, { recursive: true });
  const config = path.join(appDir, 'terminal.json');
  writeFileSync(config, '{}');
  return { appDir, config };
}
