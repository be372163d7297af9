/** What a picture of a chart is made of: every state of every machine, once, and the ways out of each. */
import { describe, expect, test } from 'vitest';
import { StateMachine, type AnyStateMachine } from 'xstate';
import { eventWord, exitsOf, leavesOf, outlineOf } from '../../state-machines/chart-outline.ts';
import { charts } from '../../state-machines/charts.ts';
import { chartNames } from '../../state-machines/maintenance/rooms/charts-screens.ts';

type Definition = AnyStateMachine['root']['definition'];

/** By the definition that XState gives of a machine. */
function statesOf({ states }: Pick<Definition, 'states'>, around = ''): string[] {
  return Object.entries(states).flatMap(([name, definition]) => [`${around}${name}`, ...statesOf(definition, `${around}${name}.`)]);
}

describe.each(chartNames)('%s', (name) => {
  const outline = outlineOf(charts[name]);

  test('has every state once, each after the one around it', () => {
    expect(outline.map(({ id }) => id).toSorted()).toEqual(statesOf(charts[name].root.definition).toSorted());
    for (const [index, { id, name: own, parent }] of outline.entries()) {
      const around = parent === undefined ? '' : `${outline[parent]?.id ?? ''}.`;
      expect(id).toBe(`${around}${own}`);
      expect(parent ?? -1).toBeLessThan(index);
    }
  });

  test('leads from each of its states to states that it has', () => {
    const known = new Set(outline.map(({ id }) => id));
    for (const { id } of outline) for (const { to } of exitsOf(charts[name], id)) expect(known).toContain(to);
  });
});

test('every chart that a chart invokes has a name', () => {
  const named = new Set<unknown>(Object.values(charts));
  for (const machine of Object.values(charts)) {
    const invoked = Object.values(machine.implementations.actors).filter((actor) => actor instanceof StateMachine);
    for (const actor of invoked) expect(named).toContain(actor);
  }
});

test('the innermost states of each region, from the root down', () => {
  expect(leavesOf('idle')).toEqual(['idle']);
  expect(leavesOf({ load: 'committing' })).toEqual(['load.committing']);
  expect(leavesOf({ inside: { room: { box: {} }, watch: 'awake' } })).toEqual(['inside.room.box', 'inside.watch.awake']);
});

test.each([
  ['ui.confirm', 'confirm'],
  ['CARD.REMOVED', 'CARD.REMOVED'],
  ['xstate.done.actor.0.topUp.load.committing', '✓'],
  ['xstate.done.state.journal.load', '✓'],
  ['xstate.error.actor.rooms', '✗'],
  ['xstate.after.putBack.topUp.putBack', '⏱ putBack'],
])('%s is called %s', (type, word) => {
  expect(eventWord(type)).toBe(word);
});
