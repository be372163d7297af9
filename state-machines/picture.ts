/** What the screen shows of a chart: of the session, or of the flow that runs. Used by session-view and by the view of each flow. */
import type { Clock } from '../common/clock.ts';
import type { Overlay, View, ViewBody } from './view.ts';
import { leftOf, type RunningWait } from './waiting.ts';

export interface Picture {
  readonly body: ViewBody;
  /** Where a flow of several stops is on its way. */
  readonly step: View['step'];
  readonly overlay?: Overlay;
  /** Nothing lies over the screen meanwhile. */
  readonly moneyMoves: boolean;
}

interface Waiting {
  readonly context: { readonly wait: RunningWait | undefined; readonly ports: { readonly clock: Clock } };
  hasTag(tag: 'idleWarning'): boolean;
}

/** Of a chart in which a person who goes away leaves no money behind: its warning says so. */
export function pictureOf(snapshot: Waiting, body: ViewBody, moneyMoves = false): Picture {
  const wait = leftOf(snapshot.context.wait, snapshot.context.ports.clock);
  const warns = snapshot.hasTag('idleWarning') && wait !== undefined;
  return { body, step: undefined, moneyMoves, ...(warns ? { overlay: { kind: 'idle-warning', wait, money: 'none' } } : {}) };
}
