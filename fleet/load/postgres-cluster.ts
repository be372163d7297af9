/** A real PostgreSQL of one's own: a cluster in a new folder, reached by a Unix socket only, with the durability it has by default. Used by the load and by tests. */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf, cpuMsOf, isRunning } from './cpu-time.ts';

export interface Cluster {
  /** Socket's folder. */
  readonly folder: string;
  url(database: string): string;
  /** SIGKILL to every one of its processes, as when the machine's power fails: no farewell to anybody. */
  kill(): void;
  start(): void;
  /** Runs one of PostgreSQL's own programs as the cluster's owner, in its folder. @throws {Error} with what it said */
  tool(program: string, ...args: string[]): void;
  /** A standby becomes a primary. */
  promote(): void;
  /** User and system time of its processes, those that have ended included, ms. */
  cpuMs(): number;
  /** Stops it and removes its folder. */
  remove(): void;
}

const NOBODY_WAKES = new Int32Array(new SharedArrayBuffer(4));
const PROGRAMS = ['initdb', 'pg_ctl', 'postgres'] as const;
const DEBIAN = '/usr/lib/postgresql';
/** A disk in memory, where there is one: for who doesn't cut the power, and makes hundreds of schemas. */
const MEMORY = '/dev/shm';
/** A container's is often 64 MB, which a cluster with its log fills. */
const ROOM_BYTES = 1024 ** 3;

/** Folder of PostgreSQL's own programs: the newest of Debian's, which are not on the PATH, or on the PATH. */
function programFolder(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, two) => Number(two) - Number(one)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env['PATH'] ?? '').split(':')];
  return folders.find((folder) => PROGRAMS.every((program) => existsSync(join(folder, program))));
}

/** Why there can be no cluster here; undefined when there can. */
export function noPostgres(): string | undefined {
  return programFolder() === undefined ? 'PostgreSQL is not installed' : undefined;
}

/** @param parent where its folder is made: there decides what a commit costs @throws {Error} with what PostgreSQL said */
export function startCluster(parent = quickFolder()): Cluster {
  return running(parent, ({ data, must }) => must('initdb', '-D', data, '-U', 'fleet', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'));
}

/** One more cluster from a base backup of one that runs: a copy that goes its own way, or a standby that follows it. @throws {Error} with what PostgreSQL said */
export function startFrom(origin: Cluster, as: 'copy' | 'standby', parent = quickFolder()): Cluster {
  return running(parent, ({ data, must }) => {
    must('pg_basebackup', '-h', origin.folder, '-U', 'fleet', '-D', data, '-X', 'stream', '-c', 'fast', '--no-sync', ...(as === 'standby' ? ['-R'] : []));
  });
}

interface Place {
  /** The cluster's data folder: not there yet. */
  readonly data: string;
  /** Runs one of PostgreSQL's programs as the cluster's owner. */
  readonly must: (program: string, ...args: string[]) => void;
}

function running(parent: string, make: (place: Place) => void): Cluster {
  const programs = programFolder();
  if (programs === undefined) throw new Error('PostgreSQL is not installed');
  const folder = mkdtempSync(join(parent, 'fleet-pg-'));
  const owner = process.getuid?.() === 0 ? nobody() : undefined;
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const log = join(folder, 'log');
  const must = (program: string, ...args: string[]): void => {
    const { status, error, stderr } = spawnSync(join(programs, program), args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      ...owner,
    });
    if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr} ${existsSync(log) ? readFileSync(log, 'utf8') : ''}`);
  };
  const start = (): void => must('pg_ctl', 'start', '-w', '-D', data, '-l', log, '-o', `-c listen_addresses= -c max_connections=200 -k ${folder}`);
  const lock = join(data, 'postmaster.pid');
  const postmaster = (): number => Number(readFileSync(lock, 'utf8').split('\n')[0]);
  const kill = (): void => {
    if (!existsSync(lock)) return;
    killAll(postmaster());
    // where nobody asks for ended processes they keep their numbers, and PostgreSQL would believe that it still runs
    for (const file of [lock, join(folder, '.s.PGSQL.5432.lock')]) rmSync(file, { force: true });
  };
  make({ data, must });
  start();
  return {
    folder,
    url: (database) => `postgres://fleet@${encodeURIComponent(folder)}/${database}`,
    kill,
    start,
    tool: must,
    promote: () => must('pg_ctl', 'promote', '-w', '-D', data),
    cpuMs: () => cpuMsOf(postmaster()),
    remove: () => {
      kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Held first, so that it starts no more children meanwhile. */
function killAll(postmaster: number): void {
  if (!isRunning(postmaster)) return;
  process.kill(postmaster, 'SIGSTOP');
  const processes = [postmaster, ...childrenOf(postmaster)];
  for (const pid of processes.filter(isRunning)) process.kill(pid, 'SIGKILL');
  while (processes.some(isRunning)) Atomics.wait(NOBODY_WAKES, 0, 0, 5);
}

function quickFolder(): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ROOM_BYTES ? MEMORY : tmpdir();
}

/** PostgreSQL refuses to run as the superuser. */
function nobody(): { uid: number; gid: number } {
  const fields =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((line) => line.startsWith('nobody:'))
      ?.split(':') ?? [];
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}
