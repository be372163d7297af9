/** 补卡换纸: what there is of each supply, and that somebody filled it. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { supplyWords, Verdict } from './overview.tsx';
import { DigitPad, Typed } from './pads.tsx';
import { Back, Message, Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords } from './words.ts';

type Body = ViewBodyOf<'maintenance-supplies'>;

export function SuppliesRoom({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { staff, asked, typed, problem } = body;
  const counted = asked === 'blankCards';
  return (
    <StaffFrame title={say('title.supplies')} staff={staff} className="staff--supplies">
      {asked === undefined ? (
        <List body={body} />
      ) : (
        <div className="room">
          <div className="room-read">
            <h2>{say(`supplies.${asked}.title`)}</h2>
            <p>{say(`supplies.${asked}.lead`)}</p>
          </div>
          {counted ? (
            <div className="room-answer">
              <Typed text={typed} label={say('supplies.count')} unit={say('supplies.unit')} />
              <DigitPad />
            </div>
          ) : (
            <div aria-hidden="true" />
          )}
        </div>
      )}
      {problem !== undefined && <Message testId="supplies-problem">{say(`supplies.problem.${problem}`)}</Message>}
      <StaffBar>
        <Back />
        {asked !== undefined && (
          <StaffButton testId="confirm" act={{ type: 'confirm' }} primary {...(counted && typed === '' ? { off: say('supplies.count') } : {})}>
            {say(`supplies.${asked}.done`)}
          </StaffButton>
        )}
      </StaffBar>
    </StaffFrame>
  );
}

function List({ body: { supplies, done, mayFill } }: { readonly body: Body }) {
  const say = useStaffWords();
  return (
    <div className="staff-cards">
      {supplies.map(({ supply, look, filledAt, filled }) => (
        <Panel
          key={supply}
          title={say(`supply.${supply}`)}
          state={
            <Verdict good={look.level === 'ok' || look.level === 'unknown'}>
              <span data-testid={`level-${supply}`}>{supplyWords(look, say)}</span>
            </Verdict>
          }
        >
          <p className="staff-quiet">
            {filledAt === undefined
              ? say('supplies.never')
              : filled === undefined
                ? say('supplies.last', { at: filledAt.slice(5, 16).replace('T', ' ') })
                : say('supplies.lastWith', { at: filledAt.slice(5, 16).replace('T', ' '), n: filled })}
          </p>
          {done === supply && <p data-testid={`done-${supply}`}>{<Verdict good>{say('supplies.written')}</Verdict>}</p>}
          <StaffButton testId={`fill-${supply}`} act={{ type: 'supply', supply }} {...(mayFill ? {} : { off: say('notAllowed') })}>
            {say(`supplies.${supply}.ask`)}
          </StaffButton>
        </Panel>
      ))}
    </div>
  );
}
