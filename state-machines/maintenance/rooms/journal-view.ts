/** What the screens show of the journal: a pure function of where its chart stands. Used by rooms-view. */
import type { ViewBody } from '../../view.ts';
import { replayBody } from '../replay-view.ts';
import type { ReplaySnapshot } from '../replay.ts';
import { allowed, offered } from '../rooms-context.ts';
import type { StaffLook } from '../staff-schema.ts';
import { FOUND_ON_PAGE, ROWS_ON_PAGE, type JournalSnapshot } from './journal.ts';
import { hasReplay } from './journal-screens.ts';

export function journalBody(snapshot: JournalSnapshot, staff: StaffLook): ViewBody {
  if (snapshot.matches('load')) return load(snapshot, staff);
  const { replay } = snapshot.children;
  if (snapshot.matches('replaying')) {
    const replayed = replay === undefined ? undefined : replayBody(replay.getSnapshot() as ReplaySnapshot, staff);
    return replayed ?? story(snapshot, staff) ?? search(snapshot, staff);
  }
  if (snapshot.matches('story') || snapshot.matches('printing')) return story(snapshot, staff) ?? search(snapshot, staff);
  return search(snapshot, staff);
}

function search({ context, value }: JournalSnapshot, staff: StaffLook): ViewBody {
  const { field, typed, results, page, job } = context;
  const found = results?.found ?? [];
  return {
    kind: 'maintenance-journal',
    staff,
    field,
    typed,
    state: value === 'searching' ? 'searching' : results === undefined ? 'typing' : 'found',
    found: found.slice(page * FOUND_ON_PAGE, (page + 1) * FOUND_ON_PAGE),
    page,
    pages: Math.max(1, Math.ceil(found.length / FOUND_ON_PAGE)),
    cut: results?.cut ?? false,
    ...(job === undefined ? {} : { job }),
    mayExport: offered(context, 'journal.export'),
  };
}

function story({ context }: JournalSnapshot, staff: StaffLook): ViewBody | undefined {
  const { story: told, storyPage, slip } = context;
  if (told === undefined) return undefined;
  const { rows, ...head } = told;
  return {
    kind: 'maintenance-story',
    staff,
    story: head,
    rows: rows.slice(storyPage * ROWS_ON_PAGE, (storyPage + 1) * ROWS_ON_PAGE),
    page: storyPage,
    pages: Math.max(1, Math.ceil(rows.length / ROWS_ON_PAGE)),
    slip,
    mayReprint: allowed(context, 'receipt.reprint') && head.printable,
    mayReplay: hasReplay(head.type),
    mayResolve: offered(context, 'load.resolve') && head.undetermined,
  };
}

function load(snapshot: JournalSnapshot, staff: StaffLook): ViewBody {
  const { chosen, story: told, told: verdict } = snapshot.context;
  return {
    kind: 'maintenance-load',
    staff,
    reference: chosen?.reference ?? '',
    tail: told?.tail ?? '',
    amount: chosen?.amount ?? 0,
    step: snapshot.matches({ load: 'reading' })
      ? 'reading'
      : snapshot.matches({ load: 'told' })
        ? 'told'
        : snapshot.matches({ load: 'clearing' })
          ? 'clear'
          : 'present',
    ...(verdict === undefined ? {} : verdict),
  };
}
