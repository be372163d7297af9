/** Money is being written: amber frame, hands off, nothing moves but the seconds. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Read, Touch, Why } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/parts.tsx';
import { ReaderScene } from '../components/pictures.tsx';
import { Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { useElapsedSeconds } from '../time.ts';
import { money } from '../words.ts';

const STEPS = ['authorize', 'write', 'verify'] as const;
/** Seconds are worth showing from here on. */
const SHOW_SECONDS_FROM = 3;
/** From here on people want to know what it is waiting for. */
const EXPLAIN_FROM = 10;
const WAITING_FOR = { authorize: 'committing.waitAuthorize', write: 'committing.waitWrite', verify: 'committing.waitVerify' } as const;

export function Committing({ body }: { readonly body: ViewBodyOf<'committing'> }) {
  const { say, landscape } = useKiosk();
  const { tail, amount, source, step, elapsedMs } = body;
  const seconds = useElapsedSeconds(elapsedMs);
  const now = STEPS.indexOf(step);
  const note = (index: number): string => {
    if (index === now) return seconds >= SHOW_SECONDS_FROM ? say('time.elapsed', { n: seconds }) : '';
    return index === 0 && now > 0 ? say('committing.agreed') : '';
  };
  const title = (
    <div className="title title--writing" role="status">
      <h1>{say('committing.title')}</h1>
    </div>
  );
  return (
    <>
      <Read>
        <ReaderScene handsOff />
        {!landscape && title}
      </Read>
      <Touch className="touch--writing">
        {landscape && title}
        <ol className="steps">
          <StepRow
            state="done"
            name={say(source === 'pending' ? 'committing.claimed' : 'committing.paid')}
            note={amount === 0 ? '' : say('committing.paidAmount', { amount: money(amount) })}
          />
          {STEPS.map((name, index) => (
            <StepRow key={name} state={index < now ? 'done' : index === now ? 'now' : 'next'} name={say(`committing.${name}`)} note={note(index)} />
          ))}
        </ol>
        <Notice tone="warn" icon="lock">
          <p className="lead">
            {/* 0: a note is stuck, and nobody knows its value */}
            <Rich
              text={
                amount === 0
                  ? say('committing.moneyStuck')
                  : say(source === 'pending' ? 'committing.moneyPending' : 'committing.money', { amount: money(amount), tail })
              }
            />
          </p>
        </Notice>
      </Touch>
      <Actions layout="one">
        <Why icon="wait" center>
          {say(seconds >= EXPLAIN_FROM ? WAITING_FOR[step] : 'committing.usual')}
        </Why>
      </Actions>
    </>
  );
}

function StepRow({ state, name, note }: { readonly state: 'done' | 'now' | 'next'; readonly name: string; readonly note: string }) {
  return (
    <li className={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span className="dot">{state === 'done' && <Icon name="tick" />}</span>
      <span>{name}</span>
      <span className="t">{note}</span>
    </li>
  );
}
