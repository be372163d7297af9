/** How the fleet serves: minutes, outcomes, money, faults and reasons over a span of days. */
import { useAnswer } from '../api/queries.ts';
import { SpanChoice, useSpan } from '../components/span.tsx';
import { Notice, Shown } from '../components/states.tsx';
import { formatCount } from '../format.ts';
import { useSay } from '../preferences.tsx';
import { Figures } from './statistics/figures.tsx';

export function StatisticsPage() {
  const say = useSay();
  const { span, set } = useSpan(30);
  const answer = useAnswer('statistics', { query: { ...span } }, { keep: true, live: true });
  return (
    <>
      <div className="page-head">
        <h1>{say('statistics.title')}</h1>
        <div className="end">
          <SpanChoice span={span} set={set} />
        </div>
      </div>
      <Shown answer={answer}>
        {(statistics) => (
          <>
            {statistics.waiting > 0 && <Notice tone="info">{say('statistics.waiting', { n: formatCount(statistics.waiting) })}</Notice>}
            <Figures statistics={statistics} />
          </>
        )}
      </Shown>
    </>
  );
}
