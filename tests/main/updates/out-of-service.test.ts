/** When nothing starts, the launcher says so itself: with a page where there is something to show it, else by its exit status. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Launched } from '../../support/launched.ts';
import { Operator } from './operator.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

const WITHIN = 15_000;
let operator: Operator;
let terminal: TerminalPlace;
let root: string;

beforeEach(async () => {
  operator = await Operator.begin();
  root = join(operator.home, 'root.json');
  writeFileSync(root, operator.repository.rootText);
  terminal = new TerminalPlace({ source: operator.folder, root: operator.repository.rootText });
});
afterEach(() => {
  operator.end();
  terminal.end();
});

test('an empty terminal without a viewer: exit status 13', async () => {
  const launched = new Launched({ install: terminal.folder, root });
  expect(await launched.exited).toBe(13);
  expect(launched.lines.at(-1)?.text).toBe('out of service: U1');
});

test('a viewer is given the page with the code, and gives way to the next try', async () => {
  const seen = join(operator.home, 'seen');
  const viewer = join(operator.home, 'viewer.sh');
  writeFileSync(viewer, `#!/bin/sh\necho "$1" >> ${seen}\nexec sleep 60\n`);
  chmodSync(viewer, 0o755);
  const launched = new Launched({ install: terminal.folder, root, limits: ['--viewer', viewer, '--page-for', '300'] });
  try {
    const first = await launched.says(/^out of service: U1$/, WITHIN);
    await launched.says(/^out of service: U1$/, WITHIN, launched.lines.indexOf(first) + 1);
    const page = readFileSync(readFileSync(seen, 'utf8').split('\n')[0] ?? '', 'utf8');
    expect(page).toContain('<small>U1</small>');
    expect(page).not.toMatch(/https?:|src=|<script/);
    await operator.release('1.0.0', { files: { 'main.js': 'setInterval(() => {}, 1000)' } }, GROUP);
    await terminal.prepare();
    await launched.says(/^starts 1\.0\.0/, WITHIN);
  } finally {
    await launched.stop();
    await launched.kill();
  }
});

test('a technician is needed by a proven release: exit status 13, and it is not left', async () => {
  await operator.release('1.0.0', { files: { 'main.js': 'process.exit(13);' } }, GROUP);
  await terminal.prepare();
  terminal.runsWell();
  const launched = new Launched({ install: terminal.folder, root });
  expect(await launched.exited).toBe(13);
  expect(launched.lines.at(-1)?.text).toBe('out of service: U3');
  expect(terminal.state()).toMatchObject({ slot: '1.0.0', failed: [] });
});

test('called wrongly: exit status 2', async () => {
  const launched = new Launched({ install: terminal.folder, root: join(operator.home, 'absent.json') });
  expect(await launched.exited).toBe(2);
});
