/**
 * The mark of a training terminal around whatever is on the glass: a striped edge and a band in the bottom margin, which no screen uses.
 * Stands beside the screens, so that none can be without it, not even one that can't draw itself. The trainer touches the band: the
 * practice panel opens over the lower part of the glass.
 */
import { useEffect, useState } from 'react';
import type { TrainingState } from '../../common/training-acts.ts';
import type { Preferences } from '../../state-machines/view.ts';
import type { TrainingApi } from '../page-api.ts';
import { sayIn } from '../words.ts';
import { PracticePanel } from './panel.tsx';
import './training.css';

export interface TrainingFrameProps {
  readonly locale: Preferences['locale'];
  /** Absent: nobody listens, there is only the mark. */
  readonly link: TrainingApi | undefined;
}

const NOTHING_WRONG: TrainingState = { type: 'state', on: [], refused: null };

export function TrainingFrame({ locale, link }: TrainingFrameProps) {
  const [open, setOpen] = useState(false);
  const [state, setState] = useState(NOTHING_WRONG);
  useEffect(() => link?.onState(setState), [link]);
  const say = sayIn(locale);
  return (
    <aside className="training" data-testid="training" data-on={state.on.join(' ')} aria-label={say('training.mark')}>
      <div className="training-edge" aria-hidden="true" />
      {open && link !== undefined && <PracticePanel say={say} state={state} act={(order) => link.act(order)} close={() => setOpen(false)} />}
      <button type="button" className="training-band" data-testid="training-band" aria-expanded={open} onClick={() => setOpen(!open)}>
        <b>{say('training.mark')}</b>
        <span>{say('training.what')}</span>
        {state.on.length > 0 && <span className="training-count">{state.on.length}</span>}
        <span className="vh">{say(open ? 'training.close' : 'training.open')}</span>
      </button>
    </aside>
  );
}
