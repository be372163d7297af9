/** What the screen shows of the devices: a pure function of where their chart stands. Used by rooms-view. */
import type { ViewBody } from '../../view.ts';
import { allowed } from '../rooms-context.ts';
import type { CabinetLook } from '../rooms-screens.ts';
import type { StaffLook } from '../staff-schema.ts';
import { selfTestsBody } from '../self-tests-view.ts';
import { testsOf, type DevicesSnapshot } from './devices.ts';

export function devicesBody({ context, children }: DevicesSnapshot, staff: StaffLook, cabinet: CabinetLook | undefined): ViewBody {
  const { tests } = children;
  if (tests !== undefined) return { ...selfTestsBody(tests.getSnapshot()), staff };
  const { chosen, ports } = context;
  const detail = chosen === undefined ? undefined : ports.rooms.devices.detail(chosen);
  return {
    kind: 'maintenance-devices',
    staff,
    // the network is no device: it has a page of its own
    parts: cabinet?.parts.filter(({ part }) => part !== 'network') ?? [],
    ...(chosen === undefined ? {} : { chosen }),
    ...(detail === undefined ? {} : { detail }),
    hasTests: testsOf(context).length > 0,
    mayTest: allowed(context, 'device.test'),
    mayReport: allowed(context, 'readiness.run'),
  };
}
