/** A fresh Debian in a folder, and the terminal that the package put there, started as its unit says. Used by install.test.ts. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DEBIAN_ROOT } from '../debian-root.ts';
import { projectRoot } from '../run-tool.ts';

export const UNIT = '/lib/systemd/system/yikatong-terminal.service';
const TOOLS = '/usr/sbin:/usr/bin:/sbin:/bin';

export interface Said {
  readonly status: number | null;
  readonly said: string;
}

export class Debian {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
    mkdirSync(root);
    spawnSync('tar', ['--extract', '--file', DEBIAN_ROOT, '--directory', root]);
  }

  /** Runs a command there, as root and in / unless it is said otherwise; /proc and /sys are there for as long as it runs. */
  run(command: string, user?: string, folder = '/'): Said {
    const as = user === undefined ? '' : `setpriv --reuid ${user} --regid ${user} --clear-groups `;
    const script = `mount -t proc proc "$ROOT/proc" && mount -t sysfs -o ro sysfs "$ROOT/sys" && exec chroot "$ROOT" ${as}/bin/sh -c "cd ${folder}; $COMMAND"`;
    const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], {
      encoding: 'utf8',
      env: { PATH: TOOLS, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive', ROOT: this.root, COMMAND: command },
      timeout: 60_000,
    });
    return { status, said: `${stdout}${stderr}` };
  }

  /** Where a file of it is for this process. */
  at(file: string): string {
    return path.join(this.root, file);
  }

  modeOf(file: string): string {
    return (statSync(this.at(file)).mode & 0o7777).toString(8);
  }

  /** A terminal without devices, whose upstream does not answer; the rest as the example has it. */
  configure(more: { readonly devices?: object; readonly updates?: object } = {}): void {
    const example = JSON.parse(readFileSync(path.join(projectRoot, 'resources', 'config', 'example.json'), 'utf8')) as Record<string, object>;
    const none = Object.fromEntries(Object.keys(example['devices'] ?? {}).map((name) => [name, null]));
    const config = {
      ...example,
      sandbox: false,
      data: { folder: '/var/lib/yikatong-kiosk' },
      devices: { ...none, ...more.devices },
      topUp: { tenders: ['qr'] },
      replacement: undefined,
      access: undefined,
      upstream: { url: 'http://127.0.0.1:9', enrolmentCode: 'ABCDEFGHJK' },
      ...(more.updates === undefined ? {} : { updates: more.updates }),
    };
    writeFileSync(this.at('/etc/yikatong-kiosk/config.json'), JSON.stringify(config), { mode: 0o600 });
    this.run('systemd-tmpfiles --create yikatong-kiosk.conf');
  }

  /**
   * Its service, as the unit says: command, user, environment. @param limits options for the launcher, which the unit leaves at their defaults
   * @param credential what seals keys, as systemd would give it by the unit's `LoadCredentialEncrypted=`
   */
  start(limits: readonly string[] = [], credential?: Uint8Array): Started {
    const unit = readFileSync(this.at(UNIT), 'utf8');
    const valuesOf = (name: string): readonly string[] => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
    const [program = '', user = ''] = [valuesOf('ExecStart')[0], valuesOf('User')[0]];
    const command = program.replace(' -- ', ` ${[...limits, '--'].join(' ')} `);
    const setup = `mount -t proc proc "${this.root}/proc" && exec chroot "${this.root}" setpriv --reuid ${user} --regid ${user} --clear-groups --no-new-privs --bounding-set=-all`;
    return new Started(
      spawn('unshare', ['--mount', 'sh', '-c', `cd /; umask 022; ${setup} ${command}`], {
        env: {
          PATH: TOOLS,
          ...Object.fromEntries(valuesOf('Environment').map((pair) => pair.split('=', 2))),
          ...(credential === undefined ? {} : this.#give(credential, valuesOf('LoadCredentialEncrypted')[0] ?? '')),
          NOTIFY_SOCKET: '/run/notify',
          WATCHDOG_USEC: '3000000',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** A folder that holds it, its name the unit's; systemd keeps it from everybody but the service. */
  #give(credential: Uint8Array, name: string): Readonly<Record<string, string>> {
    mkdirSync(this.at('/run/credentials'), { recursive: true });
    writeFileSync(this.at(`/run/credentials/${name}`), credential);
    return { CREDENTIALS_DIRECTORY: '/run/credentials' };
  }
}

export class Started {
  readonly pid: string;
  readonly ended: Promise<number | null>;
  /** All that launcher and terminal said. */
  said = '';
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = String(child.pid);
    this.ended = new Promise((resolve) => child.once('exit', resolve));
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (this.said += text));
  }

  /** The launcher, and what it started. */
  get processes(): readonly string[] {
    const children = (pid: string): readonly string[] =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .split(' ')
        .filter((child) => child !== '');
    return [this.pid, ...children(this.pid)];
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  /** In order. @returns exit status */
  stop(): Promise<number | null> {
    this.kill('SIGTERM');
    return this.ended;
  }
}
