/** Everything that can be made to go wrong, by device; one device's knobs are open at a time. */
import { useState } from 'react';
import { atRest, knobNames, knobShape } from '../../drivers/bench/protocol.ts';
import { useBench } from './bench-context.ts';
import { FaultGroup, knobsOf, turned, type Group } from './fault-groups.tsx';
import { say } from './words.ts';

/** In the order a person meets them. What the protocol adds must get its place here, or this doesn't compile. */
const PLACE: Readonly<Record<Group, number>> = {
  cardReader: 1,
  cashAcceptor: 2,
  receiptPrinter: 3,
  codeScanner: 4,
  idReader: 5,
  keypad: 6,
  cabinet: 7,
  upstream: 8,
};
const GROUPS = (Object.keys(PLACE) as Group[]).toSorted((one, other) => PLACE[one] - PLACE[other]);

export function Faults() {
  const { state, hand } = useBench();
  const [open, setOpen] = useState<Group | undefined>('cardReader');
  const wrong = turned(knobNames, state).filter((name) => state.knobs[name] !== undefined);
  return (
    <div className="faults">
      <header>
        <h2>{say('fault.title')}</h2>
        {wrong.length > 0 && (
          <button
            type="button"
            className="faults-reset"
            data-testid="knobs-reset"
            onClick={() => wrong.forEach((knob) => hand({ act: 'knob', knob, value: atRest(knobShape(knob)) }))}
          >
            {say('fault.reset')}
          </button>
        )}
      </header>
      <ul className="fault-groups">
        {GROUPS.filter((group) => knobsOf(group, state).length > 0).map((group) => (
          <FaultGroup key={group} group={group} open={open === group} onOpen={(opens) => setOpen(opens ? group : undefined)} />
        ))}
      </ul>
    </div>
  );
}
