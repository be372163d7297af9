/**
 * A set of listeners: the one way transports, devices and simulators tell the world something.
 */
import type { Unsubscribe } from '../common/unsubscribe.ts';

export class Listeners<T> {
  readonly #set = new Set<(value: T) => void>();

  add(listener: (value: T) => void): Unsubscribe {
    // A wrapper of its own, so that the same function may listen twice and each subscription ends by itself.
    const entry = (value: T): void => listener(value);
    this.#set.add(entry);
    return () => void this.#set.delete(entry);
  }

  emit(value: T): void {
    const present = [...this.#set]; // who subscribes while this is told hears only the next one
    for (const listener of present) listener(value);
  }
}
