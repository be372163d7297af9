/**
 * Rollouts of releases: one at a time goes from ring to ring by what terminals tell of it; operators start, pause, take up, stop and pin. What a
 * terminal should run is asked here; what it may run the signed catalogue alone says, so the worst that this can do is offer a genuine
 * release to the wrong terminals.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Ids } from '../../../common/ids.ts';
import type { DirectionAnswer, OutcomeRequest } from '../../../common/upstream-api/updates.ts';
import type { Drift, Rollout } from '../../console-api/rollouts.ts';
import type { AuditKind } from '../../console-api/staff.ts';
import type { Audit } from '../console/audit.ts';
import { ProblemError } from '../http/problems.ts';
import type { Queries, Store, StoreTransaction, Tables } from '../store/store.ts';
import { inReach, judge, placeOf, PLACES, RINGS, type RolloutRules } from './rings.ts';

/** Who does it, and from where. */
export interface Doer {
  readonly name: string;
  readonly address: string;
}

export interface RolloutsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly rules: RolloutRules;
  readonly audit: Audit;
}

export interface Rollouts {
  /** What this terminal should run; nothing: what it runs. */
  direction(terminalId: string): Promise<DirectionAnswer>;
  /** What became of a release on a terminal. One that belongs to no rollout is kept all the same. */
  hear(terminalId: string, outcome: OutcomeRequest): Promise<void>;
  /** The latest first. */
  list(): Promise<Rollout[]>;
  /** @throws {ProblemError} `rolloutUnderWay` */
  start(version: string, reason: string, by: Doer): Promise<void>;
  /** @throws {ProblemError} `unknownRollout`, `rolloutState` */
  act(rolloutId: string, deed: 'pause' | 'resume' | 'stop', reason: string, by: Doer): Promise<void>;
  /** @throws {ProblemError} `unknownTerminal` */
  pin(terminalId: string, version: string | undefined, reason: string, by: Doer): Promise<void>;
  /** Terminals that should run another release than they said. */
  drift(): Promise<Drift>;
}

type Row = Tables['rollouts'];

/** Not ended, and not finished: no other may begin. */
const UNDER_WAY: readonly Row['state'][] = ['running', 'paused', 'halted'];
/** More than that is a list that nobody reads: the number says it. */
const DRIFT_SHOWN = 100;
/** Every server of a fleet does the same to the same row. */
const SUBJECT = ['rollout:one'] as const;
/** A whole fleet asks: whether a ring is done is looked at once a minute by each server. */
const LOOK_EVERY_MS = 60_000;

export function createRollouts({ store, clock, ids, rules, audit }: RolloutsOptions): Rollouts {
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** Whether it is time to look if the next ring may open. */
  function isDue({ state, ring_since: since }: Row): boolean {
    const now = clock.now();
    if (state !== 'running' || now - since < rules.soakMs || now - lookedAt < Math.min(LOOK_EVERY_MS, rules.soakMs)) return false;
    lookedAt = now;
    return true;
  }

  /** Lets time and figures do what they do: the next ring, the end, or the halt. */
  async function settle(trx: StoreTransaction, row: Row): Promise<Row> {
    if (row.state !== 'running') return row;
    const now = clock.now();
    // the fleet is counted only when it decides something
    const due = now - row.ring_since >= rules.soakMs;
    const figures = { ring: row.ring, ringSince: row.ring_since, heard: row.heard, failed: row.failed, fleet: due ? await fleetSize(trx) : PLACES };
    const verdict = judge(figures, now, rules);
    if (verdict === 'wait') return row;
    const next: Partial<Row> =
      verdict === 'halt'
        ? { state: 'halted', changed_at: now }
        : verdict === 'finish'
          ? { state: 'finished', changed_at: now }
          : { ring: row.ring + 1, ring_since: now };
    await trx.updateTable('rollouts').set(next).where('rollout_id', '=', row.rollout_id).execute();
    if (verdict === 'halt')
      await audit.record(trx, {
        kind: 'rolloutHalted',
        actor: 'server',
        about: row.version,
        detail: `${row.failed} of ${row.heard} failed`,
        address: '',
      });
    return { ...row, ...next };
  }

  return {
    direction: async (terminalId) => {
      const pinned = await store.selectFrom('terminal_pins').select('version').where('terminal_id', '=', terminalId).executeTakeFirst();
      if (pinned !== undefined) return { version: pinned.version };
      const running = await underWay(store);
      const current =
        running !== undefined && isDue(running)
          ? await store.serially(SUBJECT, async (trx) => {
              const fresh = await underWay(trx);
              return fresh === undefined ? undefined : settle(trx, fresh);
            })
          : running;
      if (current !== undefined && (current.state === 'running' || current.state === 'finished') && inReach(placeOf(terminalId), current.ring))
        return { version: current.version };
      // one that stands still goes nowhere new, and whoever runs it well is not taken off it until an operator stops it for good
      if (current !== undefined && (await outcomeOf(store, terminalId, current.version)) === 'healthy') return {};
      const finished = await lastFinished(store);
      return finished === undefined ? {} : { version: finished.version };
    },

    hear: (terminalId, { version, outcome, failure }) =>
      store.serially(SUBJECT, async (trx) => {
        const before = await outcomeOf(trx, terminalId, version);
        if (before === outcome || before === 'failed') return;
        const values = { outcome, failure: failure ?? null, at: clock.now() };
        await trx
          .insertInto('rollout_outcomes')
          .values({ terminal_id: terminalId, version, ...values })
          .onConflict((conflict) => conflict.columns(['terminal_id', 'version']).doUpdateSet(values))
          .execute();
        const row = await underWay(trx);
        if (row === undefined || row.version !== version) return;
        const heard = row.heard + (before === undefined ? 1 : 0);
        const failed = row.failed + (outcome === 'failed' ? 1 : 0);
        await trx.updateTable('rollouts').set({ heard, failed }).where('rollout_id', '=', row.rollout_id).execute();
        await settle(trx, { ...row, heard, failed });
      }),

    list: async () => {
      const rows = await store.selectFrom('rollouts').selectAll().orderBy('made_at', 'desc').orderBy('rollout_id', 'desc').limit(50).execute();
      const fleet = await fleetSize(store);
      return rows.map((row) => shown(row, fleet));
    },

    start: (version, reason, by) =>
      store.serially(SUBJECT, async (trx) => {
        const row = await underWay(trx);
        if (row !== undefined) throw new ProblemError('rolloutUnderWay', `${row.version} is ${row.state}: it must end before another begins`);
        const now = clock.now();
        await trx
          .insertInto('rollouts')
          .values({
            rollout_id: ids.uuid(),
            version,
            state: 'running',
            ring: 0,
            ring_since: now,
            heard: 0,
            failed: 0,
            made_at: now,
            made_by: by.name,
            changed_at: now,
          })
          .execute();
        await audit.record(trx, { kind: 'rolloutStarted', actor: by.name, about: version, detail: reason, address: by.address });
      }),

    act: (rolloutId, deed, reason, by) =>
      store.serially(SUBJECT, async (trx) => {
        const row = await trx.selectFrom('rollouts').selectAll().where('rollout_id', '=', rolloutId).executeTakeFirst();
        if (row === undefined) throw new ProblemError('unknownRollout', 'there is no such rollout');
        const { from, to, kind } = DEEDS[deed];
        if (!from.includes(row.state)) throw new ProblemError('rolloutState', `the rollout is ${row.state}: it can't ${deed}`);
        const now = clock.now();
        // taken up again: a person looked into what failed, and what fails from now on counts anew
        const anew = deed === 'resume' ? { ring_since: now, ...(row.state === 'halted' ? { heard: 0, failed: 0 } : {}) } : {};
        await trx
          .updateTable('rollouts')
          .set({ state: to, changed_at: now, ...anew })
          .where('rollout_id', '=', rolloutId)
          .execute();
        await audit.record(trx, { kind, actor: by.name, about: row.version, detail: reason, address: by.address });
      }),

    pin: (terminalId, version, reason, by) =>
      store.serially([`terminal:${terminalId}`], async (trx) => {
        const known = await trx.selectFrom('terminals').select('terminal_id').where('terminal_id', '=', terminalId).executeTakeFirst();
        if (known === undefined) throw new ProblemError('unknownTerminal', `terminal ${terminalId} was never enrolled`);
        if (version === undefined) await trx.deleteFrom('terminal_pins').where('terminal_id', '=', terminalId).execute();
        else {
          const values = { version, at: clock.now(), made_by: by.name };
          await trx
            .insertInto('terminal_pins')
            .values({ terminal_id: terminalId, ...values })
            .onConflict((conflict) => conflict.column('terminal_id').doUpdateSet(values))
            .execute();
        }
        const about = version === undefined ? terminalId : `${terminalId} ${version}`;
        await audit.record(trx, {
          kind: version === undefined ? 'terminalUnpinned' : 'terminalPinned',
          actor: by.name,
          about,
          detail: reason,
          address: by.address,
        });
      }),

    drift: async () => {
      const running = await underWay(store);
      const current = running?.state === 'running' ? running : await lastFinished(store);
      const pins = await store.selectFrom('terminal_pins').selectAll().execute();
      const pinned = new Map(pins.map(({ terminal_id: id, version }) => [id, version]));
      if (current === undefined && pins.length === 0) return { version: null, should: 0, other: 0, terminals: [] };
      const rows = await store
        .selectFrom('terminals')
        .select(['terminal_id', 'software_version', 'last_seen_at'])
        .where('revoked_at', 'is', null)
        .where('software_version', 'is not', null)
        .orderBy('terminal_id')
        .execute();
      const directed = rows.flatMap((row) => {
        const reached = current !== undefined && inReach(placeOf(row.terminal_id), current.ring);
        const version = pinned.get(row.terminal_id) ?? (reached ? current.version : undefined);
        return version === undefined ? [] : [{ ...row, should: version }];
      });
      const other = directed.filter(({ should, software_version: runs }) => should !== runs);
      return {
        version: current?.version ?? null,
        should: directed.length,
        other: other.length,
        terminals: other.slice(0, DRIFT_SHOWN).map(({ terminal_id: terminalId, software_version: runs, should, last_seen_at: lastSeenAt }) => ({
          terminalId,
          runs: runs ?? '',
          should,
          pinned: pinned.has(terminalId),
          lastSeenAt,
        })),
      };
    },
  };
}

const DEEDS: Readonly<Record<'pause' | 'resume' | 'stop', { readonly from: readonly Row['state'][]; readonly to: Row['state']; readonly kind: AuditKind }>> = {
  pause: { from: ['running'], to: 'paused', kind: 'rolloutPaused' },
  resume: { from: ['paused', 'halted'], to: 'running', kind: 'rolloutResumed' },
  stop: { from: UNDER_WAY, to: 'stopped', kind: 'rolloutStopped' },
};

function underWay(queries: Queries): Promise<Row | undefined> {
  return queries.selectFrom('rollouts').selectAll().where('state', 'in', UNDER_WAY).executeTakeFirst();
}

function lastFinished(queries: Queries): Promise<Row | undefined> {
  return queries.selectFrom('rollouts').selectAll().where('state', '=', 'finished').orderBy('made_at', 'desc').limit(1).executeTakeFirst();
}

async function outcomeOf(queries: Queries, terminalId: string, version: string): Promise<OutcomeRequest['outcome'] | undefined> {
  const row = await queries
    .selectFrom('rollout_outcomes')
    .select('outcome')
    .where('terminal_id', '=', terminalId)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.outcome;
}

async function fleetSize(queries: Queries): Promise<number> {
  const { count } = await queries
    .selectFrom('terminals')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  return count;
}

function shown(row: Row, fleet: number): Rollout {
  return {
    rolloutId: row.rollout_id,
    version: row.version,
    state: row.state,
    share: (RINGS[row.ring] ?? PLACES) / 100,
    ring: row.ring,
    ringSince: row.ring_since,
    reach: Math.round((fleet * (RINGS[row.ring] ?? PLACES)) / PLACES),
    heard: row.heard,
    failed: row.failed,
    madeAt: row.made_at,
    madeBy: row.made_by,
    changedAt: row.changed_at,
  };
}
