/** Everything that can be made to go wrong, in the order a top-up meets it. */
import type { FaultName } from '../../drivers/bench/protocol.ts';
import { useBench } from './bench-context.ts';
import { Switch } from './switch.tsx';
import { say } from './words.ts';

/** A fault that the cabinet learns must get its place here, or this doesn't compile. */
const PLACE: Readonly<Record<FaultName, number>> = {
  tearBeforeCredit: 1,
  tearAfterCredit: 2,
  cardJam: 3,
  noteJam: 4,
  noteRejected: 5,
  paperOut: 6,
  coverOpen: 7,
  issuerOffline: 8,
  paymentOffline: 9,
  loseNextPaymentAnswer: 10,
  loseNextLoadAnswer: 11,
};
const FAULTS = (Object.keys(PLACE) as FaultName[]).toSorted((one, other) => PLACE[one] - PLACE[other]);

export function Faults() {
  const { state, hand } = useBench();
  return (
    <>
      <h2>{say('fault.title')}</h2>
      <ul className="faults">
        {FAULTS.map((fault) => (
          <li key={fault}>
            <Switch testId={`fault-${fault}`} on={state.faults.includes(fault)} onChange={(on) => hand({ act: 'fault', fault, on })}>
              {say(`fault.${fault}`)}
            </Switch>
          </li>
        ))}
      </ul>
    </>
  );
}
