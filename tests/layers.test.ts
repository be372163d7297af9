/** The floors of the house are enforced: the project's own rules, run on a small house in which one arrow points up. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { projectRoot, run } from './launcher/run-tool.ts';

/** @param files path → source. @returns exit code and report of the layer check over them */
async function cruise(files: Readonly<Record<string, string>>): Promise<{ readonly code: number | null; readonly output: string }> {
  const house = mkdtempSync(path.join(os.tmpdir(), 'layers-'));
  onTestFinished(() => rmSync(house, { recursive: true }));
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(path.join(house, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(house, file), source);
  }
  cpSync(path.join(projectRoot, '.dependency-cruiser.mjs'), path.join(house, 'rules.mjs'));
  const folders = [...new Set(Object.keys(files).map((file) => file.split('/')[0] ?? file))].filter((folder) => folder !== 'node_modules');
  return run(path.join(projectRoot, 'node_modules', '.bin', 'depcruise'), ['--config', 'rules.mjs', '--output-type', 'err', ...folders], { cwd: house });
}

const fen = { 'common/fen.ts': 'export const fen = 1;\n' };
const electron = { 'node_modules/electron/package.json': '{"main": "index.js"}', 'node_modules/electron/index.js': 'exports.app = 1;\n' };
const uses = (from: string): string => `import { fen } from '${from}';\nexport const value = fen;\n`;

describe('the layer check', () => {
  test('arrows that point down pass', async () => {
    const { code, output } = await cruise({ ...fen, 'drivers/reader.ts': uses('../common/fen.ts') });
    expect([code, output.includes('no dependency violations found')]).toEqual([0, true]);
  });

  test.each([
    ['common-knows-nothing-above', { 'drivers/x.ts': 'export const fen = 1;\n', 'common/y.ts': uses('../drivers/x.ts') }],
    ['drivers-know-common', { 'main/money/x.ts': 'export const fen = 1;\n', 'drivers/y.ts': uses('../main/money/x.ts') }],
    ['flows-know-common', { 'drivers/x.ts': 'export const fen = 1;\n', 'state-machines/y.ts': uses('../drivers/x.ts') }],
    ['main-knows-what-is-below', { 'renderer/x.ts': 'export const fen = 1;\n', 'main/terminal/y.ts': uses('../../renderer/x.ts') }],
    ['shell-knows-the-process-protocol', { 'drivers/x.ts': 'export const fen = 1;\n', 'main/electron/y.ts': uses('../../drivers/x.ts') }],
    ['renderer-knows-views', { 'main/money/x.ts': 'export const fen = 1;\n', 'renderer/y.ts': uses('../main/money/x.ts') }],
    ['fleet-knows-common', { 'main/money/x.ts': 'export const fen = 1;\n', 'fleet/server/y.ts': uses('../../main/money/x.ts') }],
    ['no-tests-in-products', { 'tests/x.ts': 'export const fen = 1;\n', 'drivers/y.ts': uses('../tests/x.ts') }],
    ['no-electron-below-the-shell', { ...electron, 'main/terminal/y.ts': "import { app } from 'electron';\nexport const value = app;\n" }],
    ['no-node-in-the-page', { 'renderer/y.ts': "import { readFileSync } from 'node:fs';\nexport const value = readFileSync;\n" }],
    ['no-circles', { 'common/x.ts': uses('./y.ts').replace('value', 'fen2'), 'common/y.ts': "import { fen2 } from './x.ts';\nexport const fen = fen2;\n" }],
    ['resolvable', { 'common/x.ts': uses('./gone.ts') }],
  ])('%s: a forbidden import fails by that name', async (rule, files) => {
    const { code, output } = await cruise(files);
    expect(code).not.toBe(0);
    expect(output).toContain(`error ${rule}:`);
  });
});
