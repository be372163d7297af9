/** The mouth of the printer, the slip that hangs from it, and those that were torn off. */
import { useState } from 'react';
import { useBench } from './bench-context.ts';
import { SlipDialog, SlipPicture } from './slip.tsx';
import { say } from './words.ts';

export function PaperSlot() {
  const { state, hand } = useBench();
  const [enlarged, setEnlarged] = useState<number>();
  const hanging = state.slips.findLast(({ taken }) => !taken);
  const torn = state.slips.filter(({ taken }) => taken);
  const newestTorn = torn.at(-1);
  return (
    <div className="paper">
      <div className="paper-mouth" />
      <div className="paper-room">
        <div className="paper-cut">
          {hanging !== undefined && (
            <button
              key={hanging.number}
              type="button"
              className="paper-slip"
              data-testid="slip"
              data-number={hanging.number}
              aria-label={say('cabinet.enlarge', { number: hanging.number + 1 })}
              onClick={() => setEnlarged(hanging.number)}
            >
              <SlipPicture slip={hanging} />
            </button>
          )}
        </div>
      </div>
      <div className="paper-side">
        <p className="slot-name">{say('cabinet.paperSlot')}</p>
        <button
          type="button"
          className="bench-button"
          data-testid="hand-tear-paper"
          data-ready={hanging === undefined ? undefined : ''}
          onClick={() => hand({ act: 'tearPaper' })}
        >
          {say('cabinet.tear')}
        </button>
        {newestTorn !== undefined && (
          <button type="button" className="paper-torn" data-testid="slips-torn" onClick={() => setEnlarged(newestTorn.number)}>
            {say('cabinet.torn', { count: torn.length })}
          </button>
        )}
      </div>
      {enlarged !== undefined && <SlipDialog from={enlarged} onClose={() => setEnlarged(undefined)} />}
    </div>
  );
}
