/** The journal proves itself, nothing is left open, and whoever is owed something was told the number that says so. */
import { verifyJournal } from '../../../main/journal/verify.ts';
import type { World } from '../world.ts';
import { hasOpenCase, type Story } from './ledger.ts';

export function checkJournal(world: World, ledger: readonly Story[], told: ReadonlySet<string>): void {
  const proved = verifyJournal(world.journal);
  if (!proved.ok) world.violation('verify', JSON.stringify(proved.break));
  else if (proved.balances['cardholder.held'] !== 0) world.violation('held', `${proved.balances['cardholder.held']} fen are held while nothing is open`);
  const { head, anomalies } = world.upstream.journal();
  if (anomalies > 0) world.violation('uplink', `${anomalies} entries did not fit upstream`);
  const last = (proved.pruned?.upToSeq ?? 0) + proved.entries;
  if (head > last) world.violation('acknowledged', `upstream has ${head} entries, the terminal ${last}`);
  checkStories(world, ledger, told);
}

/** Upstream has every entry that the terminal wrote. */
export function hasArrived(world: World): boolean {
  return world.upstream.journal().head >= world.lastSeq;
}

export function checkArrived(world: World): void {
  if (!hasArrived(world)) world.violation('uplink', `upstream has ${world.upstream.journal().head} of ${world.lastSeq} entries and is sent no more`);
}

export function checkStories(world: World, ledger: readonly Story[], told: ReadonlySet<string>): void {
  for (const story of ledger) {
    const { state, reference, kinds } = story;
    if (state.anomalies.length > 0) world.violation('fold', `${reference}: ${JSON.stringify(state.anomalies)}`);
    if (state.closed === undefined) world.violation('open', `${reference} is not closed: ${kinds.join(' ')}`);
    if ((hasOpenCase(story) || state.owed > 0) && !told.has(reference)) world.violation('untold', `nobody was told ${reference}: ${kinds.join(' ')}`);
  }
}
