/** Starts a small program of the system and lets it go; what becomes of it is nobody's trouble. Used to speak to systemd (service-manager.ts). */
import { spawn } from 'node:child_process';

/** ms: it says one word. */
const LIMIT = 5000;

export function startProgram(program: string, args: readonly string[]): void {
  spawn(program, [...args], { stdio: 'ignore', timeout: LIMIT, killSignal: 'SIGKILL' }).on('error', () => undefined);
}
