/** An undetermined load, and the card that knows: put it in, and what it says decides. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Icon } from '../components/icon.tsx';
import { money } from '../words.ts';
import { Verdict } from './overview.tsx';
import { Back, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords } from './words.ts';

type Body = ViewBodyOf<'maintenance-load'>;

export function LoadScreen({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { staff, reference, tail, amount, step, verdict, otherTail, balance } = body;
  const decided = verdict === 'credited' || verdict === 'notCredited';
  return (
    <StaffFrame title={say('title.load', { reference })} staff={staff} className="staff--load">
      <div className="room">
        <div className="room-read">
          <h2>{say(`load.${step}.title`)}</h2>
          <p>{say('load.what', { tail, amount: money(amount) })}</p>
          {step !== 'told' && <p>{say(`load.${step}.lead`)}</p>}
          {verdict !== undefined && (
            <p data-testid="verdict" data-verdict={verdict}>
              <Verdict good={decided}>{say(`load.verdict.${verdict}`, { tail: otherTail ?? tail })}</Verdict>
            </p>
          )}
          {verdict !== undefined && <p>{say(`load.next.${verdict}`)}</p>}
          {balance !== undefined && <p>{say('load.balance', { amount: money(balance) })}</p>}
        </div>
        <div className="box-scene" aria-hidden="true">
          <Icon name={step === 'told' ? 'card' : 'handCard'} className="box-picture" />
        </div>
      </div>
      <StaffBar>
        {(step === 'present' || step === 'clear') && <Back />}
        {step === 'told' && !decided && (
          <StaffButton testId="retry" act={{ type: 'retry' }}>
            {say('load.again')}
          </StaffButton>
        )}
        {step === 'told' && (
          <StaffButton testId="confirm" act={{ type: 'confirm' }} primary>
            {say('load.toStory')}
          </StaffButton>
        )}
      </StaffBar>
    </StaffFrame>
  );
}
