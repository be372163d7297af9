/** 状态图: every machine of the terminal; the one that is touched is drawn. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Back, StaffBar, StaffButton } from './staff-parts.tsx';
import { StaffFrame } from './staff-frame.tsx';
import { chartTitle } from './titles.ts';
import { useStaffWords } from './words.ts';

export function ChartsRoom({ body: { staff, charts } }: { readonly body: ViewBodyOf<'maintenance-charts'> }) {
  const say = useStaffWords();
  return (
    <StaffFrame title={say('title.charts')} staff={staff} className="staff--charts">
      <div className="charts">
        <p>{say('charts.lead')}</p>
        <div className="charts-list">
          {charts.map(({ state, ...subject }, index) => (
            <StaffButton key={index} testId={`chart-${subject.chart}${subject.part === undefined ? '' : `-${subject.part}`}`} act={{ type: 'pick', index }}>
              <b>{chartTitle(subject, say)}</b>
              <span className={`charts-state charts-state--${state}`}>{say(`charts.state.${state}`)}</span>
            </StaffButton>
          ))}
        </div>
      </div>
      <StaffBar>
        <Back />
      </StaffBar>
    </StaffFrame>
  );
}
