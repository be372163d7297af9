/**
 * Walks a statechart through every state it can reach, without running anything: for each state every event it listens to is tried with
 * every answer the world could give. Used to prove that no state is a trap.
 */
import { initialTransition, transition, type AnyMachineSnapshot, type AnyStateMachine, type EventObject } from 'xstate';

export interface WalkOptions {
  readonly machine: AnyStateMachine;
  readonly input: unknown;
  /** Outputs an actor may end with, by its source name. */
  readonly outputs: Readonly<Record<string, readonly unknown[]>>;
  /** Events of the outside, by type. */
  readonly events: Readonly<Record<string, readonly EventObject[]>>;
  /** What of a snapshot makes it another state: keep it small, or the walk never ends. */
  readonly key: (snapshot: AnyMachineSnapshot) => string;
}

export interface Place {
  readonly key: string;
  readonly snapshot: AnyMachineSnapshot;
  readonly done: boolean;
  /** Keys reached by a person or the outside world, which may never come. */
  readonly byOthers: Set<string>;
  /** Keys reached by the end of an actor or of a delay, which always come. */
  readonly byItself: Set<string>;
}

const MOST_PLACES = 20_000;

export function walk(options: WalkOptions): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const [start] = initialTransition(options.machine, options.input as never);
  const queue = [enter(places, options, start as AnyMachineSnapshot)];
  for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
    if (places.size > MOST_PLACES) throw new Error('the walk does not end: its key is too fine');
    if (place.done) continue;
    for (const { event, certain } of eventsOf(place.snapshot, options)) {
      const [next] = transition(options.machine, place.snapshot, event);
      const known = places.size;
      const there = enter(places, options, next as AnyMachineSnapshot);
      (certain ? place.byItself : place.byOthers).add(there.key);
      if (places.size > known) queue.push(there);
    }
  }
  return places;
}

/** Places from which the end can't be reached by what happens by itself: traps for a person who walked away. */
export function traps(places: ReadonlyMap<string, Place>): readonly string[] {
  const good = new Set([...places.values()].filter((place) => place.done).map((place) => place.key));
  for (let grew = true; grew;) {
    grew = false;
    for (const place of places.values()) {
      if (!good.has(place.key) && [...place.byItself].some((next) => good.has(next))) {
        good.add(place.key);
        grew = true;
      }
    }
  }
  return [...places.keys()].filter((key) => !good.has(key));
}

function enter(places: Map<string, Place>, options: WalkOptions, snapshot: AnyMachineSnapshot): Place {
  if (snapshot.status === 'error') throw new Error(`the chart failed: ${String(snapshot.error)} in ${options.key(snapshot)}`);
  const key = options.key(snapshot);
  const known = places.get(key);
  if (known !== undefined) return known;
  const place: Place = { key, snapshot, done: snapshot.status === 'done', byOthers: new Set(), byItself: new Set() };
  places.set(key, place);
  return place;
}

function eventsOf(snapshot: AnyMachineSnapshot, options: WalkOptions): readonly { event: EventObject; certain: boolean }[] {
  const found = new Map<string, { event: EventObject; certain: boolean }>();
  for (const node of snapshot._nodes) {
    for (const invocation of node.invoke) {
      const src = typeof invocation.src === 'string' ? invocation.src : '';
      const outputs = options.outputs[src];
      if (outputs === undefined) throw new Error(`no outputs are listed for the actor ${src}`);
      outputs.forEach((output, index) => {
        const type = `xstate.done.actor.${invocation.id}`;
        found.set(`${type}#${index}`, { event: { type, output, actorId: invocation.id } as EventObject, certain: true });
      });
      if (outputs.length > 0) {
        const type = `xstate.error.actor.${invocation.id}`;
        found.set(type, { event: { type, error: new Error('unexpected'), actorId: invocation.id } as EventObject, certain: false });
      }
    }
    for (const descriptor of node.transitions.keys()) {
      if (descriptor.startsWith('xstate.after.')) found.set(descriptor, { event: { type: descriptor }, certain: true });
      else if (!descriptor.startsWith('xstate.') && descriptor !== '') {
        const events = options.events[descriptor];
        if (events === undefined) throw new Error(`no events are listed for ${descriptor}`);
        events.forEach((event, index) => found.set(`${descriptor}#${index}`, { event, certain: false }));
      }
    }
  }
  return [...found.values()];
}
