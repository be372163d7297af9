/** `app`: life of the process. Runs the exit hooks of the other parts (browser, child processes) before it ends. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { options } from './options.ts';
import { PreventableEvent, strict, StrictEmitter } from './strict.ts';

/** Things to end with the process; each may take up to `EXIT_LIMIT`. */
const exitHooks = new Set<() => Promise<void> | void>();
const EXIT_LIMIT = 3000;

export function onExit(hook: () => Promise<void> | void): void {
  exitHooks.add(hook);
}

class App extends StrictEmitter {
  #exiting = false;
  readonly isPackaged = false;
  /** Switches for Chromium, name → value (empty: none). */
  readonly switches = new Map<string, string>();
  readonly commandLine = strict('app.commandLine', {
    appendSwitch: (name: string, value = ''): void => void this.switches.set(name, value),
    hasSwitch: (name: string): boolean => this.switches.has(name),
  });

  constructor() {
    super('app', ['before-quit', 'window-all-closed', 'web-contents-created']);
  }

  async whenReady(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Windows without a sandbox are refused by `BrowserWindow` anyway. */
  enableSandbox(): void {}

  requestSingleInstanceLock(): boolean {
    mkdirSync(options.userData, { recursive: true });
    const lock = path.join(options.userData, 'standin.lock');
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
    } catch {
      if (isAlive(Number(readFileSync(lock, 'utf8')))) return false;
      writeFileSync(lock, String(process.pid));
    }
    process.on('exit', () => rmSync(lock, { force: true }));
    return true;
  }

  quit(): void {
    const event = new PreventableEvent();
    this.emit('before-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }

  /** The first call counts. */
  exit(code = 0): void {
    if (this.#exiting) return;
    this.#exiting = true;
    const limit = new Promise<void>((resolve) => setTimeout(resolve, EXIT_LIMIT));
    const hooks = Promise.allSettled([...exitHooks].map(async (hook) => hook()));
    if (exitHooks.size === 0) process.exit(code);
    void Promise.race([hooks, limit]).then(() => process.exit(code));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The stand-in's own parts use this one; programs get the strict one. */
export const standInApp = new App();
export const app = strict('app', standInApp);
