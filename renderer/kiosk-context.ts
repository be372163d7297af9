/** What every component may know: the View, when it came, how to say things, and how to tell what a person did. */
import { createContext, useContext } from 'react';
import type { UiAct, View } from '../state-machines/view.ts';
import type { Say } from './words.ts';

export interface Kiosk {
  readonly view: View;
  /** `performance.now()` when the View arrived. */
  readonly arrivedAt: number;
  readonly landscape: boolean;
  readonly size: View['preferences']['size'];
  readonly say: Say;
  readonly act: (act: UiAct) => void;
}

export const KioskContext = createContext<Kiosk | undefined>(undefined);

export function useKiosk(): Kiosk {
  const kiosk = useContext(KioskContext);
  if (kiosk === undefined) throw new Error('a component of the screen stands outside of it');
  return kiosk;
}
