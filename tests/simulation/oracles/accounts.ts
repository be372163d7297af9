/**
 * What the issuer does to a card or to its account is said only when it is so: a card is called active, extended or released when chip and books
 * have it; at rest no script is half done without its entry, and journal and issuer agree on every script, release and password.
 */
import { foldCardScript, type CardScriptState } from '../../../common/card-script.ts';
import type { JournalEntry } from '../../../common/journal-entry.ts';
import type { View } from '../../../state-machines/view.ts';
import type { TownCard } from '../cards.ts';
import type { World, Witness } from '../world.ts';
import { readEntries } from './ledger.ts';

export class AccountOracle implements Witness {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  onView({ body }: View): void {
    if (body.kind !== 'account-told') return;
    const card = this.#world.cards.find(({ tail }) => tail === body.tail);
    if (card === undefined) return this.#world.violation('screen', `a service for a card ${body.tail} that nobody has`);
    if (body.state === 'activated' && !isEnabled(card)) this.#world.violation('account before proof', `card ${body.tail} is called active and is not`);
    if (body.state === 'unblocked' && card.chip.blocked)
      this.#world.violation('account before proof', `card ${body.tail} is said to work again and is blocked`);
    if (body.state === 'extended' && validUntil(card) !== body.until)
      this.#world.violation('account before proof', `card ${body.tail} is said to be valid until ${body.until ?? ''}, it says ${validUntil(card)}`);
    if (body.state === 'released' && this.#world.upstream.releases().every(({ serial, refused }) => refused || serial !== card.serial))
      this.#world.violation('account before proof', `card ${body.tail} is said to be released, the issuer never did`);
    return undefined;
  }
}

/** File 15 as the chip has it (card-application.md 1.3). */
function file15(card: TownCard): string {
  return card.chip.file15;
}

function isEnabled(card: TownCard): boolean {
  return file15(card).slice(16, 18) !== '00';
}

function validUntil(card: TownCard): string {
  const date = file15(card).slice(48, 56);
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
}

interface ScriptStory {
  readonly scriptId: string;
  readonly state: CardScriptState;
}

/** @throws what the fold says of entries that no correct terminal writes */
function readScripts(journal: string): readonly ScriptStory[] {
  return storiesOf(journal, 'script.').map(([scriptId, own]) => ({ scriptId, state: foldCardScript(own) }));
}

function storiesOf(journal: string, prefix: string): readonly (readonly [string, readonly JournalEntry[]])[] {
  const entries = readEntries(journal).filter(({ kind }) => kind.startsWith(prefix));
  return [...Map.groupBy(entries, ({ transactionId = '' }) => transactionId)];
}

const isAnswered = (own: readonly JournalEntry[]): boolean =>
  own.some(({ kind }) => kind === 'release.released' || kind === 'release.refused' || kind === 'password.set' || kind === 'password.refused');

/** A number that a person was given for a script, a release or a password. */
export function isAccountNumber({ journal }: World, reference: string): boolean {
  const asked = [...storiesOf(journal, 'release.'), ...storiesOf(journal, 'password.')].flatMap(([, own]) => own);
  return (
    readScripts(journal).some(({ state }) => 'ask' in state && state.ask.reference === reference) ||
    asked.some(({ body }) => typeof body === 'object' && body !== null && 'reference' in body && body.reference === reference)
  );
}

/** What the terminal settles without a card. */
export function accountsWait(world: World): boolean {
  const { journal } = world;
  const asked = [...storiesOf(journal, 'release.'), ...storiesOf(journal, 'password.')];
  return asked.some(([, own]) => !isAnswered(own)) || readScripts(journal).some(({ state }) => isUntouched(state));
}

function isUntouched(state: CardScriptState): boolean {
  return state.state === 'asked' || (state.state === 'running' && state.last === undefined);
}

/** Cards whose script goes on when they come back. */
export function unfinishedCards(world: World): readonly TownCard[] {
  const open = readScripts(world.journal).flatMap(({ state }) => (state.state === 'running' ? [state.ask.card.serial] : []));
  return world.cards.filter(({ serial }) => open.includes(serial));
}

export function checkAccounts(world: World): void {
  if (accountsWait(world)) world.violation('account', 'a release, a password or a script that touched no card never got an answer');
  const scripts = readScripts(world.journal);
  const atIssuer = new Map(world.upstream.scripts().map(({ scriptId, state }) => [scriptId, state]));
  for (const { scriptId, state } of scripts) {
    const there = atIssuer.get(scriptId);
    if (state.state === 'confirmed' && there !== 'confirmed')
      world.violation('account', `script ${scriptId} is confirmed here and ${there ?? 'unknown'} there`);
    if (state.state === 'abandoned' && there === 'confirmed') world.violation('account', `script ${scriptId} is given up here and confirmed there`);
  }
  const changed = world.cards.filter((card) => (card.kind === 'notActivated' && isEnabled(card)) || (card.kind === 'blocked' && !card.chip.blocked));
  for (const card of changed) {
    const touched = scripts.some(({ state }) => 'ask' in state && state.ask.card.serial === card.serial && !isUntouched(state) && state.state !== 'refused');
    if (!touched) world.violation('account', `card ${card.tail} was ${card.kind} and works, and no entry announced it`);
  }
  const changes = new Map(world.upstream.passwordChanges().map(({ changeId, refused }) => [changeId, refused]));
  for (const [changeId, own] of storiesOf(world.journal, 'password.')) {
    const set = own.some(({ kind }) => kind === 'password.set');
    if (set !== (changes.get(changeId) === false)) world.violation('account', `password ${changeId} is ${set ? '' : 'not '}set here and otherwise there`);
  }
  const releases = new Map(world.upstream.releases().map(({ releaseId, refused }) => [releaseId, refused]));
  for (const [releaseId, own] of storiesOf(world.journal, 'release.')) {
    const released = own.some(({ kind }) => kind === 'release.released');
    if (released !== (releases.get(releaseId) === false))
      world.violation('account', `release ${releaseId} is ${released ? '' : 'not '}done here and otherwise there`);
  }
}
