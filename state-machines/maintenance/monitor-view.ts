/** What the screen shows of the protocol monitor: a pure function of where its chart stands. Used by the view of the devices' room. */
import { localMoment } from '../../common/local-moment.ts';
import type { ViewBodyOf } from '../view.ts';
import type { MonitoredFrame } from './monitor-port.ts';
import { FRAMES_SHOWN, type FrameFilter } from './monitor-screens.ts';
import type { MonitorSnapshot } from './monitor.ts';
import { offered } from './rooms-context.ts';
import type { StaffLook } from './staff-schema.ts';

/** What fits into a line; the export has all of it. */
const BYTES_LENGTH = 64;
const SAYS_LENGTH = 90;

export function monitorBody(snapshot: MonitorSnapshot, staff: StaffLook): ViewBodyOf<'maintenance-frames'> {
  const { part, filter, frames, exported, ports } = snapshot.context;
  const { timeZone } = ports.settings;
  const fit = frames.filter((frame) => fits(frame, filter)).slice(-FRAMES_SHOWN);
  return {
    kind: 'maintenance-frames',
    staff,
    part,
    filter,
    paused: snapshot.matches({ reading: 'paused' }),
    frames: fit.toReversed().map(({ at, bytes, says, ...frame }) => ({
      ...frame,
      ...(says === undefined ? {} : { says: says.slice(0, SAYS_LENGTH) }),
      bytes: bytes.slice(0, BYTES_LENGTH),
      time: `${localMoment(timeZone, at).slice(11)}.${String(at % 1000).padStart(3, '0')}`,
    })),
    ...(exported === undefined ? {} : { exported: exported.good ? exported : { good: false, why: exported.why.slice(0, 300) } }),
    mayExport: offered(snapshot.context, 'logs.export'),
  };
}

function fits({ direction, bad }: MonitoredFrame, filter: FrameFilter): boolean {
  return filter === 'all' || (filter === 'bad' ? bad : direction === filter);
}
