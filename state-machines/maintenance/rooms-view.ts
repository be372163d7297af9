/** What the screen shows inside: a pure function of where the charts of the rooms stand. Used by the view of the maintenance mode. */
import { may } from '../../common/maintenance/verbs.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody } from '../view.ts';
import { leftOf } from '../waiting.ts';
import type { RoomsContext } from './rooms-context.ts';
import { boxBody } from './rooms/box-view.ts';
import { chartsBody } from './rooms/charts-view.ts';
import type { ChartsSnapshot } from './rooms/charts.ts';
import type { BoxSnapshot } from './rooms/box.ts';
import { devicesBody } from './rooms/devices-view.ts';
import type { DevicesSnapshot } from './rooms/devices.ts';
import { roomsFor } from './rooms/doors.ts';
import { journalBody } from './rooms/journal-view.ts';
import type { JournalSnapshot } from './rooms/journal.ts';
import { suppliesBody } from './rooms/supplies-view.ts';
import type { SuppliesSnapshot } from './rooms/supplies.ts';
import { systemBody } from './rooms/system-view.ts';
import type { SystemSnapshot } from './rooms/system.ts';
import type { RoomsSnapshot } from './rooms.ts';
import type { SelfTestsSnapshot } from './self-tests.ts';
import { selfTestsBody } from './self-tests-view.ts';
import type { StaffLook } from './staff-schema.ts';

/** No utilities of a cardholder's lie over it. */
export function roomsPicture(snapshot: RoomsSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot), true);
}

function bodyOf({ context, children }: RoomsSnapshot): ViewBody {
  const staff = staffOf(context);
  const { cabinet } = context;
  const { devices, supplies, box, journal, system, readiness, charts } = children;
  if (devices !== undefined) return devicesBody(devices.getSnapshot() as DevicesSnapshot, staff, cabinet);
  if (supplies !== undefined) return suppliesBody(supplies.getSnapshot() as SuppliesSnapshot, staff, cabinet);
  if (box !== undefined) return boxBody(box.getSnapshot() as BoxSnapshot, staff, cabinet);
  if (journal !== undefined) return journalBody(journal.getSnapshot() as JournalSnapshot, staff);
  if (system !== undefined) return systemBody(system.getSnapshot() as SystemSnapshot, staff);
  if (readiness !== undefined) return selfTestsBody(readiness.getSnapshot() as SelfTestsSnapshot, staff);
  if (charts !== undefined) return chartsBody(charts.getSnapshot() as ChartsSnapshot, staff);
  return cabinet === undefined ? { kind: 'out-of-service', reason: 'journalUnavailable' } : overview(context, cabinet, staff);
}

function overview({ staff: session }: RoomsContext, cabinet: NonNullable<RoomsContext['cabinet']>, staff: StaffLook): ViewBody {
  return { kind: 'maintenance-overview', staff, cabinet, rooms: roomsFor(session), mayLeaveInService: may(session, 'terminal.backInService') };
}

function staffOf({ staff, wait, ports }: RoomsContext): StaffLook {
  return { number: staff.staff, role: staff.role, wait: leftOf(wait, ports.clock) ?? { leftMs: 0, totalMs: 1, tone: 'normal' } };
}
