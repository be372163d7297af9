/**
 * Between the ring and the host: new events one after the other, each handled once, a credit only when the host has written it down. While
 * one is owed the later ones wait here, so that polling goes on and none falls out of the ring. Keeps what a restarted process must know.
 * Used by the bill and the coin driver.
 */
import type { AcceptorMemory } from '../cash-acceptor.ts';
import type { EventRing } from './codec.ts';
import { ringStep, type NewEvent, type RingMark } from './event-ring.ts';
import { memoryText, readMemory, type AcceptedBefore } from './memory.ts';

/** `owed`: it must be offered again; nothing after it is handled before. */
export type Handled = 'done' | 'owed';

export class EventDesk {
  readonly #memory: AcceptorMemory | undefined;
  readonly #wake: () => void;
  #queue: NewEvent[] = [];
  /** The ring as it was last read. */
  #read: RingMark | undefined;
  #handled: RingMark | undefined;
  #accepted: AcceptedBefore | undefined;
  #kept: string | undefined;
  #crediting: NewEvent | undefined;
  #settled: NewEvent | undefined;
  #refused = false;

  /** @param wake called when a credit is settled */
  constructor(memory: AcceptorMemory | undefined, wake: () => void) {
    this.#memory = memory;
    this.#wake = wake;
  }

  /** Accept counter when the bill in question came to stand in escrow. */
  get accepted(): AcceptedBefore | undefined {
    return this.#accepted;
  }

  set accepted(value: AcceptedBefore | undefined) {
    this.#accepted = value;
  }

  /** How far things are handled. */
  get handled(): RingMark | undefined {
    return this.#handled;
  }

  get isOwing(): boolean {
    return this.#queue.length > 0;
  }

  /** The host could not write the credit that is owed. */
  get isRefused(): boolean {
    return this.#refused;
  }

  /** A new process starts from what was kept; the same one knows more than that. */
  recall(): void {
    if (this.#read !== undefined) return;
    const remembered = readMemory(this.#memory?.read());
    this.#read = remembered?.mark;
    this.#handled = remembered?.mark;
    this.#accepted = remembered?.accepted;
  }

  /**
   * Takes a ring as it was just read. `first`: nothing was known before, so its events are a baseline and never told; so are they after
   * `lost`. What was queued before stays to be handled.
   */
  take(ring: EventRing): 'first' | 'new' | 'powerUp' | 'lost' {
    const before = this.#read;
    this.#read = ring;
    const step = before === undefined ? undefined : ringStep(before, ring);
    if (step !== undefined && step.kind !== 'lost') this.#queue.push(...step.events);
    if (this.#queue.length === 0) this.#handled = ring;
    return step?.kind ?? 'first';
  }

  /** Handles what waits, in order, and keeps how far it came. */
  async drain(handle: (event: NewEvent) => Promise<Handled>): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if ((await handle(next)) === 'owed') break;
      this.#queue.shift();
      this.#handled = next.mark;
    }
    if (this.#queue.length === 0) this.#handled = this.#read;
    await this.keep();
  }

  /** Offers a credit to the host, once at a time. */
  offer(event: NewEvent, call: (memory: string | undefined) => Promise<void>): Handled {
    if (this.#settled === event) {
      this.#settled = undefined;
      this.#accepted = undefined;
      return 'done';
    }
    if (this.#crediting === undefined) void this.#credit(event, call);
    return 'owed';
  }

  /** What a restarted process must know. A host that can't write now is told by its own credits; here it only costs an alarm later. */
  async keep(): Promise<void> {
    if (this.#memory === undefined || this.#handled === undefined) return;
    const text = memoryText({ mark: this.#handled, accepted: this.#accepted });
    if (text === this.#kept) return;
    await this.#memory.keep(text).then(
      () => (this.#kept = text),
      () => undefined,
    );
  }

  async #credit(event: NewEvent, call: (memory: string | undefined) => Promise<void>): Promise<void> {
    this.#crediting = event;
    try {
      await call(this.#memory === undefined ? undefined : memoryText({ mark: event.mark }));
      this.#settled = event;
      this.#refused = false;
    } catch {
      // Not written down by the host: it stays owed and is offered again with the next poll.
      this.#refused = true;
    }
    this.#crediting = undefined;
    if (!this.#refused) this.#wake();
  }
}
