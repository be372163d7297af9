/** What happened most: reasons and faults, the most frequent first, each with a bar as long as it is frequent. */
import { formatCount } from '../../format.ts';
import { useSay } from '../../preferences.tsx';

export interface Ranked {
  readonly word: string;
  readonly count: number;
}

export function Ranking({ title, ranked }: { readonly title: string; readonly ranked: readonly Ranked[] }) {
  const say = useSay();
  const most = Math.max(1, ...ranked.map(({ count }) => count));
  return (
    <section className="panel">
      <header>
        <h2>{title}</h2>
      </header>
      {ranked.length === 0 ? (
        <p className="body quiet">{say('statistics.none')}</p>
      ) : (
        <ol className="ranking">
          {ranked.map(({ word, count }) => (
            <li key={word}>
              <span>{word}</span>
              <b className="tn">{formatCount(count)}</b>
              <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                <rect width="100" height="4" fill="var(--track)" />
                <rect width={(count / most) * 100} height="4" fill="var(--brand)" />
              </svg>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
