/**
 * The package put into a fresh Debian, as a person would: what stands where and for whom, what the system's own tools say of units and rules, and the
 * terminal started from the installed files by its own user: it says to systemd that it is ready and that it turns, listens nowhere, and
 * keeps what it writes to itself.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildApp } from '../build.ts';
import { DEBIAN_ROOT, whyNoDebianRoot } from '../debian-root.ts';
import { projectRoot } from '../run-tool.ts';
import { makeDeb } from './deb.ts';
import { packApp } from './electron-app.ts';

const UNIT = '/lib/systemd/system/yikatong-terminal.service';
const RULES = '/lib/udev/rules.d/70-yikatong-kiosk.rules';
const PATIENCE = { timeout: 60_000, interval: 50 };

const notHere = whyNoDebianRoot();
const work = mkdtempSync(path.join(os.tmpdir(), 'install-'));
const root = path.join(work, 'root');
let installed: { readonly status: number | null; readonly said: string };

/** Runs a command in the installed root, whose /proc and /sys are there for as long as it runs. */
function inRoot(command: string): { readonly status: number | null; readonly said: string } {
  const script = `mount -t proc proc "$ROOT/proc" && mount -t sysfs -o ro sysfs "$ROOT/sys" && exec chroot "$ROOT" /bin/sh -c "$COMMAND"`;
  const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ROOT: root, COMMAND: command },
    timeout: 60_000,
  });
  return { status, said: `${stdout}${stderr}` };
}

const inside = (file: string): string => path.join(root, file);
const modeOf = (file: string): string => (statSync(inside(file)).mode & 0o7777).toString(8);

beforeEach(({ skip }) => skip(notHere !== undefined, notHere));

beforeAll(async () => {
  if (notHere !== undefined) return;
  await buildApp();
  const app = await packApp(path.join(work, 'app'), { carrier: 'casing' });
  const { file } = await makeDeb(app, work, 'none');
  mkdirSync(root);
  spawnSync('tar', ['--extract', '--file', DEBIAN_ROOT, '--directory', root]);
  spawnSync('cp', [file, inside('/package.deb')]);
  installed = inRoot('dpkg --install /package.deb');
}, 180_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

test('dpkg installs it without asking for anything, and it starts with the machine', () => {
  expect(installed.status, installed.said).toBe(0);
  expect(inRoot("dpkg-query --show --showformat='${Status}' yikatong-kiosk-headless").said).toBe('install ok installed');
  expect(inRoot('systemctl is-enabled yikatong-terminal.service').said.trim()).toBe('enabled');
});

test('the terminal’s user has no shell and no password; what it may not change it can’t', () => {
  expect(inRoot('getent passwd kiosk').said).toMatch(/^kiosk:x:\d+:\d+:Top-up terminal:\/var\/lib\/yikatong-kiosk:\/usr\/sbin\/nologin$/m);
  expect(inRoot('getent shadow kiosk').said).toMatch(/^kiosk:!\*?:/);
  expect(inRoot('find / -xdev -user kiosk -not -path /var/lib/yikatong-kiosk').said).toBe('');
  expect(inRoot('find /opt/yikatong-kiosk /lib/systemd/system/yikatong* /etc/yikatong-kiosk -perm /022 -not -type l').said).toBe('');
  expect([modeOf('/etc/yikatong-kiosk'), modeOf('/var/lib/yikatong-kiosk')]).toEqual(['750', '700']);
});

describe('what the system’s own tools say', () => {
  test('systemd finds nothing wrong with the unit', () => {
    expect(inRoot(`systemd-analyze verify ${UNIT}`)).toEqual({ status: 0, said: '' });
  });

  test('systemd counts an exposure of 2 out of 10 at most', () => {
    const { status, said } = inRoot(`systemd-analyze security --offline=true --threshold=20 --no-pager ${UNIT}`);
    expect(status, said).toBe(0);
  });

  test('udev reads the rules, and would have said so of a broken one', () => {
    const complaints = (): readonly string[] =>
      inRoot('udevadm test --action=add /devices/virtual/mem/null')
        .said.split('\n')
        .filter((line) => /yikatong-kiosk\.rules:\d+/.test(line));
    expect(complaints()).toEqual([]);
    const rules = readFileSync(inside(RULES), 'utf8');
    writeFileSync(inside(RULES), `${rules}SUBSYSTEM=="tty", NOMODE="0666"\n`);
    expect(complaints()).not.toEqual([]);
    writeFileSync(inside(RULES), rules);
  });

  test('usbguard and AppArmor can read their policies', () => {
    expect(inRoot('usbguard-rule-parser -f /usr/share/yikatong-kiosk/usbguard/rules.conf').status).toBe(0);
    const { status, said } = inRoot('apparmor_parser --skip-kernel-load --skip-cache /etc/apparmor.d/opt.yikatong-kiosk');
    expect(status, said).toBe(0);
  });
});

describe('the terminal, started from the installed files by its user', () => {
  let terminal: ChildProcess;
  let ears: ChildProcess;
  let heard = '';
  let errors = '';
  const ended = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

  function start(): ChildProcess {
    const setup = `mount -t proc proc "${root}/proc" && exec chroot "${root}" setpriv --reuid kiosk --regid kiosk --clear-groups --no-new-privs --bounding-set=-all`;
    const program = /^ExecStart=(.*)$/m.exec(readFileSync(inside(UNIT), 'utf8'))?.[1] ?? '';
    const child = spawn('unshare', ['--mount', 'sh', '-c', `cd /; umask 022; ${setup} ${program}`], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', NODE_ENV: 'production', NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '3000000' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (errors += text));
    return child;
  }

  /** A terminal without devices, whose upstream does not answer. */
  function configure(devices: object | null): void {
    const example = JSON.parse(readFileSync(path.join(projectRoot, 'resources', 'config', 'example.json'), 'utf8')) as Record<string, object>;
    const none = Object.fromEntries(Object.keys(example['devices'] ?? {}).map((name) => [name, null]));
    const config = {
      ...example,
      data: { folder: '/var/lib/yikatong-kiosk' },
      devices: { ...none, ...devices },
      topUp: { tenders: ['qr'] },
      replacement: undefined,
      access: undefined,
      upstream: { url: 'http://127.0.0.1:9', enrolmentCode: 'ABCDEFGHJK' },
    };
    writeFileSync(inside('/etc/yikatong-kiosk/config.json'), JSON.stringify(config), { mode: 0o600 });
    inRoot('systemd-tmpfiles --create yikatong-kiosk.conf');
  }

  beforeAll(async () => {
    if (notHere !== undefined) return;
    configure(null);
    ears = spawn('socat', ['-u', `UNIX-RECV:${inside('/run/notify')},mode=666`, '-'], { stdio: ['ignore', 'pipe', 'ignore'] });
    ears.stdout?.setEncoding('utf8').on('data', (text: string) => (heard += `${text}\n`));
    await vi.waitFor(() => expect(statSync(inside('/run/notify')).isSocket()).toBe(true), PATIENCE);
    terminal = start();
    await vi.waitFor(() => expect(`${heard}${errors}`).toContain('READY=1'), PATIENCE);
  }, 90_000);

  afterAll(() => {
    if (notHere !== undefined) return;
    terminal.kill('SIGKILL');
    ears.kill();
  });

  test('it tells systemd again and again that it turns', async () => {
    await vi.waitFor(() => expect(heard.split('WATCHDOG=1').length - 1).toBeGreaterThanOrEqual(2), PATIENCE);
  });

  test('it listens nowhere: no TCP, no UDP, no local socket of its own', () => {
    const pid = String(terminal.pid);
    const mine = new Set(
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        const link = readlinkSync(`/proc/${pid}/fd/${fd}`);
        return /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [];
      }),
    );
    const rows = (table: string): readonly (readonly string[])[] =>
      readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/));
    // proc(5): state 0A is LISTEN; of a UDP socket 07 is one that takes from anybody; of a local one the flag 00010000 says that it accepts
    expect(['tcp', 'tcp6'].flatMap((table) => rows(table).filter((row) => row[3] === '0A' && mine.has(row[9] ?? '')))).toEqual([]);
    expect(['udp', 'udp6'].flatMap((table) => rows(table).filter((row) => row[3] === '07' && mine.has(row[9] ?? '')))).toEqual([]);
    expect(rows('unix').filter((row) => row[3] === '00010000' && mine.has(row[6] ?? ''))).toEqual([]);
  });

  test('what it keeps nobody else reads, whatever umask it was started with', () => {
    const kept = readdirSync(inside('/var/lib/yikatong-kiosk'));
    expect(kept).toEqual(expect.arrayContaining(['journal.sqlite', 'terminal-key.pem']));
    expect(kept.map((file) => `${file} ${modeOf(`/var/lib/yikatong-kiosk/${file}`)}`)).toEqual(kept.map((file) => `${file} 600`));
    expect(modeOf('/etc/yikatong-kiosk/config.json')).toBe('640');
  });

  test('SIGTERM: the books are closed, systemd hears of it, exit 0', async () => {
    const exit = ended(terminal);
    terminal.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(heard).toContain('STOPPING=1');
  });

  test('a configuration with a simulated device: refused with 13, the code that needs a technician', async () => {
    configure({ idReader: { model: 'sam-serial', address: 'sim:id-reader', options: { findEvery: 400, ignoreFind: false } } });
    errors = '';
    expect(await ended(start())).toBe(13);
    expect(errors).toMatch(/simulat/);
  });
});

test('removed: no program, unit or rule is left, and the evidence stays', () => {
  expect(inRoot('dpkg --remove yikatong-kiosk-headless').status).toBe(0);
  expect(inRoot(`ls -d /opt/yikatong-kiosk ${UNIT} ${RULES} /etc/systemd/system/multi-user.target.wants/yikatong-terminal.service`).said).not.toMatch(/^\//m);
  expect(readdirSync(inside('/var/lib/yikatong-kiosk'))).toEqual(expect.arrayContaining(['journal.sqlite', 'terminal-key.pem']));
});
