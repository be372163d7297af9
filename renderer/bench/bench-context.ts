/** What every part of the bench window may know and do: the cabinet's state and a hand. */
import { createContext, useContext } from 'react';
import type { CabinetState, HandAct } from '../../drivers/bench/protocol.ts';

export interface Bench {
  readonly state: CabinetState;
  /** The cards that were somewhere else than in the hand since this window opened. */
  readonly touched: ReadonlySet<string>;
  readonly hand: (act: HandAct) => void;
  /** Address of the picture of a slip as far as it is printed. */
  readonly slipUrl: (slip: CabinetState['slips'][number]) => string;
}

export const BenchContext = createContext<Bench | undefined>(undefined);

export function useBench(): Bench {
  const bench = useContext(BenchContext);
  if (bench === undefined) throw new Error('a part of the bench stands outside of it');
  return bench;
}
