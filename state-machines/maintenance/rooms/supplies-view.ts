/** What the screen shows of the supplies: a pure function of where their chart stands. Used by rooms-view. */
import { localMoment } from '../../../common/local-moment.ts';
import type { ViewBodyOf } from '../../view.ts';
import { allowed } from '../rooms-context.ts';
import type { CabinetLook } from '../rooms-screens.ts';
import type { StaffLook } from '../staff-schema.ts';
import { filledSupplies } from './supplies-screens.ts';
import type { SuppliesSnapshot } from './supplies.ts';

export function suppliesBody({ context, value }: SuppliesSnapshot, staff: StaffLook, cabinet: CabinetLook | undefined): ViewBodyOf<'maintenance-supplies'> {
  const { filled, asked, typed, done, problem, ports } = context;
  return {
    kind: 'maintenance-supplies',
    staff,
    supplies: filledSupplies.flatMap((supply) => {
      const look = cabinet?.supplies[supply];
      const last = filled[supply];
      if (look === undefined) return []; // not fitted
      return [
        {
          supply,
          look,
          ...(last === undefined
            ? {}
            : { filledAt: localMoment(ports.settings.timeZone, last.at), ...(last.count === undefined ? {} : { filled: last.count }) }),
        },
      ];
    }),
    ...(asked === undefined || value === 'list' ? {} : { asked }),
    typed,
    ...(done === undefined ? {} : { done }),
    ...(problem === undefined ? {} : { problem }),
    mayFill: allowed(context, 'supplies.fill'),
  };
}
