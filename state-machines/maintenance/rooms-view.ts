/** What the screen shows inside: a pure function of where the chart of the rooms stands. Used by the view of the maintenance mode. */
import { may, type StaffSession } from '../../common/maintenance/verbs.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody, ViewBodyOf } from '../view.ts';
import { leftOf } from '../waiting.ts';
import type { RoomsContext } from './rooms-context.ts';
import type { RoomName } from './rooms-screens.ts';
import type { RoomsSnapshot } from './rooms.ts';

/** No utilities of a cardholder's lie over it. */
export function roomsPicture(snapshot: RoomsSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot.context), true);
}

function bodyOf(context: RoomsContext): ViewBody {
  const { cabinet } = context;
  return cabinet === undefined ? { kind: 'out-of-service', reason: 'journalUnavailable' } : overview(context, cabinet);
}

function overview(context: RoomsContext, cabinet: NonNullable<RoomsContext['cabinet']>): ViewBodyOf<'maintenance-overview'> {
  return {
    kind: 'maintenance-overview',
    staff: staffOf(context),
    cabinet,
    rooms: roomsFor(context.staff),
    mayLeaveInService: may(context.staff, 'terminal.backInService'),
  };
}

function staffOf({ staff, wait, ports }: RoomsContext): ViewBodyOf<'maintenance-overview'>['staff'] {
  return { number: staff.staff, role: staff.role, wait: leftOf(wait, ports.clock) ?? { leftMs: 0, totalMs: 1, tone: 'normal' } };
}

function roomsFor(_staff: StaffSession): RoomName[] {
  return [];
}
