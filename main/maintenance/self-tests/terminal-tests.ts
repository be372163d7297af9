/** Tests of what every terminal has, whatever is fitted: journal, disk, clock, upstream; and of what only eyes, hands and ears can tell. */
import path from 'node:path';
import type { TestQuestion } from '../../../state-machines/maintenance/self-test-port.ts';
import { failed, look, skipped, tell, type Act } from './acts.ts';

export interface TerminalFacts {
  /** Reads the whole journal; answers the first damage. Absent: nobody can here. */
  readonly checkJournal?: () => Promise<string | undefined>;
  readonly diskIsLow: () => boolean;
  /** Upstream's clock minus this one, ms; undefined while upstream has not told its time. */
  readonly clockOffsetMs: () => number | undefined;
  /** Asks upstream now. */
  readonly askUpstream: () => Promise<'online' | 'offline' | 'refused'>;
  /** Files that hold a key of this terminal in the clear. */
  readonly unsealed: () => readonly string[];
}

/** A clock further off than this misplaces entries by what a person would notice (main/terminal/clock-watch.ts says from where on it is journaled). */
const CLOCK_LIMIT_MS = 30_000;

export function journalVerify({ checkJournal }: TerminalFacts): Act {
  return async (around) => {
    if (checkJournal === undefined) throw skipped('nothingToTest');
    tell(around, 'working');
    const damage = await checkJournal().catch((error: unknown) => {
      throw failed('unreadable', error instanceof Error ? error.message : String(error));
    });
    if (damage !== undefined) throw failed('damaged', damage);
  };
}

export function diskRoom({ diskIsLow }: TerminalFacts): Act {
  return async () => {
    if (diskIsLow()) throw failed('diskLow');
  };
}

/** Offline nobody knows better than this clock. */
export function clockRight({ clockOffsetMs }: TerminalFacts): Act {
  return async () => {
    const offset = clockOffsetMs();
    if (offset === undefined) throw skipped('clockUnknown');
    if (Math.abs(offset) > CLOCK_LIMIT_MS) throw failed('clockOff', `${Math.round(offset / 1000)} s`);
  };
}

/** Being offline is normal for days, and no defect of this terminal. */
export function upstreamReach({ askUpstream }: TerminalFacts): Act {
  return async (around) => {
    tell(around, 'working');
    const link = await askUpstream();
    if (link === 'refused') throw failed('refused');
    if (link === 'offline') throw skipped('offline');
  };
}

/** Not every machine can: no defect, and whoever reads the report should know it. */
export function keysSealed({ unsealed }: TerminalFacts): Act {
  return async () => {
    const files = unsealed();
    if (files.length > 0) throw skipped('notSealed', files.map((file) => path.basename(file)).join(', '));
  };
}

export function seen(question: TestQuestion): Act {
  return (around) => look(around, question, false);
}
