/** What the screen shows of a statement: a pure function of where its chart stands. Used by session-view. */
import type { StatementSnapshot } from '../statement.ts';
import { pictureOf, type Picture } from '../picture.ts';
import type { ViewBody } from '../view.ts';
import { linesOf, linesOfPage, pagesOf } from './context.ts';

export function statementPicture(snapshot: StatementSnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot));
}

function bodyOf(snapshot: StatementSnapshot): ViewBody {
  const { context } = snapshot;
  if (snapshot.matches('gathering') || snapshot.status === 'done') return { kind: 'reading-card' };
  const { card, range, source, print, printed, ports } = context;
  const lines = linesOf(context);
  const pages = pagesOf(context);
  // in larger print there are more pages, in smaller fewer
  const page = Math.min(context.page, pages - 1);
  const length = linesOfPage(context);
  return {
    kind: 'statement',
    card: { tail: card.ref.tail, balance: card.balance, validUntil: card.validUntil },
    range,
    source,
    lines: lines.slice(page * length, (page + 1) * length),
    page,
    pages,
    total: lines.length,
    print,
    printed,
    receipts: ports.availability.current.receipts,
  };
}
