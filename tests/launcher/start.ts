/**
 * `npm start`: the terminal with its bench on this machine. With a display: kiosk window and bench on the simulated cabinet and the
 * embedded upstream. Without one: the demonstration, headless. `--config FILE` starts the terminal on a given configuration instead.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import './preflight.mjs';
import { ConfigError, loadConfig, type TerminalConfig } from '../../main/config/config.ts';
import { buildApp, productParts } from './build.ts';
import { runDemo } from './demo-run.ts';
import { findHost, hasDisplay, type Host } from './host.ts';
import { launchShell, type RunningShell } from './launch-shell.ts';
import { MissingNeed } from './needs.ts';
import { projectRoot } from './run-tool.ts';
import { sandboxStaff } from './sandbox-staff.ts';
import { everyDevice, exampleConfig, startSandbox, type Sandbox, type Settings } from './sandbox.ts';

const { values } = parseArgs({
  options: { config: { type: 'string' }, 'remote-debugging-port': { type: 'string' }, data: { type: 'string' } },
});

async function main(): Promise<number> {
  const host = await findHost();
  process.stdout.write(`${host.line}\n`);
  const { config } = values;
  if (config === undefined && !hasDisplay()) {
    process.stdout.write('no display: running the demonstration headless, pictures go to out/demo/\n');
    return runDemo({ host, tender: 'cash', amount: 5000, fault: undefined, data: values.data, json: false });
  }
  await buildApp();
  return config === undefined ? showSandbox(host) : showConfigured(host, config);
}

/** The simulated cabinet, its upstream, the kiosk and the bench, until the window is closed. */
async function showSandbox(host: Host): Promise<number> {
  const data = values.data ?? path.join(projectRoot, 'out', 'sandbox');
  const staff = sandboxStaff(data, loadConfig(exampleConfig).terminal.id);
  const sandbox = await startSandbox({ data, settings: { ...everyDevice, ...staff.settings } });
  process.stdout.write(`upstream: ${sandbox.upstreamUrl}\nbench: ${sandbox.benchUrl ?? 'none'}\ndata: ${sandbox.data}\n${staff.how}\n`);
  const shell = await launchShell({ host, appDir: productParts.outDir, config: sandbox.config, ...benchOf(sandbox), headed: true, extraArgs: debugging() });
  return untilEnd(shell, () => sandbox.stop());
}

/** The terminal as configured. In a sandbox, what the configuration leaves to simulators and to the embedded upstream is brought up. */
async function showConfigured(host: Host, file: string): Promise<number> {
  const config = loadConfig(file);
  const base = JSON.parse(readFileSync(file, 'utf8')) as Settings;
  const sandbox = config.sandbox ? await startSandbox({ base, data: config.data.folder }) : undefined;
  if (sandbox !== undefined) process.stdout.write(`upstream: ${sandbox.upstreamUrl}\n`);
  if (sandbox?.benchUrl !== undefined) process.stdout.write(`bench: ${sandbox.benchUrl}\n`);
  const shell = await launchShell({
    host,
    appDir: productParts.outDir,
    config: sandbox?.config ?? file,
    ...(sandbox === undefined || !hasDisplay() ? {} : benchOf(sandbox)),
    headed: hasDisplay(),
    display: displayOf(config),
    extraArgs: debugging(),
    onLine: (line) => process.stdout.write(`${line}\n`),
  });
  return untilEnd(shell, async () => sandbox?.stop());
}

function benchOf({ benchUrl }: Sandbox): { benchUrl?: string } {
  return benchUrl === undefined ? {} : { benchUrl };
}

function displayOf({ display }: TerminalConfig): { width: number; height: number } {
  const [short, long] = [1080, 1920];
  const [width, height] = display.orientation === 'portrait' ? [short, long] : [long, short];
  return { width: display.width ?? width, height: display.height ?? height };
}

function debugging(): readonly string[] {
  const port = values['remote-debugging-port'];
  return port === undefined ? [] : ['--remote-debugging-port', port];
}

async function untilEnd(shell: RunningShell, stop: () => Promise<void>): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shell.close());
  // npm's shell dies of a signal without passing it on: then this process has another parent.
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void shell.close();
  }, 1000).unref();
  const code = await shell.exited;
  await stop();
  return code ?? 1;
}

try {
  process.exit(await main());
} catch (error) {
  const called = error instanceof MissingNeed || error instanceof ConfigError;
  process.stderr.write(`${error instanceof Error ? (called ? error.message : (error.stack ?? error.message)) : String(error)}\n`);
  process.exit(error instanceof MissingNeed ? 2 : 1);
}
