/**
 * What is said of calls back is true: no number stands on the glass before it is on disk; "booked" only when the desk has it, at the time that
 * is said; and a booking that was written is one there, with one place, whatever happened in between.
 */
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { View } from '../../../state-machines/view.ts';
import type { World, Witness } from '../world.ts';
import { readSubmissions } from './desk.ts';

/** Of the time zone in which simulated terminals stand. */
const SHANGHAI = '+08:00';

export class CallbackOracle implements Witness {
  readonly #world: World;
  readonly #written = new Set<string>();

  constructor(world: World) {
    this.#world = world;
  }

  onEntry(entry: NewEntry): void {
    if (entry.kind === 'desk.submitting') this.#written.add(entry.body.reference);
  }

  onView({ body }: View): void {
    if (body.kind !== 'callback-told') return;
    const { number, state, start } = body;
    if (!this.#written.has(number)) this.#world.violation('call back before disk', `${number} is on the screen and in no journal`);
    if (state !== 'booked') return;
    const at = Date.parse(`${start}${SHANGHAI}`);
    if (!this.#world.upstream.callbacks().some((callback) => callback.number === number && callback.start === at))
      this.#world.violation('call back before proof', `${number} is said to be booked for ${start}, which the desk does not know`);
  }
}

export function checkCallbacks(world: World): void {
  const callbacks = world.upstream.callbacks();
  const stories = readSubmissions(world.journal, 'callback.booked');
  for (const { submissionId, state } of stories) {
    const own = callbacks.filter(({ callbackId }) => callbackId === submissionId);
    if (state.state === 'open') world.violation('call back', `${submissionId} never got an answer`);
    if (state.state === 'refused') world.violation('call back', `${submissionId} was refused: ${state.code}`);
    if (own.length !== 1) world.violation('call back', `${submissionId} is ${own.length} bookings at the desk`);
    else if (own[0]?.number !== state.submission.reference) world.violation('call back', `${submissionId} has another number at the desk`);
  }
  if (callbacks.length > stories.length) world.violation('call back', `the desk has ${callbacks.length} bookings, ${stories.length} were written here`);
  for (const callbackId of world.upstream.misplacedCallbacks()) world.violation('call back', `${callbackId} does not hold one place`);
}
