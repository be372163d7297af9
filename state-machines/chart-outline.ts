/** What a statechart is, read off its definition: its states, where each leads, and what an event is called in a picture. Pure. */
import type { AnyStateMachine, StateValue } from 'xstate';

export type ChartNode = AnyStateMachine['root'];

export interface OutlinedState {
  /** Names from the root down. */
  readonly id: string;
  readonly name: string;
  /** Index of the state around it; absent: the chart itself. */
  readonly parent?: number;
  readonly type: ChartNode['type'];
}

/** Every state once, parents before what is in them, each as its definition has it. */
export function outlineOf(machine: AnyStateMachine): readonly OutlinedState[] {
  const outlined: OutlinedState[] = [];
  const add = (node: ChartNode, parent: number | undefined): void => {
    for (const child of Object.values(node.states)) {
      outlined.push({ id: child.path.join('.'), name: child.key, ...(parent === undefined ? {} : { parent }), type: child.type });
      add(child, outlined.length - 1);
    }
  };
  add(machine.root, undefined);
  return outlined;
}

/** The innermost states of each region, from the root down. */
export function leavesOf(value: StateValue, before = ''): readonly string[] {
  if (typeof value === 'string') return [`${before}${value}`];
  return Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined ? [] : Object.keys(inner).length === 0 ? [`${before}${name}`] : leavesOf(inner, `${before}${name}.`),
  );
}

/** Transitions of a state that lead somewhere, in the order of its definition; the event `''` is none: it leads on at once. */
export function transitionsOf(node: ChartNode): readonly { readonly event: string; readonly to: ChartNode }[] {
  const own = [...node.transitions.entries(), ...(node.always === undefined ? [] : [['', node.always] as const])];
  return own.flatMap(([event, transitions]) => transitions.flatMap(({ target }) => (target ?? []).map((to) => ({ event: eventWord(event), to }))));
}

/** Of a state and those around it, the innermost first; each way once. */
export function exitsOf(machine: AnyStateMachine, stateId: string): readonly { readonly event: string; readonly to: string }[] {
  const ways = new Map<string, { readonly event: string; readonly to: string }>();
  let node: ChartNode | undefined = stateId.split('.').reduce<ChartNode | undefined>((at, name) => at?.states[name], machine.root);
  for (; node !== undefined; node = node.parent) {
    for (const { event, to } of transitionsOf(node)) ways.set(`${event} ${to.path.join('.')}`, { event, to: to.path.join('.') });
  }
  return [...ways.values()];
}

/** `✓` an actor ended, `✗` it failed, `⏱` a named delay; what a person did without `ui.` before it. */
export function eventWord(type: string): string {
  if (type.startsWith('xstate.done.')) return '✓';
  if (type.startsWith('xstate.error.')) return '✗';
  const after = /^xstate\.after\.([^.]+)\./.exec(type);
  return after === null ? type.replace(/^ui\./, '') : `⏱ ${after[1] ?? ''}`;
}
