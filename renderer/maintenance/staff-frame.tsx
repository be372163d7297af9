/** The frame of every screen of staff: the dark sign that no cardholder's screen has, what is shown, the bar of what can be done. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { useSecondsLeft } from '../time.ts';
import { useStaffWords } from './words.ts';

export type StaffLook = ViewBodyOf<'maintenance-overview'>['staff'];

export interface StaffFrameProps {
  readonly title: string;
  /** Absent before anybody has signed in. */
  readonly staff?: StaffLook;
  readonly className?: string;
  readonly children: ReactNode;
}

export function StaffFrame({ title, staff, className = '', children }: StaffFrameProps) {
  const { view } = useKiosk();
  const say = useStaffWords();
  const { site, clock, preferences } = view;
  return (
    <div className={`staff ${className}`}>
      <header className="staff-head">
        <span className="staff-mark">{say('mark')}</span>
        <h1>{title}</h1>
        <span className="staff-place">
          {site.terminal} · {site.place}
        </span>
        <span className="staff-end">
          {staff !== undefined && (
            <>
              <span>
                {say(`role.${staff.role}`)} {staff.number}
              </span>
              <TimeLeft wait={staff.wait} />
            </>
          )}
          <Button
            testId="staff-language"
            act={{ type: 'prefer', preferences: { locale: preferences.locale === 'en' ? 'zh-CN' : 'en' } }}
            className="staff-language"
            lang={preferences.locale === 'en' ? 'zh-CN' : 'en'}
          >
            {say('language')}
          </Button>
          <time className="tn">{clock}</time>
        </span>
      </header>
      {children}
    </div>
  );
}

/** A minute is a figure that changes; only its last stretch is in another color. */
function TimeLeft({ wait }: { readonly wait: StaffLook['wait'] }) {
  const say = useStaffWords();
  const seconds = useSecondsLeft(wait);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <span className={`staff-left tn ${seconds <= 60 ? 'staff-left--soon' : ''}`} role="timer">
      {say('leftUntilOut', { time })}
    </span>
  );
}
