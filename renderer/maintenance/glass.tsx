/** Tests of what a person touches, sees, hears and presses: the whole glass in cells, its colors, a sound, the keys of the keypad. */
import { useEffect, type ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Back, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-glass'>;

/** Columns × rows of the touch test. */
const CELLS = 48;

export function GlassScreen({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { staff, test } = body;
  return (
    <StaffFrame title={say(`glass.${test}`)} staff={staff} className="staff--glass">
      <Ground body={body} say={say} />
      <StaffBar>
        <Back />
        {test === 'pixel' && (
          <StaffButton testId="next-color" act={{ type: 'work', work: 'next' }} primary>
            {say('glassTest.nextColor')}
          </StaffButton>
        )}
        {test === 'sound' && (
          <StaffButton testId="play" act={{ type: 'work', work: 'play' }} icon="speak" primary>
            {say('glassTest.play')}
          </StaffButton>
        )}
      </StaffBar>
    </StaffFrame>
  );
}

function Ground({ body: { test, touched, color, keys, played }, say }: { readonly body: Body; readonly say: StaffSay }): ReactNode {
  switch (test) {
    case 'touch':
      return (
        <div className="glass-cells" role="group" aria-label={say('glassTest.touch', { n: touched.length, of: CELLS })}>
          {Array.from({ length: CELLS }, (_, index) => (
            <Button key={index} testId={`cell-${index}`} act={{ type: 'pick', index }} className="glass-cell" chosen={touched.includes(index)} typing>
              {touched.includes(index) && <Icon name="tick" size="s" />}
              <span className="vh">{index + 1}</span>
            </Button>
          ))}
        </div>
      );
    case 'pixel':
      return (
        <div className={`glass-color glass-color--${color}`} role="img" aria-label={say(`glassTest.color.${color}`)} data-testid="color" data-color={color} />
      );
    case 'sound':
      return (
        <div className="room-read">
          <h2>{say('glassTest.listen')}</h2>
          <p>{say('glassTest.played', { n: played })}</p>
          <Tone played={played} />
        </div>
      );
    case 'keypad':
      return (
        <div className="room-read">
          <h2>{say('glassTest.press')}</h2>
          <p className="glass-keys" data-testid="keys" role="status">
            {keys.length === 0 ? say('glassTest.none') : keys.join(' · ')}
          </p>
        </div>
      );
  }
}

const SECONDS = 1.2;
const HERTZ = 880;

/** A tone each time that it was asked for. */
export function Tone({ played }: { readonly played: number }) {
  useEffect(() => {
    if (played === 0) return undefined;
    const context = new AudioContext();
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    gain.gain.value = 0.4;
    oscillator.frequency.value = HERTZ;
    oscillator.connect(gain).connect(context.destination);
    oscillator.start();
    oscillator.stop(context.currentTime + SECONDS);
    oscillator.addEventListener('ended', () => void context.close());
    return () => oscillator.stop();
  }, [played]);
  return null;
}
