/** The launcher as a process of its own in a test, its lines collected. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { projectRoot } from '../launcher/run-tool.ts';

export const LAUNCHER = path.join(projectRoot, 'resources', 'launcher', 'launcher.mjs');

export interface LaunchOptions {
  readonly install: string;
  readonly root: string;
  /** `--healthy-within 1000`, … */
  readonly limits?: readonly string[];
  /** Of the terminal. */
  readonly args?: readonly string[];
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Line {
  /** ms of this process's monotonic clock. */
  readonly at: number;
  readonly text: string;
}

export class Launched {
  readonly lines: Line[] = [];
  /** What the terminal itself said. */
  readonly said: string[] = [];
  readonly exited: Promise<number | string | null>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #ended = false;

  constructor({ install, root, limits = [], args = [], env = {} }: LaunchOptions) {
    this.#child = spawn(process.execPath, [LAUNCHER, '--install', install, '--root', root, ...limits, '--', ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (this.#child.stdout !== null) createInterface({ input: this.#child.stdout }).on('line', (line) => this.said.push(line));
    if (this.#child.stderr !== null)
      createInterface({ input: this.#child.stderr }).on('line', (line) => {
        if (line.startsWith('launcher: ')) this.lines.push({ at: performance.now(), text: line.slice('launcher: '.length) });
        else this.said.push(line);
        for (const watch of this.#watchers) watch();
      });
    this.exited = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => {
        this.#ended = true;
        for (const watch of this.#watchers) watch();
        resolve(code ?? signal);
      }),
    );
  }

  /** The first line from number `from` on that is like this. */
  says(wanted: RegExp, within: number, from = 0): Promise<Line> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#watchers.delete(look);
        clearTimeout(timer);
        settle();
      };
      const words = (): string => [...this.lines.map(({ text }) => text), ...this.said.slice(-30)].join('\n');
      const look = (): void => {
        const line = this.lines.slice(from).find(({ text }) => wanted.test(text));
        if (line !== undefined) end(() => resolve(line));
        else if (this.#ended) end(() => reject(new Error(`the launcher ended before ${String(wanted)}:\n${words()}`)));
      };
      const timer = setTimeout(() => end(() => reject(new Error(`no ${String(wanted)} within ${within} ms:\n${words()}`))), within);
      this.#watchers.add(look);
      look();
    });
  }

  /** In order. */
  async stop(): Promise<number | string | null> {
    if (!this.#ended) this.#child.kill('SIGTERM');
    return this.exited;
  }

  /** As a power cut would, but for the machine. */
  async kill(): Promise<void> {
    if (!this.#ended) this.#child.kill('SIGKILL');
    await this.exited;
  }
}
