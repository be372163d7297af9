/** The fleet's list at a hundred thousand terminals, on the embedded store, which says how it reads. */
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createFleet, pageQuery, type FleetQuery } from '../../fleet/server/console/fleet.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { newDatabase } from './database.ts';

describe('at a hundred thousand terminals', () => {
  const COUNT = 100_000;
  const NOW = Date.UTC(2026, 2, 15);

  const big = async () => {
    const store = await openStore(await newDatabase());
    onTestFinished(() => store.destroy());
    const healths = ['ok', 'attention', 'outOfService', 'untold'] as const;
    for (let start = 0; start < COUNT; start += 2000) {
      const rows = Array.from({ length: 2000 }, (_, index) => {
        const n = start + index;
        const seen = NOW - (n % 1000 === 7 ? 3_600_000 : 10_000);
        return {
          terminal_id: `T-${String(n).padStart(6, '0')}`,
          public_key: '{}',
          registered_at: 0,
          last_seen_at: seen,
          uplink_lag: 0,
          revoked_at: n % 5000 === 9 ? NOW : null,
          seen_step: Math.floor(seen / 300_000),
          health: healths[n % 100 === 3 ? 1 : n % 100 === 4 ? 2 : 0] ?? 'ok',
          software_version: n % 2 === 0 ? '1.0.0' : '1.1.0',
        };
      });
      await store.insertInto('terminals').values(rows).execute();
    }
    return store;
  };

  test('a page is read along an index, whatever the filter and however far in', { timeout: 120_000 }, async () => {
    const store = await big();
    const fleet = createFleet(store, new SimulatedClock(NOW));
    const plain = { limit: 50, search: undefined, version: undefined, cursor: undefined };
    const plans: [FleetQuery, RegExp][] = [
      [{ ...plain, filter: 'all' }, /USING (?:COVERING )?INDEX sqlite_autoindex_terminals_1/],
      [{ ...plain, filter: 'all', cursor: 'T-090000' }, /SEARCH terminals USING INDEX sqlite_autoindex_terminals_1 \(terminal_id>\?\)/],
      [{ ...plain, filter: 'all', search: 'T-09' }, /SEARCH terminals USING INDEX sqlite_autoindex_terminals_1 \(terminal_id>\? AND terminal_id<\?\)/],
      [{ ...plain, filter: 'attention', cursor: 'T-090000' }, /SEARCH terminals USING INDEX terminals_by_health \(health=\? AND terminal_id>\?\)/],
      [
        { ...plain, filter: 'ok', version: '1.0.0', cursor: 'T-090000' },
        /terminals_by_health_and_version \(health=\? AND software_version=\? AND terminal_id>\?\)/,
      ],
      [{ ...plain, filter: 'all', version: '1.1.0', cursor: 'T-090000' }, /terminals_by_version \(software_version=\? AND terminal_id>\?\)/],
      [{ ...plain, filter: 'silent', cursor: '0:T-090000' }, /terminals_by_silence \(/],
      [{ ...plain, filter: 'revoked', cursor: 'T-090000' }, /terminals_revoked/],
      [{ ...plain, filter: 'alarmed', cursor: 'T-090000' }, /LIST SUBQUERY|terminal_alarms/],
    ];
    for (const [query, plan] of plans) {
      const steps = (await pageQuery(store, query, NOW).explain(undefined, sql`query plan`)) as { detail: string }[];
      const told = steps.map(({ detail }) => detail).join(' | ');
      expect([query.filter, told]).toEqual([query.filter, expect.stringMatching(plan)]);
      expect([query.filter, told]).toEqual([query.filter, expect.not.stringMatching(/TEMP B-TREE|SCAN terminals(?! USING)/)]);
    }
    expect((await fleet.page({ ...plain, filter: 'silent', limit: 200 })).items).toHaveLength(100);
    const last = await fleet.page({ ...plain, filter: 'all', cursor: 'T-099990' });
    expect(last.items.map(({ terminalId }) => terminalId)).toEqual(Array.from({ length: 9 }, (_, n) => `T-09999${n + 1}`));
  });

  test('the summary counts every terminal once', { timeout: 120_000 }, async () => {
    const fleet = createFleet(await big(), new SimulatedClock(NOW));
    // 20 are revoked, of which none is in a hundred's third or fourth place; 100 are silent, none of them revoked
    expect(await fleet.summary()).toMatchObject({
      total: COUNT - 20,
      byHealth: { ok: 98_000 - 20, attention: 1000, outOfService: 1000, untold: 0 },
      silent: 100,
      revoked: 20,
      versions: [
        { version: '1.0.0', terminals: 50_000 },
        { version: '1.1.0', terminals: 50_000 - 20 },
      ],
    });
  });
});
