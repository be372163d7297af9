/** An operator at the command line, for a test: keys, a repository and releases in it, each by `npm run publish-release`. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../run-tool.ts';

const run = promisify(execFile);
const ENTRY = path.join(projectRoot, 'fleet', 'publish', 'releases', 'main.ts');

export class OperatorDesk {
  readonly repository: string;
  readonly #keys: readonly string[];

  private constructor(home: string) {
    this.repository = path.join(home, 'repository');
    this.#keys = ['--keys', path.join(home, 'keys'), '--password-file', path.join(home, 'password')];
  }

  /** @param home an empty folder @param rootFile takes the root of trust */
  static async open(home: string, rootFile: string): Promise<OperatorDesk> {
    const desk = new OperatorDesk(home);
    writeFileSync(path.join(home, 'password'), 'correct horse battery staple\n', { mode: 0o600 });
    await Promise.all(['root', 'targets', 'snapshot', 'timestamp', 'director'].map((role) => publish('make-key', '--name', `${role}-1`, ...desk.#keys)));
    await publish('init', '--repository', desk.repository, ...desk.#keys);
    await publish('root', '--repository', desk.repository, '--to', rootFile);
    return desk;
  }

  /** Adds a release and directs the group to it. */
  async publish(group: string, version: string, folder: string, start: string, journal: string): Promise<void> {
    const to = ['--repository', this.repository, '--version', version, ...this.#keys];
    await publish('add-release', '--folder', folder, '--start', start, '--journal', journal, ...to);
    await publish('direct', '--group', group, ...to);
  }
}

async function publish(...args: readonly string[]): Promise<void> {
  await run(process.execPath, [ENTRY, ...args]);
}
