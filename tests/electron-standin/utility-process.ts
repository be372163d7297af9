/** `utilityProcess`: a Node child process with Electron's message interface; `parent-port.mjs` gives the child its end. */
import { fork, type ChildProcess } from 'node:child_process';
import os from 'node:os';
import { onExit } from './app.ts';
import { strict, StrictEmitter } from './strict.ts';

interface ForkOptions {
  readonly serviceName?: string;
  readonly stdio?: 'inherit' | 'ignore';
  readonly env?: NodeJS.ProcessEnv;
}

const parentPort = new URL('./parent-port.mjs', import.meta.url).href;

class UtilityProcess extends StrictEmitter {
  readonly #child: ChildProcess;

  constructor(entry: string, args: readonly string[], forkOptions: ForkOptions) {
    super('utilityProcess', ['spawn', 'message', 'exit']);
    const stdio = forkOptions.stdio ?? 'inherit';
    this.#child = fork(entry, args, {
      execArgv: ['--import', parentPort],
      serialization: 'advanced',
      stdio: ['ignore', stdio, stdio, 'ipc'],
      ...(forkOptions.env === undefined ? {} : { env: forkOptions.env }),
    });
    this.#child.on('spawn', () => this.emit('spawn'));
    this.#child.on('message', (message) => this.emit('message', message));
    // Electron tells a signal by its number, as waitpid does.
    this.#child.on('exit', (code, signal) => this.emit('exit', code ?? (signal === null ? 1 : os.constants.signals[signal])));
    onExit(() => void this.#child.kill('SIGKILL'));
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  /** Lost when the child is gone, as in Electron. */
  postMessage(message: unknown): void {
    if (this.#child.connected) this.#child.send(message as object, () => undefined);
  }

  kill(): boolean {
    return this.#child.kill('SIGTERM');
  }
}

export const utilityProcess = strict('utilityProcess', {
  fork: (entry: string, args: readonly string[] = [], forkOptions: ForkOptions = {}): UtilityProcess =>
    strict('utilityProcess', new UtilityProcess(entry, args, forkOptions)),
});
