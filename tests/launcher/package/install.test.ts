/**
 * The package put into a fresh Debian, as a person would: what stands where and for whom, what the system's own tools say of units and rules, and the
 * terminal started by its user from the installed files as its unit says, by the launcher: it says to systemd that it is ready and that it turns,
 * listens nowhere, keeps what it writes to itself. Then it is updated, by the network and by a stick, and leaves a release that is no good.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { isSealed } from '../../../main/identity/key-seal.ts';
import { openForReading, SCHEMA_VERSION } from '../../../main/journal/schema.ts';
import { verifyJournal } from '../../../main/journal/verify.ts';
import { serveRepository, type RepositoryServer } from '../../support/repository-server.ts';
import { buildApp } from '../build.ts';
import { whyNoDebianRoot } from '../debian-root.ts';
import { makeDeb } from './deb.ts';
import { packApp } from './electron-app.ts';
import { Debian, UNIT, type Said, type Started } from './installed.ts';
import { OperatorDesk } from './operator-desk.ts';

const RULES = '/lib/udev/rules.d/70-yikatong-kiosk.rules';
const ROOT_OF_TRUST = '/etc/yikatong-kiosk/root.json';
const INSTALL = '/var/lib/yikatong-kiosk/install';
const PATIENCE = { timeout: 60_000, interval: 50 };

const notHere = whyNoDebianRoot();
const work = mkdtempSync(path.join(os.tmpdir(), 'install-'));
let debian: Debian;
let installed: Said;

beforeEach(({ skip }) => skip(notHere !== undefined, notHere));

beforeAll(async () => {
  if (notHere !== undefined) return;
  await buildApp();
  const app = await packApp(path.join(work, 'app'), { carrier: 'casing' });
  const { file } = await makeDeb(app, work, { compression: 'none' });
  debian = new Debian(path.join(work, 'root'));
  cpSync(file, debian.at('/package.deb'));
  installed = debian.run('dpkg --install /package.deb');
}, 180_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

test('dpkg installs it without asking for anything, and it starts with the machine', () => {
  expect(installed.status, installed.said).toBe(0);
  expect(debian.run("dpkg-query --show --showformat='${Status}' yikatong-kiosk-headless").said).toBe('install ok installed');
  expect(debian.run('systemctl is-enabled yikatong-terminal.service').said.trim()).toBe('enabled');
});

test('the terminal’s user has no shell and no password; what it may not change it can’t', () => {
  expect(debian.run('getent passwd kiosk').said).toMatch(/^kiosk:x:\d+:\d+:Top-up terminal:\/var\/lib\/yikatong-kiosk:\/usr\/sbin\/nologin$/m);
  expect(debian.run('getent shadow kiosk').said).toMatch(/^kiosk:!\*?:/);
  expect(debian.run('find / -xdev -user kiosk -not -path /var/lib/yikatong-kiosk -not -path /var/lib/yikatong-kiosk/install').said).toBe('');
  expect(debian.run('find /opt/yikatong-kiosk /lib/systemd/system/yikatong* /etc/yikatong-kiosk -perm /022 -not -type l').said).toBe('');
  expect([debian.modeOf('/etc/yikatong-kiosk'), debian.modeOf('/var/lib/yikatong-kiosk')]).toEqual(['750', '700']);
});

describe('what seals the terminal’s keys', () => {
  const CREDENTIAL = '/etc/credstore.encrypted/kiosk-key-seal';
  /** The package's script on a machine that has a TPM, or on one whose TPM makes no credential. */
  function configured(encrypts: boolean): string {
    const encrypt = encrypts ? 'for last; do :; done; cat > "$last"' : 'exit 1';
    mkdirSync(debian.at('/fake'), { recursive: true });
    writeFileSync(debian.at('/fake/systemd-creds'), `#!/bin/sh\n[ "$1" = has-tpm2 ] && exit 0\n${encrypt}\n`, { mode: 0o755 });
    const { status, said } = debian.run('PATH=/fake:$PATH sh /var/lib/dpkg/info/yikatong-kiosk-headless.postinst configure');
    expect(status, said).toBe(0);
    return said;
  }

  test('no TPM, or one that makes no credential: nothing is made, and it is installed all the same', () => {
    expect(debian.run('systemd-creds has-tpm2').status).not.toBe(0);
    expect(existsSync(debian.at(CREDENTIAL))).toBe(false);
    expect(configured(false)).toContain('keys are not sealed');
    expect(readdirSync(debian.at('/etc/credstore.encrypted'))).toEqual([]);
  });

  test('with a TPM: 32 random bytes, made once and never again, in a folder of root’s', () => {
    configured(true);
    const made = readFileSync(debian.at(CREDENTIAL));
    expect([made.length, debian.modeOf('/etc/credstore.encrypted')]).toEqual([32, '700']);
    configured(true);
    expect(readFileSync(debian.at(CREDENTIAL)).equals(made)).toBe(true);
    rmSync(debian.at(CREDENTIAL));
  });

  test('the words with which systemd is asked for it are systemd’s own: it refuses for want of a TPM alone', () => {
    const words = /systemd-creds (encrypt [^;]*) - /.exec(readFileSync(debian.at('/var/lib/dpkg/info/yikatong-kiosk-headless.postinst'), 'utf8'))?.[1] ?? '';
    const { status, said } = debian.run(`head -c 32 /dev/urandom | systemd-creds ${words} - /tmp/seal`);
    expect([status, said]).toEqual([1, expect.stringMatching(/TPM2/)]);
  });
});

describe('what the system’s own tools say', () => {
  test('systemd finds nothing wrong with the unit', () => {
    expect(debian.run(`systemd-analyze verify ${UNIT}`)).toEqual({ status: 0, said: '' });
  });

  test('systemd counts an exposure of 2 out of 10 at most', () => {
    const { status, said } = debian.run(`systemd-analyze security --offline=true --threshold=20 --no-pager ${UNIT}`);
    expect(status, said).toBe(0);
  });

  test('udev reads the rules, and would have said so of a broken one', () => {
    const complaints = (): readonly string[] =>
      debian
        .run('udevadm test --action=add /devices/virtual/mem/null')
        .said.split('\n')
        .filter((line) => /yikatong-kiosk\.rules:\d+/.test(line));
    expect(complaints()).toEqual([]);
    const rules = readFileSync(debian.at(RULES), 'utf8');
    writeFileSync(debian.at(RULES), `${rules}SUBSYSTEM=="tty", NOMODE="0666"\n`);
    expect(complaints()).not.toEqual([]);
    writeFileSync(debian.at(RULES), rules);
  });

  test('usbguard and AppArmor can read their policies', () => {
    expect(debian.run('usbguard-rule-parser -f /usr/share/yikatong-kiosk/usbguard/rules.conf').status).toBe(0);
    const { status, said } = debian.run('apparmor_parser --skip-kernel-load --skip-cache /etc/apparmor.d/opt.yikatong-kiosk');
    expect(status, said).toBe(0);
  });
});

describe('the terminal, started from the installed files by its user', () => {
  let terminal: Started;
  let ears: ChildProcess;
  let heard = '';

  beforeAll(async () => {
    if (notHere !== undefined) return;
    debian.configure();
    ears = spawn('socat', ['-u', `UNIX-RECV:${debian.at('/run/notify')},mode=666`, '-'], { stdio: ['ignore', 'pipe', 'ignore'] });
    ears.stdout?.setEncoding('utf8').on('data', (text: string) => (heard += `${text}\n`));
    await vi.waitFor(() => expect(statSync(debian.at('/run/notify')).isSocket()).toBe(true), PATIENCE);
    terminal = debian.start();
    await vi.waitFor(() => expect(terminal.said).toContain('launcher: @factory is healthy'), PATIENCE);
  }, 90_000);

  afterAll(() => {
    if (notHere !== undefined) return;
    terminal.kill('SIGKILL');
    ears.kill();
  });

  test('without a root of trust it starts what the package brought, says what is missing, and tells systemd what runs', async () => {
    expect(terminal.said).toMatch(/launcher: there is no root of trust at \/etc\/yikatong-kiosk\/root\.json: .*publish-release -- root/);
    await vi.waitFor(() => expect(heard).toContain('READY=1'), PATIENCE);
    expect(heard).toMatch(/STATUS=@factory, \d/);
  });

  test('it tells systemd again and again that it turns', async () => {
    heard = '';
    await vi.waitFor(() => expect(heard.split('WATCHDOG=1').length - 1).toBeGreaterThanOrEqual(2), PATIENCE);
  });

  test('it listens nowhere: no TCP, no UDP, no local socket of its own', () => {
    const { pid, processes } = terminal;
    expect(processes.length).toBeGreaterThanOrEqual(2);
    const mine = new Set(
      processes.flatMap((process) =>
        readdirSync(`/proc/${process}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${process}/fd/${fd}`))?.[1] ?? []),
      ),
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
    const kept = debian.run("find . -type f -printf '%p %m\\n'; find . -type d -printf '%p %m\\n'", 'kiosk', '/var/lib/yikatong-kiosk').said.trim().split('\n');
    expect(kept).toEqual(expect.arrayContaining(['./journal.sqlite 600', './terminal-key.pem 600', './install/state.json 600', './install 700']));
    expect(kept.filter((each) => !/ [67]00$/.test(each))).toEqual([]);
    expect(debian.modeOf('/etc/yikatong-kiosk/config.json')).toBe('640');
  });

  test('SIGTERM: the books are closed, systemd hears of it, exit 0', async () => {
    expect(await terminal.stop()).toBe(0);
    expect(heard).toContain('STOPPING=1');
  });

  test('a configuration with a simulated device: refused with 13, the code that needs a technician', async () => {
    debian.configure({ devices: { idReader: { model: 'sam-serial', address: 'sim:id-reader', options: { findEvery: 400, ignoreFind: false } } } });
    terminal = debian.start();
    expect(await terminal.ended).toBe(13);
    expect(terminal.said).toContain('devices.idReader.address: "sim:id-reader": expected a real device');
  });
});

describe('the installed terminal, updated', () => {
  const GROUP = 'lobby';
  const start = 'dist/main/terminal.js';
  let desk: OperatorDesk;
  let server: RepositoryServer;
  let terminal: Started | undefined;

  /** What the package brought, under another version. */
  function release(version: string, spoil = (program: string): string => program): string {
    const folder = path.join(work, `release-${version}`);
    cpSync(debian.at('/opt/yikatong-kiosk/app'), folder, { recursive: true });
    rmSync(path.join(folder, '.slot'), { recursive: true });
    const program = path.join(folder, start);
    writeFileSync(program, spoil(readFileSync(program, 'utf8').replace(/version: "[0-9.]+"/, `version: "${version}"`)));
    return folder;
  }

  /** Proven soon, so that the test need not wait for a minute. */
  const launch = (): Started => debian.start(['--proven-after', '2000'], new Uint8Array(32).fill(7));
  const state = (): object => JSON.parse(readFileSync(debian.at(`${INSTALL}/state.json`), 'utf8'));

  beforeAll(async () => {
    if (notHere !== undefined) return;
    const home = path.join(work, 'operator');
    mkdirSync(home);
    desk = await OperatorDesk.open(home, debian.at(ROOT_OF_TRUST));
    server = await serveRepository(desk.repository);
    debian.configure({
      updates: { url: server.url, group: GROUP, window: { from: '00:00', to: '00:00' }, everyMinutes: 1, quietSeconds: 1, rings: false },
    });
  }, 60_000);
  afterAll(async () => {
    if (notHere !== undefined) return;
    terminal?.kill('SIGKILL');
    await server.stop();
  });

  test('it goes over to the release that the operator published, by itself', { timeout: 120_000 }, async () => {
    await desk.publish(GROUP, '2.0.0', release('2.0.0'), start, `1-${SCHEMA_VERSION}`);
    terminal = launch();
    const { said } = await vi.waitFor(
      () => {
        expect(terminal?.said).toContain('launcher: 2.0.0 is proven');
        return { said: terminal?.said ?? '' };
      },
      { timeout: 100_000, interval: 100 },
    );
    expect(said.match(/^launcher: starts .*$/gm)).toEqual(['launcher: starts @factory', 'launcher: starts 2.0.0 on trial']);
    expect(await terminal.stop()).toBe(0);
    expect(state()).toMatchObject({ slot: '2.0.0', previous: '@factory', proven: true });
  });

  test(
    'a stick with a release that crashes: taken by its technician’s command, tried three times, and the one before runs again',
    { timeout: 90_000 },
    async () => {
      await desk.publish(
        GROUP,
        '3.0.0',
        release('3.0.0', (program) => `throw new Error('release 3 is no good');\n${program}`),
        start,
        `1-${SCHEMA_VERSION}`,
      );
      cpSync(desk.repository, debian.at('/media/stick'), { recursive: true });
      const words = `/media/stick --install ${INSTALL} --root ${ROOT_OF_TRUST} --config /etc/yikatong-kiosk/config.json`;
      const laid = debian.run(`kioskctl update from ${words}`, 'kiosk');
      expect(laid, laid.said).toMatchObject({ status: 0, said: expect.stringContaining('3.0.0 is laid out') });
      terminal = launch();
      await vi.waitFor(() => expect(terminal?.said).toContain('launcher: 2.0.0 is healthy'), PATIENCE);
      expect(terminal.said.match(/^launcher: starts .*$/gm)).toEqual([
        ...Array.from({ length: 3 }, () => 'launcher: starts 3.0.0 on trial'),
        'launcher: starts 2.0.0',
      ]);
      expect(await terminal.stop()).toBe(0);
      expect(state()).toMatchObject({ slot: '2.0.0', failed: ['3.0.0'] });
      expect(debian.run(`kioskctl update status --install ${INSTALL}`, 'kiosk').said).toMatch(/runs: +2\.0\.0\n.*\nfailed: 3\.0\.0/);
    },
  );

  test('its key was sealed at the first start with what systemd gave, and without that it does not start as another terminal', async () => {
    const key = (): string => readFileSync(debian.at('/var/lib/yikatong-kiosk/terminal-key.pem'), 'utf8');
    const sealed = key();
    expect(isSealed(sealed)).toBe(true);
    terminal = debian.start();
    expect(await terminal.ended).toBe(13);
    expect(terminal.said).toContain('terminal-key.pem is sealed, and the credential kiosk-key-seal');
    expect(key()).toBe(sealed);
  });

  test('its journal tells which release ran when, and holds', () => {
    const journal = debian.at('/var/lib/yikatong-kiosk/journal.sqlite');
    const db = openForReading(journal);
    const rows = db.prepare<[], { version: string }>(
      `SELECT entry ->> '$.body.version' AS version FROM described_entries WHERE kind = 'terminal.started' ORDER BY seq`,
    );
    expect(
      rows
        .all()
        .map(({ version }) => version)
        .slice(-3),
    ).toEqual([expect.any(String), '2.0.0', '2.0.0']);
    db.close();
    expect(verifyJournal(journal).ok).toBe(true);
  });
});

test('removed: no program, unit or rule is left, and the evidence stays', () => {
  expect(debian.run('dpkg --remove yikatong-kiosk-headless').status).toBe(0);
  expect(debian.run(`ls -d /opt/yikatong-kiosk ${UNIT} ${RULES} /etc/systemd/system/multi-user.target.wants/yikatong-terminal.service`).said).not.toMatch(
    /^\//m,
  );
  expect(readdirSync(debian.at('/var/lib/yikatong-kiosk'))).toEqual(expect.arrayContaining(['journal.sqlite', 'terminal-key.pem']));
});
