/** What a printer is asked for its status, by its status set, and how the answer is read. Used by link.ts. */
import type { PrinterSaid, Splitter } from './byte-splitter.ts';
import { askStatus, decodeStatusAnswer, STATUS_QUESTIONS, type RawStatus } from './codec.ts';
import { ASK_FULL_STATUS } from './custom-codec.ts';
import { CustomSplitter } from './custom-splitter.ts';
import type { EscposProfile } from './profile.ts';
import { StatusSplitter } from './splitter.ts';

export interface StatusQuestion {
  readonly bytes: Uint8Array;
  /** What this answer says; `undefined`: it answers something else. */
  readonly read: (said: PrinterSaid) => Partial<RawStatus> | undefined;
}

export type StatusSet = Pick<EscposProfile, 'statusSet' | 'fixedBits'>;

/** All of them answered make the whole status. */
export function questionsOf({ statusSet, fixedBits }: StatusSet): readonly StatusQuestion[] {
  if (statusSet === 'custom') return [{ bytes: ASK_FULL_STATUS, read: (said) => (said.kind === 'fullStatus' ? said.status : undefined) }];
  const kind = fixedBits ? 'realTime' : 'single';
  return STATUS_QUESTIONS.map((question) => ({
    bytes: askStatus(question),
    read: (said) => (said.kind === kind ? decodeStatusAnswer(question, said.byte) : undefined),
  }));
}

export function splitterOf({ statusSet, fixedBits }: StatusSet): Splitter {
  return statusSet === 'custom' ? new CustomSplitter() : new StatusSplitter({ fixedBits });
}

/** Whether automatic status may be switched on: it must be tellable from everything else (sections 5.1 and 6.1). */
export function reportsChanges({ statusSet, fixedBits, confirm }: StatusSet & Pick<EscposProfile, 'confirm'>): boolean {
  return statusSet === 'epson' && fixedBits && confirm !== 'none';
}
