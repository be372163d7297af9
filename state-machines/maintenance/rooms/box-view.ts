/** What the screen shows of the cash box: a pure function of where its chart stands. Used by rooms-view. */
import { contentTotal, notesTotal, type BoxContent } from '../../../common/journal-kinds.ts';
import { localMoment } from '../../../common/local-moment.ts';
import type { ViewBodyOf } from '../../view.ts';
import { offered } from '../rooms-context.ts';
import type { CabinetLook } from '../rooms-screens.ts';
import type { StaffLook } from '../staff-schema.ts';
import { countedOf, rowsOf, waitingFor, type BoxSnapshot } from './box.ts';

type Body = ViewBodyOf<'maintenance-box'>;

export function boxBody(snapshot: BoxSnapshot, staff: StaffLook, cabinet: CabinetLook | undefined): Body {
  const { context } = snapshot;
  const { cash, settlement, slip, problem, ports } = context;
  const step = stepOf(snapshot);
  const level = cabinet?.supplies.cashBox?.level;
  return {
    kind: 'maintenance-box',
    staff,
    step,
    ...(cash?.boxId === undefined ? {} : { boxId: cash.boxId }),
    sensed: level === undefined || level === 'unknown' ? 'unknown' : level === 'missing' ? 'out' : 'in',
    ...(step === 'home' && cash !== undefined ? { content: contentLook(cash.content) } : {}),
    waiting: waitingFor(cash)
      .slice(0, 20)
      .map(({ settlementId, boxOut, at }) => ({ settlementId, boxOut, at: localMoment(ports.settings.timeZone, Date.parse(at)) })),
    ...(settlement === undefined ? {} : { settlementId: settlement.settlementId, boxOut: settlement.boxOut, boxIn: settlement.boxIn }),
    ...(step === 'boxOut' ? { typed: context.boxOut } : step === 'boxIn' ? { typed: context.boxIn, boxOut: context.boxOut } : {}),
    ...counting(snapshot, step),
    slip,
    ...(problem === undefined ? {} : { problem }),
    mayExchange: offered(context, 'box.exchange'),
    mayCount: offered(context, 'settlement.count'),
  };
}

function stepOf({ value }: BoxSnapshot): Body['step'] {
  switch (value) {
    case 'reading':
    case 'standing':
      return 'reading';
    case 'unreadable':
      return 'unreadable';
    case 'boxOut':
      return 'boxOut';
    case 'boxIn':
    case 'opening':
      return 'boxIn';
    case 'takeOut':
    case 'removing':
      return 'takeOut';
    case 'putIn':
    case 'inserting':
      return 'putIn';
    case 'count':
      return 'count';
    case 'review':
    case 'counting':
    case 'closing':
      return 'review';
    case 'printing':
    case 'told':
      return 'told';
    case 'home':
    case 'left':
      return 'home';
  }
}

function contentLook(content: BoxContent): Body['content'] {
  return { notes: content.notes.map((note) => ({ ...note })), unspecified: content.unspecified, total: contentTotal(content) };
}

/** Whoever counts is not told what should be there until they have said what is. */
function counting({ context }: BoxSnapshot, step: Body['step']): Partial<Body> {
  const { settlement, counts, row } = context;
  if (settlement === undefined) return {};
  const counted = step === 'told' ? (settlement.counted ?? []) : countedOf(context);
  const typed = (denomination: number): string =>
    step === 'told' ? String(counted.find((note) => note.denomination === denomination)?.count ?? 0) : (counts[denomination] ?? '');
  const rows = rowsOf(context).map((denomination) => ({ denomination, counted: typed(denomination) }));
  if (step === 'count') return { rows, row, countedTotal: notesTotal(counted) };
  if (step !== 'review' && step !== 'told') return {};
  const expected = (denomination: number): number => settlement.expected.notes.find((note) => note.denomination === denomination)?.count ?? 0;
  const [countedTotal, expectedTotal] = [notesTotal(counted), contentTotal(settlement.expected)];
  return {
    rows: rows.map((each) => ({ ...each, expected: expected(each.denomination) })),
    countedTotal,
    expectedTotal,
    difference: countedTotal - expectedTotal,
  };
}
