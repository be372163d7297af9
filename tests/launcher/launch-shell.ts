/**
 * Starts the shell of a built application on the machine's host and gives its pages, its output and its end. The one way to start the
 * terminal with a window: used by `npm start`, the demo, the benches and the end-to-end tests.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { _electron, chromium, type Page } from 'playwright-core';
import type { Host } from './host.ts';

export interface LaunchOptions {
  readonly host: Host;
  /** A folder that `buildApp` made. */
  readonly appDir: string;
  readonly config: string;
  readonly benchUrl?: string;
  /** The display the stand-in claims, px; default 1080×1920. Electron uses the machine's. */
  readonly display?: { readonly width: number; readonly height: number };
  /** Draws for a glass of this size in a scaled window; default: the whole display. */
  readonly window?: { readonly width: number; readonly height: number };
  /** Real windows (needs a display). Electron always has them. */
  readonly headed?: boolean;
  /** The browser's profile; default: a fresh one, removed at the end. */
  readonly userData?: string;
  readonly extraArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Every line of output as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface RunningShell {
  readonly host: Host;
  /** Process of the shell. */
  readonly pid: number;
  /** Everything written so far, stdout and stderr. */
  readonly lines: readonly string[];
  /** Where a second client finds the pages over the Chrome DevTools Protocol; Electron only tells it when a port was asked for. */
  readonly cdpUrl: string | undefined;
  /** The kiosk's page, as it is now: after a crash it is another one. */
  page(): Promise<Page>;
  benchPage(): Promise<Page>;
  /** The first line from `from` on that fits, now or later. @throws after `limitMs` (10 s), with the output */
  waitForLine(pattern: RegExp, limits?: { readonly from?: number; readonly limitMs?: number }): Promise<string>;
  /** Process of the terminal, as last started. */
  terminalPid(): number;
  /** The shell's exit code; null when it was killed. */
  readonly exited: Promise<number | null>;
  /** Ends it as the machine would (SIGTERM). Resolves with the exit code. */
  close(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): void;
}

const CLOSE_LIMIT = 15_000;
const LINE_LIMIT = 10_000;
const PAGE_LIMIT = 10_000;

/** @throws when the shell ends before it has a window, with its output */
export async function launchShell(options: LaunchOptions): Promise<RunningShell> {
  const userData = options.userData ?? mkdtempSync(path.join(os.tmpdir(), 'kiosk-shell-'));
  const remove = (): void => (options.userData === undefined ? rmSync(userData, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) : undefined);
  const started = await (options.host.kind === 'electron' ? launchElectron(options, userData) : launchStandIn(options, userData)).catch((error: unknown) => {
    remove();
    throw error;
  });
  const { process: child, output, pages, disconnect } = started;
  const exited = exitOf(child).then(async (code) => {
    await disconnect();
    remove();
    return code;
  });
  const pageAt = (file: string): Promise<Page> => findPage(pages, file, () => output.text());
  return {
    host: options.host,
    pid: child.pid ?? 0,
    lines: output.lines,
    cdpUrl: started.cdpUrl,
    page: () => pageAt('index.html'),
    benchPage: () => pageAt('bench.html'),
    waitForLine: (pattern, { from = 0, limitMs = LINE_LIMIT } = {}) => output.waitFor(pattern, from, limitMs),
    terminalPid: () => terminalPidIn(output.lines),
    exited,
    close: async () => {
      const limit = setTimeout(() => child.kill('SIGKILL'), CLOSE_LIMIT);
      child.kill('SIGTERM');
      const code = await exited;
      clearTimeout(limit);
      return code;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** The shell's own arguments, the same on both hosts. */
export function shellArgs(options: LaunchOptions, userData: string): readonly string[] {
  return [
    path.join(options.appDir, 'main', 'shell.js'),
    `--user-data-dir=${userData}`,
    '--config',
    options.config,
    ...(options.benchUrl === undefined ? [] : ['--bench-url', options.benchUrl]),
    ...(options.window === undefined ? [] : ['--window', `${options.window.width}x${options.window.height}`]),
    ...(options.extraArgs ?? []),
  ];
}

interface Started {
  readonly process: ChildProcess;
  readonly output: Output;
  readonly cdpUrl: string | undefined;
  readonly pages: () => readonly Page[];
  readonly disconnect: () => Promise<void>;
}

async function launchStandIn(options: LaunchOptions, userData: string): Promise<Started> {
  const register = path.join(import.meta.dirname, '..', 'electron-standin', 'register.mjs');
  const { width, height } = options.display ?? { width: 1080, height: 1920 };
  const child = spawn(process.execPath, ['--import', register, ...shellArgs(options, userData)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      STANDIN_CHROMIUM: options.host.executable,
      STANDIN_DISPLAY: `${width}x${height}`,
      ...(options.headed === true ? { STANDIN_HEADED: '1' } : {}),
      ...options.env,
    },
  });
  const output = new Output(child, options.onLine);
  const line = await output.waitFor(/^standin: cdp /, 0, PAGE_LIMIT * 2).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const cdpUrl = line.slice('standin: cdp '.length);
  const browser = await chromium.connectOverCDP(cdpUrl);
  return {
    process: child,
    output,
    cdpUrl,
    pages: () => browser.contexts().flatMap((context) => context.pages()),
    disconnect: () => browser.close().catch(() => undefined),
  };
}

async function launchElectron(options: LaunchOptions, userData: string): Promise<Started> {
  const electron = await _electron.launch({
    executablePath: options.host.executable,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...shellArgs(options, userData)],
    env: { ...definedEnv(), ...options.env },
  });
  const child = electron.process();
  const output = new Output(child, options.onLine);
  return { process: child, output, cdpUrl: undefined, pages: () => electron.windows(), disconnect: async () => {} };
}

/** Lines of a process's output, kept and waited for. */
class Output {
  readonly lines: string[] = [];
  readonly #waiters = new Set<() => void>();
  #ended = false;

  constructor(child: ChildProcess, onLine: ((line: string) => void) | undefined) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        onLine?.(line);
        this.#wake();
      });
    }
    child.once('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  text(): string {
    return this.lines.join('\n');
  }

  waitFor(pattern: RegExp, from: number, limitMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#waiters.delete(look);
        clearTimeout(timer);
        settle();
      };
      const look = (): void => {
        const line = this.lines.slice(from).find((candidate) => pattern.test(candidate));
        if (line !== undefined) end(() => resolve(line));
        else if (this.#ended) end(() => reject(new Error(`the shell ended without a line ${String(pattern)}:\n${this.text()}`)));
      };
      const timer = setTimeout(() => end(() => reject(new Error(`no line ${String(pattern)} within ${limitMs} ms:\n${this.text()}`))), limitMs);
      this.#waiters.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of this.#waiters) look();
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** On the stand-in the kiosk's scheme travels as https; see `electron-standin/protocol.ts`. */
function isPage(url: string, file: string): boolean {
  return [`kiosk://app/${file}`, `https://app.kiosk.invalid/${file}`].includes(url.replace(/[?#].*$/s, ''));
}

function terminalPidIn(lines: readonly string[]): number {
  const line = lines.findLast((candidate) => candidate.includes('"terminal process started"'));
  const pid = /"terminalPid":(\d+)/.exec(line ?? '')?.[1];
  if (pid === undefined) throw new Error('no terminal process was started');
  return Number(pid);
}

/** A crashed page stays in the list for a while; it must not be taken for its successor, so the page is asked for a sign of life. */
async function findPage(pages: () => readonly Page[], file: string, output: () => string): Promise<Page> {
  for (const end = performance.now() + PAGE_LIMIT; performance.now() < end;) {
    for (const page of pages().filter((candidate) => isPage(candidate.url(), file))) {
      if (await page.evaluate(() => true).catch(() => false)) return page;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no page ${file}:\n${output()}`);
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
