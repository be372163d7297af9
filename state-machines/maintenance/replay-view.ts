/** What the screen shows of a replay: a pure function of where its chart stands. Used by the view of the journal's room. */
import { localMoment } from '../../common/local-moment.ts';
import type { ViewBodyOf } from '../view.ts';
import { ENTRIES_SHOWN } from './replay-screens.ts';
import { firstShown, type ReplaySnapshot } from './replay.ts';
import type { StaffLook } from './staff-schema.ts';

/** @returns `undefined` while it is read */
export function replayBody(snapshot: ReplaySnapshot, staff: StaffLook): ViewBodyOf<'maintenance-replay'> | undefined {
  const { frames, at, reference, ports } = snapshot.context;
  const frame = frames[at];
  if (frame === undefined) return undefined;
  const from = firstShown(at, frames.length);
  const { chart, states, open, shown } = frame;
  return {
    kind: 'maintenance-replay',
    staff,
    ...(reference === undefined ? {} : { reference }),
    at,
    of: frames.length,
    playing: snapshot.matches('playing'),
    entries: frames.slice(from, from + ENTRIES_SHOWN).map(({ entry, afterwards }, index) => ({
      index: from + index,
      seq: entry.seq,
      time: `${localMoment(ports.settings.timeZone, Date.parse(entry.at)).slice(11)}.${entry.at.slice(20, 23)}`,
      kind: entry.kind,
      ...(afterwards ? { afterwards } : {}),
    })),
    chart,
    states: [...states],
    open: [...open],
    shown,
  };
}
