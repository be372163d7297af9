/** The foot of a list: how many are shown, and the next page of them. */
import type { Paged } from '../api/queries.ts';
import { formatCount } from '../format.ts';
import { useSay } from '../preferences.tsx';

export function More({ pages }: { readonly pages: Paged<unknown> }) {
  const say = useSay();
  return (
    <footer className="more">
      <span role="status">{say(pages.more === undefined ? 'more.all' : 'more.first', { n: formatCount(pages.items.length) })}</span>
      {pages.more !== undefined && (
        <button type="button" className="btn" disabled={pages.readingMore} onClick={pages.more}>
          {say(pages.readingMore ? 'more.reading' : 'more.next')}
        </button>
      )}
    </footer>
  );
}
