/** Parts of screens: countdown, QR code, bank note, notice, the four lines of trouble, steps, buttons of the action bar. */
import { encodeQR } from 'qr';
import { useMemo, type ReactNode } from 'react';
import type { UiAct, Wait } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { useSecondsLeft } from '../time.ts';
import { wholeYuan } from '../words.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Reference, Rich } from './text.tsx';

const RING_RADIUS = 44;
const RING_LENGTH = 2 * Math.PI * RING_RADIUS;

/** Time left, as a ring and in digits; `clock` writes minutes too. Runs by itself from the View's arrival. */
export function Ring({ wait, digits = 'seconds', large = false }: { readonly wait: Wait; readonly digits?: 'seconds' | 'clock'; readonly large?: boolean }) {
  const { say } = useKiosk();
  const seconds = useSecondsLeft(wait);
  const part = Math.min(1, (seconds * 1000) / wait.totalMs);
  const shown = digits === 'clock' ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : String(seconds);
  return (
    <div className={`ring ring--${wait.tone} ${large ? 'ring--large' : ''}`} role="timer" aria-label={say('time.left', { n: seconds })}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle className="bed" cx="50" cy="50" r={RING_RADIUS} />
        {part > 0 && <circle className="left" cx="50" cy="50" r={RING_RADIUS} strokeDasharray={`${part * RING_LENGTH} ${RING_LENGTH}`} />}
      </svg>
      <div className="in" aria-hidden="true">
        <b>{shown}</b>
        {digits === 'seconds' && <span>{say('time.seconds')}</span>}
      </div>
    </div>
  );
}

/** Characters from which on a code has larger modules rather than more redundancy: glass has neither creases nor stains. */
const LONG = 200;

interface QrCodeProps {
  /** Empty: what it said is not known any more. */
  readonly text: string;
  readonly className?: string;
}

export function QrCode({ text, className = '' }: QrCodeProps) {
  return text === '' ? (
    <div className={`qr qr--empty ${className}`}>
      <Icon name="qr" size="l" />
    </div>
  ) : (
    <DrawnCode text={text} className={className} />
  );
}

/** As one path: black on white with its quiet zone, whatever the theme. */
function DrawnCode({ text, className }: Required<QrCodeProps>) {
  const { say } = useKiosk();
  const rows = useMemo(() => encodeQR(text, 'raw', { border: 1, ecc: text.length > LONG ? 'low' : 'medium' }), [text]);
  const path = rows.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('');
  return (
    <div className={`qr ${className}`}>
      <svg viewBox={`1 1 ${rows.length - 2} ${rows.length - 2}`} role="img" aria-label={say('qr.label')}>
        <path d={path} />
      </svg>
    </div>
  );
}

/** A bank note in the color of its denomination (fen). */
export function Bill({ denomination }: { readonly denomination: number }) {
  const { say } = useKiosk();
  const yuan = wholeYuan(denomination);
  return (
    <div className="bill" data-n={yuan} role="img" aria-label={say('note.label', { yuan })}>
      <svg viewBox="0 0 205 100" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
        <rect x="7" y="7" width="191" height="86" rx="3" />
        <circle cx="124" cy="50" r="30" />
        <circle cx="124" cy="50" r="22" />
        <path d="M124 20c16 18 16 42 0 60c-16-18-16-42 0-60M94 50c18-16 42-16 60 0c-18 16-42 16-60 0" />
        <path d="M14 18h40M14 26h30" />
      </svg>
      <b aria-hidden="true">{yuan}</b>
    </div>
  );
}

/** A tinted strip with an icon: something to know beside the screen's question. */
export function Notice({
  tone,
  icon,
  live,
  children,
}: {
  readonly tone: 'info' | 'warn' | 'ok';
  readonly icon: IconName;
  readonly live?: 'status' | 'alert';
  readonly children: ReactNode;
}) {
  return (
    <div className={`notice notice--${tone}`} role={live}>
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}

export interface FourLinesProps {
  /** Absent where it stands right above, under the title. */
  readonly happened?: string;
  readonly money: string;
  readonly now: string;
  readonly reference?: string | undefined;
  /** The phone number stands elsewhere on the screen. */
  readonly phoneShown?: boolean;
}

/** Trouble in four lines: what happened, your money, what to do now, number and phone (kiosk-ux.md 10.1). */
export function FourLines({ happened, money, now, reference, phoneShown = false }: FourLinesProps) {
  const { view, say } = useKiosk();
  const { hotline, hotlineHours, terminal } = view.site;
  return (
    <dl className="four">
      {happened !== undefined && (
        <Line icon="info" name={say('four.happened')}>
          <Rich text={happened} />
        </Line>
      )}
      <Line icon="lock" name={say('four.money')} className="money">
        <Rich text={money} />
      </Line>
      <Line icon="handCard" name={say('four.now')}>
        <Rich text={now} />
      </Line>
      {reference !== undefined && (
        <Line icon="ticket" name={say('four.number')}>
          <span className="ref">
            {say('contact.reference')} <Reference reference={reference} />
          </span>
          {!phoneShown && (
            <span className="phone">
              <Rich text={say('contact.hotline', { hotline, hours: hotlineHours })} />
            </span>
          )}
        </Line>
      )}
      {reference === undefined && !phoneShown && (
        <Line icon="call" name={say('four.number')}>
          <Rich text={say('contact.both', { hotline, terminal })} />
        </Line>
      )}
    </dl>
  );
}

function Line({
  icon,
  name,
  className = '',
  children,
}: {
  readonly icon: IconName;
  readonly name: string;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="four-line">
      <dt>
        <Icon name={icon} />
        <span className="vh">{name}</span>
      </dt>
      <dd className={className}>{children}</dd>
    </div>
  );
}

/** A button of the action bar. `go` points on, `back` points back, icons by name otherwise. */
export function Action({
  testId,
  act,
  look = 'plain',
  icon,
  iconAfter,
  off,
  children,
}: {
  readonly testId: string;
  readonly act: UiAct;
  readonly look?: 'plain' | 'primary' | 'danger';
  readonly icon?: IconName;
  readonly iconAfter?: IconName;
  readonly off?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <Button testId={testId} act={act} className={`btn btn--${look}`} primary={look === 'primary'} off={off}>
      {icon !== undefined && <Icon name={icon} />}
      <span className="btn-text">{children}</span>
      {iconAfter !== undefined && <Icon name={iconAfter} />}
    </Button>
  );
}

export function BackAction({ word = 'button.back' }: { readonly word?: 'button.back' | 'callback.keep' }) {
  const { say } = useKiosk();
  return (
    <Action testId="back" act={{ type: 'back' }} icon="back">
      {say(word)}
    </Action>
  );
}

/** Leaves with the card: the only way on when nothing else is possible. */
export function FinishAction({
  look = 'plain',
  word = 'button.takeCardFinish',
}: {
  readonly look?: 'plain' | 'primary';
  readonly word?: 'button.takeCardFinish' | 'button.finish' | 'settled.finish';
}) {
  const { say } = useKiosk();
  return (
    <Action testId="finish" act={{ type: 'finish' }} icon="leave" look={look}>
      {say(word)}
    </Action>
  );
}
