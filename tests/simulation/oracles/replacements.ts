/**
 * A new card is whole and its issuer's when a hand has it, and never before; a fee is earned by a card that somebody has, and by nothing else: otherwise it is
 * back, owed, or in a case. What the terminal says of a new card is what the issuer has.
 */
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { View } from '../../../state-machines/view.ts';
import type { SimulatedCard } from '../../../drivers/card-reader/simulated-card.ts';
import { isWhole, type Blank } from '../blanks.ts';
import type { World, Witness } from '../world.ts';
import type { Story } from './ledger.ts';

export class ReplacementOracle implements Witness {
  readonly #world: World;
  /** Numbers of the blanks that were begun, by what the terminal calls them. */
  readonly #serials = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Whoever takes it later, a technician perhaps: that it was handed over is written down when it was. */
  onEntry(entry: NewEntry): void {
    if (entry.kind === 'replacement.writing') this.#serials.set(entry.body.blankId, entry.body.card.serial);
    if (entry.kind !== 'replacement.delivered') return;
    const serial = this.#serials.get(entry.body.blankId);
    const plastic = this.#world.blanks.find((blank) => blank.serial === serial)?.plastic;
    const { reader } = this.#world.cabinet;
    if (plastic !== undefined && (reader.card?.card === plastic || reader.bin.includes(plastic)))
      this.#world.violation('fee', `new card ${serial ?? ''} counts as handed over, and is in the machine`);
  }

  /** From the gate, by whoever stands there. */
  onCardTaken(plastic: SimulatedCard): void {
    const blank = this.#world.blanks.find((known) => known.plastic === plastic);
    if (blank !== undefined && !isGood(this.#world, blank)) this.#world.violation('half-written card', `blank ${blank.serial} left the terminal`);
  }

  onView({ body }: View): void {
    if (body.kind !== 'replace-take' && body.kind !== 'replace-done') return;
    const blank = this.#world.blanks.find(({ serial }) => serial.endsWith(body.tail));
    if (blank === undefined || !isGood(this.#world, blank)) this.#world.violation('screen', `${body.kind} speaks of card ${body.tail}, which is no good`);
    else if (body.kind === 'replace-done' && !this.#world.cardsTaken.includes(blank.plastic))
      this.#world.violation('screen', `card ${body.tail} is said to be handed out, and is in the machine`);
  }
}

function isGood(world: World, blank: Blank): boolean {
  return isWhole(blank) && world.upstream.replacements().some(({ newSerial }) => newSerial === blank.serial);
}

/** At rest the issuer has heard how each one ended. */
export function replacementsWait(ledger: readonly Story[]): boolean {
  return ledger.some(({ state: { replacement } }) => replacement?.state === 'granting' || replacement?.state === 'granted');
}

export function checkReplacements(world: World, ledger: readonly Story[]): void {
  const atIssuer = world.upstream.replacements();
  for (const { reference, state } of ledger) {
    const { replacement, blanks, opened, earned, closed } = state;
    if (opened?.type !== 'replacement' || replacement === undefined || closed === undefined) continue;
    const taken = blanks.find((blank) => blank.state === 'taken');
    const plastic = world.blanks.find(({ serial }) => serial === taken?.card?.serial)?.plastic;
    if (earned > 0 && (plastic === undefined || !world.cardsTaken.includes(plastic)))
      world.violation('fee', `${reference}: ${earned} fen are earned, and nobody has the new card`);
    const known = atIssuer.find(({ replacementId }) => replacementId === replacement.replacementId);
    if (replacement.state === 'granting' || replacement.state === 'granted') world.violation('replacement', `${reference}: the issuer never heard its end`);
    if (taken !== undefined && known?.delivery !== 'taken') world.violation('replacement', `${reference}: taken here, ${known?.delivery ?? 'nothing'} there`);
    if (taken === undefined && known !== undefined && known.delivery === 'taken') world.violation('replacement', `${reference}: taken there, and not here`);
    if (taken === undefined && known?.newSerial !== undefined && known.newSerial !== null && known.delivery !== 'captured')
      world.violation('replacement', `${reference}: the issuer has ${known.newSerial} in use, and nobody has it`);
  }
  for (const plastic of world.cardsTaken) {
    const serial = world.blanks.find((blank) => blank.plastic === plastic)?.serial;
    if (serial === undefined) continue;
    const paid = ledger.some(({ state }) => state.earned > 0 && state.blanks.some((blank) => blank.state === 'taken' && blank.card?.serial === serial));
    // Offered, and then out of the reader's reach: its case holds the fee until staff knows who has the card, which its issuer has blocked.
    const asked = ledger.some(
      ({ state }) =>
        state.owed > 0 &&
        state.blanks.some((blank) => blank.presented && (blank.state === 'stuck' || blank.state === 'freed') && blank.card?.serial === serial),
    );
    if (!paid && !asked) world.violation('fee', `somebody has new card ${serial}, and no fee is earned for it`);
  }
}
