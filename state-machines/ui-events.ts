/** What a person did, as events of the charts: the act's name with `ui.` before it. */
import type { UiAct } from './view.ts';

export type UiMachineEvent = { [T in UiAct['type']]: { readonly type: `ui.${T}` } & Omit<Extract<UiAct, { readonly type: T }>, 'type'> }[UiAct['type']];

export function uiEventOf(act: UiAct): UiMachineEvent {
  return { ...act, type: `ui.${act.type}` } as UiMachineEvent;
}
