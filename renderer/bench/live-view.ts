/** The View the kiosk shows now, as the shell publishes it to this window too, and touches on it. */
import { VIEW_VERSION, viewSchema, type UiAct, type View } from '../../state-machines/view.ts';
import '../page-api.ts';
import { Store } from './store.ts';

export interface Shown {
  readonly view: View;
  /** `performance.now()` when the View arrived. */
  readonly arrivedAt: number;
}

export const liveView = new Store<Shown | undefined>(undefined);

/** Asks the shell for Views. One that isn't a View is reported and not drawn: the last good one stays. */
export function followViews(): void {
  window.kiosk.onView((candidate) => {
    const parsed = viewSchema.safeParse(candidate);
    if (parsed.success) liveView.set({ view: parsed.data, arrivedAt: performance.now() });
    else console.error('not a View', parsed.error.issues);
  });
  window.kiosk.ready();
}

export function touch(view: View, act: UiAct): void {
  window.kiosk.send({ version: VIEW_VERSION, seq: view.seq, act });
}
