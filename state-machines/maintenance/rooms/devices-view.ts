/** What the screen shows of the devices: a pure function of where their chart stands. Used by rooms-view. */
import type { ViewBodyOf } from '../../view.ts';
import { allowed } from '../rooms-context.ts';
import type { CabinetLook } from '../rooms-screens.ts';
import type { StaffLook } from '../staff-schema.ts';
import type { MonitorSnapshot } from '../monitor.ts';
import { monitorBody } from '../monitor-view.ts';
import type { SelfTestsSnapshot } from '../self-tests.ts';
import { selfTestsBody } from '../self-tests-view.ts';
import { monitored, testsOf, type DevicesSnapshot } from './devices.ts';

export function devicesBody(
  { context, children }: DevicesSnapshot,
  staff: StaffLook,
  cabinet: CabinetLook | undefined,
): ViewBodyOf<'maintenance-devices' | 'maintenance-tests' | 'maintenance-frames'> {
  const { tests, monitor } = children;
  if (monitor !== undefined) return monitorBody(monitor.getSnapshot() as MonitorSnapshot, staff);
  if (tests !== undefined) return selfTestsBody(tests.getSnapshot() as SelfTestsSnapshot, staff);
  const { chosen, ports } = context;
  const detail = chosen === undefined ? undefined : ports.rooms.devices.detail(chosen);
  return {
    kind: 'maintenance-devices',
    staff,
    // the network is no device: it has a page of its own
    parts: cabinet?.parts.filter(({ part }) => part !== 'network') ?? [],
    ...(chosen === undefined ? {} : { chosen }),
    ...(detail === undefined ? {} : { detail }),
    mayTest: allowed(context, 'device.test'),
    hasTests: testsOf(context) !== undefined,
    mayMonitor: monitored(context) !== undefined && allowed(context, 'monitor.read'),
  };
}
