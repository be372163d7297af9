/**
 * A real process on a real disk, killed at random moments of its updates (SIGKILL): what starts then is the release before or the new one, whole;
 * none is held for a bad one; and the next try ends well. Beside power-cuts.test.ts, which tries every call on a disk in memory.
 * `UPDATE_KILLS=200` for a release.
 */
import { spawn } from 'node:child_process';
import nodeFs, { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { choose, verifySlot } from '../../../resources/launcher/launcher.mjs';
import { Dice } from '../../fuzz/generate.ts';
import { Operator } from './operator.ts';
import { GROUP, TerminalPlace } from './terminal-place.ts';

const KILLS = Number(process.env['UPDATE_KILLS'] ?? 20);
const RELEASES = ['1.0.0', '2.0.0'] as const;
const seed = Date.now() % 2 ** 31;

const home = mkdtempSync(join(tmpdir(), 'update-kills-'));
const install = join(home, 'install');
const rootFile = join(home, 'root.json');
let operator: Operator;
let root: string;

beforeAll(async () => {
  operator = await Operator.begin();
  root = operator.repository.rootText;
  mkdirSync(install);
  writeFileSync(rootFile, root);
  for (const version of RELEASES)
    await operator.release(version, {
      files: {
        'main.js': `this is ${version}`,
        'same.js': 'the same in both',
        ...Object.fromEntries(Array.from({ length: 24 }, (_, index) => [`parts/${index}.js`, `${version} ${index} `.repeat(2000)])),
      },
    });
}, 60_000);
afterAll(() => {
  operator.end();
  rmSync(home, { recursive: true, force: true });
});

/** An update to what the director names, killed some ms after it began. @returns whether it was through by then */
async function killed(afterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children', 'update-once.ts'), install, rootFile, operator.folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  let through = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'done') through = true;
    else void setTimeout(afterMs).then(() => child.kill('SIGKILL'));
  }
  expect(await ended, `seed ${seed}: it ended by itself`).toBe('SIGKILL');
  return through;
}

test(`killed ${KILLS} times on the way to one release and the other: one of the two starts whole each time`, { timeout: 60_000 + 10_000 * KILLS }, async () => {
  const dice = Dice.of(seed, 'update kills');
  // One that is never killed: what starts afterwards is not nothing.
  const first = new TerminalPlace({ source: operator.folder, root, folder: install });
  await operator.direct(GROUP, { release: RELEASES[0], configuration: null });
  await first.prepare();
  expect(first.runsWell()).toBe(RELEASES[0]);
  let [most, cut] = [200, 0];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await operator.direct(GROUP, { release: RELEASES[(kill + 1) % 2] ?? RELEASES[0], configuration: null });
    const through = await killed(dice.below(Math.ceil(most)));
    // as long as an update takes here and now, so that most kills fall inside of one
    most *= through ? 0.8 : 1.15;
    cut += through ? 0 : 1;
    const { slot = '', folder = '' } = choose(nodeFs, { install, root });
    expect(RELEASES, `seed ${seed}, kill ${kill}`).toContain(slot);
    verifySlot(nodeFs, folder, root); // throws what is not whole
    await first.prepare();
    expect(first.runsWell(), `seed ${seed}, kill ${kill}`).toBe(RELEASES[(kill + 1) % 2]);
    expect(first.state().failed, `seed ${seed}, kill ${kill}`).toEqual([]);
  }
  expect(cut, 'no kill fell into an update').toBeGreaterThan(0);
  process.stdout.write(`update kills: ${KILLS}, ${cut} of them before the update was through\n`);
});
