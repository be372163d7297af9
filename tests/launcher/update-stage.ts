/**
 * What a demonstration or a test of updates stands on: the terminal process built as it is delivered, releases of it under any version, a signed
 * repository behind a web server, and the launcher that runs it headless in a sandbox with the simulated cabinet. Native packages are found
 * in the project's own folder, above the install folder; a delivered release brings them along.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { Operator } from '../main/updates/operator.ts';
import { GROUP, TerminalPlace } from '../main/updates/terminal-place.ts';
import { Launched } from '../support/launched.ts';
import { serveRepository, type RepositoryServer } from '../support/repository-server.ts';
import { terminalBundle } from './bundles.ts';
import { productParts } from './build.ts';
import { projectRoot } from './run-tool.ts';
import { startSandbox, type Sandbox } from './sandbox.ts';

const VERSION = /version: "[0-9.]+"/;
/** Proven soon, so that a demonstration need not wait for a minute. */
const LIMITS = ['--proven-after', '3000', '--healthy-within', '60000'];

export interface UpdateStage {
  readonly operator: Operator;
  readonly place: TerminalPlace;
  readonly sandbox: Sandbox;
  readonly server: RepositoryServer;
  /** Publishes the terminal under this version and directs the group to it. */
  publish(version: string, options?: PublishOptions): Promise<void>;
  launch(): Launched;
  end(): Promise<void>;
}

export interface PublishOptions {
  /** @param file its name, `terminal.js` say */
  readonly spoil?: (program: string, file: string) => string;
  readonly configuration?: string;
}

export async function setUpdateStage(): Promise<UpdateStage> {
  const out = path.join(projectRoot, 'out', 'updates');
  mkdirSync(out, { recursive: true });
  const home = mkdtempSync(path.join(out, 'stage-'));
  const built = path.join(home, 'built');
  await build(terminalBundle({ ...productParts, outDir: built }));
  const operator = await Operator.begin({ root: 2, targets: 2 });
  operator.now = Date.now();
  await operator.publish(true);
  const server = await serveRepository(operator.folder);
  const root = path.join(home, 'root.json');
  writeFileSync(root, operator.repository.rootText);
  const sandbox = await startSandbox({
    data: path.join(home, 'data'),
    speed: 4,
    settings: {
      log: { level: 'info' },
      updates: { url: server.url, group: GROUP, window: { from: '00:00', to: '00:00' }, everyMinutes: 1, quietSeconds: 1 },
    },
  });
  const place = new TerminalPlace({ source: operator.folder, root: operator.repository.rootText, folder: path.join(home, 'install') });
  place.now = operator.now;
  const launched: Launched[] = [];
  return {
    operator,
    place,
    sandbox,
    server,
    publish: async (version, { spoil = (program: string): string => program, configuration }: PublishOptions = {}) => {
      const folder = path.join(home, `release-${version}`);
      if (!existsSync(folder)) {
        cpSync(built, folder, { recursive: true });
        for (const file of readdirSync(path.join(folder, 'main'))) {
          const program = path.join(folder, 'main', file);
          writeFileSync(program, spoil(readFileSync(program, 'utf8').replace(VERSION, `version: "${version}"`), file));
        }
        writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
      }
      operator.now = Date.now();
      await operator.releaseFolder(version, folder, { start: 'main/terminal.js' }, GROUP, configuration ?? null);
    },
    launch: () => {
      const made = new Launched({ install: place.folder, root, limits: LIMITS, args: ['--headless', '--config', sandbox.config] });
      launched.push(made);
      return made;
    },
    end: async () => {
      for (const each of launched) await each.stop();
      await Promise.all([sandbox.stop(), server.stop()]);
      operator.end();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** ms between the end of what ran and the health of what runs now. */
export function downtime(launched: Launched, from: RegExp, to: RegExp): number {
  const ended = launched.lines.find(({ text }) => from.test(text));
  const healthy = launched.lines.find(({ at, text }) => ended !== undefined && at > ended.at && to.test(text));
  if (ended === undefined || healthy === undefined) throw new Error('it did not go down and come up again');
  return Math.round(healthy.at - ended.at);
}
