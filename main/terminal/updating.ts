/** Updates put together for a terminal that a launcher started: its folder, the repository, this terminal's moments. Used by main.ts. */
import nodeFs, { readFileSync } from 'node:fs';
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { authoritiesOf, type TerminalConfig } from '../config/config.ts';
import { freeSpace } from '../journal/free-space.ts';
import { SCHEMA_VERSION } from '../journal/schema.ts';
import { minuteOfDay, obstacles } from '../updates/conditions.ts';
import { installFolder } from '../updates/install-folder.ts';
import { nameNext, readState, stage, type InstallerParts, type LauncherState } from '../updates/installer.ts';
import { Outcomes } from '../updates/outcomes.ts';
import { SignOfLife } from '../updates/sign-of-life.ts';
import { webSource } from '../updates/source.ts';
import { UpdateError } from '../updates/update-error.ts';
import { standingOf, type UpdateStanding } from '../updates/report.ts';
import { Updates, type UpdateStatus } from '../updates/updates.ts';
import type { RolloutPort } from '../upstream/rollouts.ts';
import { createTrustedFetch, type Fetch } from '../upstream/trusted-fetch.ts';
import { PortError } from '../../state-machines/ports.ts';
import type { Log } from './log.ts';
import type { Terminal } from './terminal.ts';

/** What the launcher says in the environment of what it starts. */
export interface LaunchedBy {
  readonly install: string;
  /** File of the operator's root of trust. */
  readonly root: string;
}

export interface UpdatingOptions {
  readonly launchedBy: LaunchedBy;
  readonly configFile: string;
  readonly config: TerminalConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly terminal: Pick<Terminal, 'rest' | 'began' | 'rollouts'>;
  /** A page asked for a View; true where none is expected. */
  readonly painted: () => boolean;
  /** Ends the process in order, with "update ready". */
  readonly onReady: () => void;
}

export interface Updating {
  readonly standing: UpdateStanding;
  stop(): void;
}

export function startUpdating(options: UpdatingOptions): Updating {
  const { config, clock, random, terminal, log, launchedBy } = options;
  const life = new SignOfLife({
    clock,
    install: launchedBy.install,
    awaited: () => {
      const { devices, upstream } = terminal.began;
      return [...(devices ? [] : ['devices']), ...(upstream ? [] : ['upstream']), ...(options.painted() ? [] : ['window'])];
    },
  });
  const launched = (): LauncherState | undefined => readState(nodeFs, installFolder(launchedBy.install));
  const outcomes = new Outcomes({
    clock,
    state: launched,
    tell: (outcome) => terminal.rollouts.tell(outcome),
    onTrouble: (error) => log.debug({ error: error instanceof Error ? error.message : String(error) }, 'what became of a release is told later'),
  });
  const updates = config.updates.url === undefined ? undefined : byNetwork(config.updates.url);
  return {
    get standing() {
      return standingOf(updates?.status, launched());
    },
    stop: () => {
      life.stop();
      updates?.stop();
      outcomes.stop();
    },
  };

  function byNetwork(url: string): Updates {
    const { quietSeconds, window, everyMinutes } = config.updates;
    const parts = (): InstallerParts => installerParts(options, url);
    return new Updates({
      clock,
      random,
      everyMs: everyMinutes * 60_000,
      stage: (onProgress) => stage({ ...parts(), onProgress }),
      obstacles: () => {
        const { forMs, openTransactions, technician } = terminal.rest();
        const facts = { quietMs: forMs, openTransactions, technician, minuteOfDay: minuteOfDay(clock.now(), config.terminal.timeZone) };
        return obstacles(facts, { quietMs: quietSeconds * 1000, window });
      },
      handOver: ({ slot }) => {
        nameNext(nodeFs, launchedBy.install, slot);
        options.onReady();
      },
      onStatus: (status) => {
        tell(status);
        if (status.state === 'trouble') outcomes.cameToNothing(status.slot, status.code);
        if (status.state === 'verified') outcomes.cameToSomething();
      },
    });
  }

  function tell(status: UpdateStatus): void {
    if (status.state === 'fetching' || status.state === 'checking') log.debug({ update: status }, 'update');
    else log.info({ update: status }, 'update');
  }
}

/** @throws {UpdateError} `noRoot` */
function installerParts({ config, clock, configFile, launchedBy, terminal }: UpdatingOptions, url: string): InstallerParts {
  return {
    folder: launchedBy.install,
    fs: nodeFs,
    clock,
    now: () => clock.now(),
    shippedRoot: rootIn(launchedBy.root),
    source: webSource(fetchFor(url, authoritiesOf(config, clock.now(), configFile)), url),
    group: config.updates.group,
    ...(config.updates.rings ? { awaitTurn: (release: string) => turnOf(release, terminal.rollouts) } : {}),
    suits: hereSuits,
    free: () => freeSpace(launchedBy.install).free,
  };
}

/** Asked for at each look: an operator may put it there while the terminal sells. */
function rootIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UpdateError('noRoot', `there is no root of trust at ${file}: put there what "npm run publish-release -- root" wrote`, { cause: error });
  }
}

/** @throws {UpdateError} `notItsTurn` */
export async function turnOf(release: string, rollouts: Pick<RolloutPort, 'direction'>): Promise<void> {
  let named: string | undefined;
  try {
    named = await rollouts.direction();
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    throw new UpdateError('notItsTurn', `${release}: the fleet's server can't be asked whose turn it is (${error.code})`, { cause: error });
  }
  if (named !== release)
    throw new UpdateError('notItsTurn', `${release}: the fleet's server ${named === undefined ? 'gives it to others first' : `wants ${named} here`}`);
}

/** The journal was opened by this release, so it has its schema. */
export const hereSuits = { os: process.platform, arch: process.arch, journal: SCHEMA_VERSION, opensUpTo: SCHEMA_VERSION } as const;

function fetchFor(url: string, ca: string | undefined): Fetch {
  return url.startsWith('http:') || ca === undefined ? globalThis.fetch : createTrustedFetch(ca);
}
