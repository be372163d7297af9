/** The rooms of staff: on the glass only while a visit stands that is on disk, begun in this life of the terminal; and no money moves meanwhile. */
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { View } from '../../../state-machines/view.ts';
import type { World, Witness } from '../world.ts';

export class StaffOracle implements Witness {
  readonly #world: World;
  /** In which life somebody signed in; nobody is in: absent. */
  #since: number | undefined;
  /** Of what is on the glass. */
  #inside = false;

  constructor(world: World) {
    this.#world = world;
  }

  onEntry(entry: NewEntry): void {
    if (entry.kind === 'maintenance.signedIn' && entry.body.purpose === 'visit') this.#since = this.#world.lives;
    if (entry.kind === 'maintenance.signedOut') this.#since = undefined;
    const taken = entry.kind === 'cash.stacked' || entry.kind === 'payment.requested' || entry.kind === 'load.committing';
    if (taken && this.#inside) this.#world.violation('sale during maintenance', `${entry.kind} while staff is inside`);
  }

  onView({ body }: View): void {
    this.#inside = body.kind.startsWith('maintenance-') && body.kind !== 'maintenance-sign-in';
    if (this.#inside && this.#since !== this.#world.lives) this.#world.violation('inside without a visit', `${body.kind}, and nobody signed in in this life`);
  }
}
