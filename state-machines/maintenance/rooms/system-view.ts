/** What the screens show of the terminal itself: a pure function of where its chart stands. Used by rooms-view. */
import type { ViewBody } from '../../view.ts';
import { allowed, offered } from '../rooms-context.ts';
import type { StaffLook } from '../staff-schema.ts';
import { COLORS, mayOpen, type SystemSnapshot } from './system.ts';

export function systemBody({ context, value }: SystemSnapshot, staff: StaffLook): ViewBody {
  const { tab, test, touched, color, keys, played, logs, ports } = context;
  if (value === 'glass') return { kind: 'maintenance-glass', staff, test, touched: [...touched], color: COLORS[color] ?? 'black', keys: [...keys], played };
  const { closed } = ports.rooms.system;
  const asks = value === 'askRestart' || value === 'restarting' ? 'restart' : value === 'askReason' || value === 'closing' ? 'close' : undefined;
  return {
    kind: 'maintenance-system',
    staff,
    tab,
    facts: [...ports.rooms.system.facts(tab)],
    ...(asks === undefined ? {} : { asks }),
    ...(closed === undefined ? {} : { closed }),
    logs,
    mayRestart: allowed(context, 'terminal.restart'),
    mayClose: allowed(context, 'terminal.outOfService'),
    mayOpen: allowed(context, 'terminal.backInService'),
    needsReport: !mayOpen(context),
    mayExportLogs: offered(context, 'logs.export'),
    mayTest: allowed(context, 'device.test'),
  };
}
