/** Runs a command of the checkout or the machine and gives what came of it. Used by everything in this folder that starts another program. */
import { spawn } from 'node:child_process';
import path from 'node:path';

export const projectRoot = path.join(import.meta.dirname, '..', '..');

export interface RunResult {
  /** null: ended by a signal, by the time limit, or never started. */
  readonly code: number | null;
  /** stdout and stderr as they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Shows the output while it comes. */
  readonly show?: boolean;
  readonly limitMs?: number;
  readonly cwd?: string;
  /** Lets others at the processor first. */
  readonly givesWay?: boolean;
}

/** Of 0 to 19 (nice(1)): a third of what others get while they all compute, all that is left while they wait. */
const GIVES_WAY = ['nice', '-n', '5'];

/** Never rejects: a program that isn't there is a result with code null. Programs of `node_modules/.bin` come first, Node 24 among them. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const bin = path.join(projectRoot, 'node_modules', '.bin');
    const [program = command, ...words] = [...(options.givesWay === true ? GIVES_WAY : []), command, ...args];
    const child = spawn(program, words, {
      cwd: options.cwd ?? projectRoot,
      env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`, ...plainText(), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.limitMs === undefined ? {} : { timeout: options.limitMs }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (options.show === true) process.stdout.write(text);
      });
    }
    child.on('error', (error) => resolve({ code: null, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Colors are for people at a terminal; in a log they are noise. Some tools force them in CI unless told so. */
function plainText(): Record<string, string> {
  return process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' };
}
