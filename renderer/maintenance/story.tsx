/** One transaction's story: a line down its entries that goes where the money is, and beside it what it came to and why that can be believed. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { money } from '../words.ts';
import { kindWords } from './kind-words.ts';
import { Verdict } from './overview.tsx';
import { Back, Panel, Rows, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-story'>;
type Row = Body['rows'][number];

const ROW = 62;
const LANES = { cardholder: 34, held: 114, card: 194 } as const;

export function StoryScreen({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { staff, story, page, pages, slip, mayReprint, mayReplay, mayResolve } = body;
  return (
    <StaffFrame title={say('title.story', { reference: story.reference })} staff={staff} className="staff--story">
      <div className="story">
        <Timeline body={body} say={say} />
        <div className="staff-panels">
          <Result body={body} say={say} />
          <Panel title={say('story.proof')}>
            <ul className="staff-proof">
              {story.proof.map(({ check, good }) => (
                <li key={check} data-testid={`proof-${check}`} data-good={good}>
                  <Verdict good={good}>{say(`story.check.${check}`)}</Verdict>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
      </div>
      <StaffBar>
        <Back />
        {pages > 1 && (
          <>
            <StaffButton testId="previous" act={{ type: 'page', to: 'previous' }} {...(page === 0 ? { off: say('first') } : {})}>
              {say('previous')}
            </StaffButton>
            <StaffButton testId="next" act={{ type: 'page', to: 'next' }} {...(page === pages - 1 ? { off: say('last') } : {})}>
              {say('next')}
            </StaffButton>
          </>
        )}
        {mayReplay && (
          <StaffButton testId="replay" act={{ type: 'work', work: 'replay' }} icon="next">
            {say('story.replay')}
          </StaffButton>
        )}
        <StaffButton
          testId="print"
          act={{ type: 'work', work: 'print' }}
          icon="printer"
          {...(slip === 'printing' ? { off: say('slip.printing') } : mayReprint ? {} : { off: say('notAllowed') })}
        >
          {say(slip === 'none' ? 'story.reprint' : `slip.${slip}`)}
        </StaffButton>
        {story.undetermined && (
          <StaffButton testId="resolve" act={{ type: 'work', work: 'resolve' }} icon="card" primary {...(mayResolve ? {} : { off: say('notAllowed') })}>
            {say('story.resolve')}
          </StaffButton>
        )}
      </StaffBar>
    </StaffFrame>
  );
}

function Timeline({ body: { rows }, say }: { readonly body: Body; readonly say: StaffSay }) {
  const { landscape, view } = useKiosk();
  const height = rows.length * ROW;
  return (
    <section className="timeline" data-wide={landscape ? '' : undefined}>
      <div className="timeline-lanes" aria-hidden="true">
        {(['cardholder', 'held', 'card'] as const).map((lane) => (
          <span key={lane}>{say(`story.lane.${lane}`)}</span>
        ))}
      </div>
      <div className="timeline-rows">
        <svg viewBox={`0 0 228 ${height}`} style={{ blockSize: height }} aria-hidden="true">
          {Object.values(LANES).map((x) => (
            <path key={x} className="lane" d={`M${x} 0V${height}`} />
          ))}
          {rows.slice(1).map((row, index) => (
            <Segment key={`${row.epoch}-${row.seq}`} from={rows[index] ?? row} to={row} index={index} />
          ))}
          {rows.map((row, index) =>
            row.tone === 'money' || index === 0 || index === rows.length - 1 ? (
              <circle key={`${row.epoch}-${row.seq}`} className={`stop stop--${row.tone}`} cx={LANES[row.lane]} cy={ROW * (index + 0.5)} r="12" />
            ) : null,
          )}
        </svg>
        <ol>
          {rows.map((row) => (
            <li key={`${row.epoch}-${row.seq}`} className={`entry entry--${row.tone} ${row.after === true ? 'entry--after' : ''}`}>
              <time className="tn">{landscape ? row.time : row.time.slice(0, 8)}</time>
              <span className="entry-lane" />
              <code>{row.kind}</code>
              <span className="entry-words">{entryWords(row, view.preferences.locale)}</span>
              <span className="entry-seq tn">{row.seq}</span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

/** Straight on, or over to where the money went. */
function Segment({ from, to, index }: { readonly from: Row; readonly to: Row; readonly index: number }) {
  const [x1, x2] = [LANES[from.lane], LANES[to.lane]];
  const [y1, y2] = [ROW * (index + 0.5), ROW * (index + 1.5)];
  const path = x1 === x2 ? `M${x1} ${y1}V${y2}` : `M${x1} ${y1}V${y1 + 14}L${x2} ${y2 - 14}V${y2}`;
  const tone = from.tone === 'doubt' ? 'doubt' : 'sure';
  return (
    <>
      <path className={`money money--${tone}`} d={path} />
      <path className={`thread thread--${tone}`} d={path} />
    </>
  );
}

/** The kind in words, and the figure that it is about. */
function entryWords({ kind, amount, balance, counter }: Row, locale: string): string {
  const words = kindWords(kind, locale);
  const figures = [
    ...(amount === undefined ? [] : [`¥\u00a0${money(amount)}`]),
    ...(balance === undefined ? [] : [`→ ¥\u00a0${money(balance)}`]),
    ...(counter === undefined ? [] : [`#${counter}`]),
  ];
  return [words, ...figures].join(' ');
}

function Result({ body: { story }, say }: { readonly body: Body; readonly say: StaffSay }) {
  const { outcome, tail, type, money: moved } = story;
  return (
    <Panel title={say('story.result')} state={<Verdict good={GOOD.has(outcome)}>{say(`story.outcome.${outcome}`)}</Verdict>}>
      {moved === undefined ? (
        <p className="story-balance" data-testid="story-outcome" data-outcome={outcome}>
          <b>{say(`story.type.${type}`)}</b>
        </p>
      ) : (
        <p className="story-balance tn" data-testid="story-outcome" data-outcome={outcome}>
          <span>¥&nbsp;{money(moved.balanceBefore)}</span>
          <span aria-hidden="true">→</span>
          <b>{moved.balanceAfter === undefined ? '¥\u00a0?' : `¥\u00a0${money(moved.balanceAfter)}`}</b>
        </p>
      )}
      <Rows
        rows={[...(tail === '' ? [] : [[say('story.card'), say('story.tail', { tail })] as const]), ...(moved === undefined ? [] : moneyRows(moved, say))]}
      />
    </Panel>
  );
}

const GOOD: ReadonlySet<Body['story']['outcome']> = new Set(['delivered', 'refunded', 'abandoned', 'done']);

function moneyRows(
  { counter, taken, loaded, refunded, owed, held, tender }: NonNullable<Body['story']['money']>,
  say: StaffSay,
): (readonly [string, string])[] {
  return [
    ...(counter === undefined
      ? []
      : [[say('story.counter'), counter.after === undefined ? `${counter.before} → ?` : `${counter.before} → ${counter.after}`] as const]),
    [say('story.tender'), say(`story.tenders.${tender}`)],
    [say('story.taken'), `+ ${money(taken)}`],
    [say('story.loaded'), `− ${money(loaded)}`],
    ...(refunded === 0 ? [] : [[say('story.refunded'), `− ${money(refunded)}`] as const]),
    ...(owed === 0 ? [] : [[say('story.owed'), `− ${money(owed)}`] as const]),
    [say('story.held'), money(held)],
  ];
}
