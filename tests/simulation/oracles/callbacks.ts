/**
 * What is said of calls back is true: no number stands on the glass before what was asked is on disk; "booked", "changed" and "cancelled" only
 * when the desk has it so; a booking that was written is one there, with one place, and a change is made of it once, whatever happened in between.
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
    if (entry.kind === 'desk.submitting') this.#written.add(`${entry.body.envelope} ${entry.body.reference}`);
  }

  onView({ body }: View): void {
    if (body.kind !== 'callback-told') return;
    const { number, state, change, start } = body;
    const envelope = change === undefined ? 'callback.booked' : ENVELOPES[change];
    if (!this.#written.has(`${envelope} ${number}`)) this.#world.violation('call back before disk', `${number} is on the screen and in no journal`);
    if (state !== 'booked') return;
    const at = Date.parse(`${start}${SHANGHAI}`);
    const wanted = change === 'cancel' ? 'cancelled' : 'booked';
    if (!this.#world.upstream.callbacks().some((callback) => callback.number === number && callback.start === at && callback.state === wanted))
      this.#world.violation('call back before proof', `${number} is said to be ${wanted} for ${start}, which the desk does not know`);
  }
}

const ENVELOPES = { move: 'callback.rebooked', cancel: 'callback.cancelled' } as const;
/** What stays as it is, and why: somebody was faster, or it is another by now than the person was told. */
const MAY_BE_REFUSED: readonly string[] = ['slotFull', 'noSuchSlot', 'callbackMoved', 'callbackOver'];

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
  for (const callbackId of world.upstream.misplacedCallbacks()) world.violation('call back', `${callbackId} does not hold the place that it should`);
  checkChanges(world, 'rebooked');
  checkChanges(world, 'cancelled');
}

/** As often as the desk said that it has a change, and no more, it was made. */
function checkChanges(world: World, event: 'rebooked' | 'cancelled'): void {
  const stored = new Map<string, number>();
  for (const { submissionId, state } of readSubmissions(world.journal, `callback.${event}`)) {
    if (state.state === 'open') world.violation('call back', `the change ${submissionId} never got an answer`);
    if (state.state === 'refused' && !MAY_BE_REFUSED.includes(state.code))
      world.violation('call back', `the change ${submissionId} was refused: ${state.code}`);
    if (state.state === 'stored') stored.set(state.submission.reference, (stored.get(state.submission.reference) ?? 0) + 1);
  }
  for (const { callbackId, number, state } of world.upstream.callbacks()) {
    const made = world.upstream.callbackChanges().filter((change) => change.callbackId === callbackId && change.event === event).length;
    const wanted = stored.get(number) ?? 0;
    if (made !== wanted) world.violation('call back', `${number} was ${event} ${made} times, ${wanted} were told`);
    if (event === 'cancelled' && made > 0 && state !== 'cancelled') world.violation('call back', `${number} was cancelled and is ${state}`);
  }
}
