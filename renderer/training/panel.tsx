/** The practice panel: hands that put in cards and notes, since no part of a training terminal is real, and what can be made to go wrong and right again. */
import { chaosActs, handActs, type TrainingOrder, type TrainingState } from '../../common/training-acts.ts';
import type { Say } from '../words.ts';

export interface PracticePanelProps {
  readonly say: Say;
  readonly state: TrainingState;
  readonly act: (order: TrainingOrder) => void;
  readonly close: () => void;
}

export function PracticePanel({ say, state, act, close }: PracticePanelProps) {
  return (
    <section className="practice" data-testid="practice" aria-label={say('training.title')}>
      <header className="practice-head">
        <h2>{say('training.title')}</h2>
        <p role="status">{state.refused !== null && say('training.refused', { act: wordOf(say, state.refused) })}</p>
        <button type="button" className="practice-button" data-testid="practice-close" onClick={close}>
          {say('training.close')}
        </button>
      </header>
      <h3>{say('training.hands')}</h3>
      <div className="practice-acts">
        {handActs.map((name) => (
          <button
            key={name}
            type="button"
            className="practice-button"
            data-testid={`practice-${name}`}
            onClick={() => act({ type: 'act', act: name, on: true })}
          >
            {say(`training.hand.${name}`)}
          </button>
        ))}
      </div>
      <h3>{say('training.wrong')}</h3>
      <div className="practice-acts">
        {chaosActs.map((name) => {
          const on = state.on.includes(name);
          return (
            <button
              key={name}
              type="button"
              className="practice-button practice-button--wrong"
              data-testid={`practice-${name}`}
              aria-pressed={on}
              onClick={() => act({ type: 'act', act: name, on: !on })}
            >
              {say(`training.chaos.${name}`)}
            </button>
          );
        })}
      </div>
    </section>
  );
}

function wordOf(say: Say, act: TrainingOrder['act']): string {
  const hand = handActs.find((name) => name === act);
  if (hand !== undefined) return say(`training.hand.${hand}`);
  const chaos = chaosActs.find((name) => name === act);
  return chaos === undefined ? '' : say(`training.chaos.${chaos}`);
}
