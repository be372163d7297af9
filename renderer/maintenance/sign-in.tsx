/** 登录: the prompt of the maintenance mode. One thing at a time; digits in a glove's size; a PIN is only ever dots. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon, type IconName } from '../components/icon.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { useSecondsLeft } from '../time.ts';
import { StaffFrame } from './staff-frame.tsx';
import { StaffBar, StaffButton } from './staff-parts.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-sign-in'>;

export function SignIn({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  return (
    <StaffFrame title={say('title.signIn')} className="staff--sign-in">
      <div className="sign-in">
        <div className="sign-in-read">
          <Question body={body} say={say} />
          <Trouble body={body} say={say} />
          {body.second !== undefined && (
            <p className="sign-in-note">{say('signIn.second', { staff: body.second.staff, act: say(`verb.${body.second.verb}`) })}</p>
          )}
        </div>
        <Answer body={body} say={say} />
      </div>
      <StaffBar>
        <StaffButton testId="cancel" act={{ type: 'cancel' }} icon="leave">
          {say('signIn.leave')}
        </StaffButton>
        {body.asks !== 'way' && body.asks !== 'cardBack' && body.asks !== 'judging' && body.asks !== 'locked' && (
          <StaffButton testId="back" act={{ type: 'back' }} icon="back">
            {say('signIn.back')}
          </StaffButton>
        )}
        {isTyped(body.asks) && (
          <StaffButton testId="confirm" act={{ type: 'confirm' }} primary {...(body.whole ? {} : { off: say('signIn.notWhole') })}>
            {say(body.asks === 'pin' ? 'signIn.enter' : 'signIn.next')}
          </StaffButton>
        )}
      </StaffBar>
    </StaffFrame>
  );
}

interface Part {
  readonly body: Body;
  readonly say: StaffSay;
}

function isTyped(asks: Body['asks']): boolean {
  return asks === 'number' || asks === 'code' || asks === 'answer' || asks === 'pin';
}

function Question({ body: { asks, challenge, locked }, say }: Part) {
  return (
    <>
      <h2 data-testid={asks === 'cardBack' ? 'card-back' : undefined}>{say(`signIn.${asks}.title`)}</h2>
      {asks !== 'locked' && <p>{say(`signIn.${asks}.lead`)}</p>}
      {locked !== undefined && <Locked locked={locked} say={say} />}
      {asks === 'answer' && challenge !== undefined && (
        <p className="sign-in-challenge tn" data-testid="challenge">
          {challenge.slice(0, 4)} {challenge.slice(4)}
        </p>
      )}
    </>
  );
}

function Locked({ locked: { why, leftMs }, say }: { readonly locked: NonNullable<Body['locked']>; readonly say: StaffSay }) {
  const seconds = useSecondsLeft({ leftMs, totalMs: Math.max(1, leftMs), tone: 'normal' });
  const time = seconds >= 3600 ? say('signIn.hours', { n: Math.ceil(seconds / 3600) }) : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <p role="timer" data-testid="locked" data-why={why}>
      {say(`signIn.locked.${why}`, { time })}
    </p>
  );
}

function Trouble({ body: { message, triesLeft, asks }, say }: Part) {
  if (asks === 'locked' || (message === undefined && triesLeft === undefined)) return null;
  return (
    <p className="sign-in-trouble" role="alert" data-testid="sign-in-message" data-message={message}>
      <Icon name="warn" size="s" />
      <span>
        {message !== undefined && say(`signIn.message.${message}`)} {triesLeft !== undefined && say('signIn.triesLeft', { n: triesLeft })}
      </span>
    </p>
  );
}

const WAY_ICONS = { card: 'card', grant: 'qr', totp: 'lock', phone: 'call' } as const satisfies Record<Body['ways'][number], IconName>;

function Answer({ body, say }: Part): ReactNode {
  const { asks, ways } = body;
  if (asks === 'way')
    return (
      <div className="sign-in-ways">
        {ways.map((way) => (
          <Button key={way} testId={`sign-in-${way}`} act={{ type: 'sign-in-way', way }} className="staff-button sign-in-way">
            <Icon name={WAY_ICONS[way]} />
            <span className="sign-in-way-text">
              <b>{say(`signIn.ways.${way}.name`)}</b>
              <span>{say(`signIn.ways.${way}.sub`)}</span>
            </span>
          </Button>
        ))}
      </div>
    );
  return isTyped(asks) ? <Pad body={body} say={say} /> : <div aria-hidden="true" />;
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

function Pad({ body: { asks, typed, hidden }, say }: Part) {
  const { size } = useKiosk();
  const shown = asks === 'pin' ? '●'.repeat(hidden) : typed;
  return (
    <div className="sign-in-typing" data-size={size}>
      <p className="sign-in-typed tn" role="status" aria-label={say(`signIn.${asks}.title`)} data-testid="typed" data-count={shown.length}>
        {shown === '' ? '\u00a0' : shown}
      </p>
      <div className="sign-in-pad">
        {DIGITS.map((digit) => (
          <StaffButton key={digit} testId={`digit-${digit}`} act={{ type: 'digit', digit }} typing>
            {digit}
          </StaffButton>
        ))}
        <StaffButton testId="clear" act={{ type: 'clear' }}>
          {say('signIn.clear')}
        </StaffButton>
        <StaffButton testId="digit-0" act={{ type: 'digit', digit: '0' }} typing>
          0
        </StaffButton>
        <StaffButton testId="erase" act={{ type: 'erase' }} typing>
          {say('signIn.erase')}
        </StaffButton>
      </div>
    </div>
  );
}
