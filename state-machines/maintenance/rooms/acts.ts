/** Which verb a touch is, in each room: whoever must sign for it beside them does so before the room hears of it. */
import type { Verb } from '../../../common/maintenance/verbs.ts';
import { needsSecond, type RoomsEvent, type RoomsInput } from '../rooms-context.ts';
import type { RoomName } from '../rooms-screens.ts';
import type { MonitorSnapshot } from '../monitor.ts';
import type { BoxSnapshot } from './box.ts';
import type { DevicesSnapshot } from './devices.ts';
import type { JournalSnapshot } from './journal.ts';
import type { SystemSnapshot } from './system.ts';

/** @param snapshot of the room's chart @returns for what somebody else must sign before the room hears of it; `undefined`: it may hear of it now */
export function heldFor(room: RoomName, snapshot: unknown, event: RoomsEvent): Verb | undefined {
  const verb = verbOf(room, snapshot, event);
  return verb !== undefined && needsSecond((snapshot as { readonly context: RoomsInput }).context, verb) ? verb : undefined;
}

/** @returns `undefined`: no act that ever needs two */
function verbOf(room: RoomName, snapshot: unknown, event: RoomsEvent): Verb | undefined {
  switch (room) {
    case 'box':
      return ofBox(snapshot as BoxSnapshot, event);
    case 'journal':
      return ofJournal(snapshot as JournalSnapshot, event);
    case 'system':
      return ofSystem(snapshot as SystemSnapshot, event);
    case 'devices':
      return ofDevices(snapshot as DevicesSnapshot, event);
    case 'supplies':
    case 'readiness':
    case 'charts':
      return undefined;
  }
}

/** An exchange is one act from its beginning to the box that is in; the count that ends it is another. */
function ofBox({ value }: BoxSnapshot, event: RoomsEvent): Verb | undefined {
  if (event.type === 'ui.work') return event.work === 'exchange' && value === 'home' ? 'box.exchange' : undefined;
  if (event.type !== 'ui.confirm') return undefined;
  if (value === 'boxIn' || value === 'takeOut' || value === 'putIn') return 'box.exchange';
  return value === 'review' ? 'settlement.count' : undefined;
}

function ofJournal({ value, context }: JournalSnapshot, event: RoomsEvent): Verb | undefined {
  if (event.type !== 'ui.work') return undefined;
  if (event.work === 'export' && value === 'typing') return 'journal.export';
  return event.work === 'resolve' && value === 'story' && context.story?.undetermined === true ? 'load.resolve' : undefined;
}

function ofSystem({ value }: SystemSnapshot, event: RoomsEvent): Verb | undefined {
  return event.type === 'ui.work' && event.work === 'logs' && value === 'facts' ? 'logs.export' : undefined;
}

function ofDevices({ children }: DevicesSnapshot, event: RoomsEvent): Verb | undefined {
  const monitor = children['monitor']?.getSnapshot() as MonitorSnapshot | undefined;
  return event.type === 'ui.frames-export' && monitor?.matches('reading') === true ? 'logs.export' : undefined;
}
