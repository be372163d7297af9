/** Guided tests: what is to be done now, how each one ended, and, of all of them, what they come to: the report that leads back into service. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { Back, Message, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { testSayIn, type TestSay } from './test-words.ts';
import { useStaffWords } from './words.ts';

type Body = ViewBodyOf<'maintenance-tests'>;

const TONES = { passed: 'good', failed: 'bad', skipped: 'warn', waiting: 'plain', running: 'plain' } as const;

export function TestsScreen({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const tell = testSayIn(useKiosk().view.preferences.locale);
  const { staff, lines, now, forReport, verdict, report } = body;
  return (
    <StaffFrame title={say(forReport ? 'title.readiness' : 'title.tests')} staff={staff} className="staff--tests">
      <div className="room room--list">
        <div className="staff-list staff-tests">
          {lines.map(({ test, state, why }) => (
            <Button
              key={test}
              testId={`test-${test}`}
              act={{ type: 'test-again', test }}
              className="staff-button staff-device"
              {...(now === undefined ? {} : { off: say('wait') })}
            >
              <b>{tell(`test_${test}`)}</b>
              <span className={`staff-verdict staff-verdict--${TONES[state]}`} data-testid={`result-${test}`} data-state={state}>
                {state === 'passed' && <Icon name="tick" size="xs" />}
                {(state === 'failed' || state === 'skipped') && <Icon name="warn" size="xs" />}
                {why === undefined ? tell(`result_${state}`) : tell(`why_${why}`)}
              </span>
            </Button>
          ))}
        </div>
        <Now body={body} tell={tell} />
      </div>
      <StaffBar>
        <Back />
        {now?.question !== undefined && (
          <>
            <StaffButton testId="answer-no" act={{ type: 'test-answer', yes: false }}>
              {say('tests.no')}
            </StaffButton>
            <StaffButton testId="answer-yes" act={{ type: 'test-answer', yes: true }} primary>
              {say('tests.yes')}
            </StaffButton>
          </>
        )}
        {now !== undefined && now.question === undefined && (
          <StaffButton testId="skip" act={{ type: 'test-skip' }}>
            {say('tests.skip')}
          </StaffButton>
        )}
        {verdict !== undefined && report === undefined && (
          <StaffButton testId="report" act={{ type: 'readiness-report' }} primary icon="shield">
            {say('tests.report')}
          </StaffButton>
        )}
        {report !== undefined && (
          <StaffButton
            testId="print"
            act={{ type: 'readiness-print' }}
            icon="printer"
            {...(report.receipt === 'printing' ? { off: say('slip.printing') } : {})}
          >
            {say(report.receipt === 'none' ? 'tests.print' : `slip.${report.receipt}`)}
          </StaffButton>
        )}
      </StaffBar>
    </StaffFrame>
  );
}

function Now({ body: { now, verdict, report, trouble }, tell }: { readonly body: Body; readonly tell: TestSay }) {
  const say = useStaffWords();
  return (
    <div className="room-read" role="status">
      {now !== undefined && <h2>{tell(`test_${now.test}`)}</h2>}
      {now?.step !== undefined && <p data-testid="test-step">{tell(`say_${now.step.say}`, now.step.values)}</p>}
      {now?.question !== undefined && (
        <p>
          <b>{tell(`ask_${now.question}`)}</b>
        </p>
      )}
      {verdict !== undefined && (
        <h2 data-testid="readiness" data-verdict={verdict.verdict}>
          {tell(`verdict_${verdict.verdict}`)}
        </h2>
      )}
      {verdict !== undefined && verdict.blocking.length > 0 && (
        <p>{tell('blocking', { tests: verdict.blocking.map((test) => tell(`test_${test}`)).join(' · ') })}</p>
      )}
      {verdict !== undefined && verdict.paused.length > 0 && (
        <p>{tell('paused', { names: verdict.paused.map((name) => tell(`paused_${name}`)).join(' · ') })}</p>
      )}
      {report !== undefined && (
        <p className="staff-figure" data-testid="report-number">
          {report.number}
        </p>
      )}
      {trouble !== undefined && <Message testId="tests-trouble">{say(`supplies.problem.${trouble}`)}</Message>}
    </div>
  );
}
