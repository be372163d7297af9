/** What `kioskctl settle` does with the journal of the terminal that a collector has stopped. Used by world.ts. */
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import type { NoteCounts } from '../../common/journal-kinds.ts';
import type { TerminalConfig } from '../../main/config/config.ts';
import { dataFilesOf } from '../../main/config/data-files.ts';
import { loadTerminalKey } from '../../main/identity/terminal-key.ts';
import { settle } from '../../main/maintenance/settlement.ts';
import { withStoppedJournal } from '../../main/maintenance/stopped-journal.ts';

/** The box that came out with what is in it, and the one that is in now; labels. */
export interface ChangedBox {
  readonly boxOut: string;
  readonly boxIn: string;
  readonly counted: NoteCounts;
}

export interface SettledStopped {
  readonly settlementId: string;
  /** Place of the last entry. */
  readonly lastSeq: number;
}

/** One that somebody began before goes on under the labels that it was begun with. */
export function settleStopped(config: TerminalConfig, clock: Clock, random: Random, { boxOut, boxIn, counted }: ChangedBox): Promise<SettledStopped> {
  const { journal: path, terminalKey } = dataFilesOf(config);
  return withStoppedJournal({ path, key: loadTerminalKey(terminalKey), timeZone: config.terminal.timeZone, clock, random }, (journal, { cash }) => {
    const begun = cash.settlements.find(({ phase }) => phase === 'opened' || phase === 'removed');
    const labels = begun === undefined ? { boxOut: cash.boxId ?? boxOut, boxIn } : { settlementId: begun.settlementId };
    const { settlement } = settle(journal, cash, { by: 'collector', ...labels, counted });
    return { settlementId: settlement.settlementId, lastSeq: journal.head.seq };
  });
}
