/** What the package gives to the system, judged by the system's own tools as far as this machine has them; tests/launcher/package/install.test.ts asks a fresh Debian. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const RESOURCES = path.join(import.meta.dirname, '..', '..', 'resources');
const LINUX = path.join(RESOURCES, 'linux');
const textOf = (file: string): string => readFileSync(path.join(RESOURCES, file), 'utf8');

function said(program: string, ...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}
const missing = (program: string): boolean => spawnSync(program, ['--version']).error !== undefined;

describe.each([
  ['yikatong-terminal.service', 20],
  ['yikatong-kiosk.service', 30],
])('%s', (name, exposure) => {
  let folder: string;
  /** With programs that this machine has in the place of the package's. */
  let unit: string;

  beforeEach(({ skip }) => {
    skip(missing('systemd-analyze'), 'not run: systemd-analyze is not installed');
    folder = mkdtempSync(path.join(os.tmpdir(), 'units-'));
    unit = path.join(folder, name);
    const text = textOf(`linux/${name}`);
    writeFileSync(
      unit,
      text
        .replace('/opt/yikatong-kiosk/node', process.execPath)
        .replace('/usr/bin/cage', process.execPath)
        .replace(/^Documentation=.*$/m, ''),
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('systemd finds nothing wrong with it', () => {
    expect(said('systemd-analyze', 'verify', unit)).toEqual({ status: 0, said: '' });
  });

  test(`systemd counts an exposure of ${exposure / 10} out of 10 at most`, () => {
    const { status, said: words } = said('systemd-analyze', 'security', '--offline=true', `--threshold=${exposure}`, '--no-pager', unit);
    expect(status, words).toBe(0);
  });

  test('the watchdog, no dump of memory, no listening socket, no way to more rights', () => {
    const lines = textOf(`linux/${name}`).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'Type=notify',
        'NotifyAccess=all',
        'WatchdogSec=60s',
        'LimitCORE=0',
        'SocketBindDeny=any',
        'NoNewPrivileges=yes',
        'CapabilityBoundingSet=',
        'User=kiosk',
        'UMask=0077',
      ]),
    );
  });
});

test('the session shows one window: the compositor gets no way to switch terminals, and its program only options that a package takes', () => {
  const start = /^ExecStart=(.*)$/m.exec(textOf('linux/yikatong-kiosk.service'))?.[1] ?? '';
  const [compositor, launcher, program] = start.split(' -- ');
  expect(compositor?.split(' ')).toEqual(['/usr/bin/cage', '-d']);
  expect(launcher?.split(' ').slice(0, 2)).toEqual(['/opt/yikatong-kiosk/node', '/opt/yikatong-kiosk/resources/launcher/launcher.mjs']);
  expect(program).not.toMatch(/--(?:remote-debugging|inspect|no-sandbox|bench-url|window|disable-(?:web-security|gpu-sandbox|seccomp))/);
});

test('AppArmor can read the profile', ({ skip }) => {
  skip(missing('apparmor_parser'), 'not run: apparmor_parser is not installed');
  const { status, said: words } = said('apparmor_parser', '--skip-kernel-load', '--skip-cache', path.join(LINUX, 'apparmor', 'opt.yikatong-kiosk'));
  expect(status, words).toBe(0);
});

test('AppArmor lets the service have what the unit gives it: releases to link and to load from, the credential, nothing of others’ to write', () => {
  const profile = textOf('linux/apparmor/opt.yikatong-kiosk');
  for (const rule of [
    'owner @{KIOSK_DATA}/install/** rwkl,',
    'owner @{KIOSK_DATA}/install/releases/**.node mr,',
    '/run/credentials/** r,',
    '@{KIOSK}/node mrix,',
  ])
    expect(profile).toContain(`  ${rule}\n`);
  const written = [...profile.matchAll(/^ {2}(?!deny)(owner )?(\S+) \w*w\w*,$/gm)].map(([, , file = '']) => file);
  expect(written.filter((file) => /^(?:@\{KIOSK\}|\/etc|\/usr|\/opt)/.test(file))).toEqual([]);
});

test('USB: what is not named is refused at the end, and a stick that types as well is refused before sticks are allowed', () => {
  const rules = textOf('linux/usbguard/rules.conf')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(rules.at(-1)).toBe('reject');
  const typingStick = rules.findIndex((rule) => /^reject .*08:\*:\* 03:01:\*/.test(rule));
  const stick = rules.findIndex((rule) => /^allow .*08:06:50/.test(rule));
  expect(typingStick).toBeGreaterThanOrEqual(0);
  expect(typingStick).toBeLessThan(stick);
  // 03:01:01 is the boot keyboard of HID 1.11, appendix B.1
  expect(rules.filter((rule) => rule.startsWith('allow') && rule.includes('03:01'))).toEqual([]);
});
