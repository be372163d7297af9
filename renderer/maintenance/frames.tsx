/** 协议监视: the last frames of a device, the newest first: when, which way, bytes, and what they say. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Icon } from '../components/icon.tsx';
import { useReadinessWords } from './readiness-words.ts';
import { Back, Message, Panel, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { useStaffWords } from './words.ts';

type Body = ViewBodyOf<'maintenance-frames'>;

const FILTERS = ['all', 'toDevice', 'fromDevice', 'bad'] as const satisfies readonly Body['filter'][];

export function FramesScreen({ body }: { readonly body: Body }) {
  const say = useStaffWords();
  const words = useReadinessWords();
  const { staff, part, filter, paused, frames, exported, mayExport } = body;
  return (
    <StaffFrame title={say('title.frames')} staff={staff} className="staff--frames">
      <div className="room">
        <div className="frames-filters">
          {FILTERS.map((each) => (
            <StaffButton key={each} testId={`show-${each}`} act={{ type: 'frames-show', filter: each }} chosen={filter === each}>
              {say(`frames.show.${each}`)}
            </StaffButton>
          ))}
        </div>
        <Panel title={words(`part_${part}`)} state={paused ? <span>{say('frames.paused')}</span> : undefined}>
          {exported?.good === true && <p data-testid="exported">{say('frames.exported', { file: exported.file })}</p>}
          {exported?.good === false && <Message testId="not-exported">{say('frames.notExported', { why: exported.why })}</Message>}
          {frames.length === 0 ? (
            <p>{say('frames.none')}</p>
          ) : (
            <ol className="frames">
              {frames.map(({ number, time, direction, bytes, length, says, bad }) => (
                <li key={number} data-direction={direction} data-bad={bad ? '' : undefined}>
                  <span className="tn">{time}</span>
                  <span className="frames-way">
                    <Icon name={direction === 'toDevice' ? 'next' : 'back'} size="xs" />
                    {say(`frames.way.${direction}`)}
                  </span>
                  <code>
                    {bytes}
                    {bytes.length / 2 < length && ` … ${length}`}
                  </code>
                  {says !== undefined && <span className="frames-says">{says}</span>}
                </li>
              ))}
            </ol>
          )}
        </Panel>
      </div>
      <StaffBar>
        <Back />
        <StaffButton testId="pause" act={{ type: 'frames-pause' }} icon={paused ? 'next' : 'wait'}>
          {say(paused ? 'frames.goOn' : 'frames.pause')}
        </StaffButton>
        <StaffButton testId="export" act={{ type: 'frames-export' }} icon="down" {...(mayExport ? {} : { off: say('notAllowed') })}>
          {say('frames.export')}
        </StaffButton>
      </StaffBar>
    </StaffFrame>
  );
}
