/** What `kioskctl settle` does with the journal of the terminal that a collector has stopped. Used by world.ts. */
import type { Clock } from '../../common/clock.ts';
import type { Fen } from '../../common/fen.ts';
import type { Random } from '../../common/ids.ts';
import type { NoteCounts } from '../../common/journal-kinds.ts';
import type { TerminalConfig } from '../../main/config/config.ts';
import { dataFilesOf } from '../../main/config/data-files.ts';
import { loadTerminalKey } from '../../main/identity/terminal-key.ts';
import { settle } from '../../main/maintenance/settlement.ts';
import { withStoppedJournal } from '../../main/maintenance/stopped-journal.ts';

/** @param notes what was counted. @returns place of the last entry */
export function settleStopped(config: TerminalConfig, clock: Clock, random: Random, notes: readonly Fen[]): Promise<number> {
  const { journal: path, terminalKey } = dataFilesOf(config);
  return withStoppedJournal({ path, key: loadTerminalKey(terminalKey), timeZone: config.terminal.timeZone, clock, random }, (journal, { cash }) => {
    const boxOut = cash.boxId ?? 'B-1';
    settle(journal, cash, { by: 'collector', boxOut, boxIn: `B-${Number(boxOut.slice(2)) + 1}`, counted: countsOf(notes) });
    return journal.head.seq;
  });
}

/** The largest denomination first. */
function countsOf(notes: readonly Fen[]): NoteCounts {
  const piles = Map.groupBy(notes, (note) => note);
  return [...piles].map(([denomination, pile]) => ({ denomination, count: pile.length })).sort((one, other) => other.denomination - one.denomination);
}
