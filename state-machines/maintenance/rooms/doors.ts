/** Which rooms somebody has business in: one whose every act is denied to them stays shut. */
import { permissionFor, type StaffSession, type Verb } from '../../../common/maintenance/verbs.ts';
import { roomNames, type RoomName } from '../rooms-screens.ts';

const VERBS_IN: Readonly<Record<RoomName, readonly Verb[]>> = {
  devices: ['device.test'],
  supplies: ['supplies.fill'],
  box: ['box.exchange', 'settlement.count'],
  journal: ['journal.read'],
  system: ['network.read', 'clock.read', 'configuration.read', 'terminal.outOfService', 'terminal.restart'],
  readiness: ['readiness.run'],
  charts: ['monitor.read'],
};

export function roomsFor(staff: StaffSession): RoomName[] {
  return roomNames.filter((room) => VERBS_IN[room].some((verb) => permissionFor(staff, verb) !== 'denied'));
}
