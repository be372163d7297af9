/** What a terminal keeps, and where: the names in its data folder. For the process and for the command line, which looks where the process did. */
import path from 'node:path';
import type { TerminalConfig } from './config.ts';

export interface DataFiles {
  readonly journal: string;
  /** The journal's second file, when it has a folder of its own; else it is beside the journal. */
  readonly secondFile: string | undefined;
  readonly answerCounts: string;
  readonly terminalKey: string;
  /** For one-time codes of staff; the operator puts it there. */
  readonly staffSecret: string;
  /** What the support desk promises, signed. */
  readonly deskSheet: string;
  /** Upstream's. */
  readonly serverKey: string;
  /** The last readiness report, signed. */
  readonly readiness: string;
  /** What the running terminal says of itself, for kioskctl. */
  readonly state: string;
  /** Of the process that runs, while it runs. */
  readonly processId: string;
}

export function dataFilesOf({ data: { folder, secondFolder } }: Pick<TerminalConfig, 'data'>): DataFiles {
  return {
    journal: path.join(folder, 'journal.sqlite'),
    secondFile: secondFolder === undefined ? undefined : path.join(secondFolder, 'journal.second'),
    answerCounts: path.join(folder, 'answer-counts.sqlite'),
    deskSheet: path.join(folder, 'desk-sheet.jws'),
    staffSecret: path.join(folder, 'staff-secret'),
    terminalKey: path.join(folder, 'terminal-key.pem'),
    serverKey: path.join(folder, 'server-key.json'),
    readiness: path.join(folder, 'readiness.jws'),
    state: path.join(folder, 'terminal-state.json'),
    processId: path.join(folder, 'terminal.pid'),
  };
}
