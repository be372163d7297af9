/** What the launcher tells systemd, by systemd's own program, over a real socket: that it turns while no terminal does, and not a word in its place. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { manifestBytes, manifestOf } from '../../../fleet/publish/releases/release-folder.ts';
import { SYSTEMD_NOTIFY } from '../../../main/service-manager.ts';
import { slotFiles } from '../../../main/updates/install-folder.ts';
import { Launched } from '../../support/launched.ts';
import { HERE, JOURNAL } from './operator.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
/** Beats, as the terminal does, until it is asked to stop. */
const HEALTHY = `
import { writeFileSync } from 'node:fs';
const beat = () => { writeFileSync(process.env.KIOSK_INSTALL + '/health', String(performance.now())); console.log('beat'); };
process.once('SIGTERM', () => process.exit(0));
beat(); setInterval(beat, 50);
`;

let home: string;
let ears: ChildProcess;
let heard: string;
let launched: Launched | undefined;

beforeEach(async ({ skip }) => {
  skip(!existsSync(SYSTEMD_NOTIFY), `not run: there is no ${SYSTEMD_NOTIFY}`);
  [home, heard] = [mkdtempSync(join(tmpdir(), 'systemd-')), ''];
  const socket = join(home, 'notify');
  ears = spawn('socat', ['-u', `UNIX-RECV:${socket}`, '-'], { stdio: ['ignore', 'pipe', 'ignore'] });
  ears.stdout?.setEncoding('utf8').on('data', (text: string) => (heard += `${text}\n`));
  await vi.waitFor(() => expect(existsSync(socket)).toBe(true), PATIENCE);
});
afterEach(async () => {
  await launched?.stop();
  launched = undefined;
  ears?.kill();
  if (home !== undefined) rmSync(home, { recursive: true, force: true });
});

/** The launcher as a service with a watchdog of 600 ms, a word every 200. */
function serve(program: string): Launched {
  const factory = join(home, 'factory');
  mkdirSync(factory);
  writeFileSync(join(factory, 'main.mjs'), program);
  const manifest = manifestOf(factory, { version: '0.1.0', platform: HERE, start: { path: 'main.mjs', by: 'node', args: [] }, journal: JOURNAL });
  mkdirSync(join(factory, '.slot'));
  writeFileSync(join(factory, slotFiles.manifest), manifestBytes(manifest));
  mkdirSync(join(home, 'install'));
  launched = new Launched({
    install: join(home, 'install'),
    root: join(home, 'root.json'),
    limits: ['--factory', factory, '--viewer', '/bin/true'],
    env: { NOTIFY_SOCKET: join(home, 'notify'), WATCHDOG_USEC: '600000' },
  });
  return launched;
}

const words = (word: string): number => heard.split(word).length - 1;

test('out of service for a minute: systemd hears again and again that the launcher turns, why, and that it stops', async () => {
  const service = serve('process.exit(13);');
  await vi.waitFor(() => expect(words('WATCHDOG=1')).toBeGreaterThanOrEqual(3), PATIENCE);
  expect(heard).toContain('READY=1');
  expect(heard).toContain('STATUS=@factory, 0.1.0');
  expect(heard).toContain('STATUS=out of service: U3');
  expect(await service.stop()).toBe(0);
  await vi.waitFor(() => expect(heard).toContain('STOPPING=1'), PATIENCE);
});

test('a terminal is up: whether it turns it says itself, so that a shell that hangs is noticed', async () => {
  const service = serve(HEALTHY);
  await service.says(/^@factory is healthy/, PATIENCE.timeout);
  const beats = (count: number): Promise<void> => vi.waitFor(() => expect(service.said.length).toBeGreaterThanOrEqual(count), PATIENCE);
  await beats(20); // what was on its way when it became healthy
  const before = words('WATCHDOG=1');
  await beats(service.said.length + 20); // twenty of 50 ms: five words that the launcher would have said
  expect(words('WATCHDOG=1')).toBe(before);
});
