/** Starts the terminal process as Electron's utility process. The one place that knows both; the supervisor sees only `ForkTerminal`. */
import { utilityProcess } from 'electron';
import { terminalEnvironment } from './terminal-environment.ts';
import type { ForkTerminal } from './terminal-supervisor.ts';

/** @param entry the built terminal process; @param args its command line */
export function utilityFork(entry: string, args: readonly string[]): ForkTerminal {
  return (events) => {
    const env = { ...process.env, ...terminalEnvironment };
    const child = utilityProcess.fork(entry, [...args], { serviceName: 'terminal', stdio: 'inherit', env });
    child.on('message', (message: unknown) => events.onMessage(message));
    child.on('exit', (code) => events.onExit(code));
    return {
      get pid(): number | undefined {
        return child.pid;
      },
      send: (message) => child.postMessage(message),
      kill: () => killNow(child.pid),
    };
  };
}

/** `child.kill()` asks politely; this doesn't. A process that just ended is as good. */
function killNow(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
