/** The table of a loss report: what each entry says of the chart that wrote it. Who reported is in no entry. */
import { journalKinds, type JournalKind } from '../../../common/journal-kinds.ts';
import { lossReportMachine } from '../../loss-report.ts';
import { beginning, type LossContext } from '../../loss-report/context.ts';
import { lossReportPicture } from '../../loss-report/view.ts';
import type { Ports } from '../../ports.ts';
import type { ReplayedEntry } from '../rooms-port.ts';
import type { Flow, Table } from './moments.ts';

type LossKind = Extract<JournalKind, `loss.${string}`>;

export function lossReportFlow(entries: readonly ReplayedEntry[], ports: Ports): Flow<LossKind, LossContext> {
  const { serial, tail, reference, takenAt, by } = journalKinds['loss.reporting'].parse(entries[0]?.body);
  const start = beginning({ ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false }, purpose: 'report' });
  return {
    chart: 'lossReport',
    table: tableOf({ reference, takenAt: Date.parse(takenAt) }),
    // whose document lay there is in no entry: that one did is
    beginning: { ...start, chosen: { serial, tail, status: 'active' }, name: by === 'document' ? '' : undefined },
    locale: 'zh-CN',
    picture: (value, context) => lossReportPicture(lossReportMachine.resolveState({ value, context })),
  };
}

function tableOf({ reference, takenAt }: { readonly reference: string; readonly takenAt: number }): Table<LossKind, LossContext> {
  return {
    'loss.reporting': () => ({ at: ['reporting'] }),
    'loss.queued': () => ({ at: ['reporting'], next: { at: 'told.calm', with: { result: { kind: 'queued', takenAt, reference } } } }),
    'loss.reported': ({ report, reference: number, reportedAt, effectiveAt }, { kinds }) =>
      kinds.includes('loss.queued')
        ? 'later'
        : {
            at: ['reporting'],
            next: {
              at: 'told.calm',
              with: {
                result: {
                  kind: 'reported',
                  earlier: report === 'earlier',
                  reference: number,
                  reportedAt: Date.parse(reportedAt),
                  effectiveAt: Date.parse(effectiveAt),
                },
              },
            },
          },
    'loss.refused': (_, { kinds }) => (kinds.includes('loss.queued') ? 'later' : { at: ['reporting'] }),
  };
}
