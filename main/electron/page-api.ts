/**
 * What the preload gives the page as `window.kiosk`: the whole of the world the page can reach. Types only; the renderer declares
 * the same shape on its side.
 */
import type { TrainingOrder, TrainingState } from '../../common/training-acts.ts';
import type { KeyPress, UiEvent, View } from '../../state-machines/view.ts';

export interface KioskPage {
  readonly version: 1;
  /** Calls `listener` with every View from now on; answers how to stop. Subscribe before calling `ready`. */
  onView(listener: (view: View) => void): () => void;
  /** Calls `listener` with every key of the tactile keypad from now on; answers how to stop. */
  onKey(listener: (press: KeyPress) => void): () => void;
  /** What a person did. A malformed event is dropped by the shell and logged there. */
  send(event: UiEvent): void;
  /** The page draws; the present View is sent (again). */
  ready(): void;
  /** Of a training terminal only: what is wrong for practice, and hands. */
  readonly training?: TrainingPage;
}

export interface TrainingPage {
  /** Calls `listener` with every state from now on; answers how to stop. */
  onState(listener: (state: TrainingState) => void): () => void;
  act(order: TrainingOrder): void;
}
