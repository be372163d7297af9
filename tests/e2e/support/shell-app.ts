/** The shell's real code with a small page and a small terminal process, built once a run. Used by the specs that test the shell itself. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildApp } from '../../launcher/build.ts';
import { findHost } from '../../launcher/host.ts';
import { launchShell, type LaunchOptions, type RunningShell } from '../../launcher/launch-shell.ts';
import { projectRoot } from '../../launcher/run-tool.ts';

/** @param terminal how the terminal process behaves (see `fixture-terminal.ts`) */
export async function launchSmallApp(terminal: object = {}, options: Partial<LaunchOptions> = {}): Promise<RunningShell> {
  const appDir = path.join(projectRoot, 'out', 'small-app');
  await buildApp({
    flavor: 'production',
    outDir: appDir,
    terminalEntry: path.join(import.meta.dirname, 'fixture-terminal.ts'),
    pageRoot: path.join(import.meta.dirname, 'page'),
  });
  const config = path.join(appDir, `terminal-${createHash('sha256').update(JSON.stringify(terminal)).digest('hex').slice(0, 12)}.json`);
  writeFileSync(config, JSON.stringify(terminal));
  return launchShell({ host: await findHost(), appDir, config, ...options });
}
