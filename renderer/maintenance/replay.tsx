/** 回放: one transaction, entry by entry: what was written, where the chart stood as it wrote it, and the screen that the person saw. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { kindWords } from './kind-words.ts';
import { Verdict } from './overview.tsx';
import { Back, Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { StillScreen } from './still-screen.tsx';
import { useStaffWords, type StaffSay } from './words.ts';

type Body = ViewBodyOf<'maintenance-replay'>;

/** Of a design pixel: as much as the page has room for. */
const SCALE = { landscape: 0.5, portrait: 0.5 } as const;

export function ReplayScreen({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const { staff, reference = '', at, of, playing } = body;
  return (
    <StaffFrame title={say('title.replay', { reference })} staff={staff} className="staff--replay">
      <div className="replay">
        <Shown body={body} say={say} />
        <Entries body={body} say={say} />
      </div>
      <StaffBar>
        <Back />
        <StaffButton testId="previous" act={{ type: 'page', to: 'previous' }} {...(at === 0 ? { off: say('first') } : {})}>
          {say('replay.previous')}
        </StaffButton>
        <StaffButton testId="play" act={{ type: 'work', work: 'play' }} {...(playing ? { icon: 'wait' } : {})}>
          {say(playing ? 'replay.stop' : 'replay.play')}
        </StaffButton>
        <StaffButton testId="next" act={{ type: 'page', to: 'next' }} icon="next" primary {...(at === of - 1 ? { off: say('last') } : {})}>
          {say('replay.next')}
        </StaffButton>
      </StaffBar>
    </StaffFrame>
  );
}

function Shown({ body, say }: { readonly body: Body; readonly say: StaffSay }) {
  const { shown, open, entries, at } = body;
  const { landscape } = useKiosk();
  const exact = open.length === 0;
  const clock = entries.find(({ index }) => index === at)?.time.slice(0, 5) ?? '';
  const matters = open.map((matter) => say(`replay.open.${matter}`)).join(say('replay.and'));
  return (
    <Panel title={say('replay.screen')} className="replay-shown">
      <Chart body={body} say={say} />
      {shown.drawn ? (
        <>
          <StillScreen body={shown.body} step={shown.step} locale={shown.locale} clock={clock} scale={SCALE[landscape ? 'landscape' : 'portrait']} />
          <p data-testid="exact" data-open={open.join(' ')}>
            <Verdict good={exact}>{exact ? say('replay.exact') : say('replay.notExact', { matters })}</Verdict>
          </p>
          <p className="replay-always">{say('replay.always')}</p>
        </>
      ) : (
        <p className="replay-none" data-testid="no-screen" data-why={shown.why}>
          <Icon name="info" size="s" />
          <span>{say(`replay.no.${shown.why}`)}</span>
        </p>
      )}
    </Panel>
  );
}

function Entries({ body: { entries, at, of }, say }: { readonly body: Body; readonly say: StaffSay }) {
  const { view } = useKiosk();
  return (
    <Panel title={say('replay.entries')} state={<span className="tn">{say('replay.moment', { n: at + 1, of })}</span>}>
      <ol className="replay-entries" data-testid="replay-entries">
        {entries.map(({ index, seq, time, kind, afterwards }, place) => (
          <li key={index}>
            <Button testId={`moment-${index}`} act={{ type: 'pick', index: place }} className="replay-entry" chosen={index === at}>
              <span className="tn">{time}</span>
              <b>{afterwards === true ? say('replay.then') : kindWords(kind, view.preferences.locale)}</b>
              <span className="tn">{afterwards === true ? '' : seq}</span>
            </Button>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** Which machine wrote it, and where it stood. */
function Chart({ body: { chart, states }, say }: { readonly body: Body; readonly say: StaffSay }) {
  const [first, ...others] = states;
  return (
    <p className="replay-chart" data-testid="replay-state" data-states={states.join(' ')}>
      <span>{say(`chart.${chart}`)}</span>
      {first === undefined ? <span>{say('replay.none')}</span> : <code>{first}</code>}
      {others.map((state) => (
        <code key={state}>{say('replay.or', { state })}</code>
      ))}
    </p>
  );
}
