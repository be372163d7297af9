/** What the glass says is true when it says it, and says nothing of a person who is gone. */
import type { View, ViewBodyOf } from '../../../state-machines/view.ts';
import { loadedOnto } from '../cards.ts';
import type { World, Witness } from '../world.ts';

/** Screens in front of which nobody in particular stands. */
const NOBODY = new Set(['attract', 'starting', 'survey', 'goodbye']);
/** Every card of the town begins so: no View holds a whole card number. */
const CARD_NUMBER = /03105170010170|00004100000/;

export class ScreenOracle implements Witness {
  /** Reference numbers that stood on the glass. */
  readonly told = new Set<string>();
  readonly #world: World;
  /** Fen that the glass said are on the card, by reference. */
  readonly #delivered = new Map<string, { readonly tail: string; readonly amount: number }>();
  /** Fen that the glass said were paid back, by reference. */
  readonly refunded = new Map<string, number>();

  /** Whoever is at the help now has seen its keys before. */
  #seenKeys = false;

  constructor(world: World) {
    this.#world = world;
  }

  onView(view: View): void {
    const { body } = view;
    const text = JSON.stringify(body);
    if (CARD_NUMBER.test(text)) this.#world.violation('privacy', `a card number on ${body.kind}`);
    if (NOBODY.has(body.kind)) this.#saysNothing(body.kind, text);
    if ('reference' in body && body.reference !== undefined && body.reference !== '') this.told.add(body.reference);
    if (body.kind === 'done') this.#proved(body.reference, body.tail, body.amount, body.balanceAfter);
    if (body.kind === 'statement') this.#listed(body);
    if (body.kind === 'help-search') this.#typed(body);
    else if (!body.kind.startsWith('help-')) this.#seenKeys = false;
    if (body.kind === 'settled' && body.outcome === 'refunded' && body.tender !== 'pending') this.refunded.set(body.reference, body.amount);
  }

  #saysNothing(kind: string, text: string): void {
    const card = this.#world.cards.find(({ tail }) => text.includes(`"${tail}"`));
    if (card !== undefined) this.#world.violation('privacy', `${kind} still names card ${card.tail}`);
    if (/[A-Z]\d\d-\d{4}-/.test(text)) this.#world.violation('privacy', `${kind} still shows a reference number`);
  }

  /** The chip has it when the screen says so: all that was ever said of this card adds up to no more than it got. */
  #proved(reference: string, tail: string, amount: number, balanceAfter: number | undefined): void {
    this.#delivered.set(reference, { tail, amount });
    const card = this.#world.cards.find((known) => known.tail === tail);
    if (card === undefined) return this.#world.violation('screen', `success for a card ${tail} that nobody has`);
    const said = [...this.#delivered.values()].filter((known) => known.tail === tail).reduce((total, known) => total + known.amount, 0);
    if (said > loadedOnto(card))
      this.#world.violation('success before proof', `card ${tail}: the screen says ${said} fen in all, the chip got ${loadedOnto(card)}`);
    if (balanceAfter !== undefined && balanceAfter !== card.chip.balance)
      this.#world.violation('screen', `card ${tail}: the screen says ${balanceAfter} fen, the chip holds ${card.chip.balance}`);
    return undefined;
  }

  /** Whoever comes to the keys finds nothing of who stood there before; an answer, or whom one can reach, lies between the touches of one person. */
  #typed({ typed }: ViewBodyOf<'help-search'>): void {
    if (typed !== '' && !this.#seenKeys) this.#world.violation('privacy', `help-search shows "${typed}" to the next person`);
    this.#seenKeys = true;
  }

  /** All of it on one page: every load that the chip got is listed, and listed once. */
  #listed({ card: { tail }, lines, pages, total, range }: ViewBodyOf<'statement'>): void {
    const card = this.#world.cards.find((known) => known.tail === tail);
    if (card === undefined) return this.#world.violation('screen', `a statement of a card ${tail} that nobody has`);
    if (pages > 1 || (range === 'last10' && total >= 10)) return undefined;
    const listed = lines.filter(({ kind }) => kind === 'load').reduce((sum, { amount }) => sum + amount, 0);
    if (listed !== loadedOnto(card)) this.#world.violation('statement', `card ${tail}: ${listed} fen of loads are listed, the chip got ${loadedOnto(card)}`);
    return undefined;
  }

  /** At the end: what was said to be refunded is in the acquirer's books. */
  check(): void {
    const orders = this.#world.upstream.orders();
    for (const [reference, amount] of this.refunded) {
      const paidBack = orders.filter((order) => order.reference === reference).reduce((total, { refunded }) => total + refunded, 0);
      if (paidBack < amount) this.#world.violation('screen', `${reference}: the screen said ${amount} fen were refunded, the acquirer did ${paidBack}`);
    }
  }
}
