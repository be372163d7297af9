/** Text size, colors, reach: chosen once, for this session. Every choice shows itself at once. */
import { sizes, themes, type Preferences } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { CloseAction } from './close.tsx';

export function AccessPage() {
  const { view, say, landscape } = useKiosk();
  const { size, theme, lowReach, speech = false } = view.preferences;
  return (
    <>
      <Read>
        <h1 className="title">{say('access.title')}</h1>
        <p className="lead quiet under-title">{say('access.lead')}</p>
      </Read>
      <Touch className="touch--access">
        <h2 className="touch-head">{say('access.size')}</h2>
        <div className="tiles">
          {sizes.map((value) => (
            <Choice key={value} testId={`size-${value}`} preferences={{ size: value }} chosen={value === size}>
              <span className={`sample sample--${value}`}>{say(`access.${value}`)}</span>
            </Choice>
          ))}
        </div>
        <h2 className="touch-head">{say('access.theme')}</h2>
        <div className="tiles tiles--2">
          {themes.map((value) => (
            <Choice key={value} testId={`theme-${value}`} preferences={{ theme: value }} chosen={value === theme}>
              <span className="swatch" data-theme={value} aria-hidden="true" />
              <span>{say(`access.${value}`)}</span>
            </Choice>
          ))}
        </div>
        {!landscape && (
          <Choice testId="low-reach" preferences={{ lowReach: !lowReach }} chosen={lowReach}>
            <Icon name="lowReach" />
            <span>
              {say('access.lowReach')} <span className="small">{say('access.lowReachSub')}</span>
            </span>
            <b>{say(lowReach ? 'access.on' : 'access.off')}</b>
          </Choice>
        )}
        {view.keypad !== undefined && (
          <Choice testId="speech-choice" preferences={{ speech: !speech }} chosen={speech}>
            <Icon name="speak" />
            <span>
              {say('access.speech')} <span className="small">{say('access.speechSub')}</span>
            </span>
            <b>{say(speech ? 'access.on' : 'access.off')}</b>
          </Choice>
        )}
      </Touch>
      <Actions layout="one">
        <CloseAction word="access.done" />
      </Actions>
    </>
  );
}

function Choice({
  testId,
  preferences,
  chosen,
  children,
}: {
  readonly testId: string;
  readonly preferences: Partial<Preferences>;
  readonly chosen: boolean;
  readonly children: React.ReactNode;
}) {
  return (
    <Button testId={testId} act={{ type: 'prefer', preferences }} className="choice" chosen={chosen}>
      {children}
    </Button>
  );
}
