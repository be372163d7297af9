/** 清机: one step a screen: which box, take it out, put one in, count, compare, slip. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Icon } from '../components/icon.tsx';
import { money, wholeYuan } from '../words.ts';
import { DigitPad, KeyBoard, Typed } from './pads.tsx';
import { Verdict } from './overview.tsx';
import { Back, Message, Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-box'>;

interface Part {
  readonly body: Body;
  readonly say: StaffSay;
}

export function BoxRoom({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  return (
    <StaffFrame title={say('title.box')} staff={body.staff} className={`staff--box staff--box-${body.step}`}>
      <div className="room">
        <Question body={body} say={say} />
        <Answer body={body} say={say} />
      </div>
      <StaffBar>
        <Back />
        <Onward body={body} say={say} />
      </StaffBar>
    </StaffFrame>
  );
}

/** What is to be done now, and with which box. */
function Question({ body, say }: Part) {
  const { step, boxOut, boxIn, boxId, problem, sensed, settlementId } = body;
  const box = step === 'takeOut' ? boxOut : step === 'putIn' ? boxIn : undefined;
  return (
    <div className="room-read">
      <h2>{say(`box.${step}.title`)}</h2>
      <p>{say(`box.${step}.lead`)}</p>
      {box !== undefined && (
        <p className="staff-figure" data-testid="box">
          {box}
        </p>
      )}
      {step === 'home' && boxId !== undefined && (
        <p>
          {say('box.inPlace')} <b>{boxId}</b>
        </p>
      )}
      {(step === 'takeOut' || step === 'putIn') && sensed !== 'unknown' && (
        <p>
          <Verdict good={(sensed === 'out') === (step === 'takeOut')}>{say(`box.sensed.${sensed}`)}</Verdict>
        </p>
      )}
      {settlementId !== undefined && step !== 'home' && (
        <p className="staff-quiet">
          {say('box.settlement')} {settlementId}
        </p>
      )}
      {problem !== undefined && <Message testId="box-problem">{say(`box.problem.${problem}`)}</Message>}
      {step === 'told' && (
        <p>
          <Verdict good={body.slip === 'printed'}>{say(`slip.${body.slip}`)}</Verdict>
        </p>
      )}
    </div>
  );
}

function Answer({ body, say }: Part): ReactNode {
  switch (body.step) {
    case 'home':
      return <Home body={body} say={say} />;
    case 'boxOut':
    case 'boxIn':
      return (
        <div className="room-answer">
          <Typed text={body.typed ?? ''} label={say(`box.${body.step}.title`)} />
          <KeyBoard />
        </div>
      );
    case 'count':
      return <Count body={body} say={say} />;
    case 'review':
    case 'told':
      return <Compared body={body} say={say} />;
    case 'takeOut':
    case 'putIn':
      return <BoxScene out={body.step === 'takeOut'} />;
    case 'reading':
    case 'unreadable':
      return <div aria-hidden="true" />;
  }
}

function Home({ body: { content, waiting, mayCount }, say }: Part) {
  return (
    <div className="room-answer">
      {content !== undefined && (
        <Panel title={say('box.content')} state={<b className="tn">{sumText(content.total)}</b>}>
          <dl className="staff-rows">
            {content.notes.map(({ denomination, count }) => (
              <div key={denomination} className="staff-row">
                <dt>¥&nbsp;{wholeYuan(denomination)}</dt>
                <dd className="tn">{say('box.notes', { n: count })}</dd>
              </div>
            ))}
            {content.unspecified !== 0 && (
              <div className="staff-row">
                <dt>{say('box.unspecified')}</dt>
                <dd className="tn">{sumText(content.unspecified)}</dd>
              </div>
            )}
            {content.notes.length === 0 && content.unspecified === 0 && <div className="staff-row">{say('box.empty')}</div>}
          </dl>
        </Panel>
      )}
      {waiting.length > 0 && (
        <Panel title={say('box.waiting')}>
          <div className="staff-list">
            {waiting.slice(0, 4).map(({ settlementId, boxOut, at }, index) => (
              <StaffButton key={settlementId} testId={`count-${index}`} act={{ type: 'pick', index }} {...(mayCount ? {} : { off: say('notAllowed') })}>
                {say('box.countThis', { box: boxOut, at: at.slice(5, 16).replace('T', ' ') })}
              </StaffButton>
            ))}
          </div>
        </Panel>
      )}
    </div>
  );
}

function Count({ body: { rows = [], row, countedTotal = 0 }, say }: Part) {
  return (
    <div className="room-answer room-answer--count">
      <div className="staff-counts">
        {rows.map(({ denomination, counted }, index) => (
          <StaffButton key={denomination} testId={`row-${denomination}`} act={{ type: 'pick', index }} chosen={index === row}>
            <span className="count-note">¥&nbsp;{wholeYuan(denomination)}</span>
            <span className="count-times">×</span>
            <span className="count-figure tn" data-testid={`counted-${denomination}`}>
              {counted === '' ? '–' : counted}
            </span>
          </StaffButton>
        ))}
        <p className="staff-row count-total">
          <span>{say('box.countedTotal')}</span>
          <b className="tn" data-testid="counted-total">
            {sumText(countedTotal)}
          </b>
        </p>
      </div>
      <DigitPad
        extra={
          <StaffButton testId="next-row" act={{ type: 'work', work: 'next' }}>
            {say('box.nextRow')}
          </StaffButton>
        }
      />
    </div>
  );
}

function Compared({ body: { rows = [], expectedTotal = 0, countedTotal = 0, difference = 0 }, say }: Part) {
  const verdict = difference === 0 ? 'even' : difference > 0 ? 'over' : 'short';
  return (
    <div className="room-answer">
      <Panel title={say('box.compared')} state={<Verdict good={difference === 0}>{say(`box.${verdict}`)}</Verdict>}>
        <table className="staff-table tn">
          <thead>
            <tr>
              <th scope="col">{say('box.note')}</th>
              <th scope="col">{say('box.expected')}</th>
              <th scope="col">{say('box.counted')}</th>
              <th scope="col">{say('box.difference')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ denomination, counted, expected = 0 }) => (
              <tr key={denomination}>
                <th scope="row">¥&nbsp;{wholeYuan(denomination)}</th>
                <td>{expected}</td>
                <td>{counted === '' ? 0 : counted}</td>
                <td>{signed(Number(counted) - expected)}</td>
              </tr>
            ))}
            <tr className="staff-table-total">
              <th scope="row">{say('box.total')}</th>
              <td>{sumText(expectedTotal)}</td>
              <td>{sumText(countedTotal)}</td>
              <td data-testid="difference" data-fen={difference}>
                {signedSum(difference)}
              </td>
            </tr>
          </tbody>
        </table>
        {difference !== 0 && <p className="staff-quiet">{say('box.toSuspense')}</p>}
      </Panel>
    </div>
  );
}

function Onward({ body: { step, mayExchange, mayCount, slip }, say }: Part): ReactNode {
  switch (step) {
    case 'home':
      return (
        <StaffButton testId="exchange" act={{ type: 'work', work: 'exchange' }} primary icon="cashBox" {...(mayExchange ? {} : { off: say('notAllowed') })}>
          {say('box.exchange')}
        </StaffButton>
      );
    case 'count':
      return (
        <>
          <StaffButton testId="later" act={{ type: 'work', work: 'later' }}>
            {say('box.later')}
          </StaffButton>
          <StaffButton testId="confirm" act={{ type: 'confirm' }} primary {...(mayCount ? {} : { off: say('notAllowed') })}>
            {say('box.compare')}
          </StaffButton>
        </>
      );
    case 'told':
      return (
        <>
          <StaffButton testId="print" act={{ type: 'work', work: 'print' }} icon="printer" {...(slip === 'printing' ? { off: say('slip.printing') } : {})}>
            {say('slip.again')}
          </StaffButton>
          <StaffButton testId="confirm" act={{ type: 'confirm' }} primary>
            {say('box.done')}
          </StaffButton>
        </>
      );
    case 'unreadable':
      return (
        <StaffButton testId="retry" act={{ type: 'retry' }} primary>
          {say('retry')}
        </StaffButton>
      );
    case 'reading':
      return null;
    case 'boxOut':
    case 'boxIn':
    case 'takeOut':
    case 'putIn':
    case 'review':
      return (
        <StaffButton testId="confirm" act={{ type: 'confirm' }} primary>
          {say(`box.${step}.onward`)}
        </StaffButton>
      );
  }
}

/** The box, and which way it goes. */
function BoxScene({ out }: { readonly out: boolean }) {
  return (
    <div className="box-scene" aria-hidden="true">
      <Icon name="cashBox" className="box-picture" />
      <Icon name={out ? 'next' : 'back'} className="box-arrow" />
    </div>
  );
}

function sumText(fen: number): string {
  return `${fen < 0 ? '−' : ''}¥\u00a0${money(Math.abs(fen))}`;
}

function signedSum(fen: number): string {
  return fen > 0 ? `+${sumText(fen)}` : sumText(fen);
}

function signed(count: number): string {
  return count > 0 ? `+${count}` : count < 0 ? `−${-count}` : '0';
}
