/** 自检和就绪报告: the tests in a list, what is to be done now and what is asked, then what they come to and the signed report. */
import { useState, type ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { Tone } from './glass.tsx';
import { useReadinessWords, type ReadinessSay } from './readiness-words.ts';
import { Back, Message, Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-tests'>;
type Line = Body['lines'][number];

interface Part {
  readonly body: Body;
  readonly say: StaffSay;
  readonly words: ReadinessSay;
}

export function SelfTests({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const words = useReadinessWords();
  const { staff, forReport, lines, now, trouble } = body;
  return (
    <StaffFrame title={say(forReport ? 'title.readiness' : 'title.tests')} staff={staff} className="staff--tests">
      <div className="tests">
        <ol className={`tests-list ${lines.length > 8 ? 'tests-list--many' : ''}`}>
          {lines.map((line) => (
            <TestLine key={line.test} line={line} alone={!forReport} words={words} resting={now === undefined} say={say} />
          ))}
        </ol>
        <div className="tests-now">
          {trouble !== undefined && <Message testId="trouble">{say('tests.unwritten')}</Message>}
          {now === undefined ? <Found body={body} say={say} words={words} /> : <Now key={now.test} body={body} now={now} say={say} words={words} />}
        </div>
      </div>
      <Bar body={body} say={say} words={words} />
    </StaffFrame>
  );
}

const ICONS: Readonly<Record<Line['state'], IconName | undefined>> = { waiting: undefined, running: 'wait', passed: 'tick', failed: 'close', skipped: 'next' };
const TONES: Readonly<Record<Line['state'], string>> = { waiting: 'none', running: 'none', passed: 'good', failed: 'bad', skipped: 'warn' };

/** While nothing runs, each is a touch away from being made again. The device's own words stand where there is room: alone, and on the slip. */
function TestLine({
  line,
  alone,
  resting,
  say,
  words,
}: {
  readonly line: Line;
  readonly alone: boolean;
  readonly resting: boolean;
  readonly say: StaffSay;
  readonly words: ReadinessSay;
}) {
  const { test, state, why, detail } = line;
  const icon = ICONS[state];
  const content = (
    <>
      <b>{words(`test_${test}`)}</b>
      <span className={`staff-verdict staff-verdict--${TONES[state]}`}>
        {icon !== undefined && <Icon name={icon} size="xs" />}
        {words(`result_${state}`)}
      </span>
      {why !== undefined && (
        <span className="tests-why">
          {words(`why_${why}`)}
          {alone && detail !== undefined && ` · ${detail}`}
        </span>
      )}
    </>
  );
  return (
    <li data-test={test} data-state={state}>
      {resting && state !== 'passed' ? (
        <Button
          testId={`again-${test}`}
          act={{ type: 'test-again', test }}
          className="tests-line staff-button"
          aria-label={`${words(`test_${test}`)} ${say('tests.again')}`}
        >
          {content}
        </Button>
      ) : (
        <div className="tests-line">{content}</div>
      )}
    </li>
  );
}

function Now({ body: { lines }, now, say, words }: Part & { readonly now: NonNullable<Body['now']> }) {
  const { test, step, question } = now;
  const done = lines.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
  return (
    <Panel title={words(`test_${test}`)} state={<span className="tn">{say('tests.progress', { done, all: lines.length })}</span>} className="tests-panel">
      <p className="tests-do" role="status" data-testid="step" data-step={question ?? step?.say ?? 'working'}>
        {question === undefined ? words(`say_${step?.say ?? 'working'}`, step?.values) : words(`ask_${question}`)}
      </p>
      {question === 'soundHeard' && <Sound say={say} />}
      {question === 'pixelsClean' && <Colors say={say} />}
      {question === 'touchEverywhere' && <Cells say={say} />}
    </Panel>
  );
}

function Sound({ say }: { readonly say: StaffSay }): ReactNode {
  const [played, setPlayed] = useState(1);
  return (
    <>
      <button type="button" className="staff-button" data-testid="play" onClick={() => setPlayed(played + 1)}>
        <Icon name="speak" size="s" />
        <span>{say('tests.play')}</span>
      </button>
      <Tone played={played} />
    </>
  );
}

const COLORS = ['red', 'lime', 'blue', 'white', 'black'] as const;

/** The whole glass in one color after the other; a touch goes on, the last one leaves. */
function Colors({ say }: { readonly say: StaffSay }): ReactNode {
  const [at, setAt] = useState(0);
  const color = COLORS[at];
  if (color === undefined) return null;
  return (
    <button
      type="button"
      className="tests-glass"
      data-testid="colors"
      style={{ background: color }}
      aria-label={say('tests.nextColor')}
      onClick={() => setAt(at + 1)}
    />
  );
}

const CELLS = 24;

/** Cells of the whole glass; the one below leads out where a corner answers no touch. */
function Cells({ say }: { readonly say: StaffSay }): ReactNode {
  const [touched, setTouched] = useState<readonly number[]>([]);
  const [left, setLeft] = useState(false);
  if (left || touched.length === CELLS) return null;
  return (
    <div className="tests-glass tests-glass--cells">
      {Array.from({ length: CELLS }, (_, cell) => (
        <button
          key={cell}
          type="button"
          className="tests-cell"
          data-testid={`cell-${cell}`}
          aria-label={`${say('tests.touchHere')} ${cell + 1}`}
          aria-pressed={touched.includes(cell)}
          onPointerDown={() => setTouched((before) => (before.includes(cell) ? before : [...before, cell]))}
        />
      ))}
      <button type="button" className="tests-leave staff-button" data-testid="cells-leave" onClick={() => setLeft(true)}>
        {say('tests.touchHere')} · {touched.length} / {CELLS}
      </button>
    </div>
  );
}

/** What they come to, and the report. */
function Found({ body: { verdict, report, inService }, say, words }: Part) {
  if (verdict === undefined) return null;
  const tone = verdict.verdict === 'ready' ? 'good' : verdict.verdict === 'limited' ? 'warn' : 'bad';
  return (
    <Panel title={words(`verdict_${verdict.verdict}`)} className={`tests-panel tests-panel--${tone}`}>
      <div data-testid="verdict" data-verdict={verdict.verdict}>
        {verdict.blocking.length > 0 && <p>{words('blocking', { tests: verdict.blocking.map((test) => words(`test_${test}`)).join(' · ') })}</p>}
        {verdict.paused.length > 0 && <p>{words('paused', { names: verdict.paused.map((name) => words(`paused_${name}`)).join(' · ') })}</p>}
      </div>
      {report !== undefined && (
        <>
          <p className="tn" data-testid="report" data-receipt={report.receipt}>
            {say('tests.reported', { number: report.number })}
          </p>
          {report.receipt !== 'none' && <p role="status">{say(RECEIPTS[report.receipt])}</p>}
          <p className={`staff-verdict staff-verdict--${inService ? 'good' : 'bad'}`} data-testid="service" data-service={inService ? 'in' : 'out'}>
            <Icon name={inService ? 'tick' : 'close'} size="xs" />
            {say(inService ? 'tests.inService' : 'tests.outOfService')}
          </p>
        </>
      )}
    </Panel>
  );
}

const RECEIPTS = { printing: 'tests.printing', printed: 'tests.printed', failed: 'tests.printFailed' } as const;

function Bar({ body: { forReport, now, report }, say }: Part) {
  if (now !== undefined) {
    return (
      <StaffBar>
        <Back />
        <StaffButton testId="skip" act={{ type: 'test-skip' }} icon="next">
          {say('tests.skip')}
        </StaffButton>
        {now.question !== undefined && (
          <>
            <StaffButton testId="answer-no" act={{ type: 'test-answer', yes: false }} icon="close">
              {say('tests.no')}
            </StaffButton>
            <StaffButton testId="answer-yes" act={{ type: 'test-answer', yes: true }} icon="tick" primary>
              {say('tests.yes')}
            </StaffButton>
          </>
        )}
      </StaffBar>
    );
  }
  return (
    <StaffBar>
      <Back />
      {forReport && report !== undefined && (
        <StaffButton testId="print" act={{ type: 'readiness-print' }} icon="printer">
          {say('tests.print')}
        </StaffButton>
      )}
      {forReport && (
        <StaffButton testId="make-report" act={{ type: 'readiness-report' }} icon="shield" primary>
          {say('tests.report')}
        </StaffButton>
      )}
    </StaffBar>
  );
}
