/** What the shell gives the page: the only door between the drawing and the rest of the house. */
import type { TrainingOrder, TrainingState } from '../common/training-acts.ts';
import type { UiEvent } from '../state-machines/view.ts';

export interface PageApi {
  /** Version of the program, for the foot of a bug report. */
  readonly version: string;
  /** Calls back with every View as it is published, unvalidated; returns how to stop. */
  onView(listener: (view: unknown) => void): () => void;
  /** Calls back with every key of the tactile keypad, unvalidated; returns how to stop. */
  onKey(listener: (press: unknown) => void): () => void;
  send(event: UiEvent): void;
  /** The page stands and wants the present View. */
  ready(): void;
  /** Of a training terminal only. */
  readonly training?: TrainingApi;
}

export interface TrainingApi {
  /** Calls back with what is wrong, now and whenever it changes; returns how to stop. */
  onState(listener: (state: TrainingState) => void): () => void;
  act(order: TrainingOrder): void;
}

declare global {
  interface Window {
    readonly kiosk: PageApi;
  }
}
