/**
 * A real pseudo-terminal whose far end is a Unix socket, by socat: what a serial device looks like to the terminal when its simulator
 * is another process. Used by the tests of serial lines.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface PseudoTerminal {
  /** The port's path, for `serial:PATH`. */
  readonly path: string;
  /** The adapter is pulled out: the port vanishes. */
  stop(): Promise<void>;
}

/** @param link where the port shall appear @param socketPath where the simulator listens */
export async function startPseudoTerminal(link: string, socketPath: string): Promise<PseudoTerminal> {
  const socat = spawn('socat', ['-t', '0', '-d', '-d', `pty,raw,echo=0,link=${link}`, `unix-connect:${socketPath}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<never>((_resolve, reject) => {
    socat.once('error', () => reject(new Error('socat could not be started; install it: apt-get install -y --no-install-recommends socat')));
    socat.once('exit', (status) => reject(new Error(`socat ended with ${status} before the port was ready`)));
  });
  const exit = once(socat, 'exit').catch(() => {});
  const ready = (async () => {
    for await (const line of createInterface({ input: socat.stderr })) if (line.includes('starting data transfer loop')) return;
  })();
  await Promise.race([ready, ended]);
  ended.catch(() => {});
  socat.stderr.resume();
  return {
    path: link,
    stop: async () => {
      socat.kill();
      await exit;
    },
  };
}
