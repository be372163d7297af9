/**
 * What a running terminal says of itself to whoever looks from beside it (`kioskctl status`): the state that upstream is told, in a file of its
 * own (config/data-files.ts), written when it changed and now and then all the same. Never read by the terminal.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import { terminalStateSchema, type TerminalState } from '../../common/upstream-api/terminals.ts';

const stateFileSchema = z.strictObject({
  /** ms since 1970, when it was written. */
  at: z.int(),
  link: z.enum(['online', 'offline', 'refused']),
  state: terminalStateSchema,
});
export type WrittenState = z.infer<typeof stateFileSchema>;

/** ms */
export const stateFileDelays = {
  look: 5000, // whoever asks by SSH sees what happened before they typed
  again: 60_000, // a file that stays older than this was left by a process that is gone, or hangs
} as const;

/** Lost at a power cut without harm: the next process writes it anew. */
export function writeState(file: string, written: WrittenState): void {
  writeFileSync(`${file}.new`, JSON.stringify(written));
  renameSync(`${file}.new`, file);
}

/** `undefined`: there is none, or none of this version. */
export function readState(file: string): WrittenState | undefined {
  try {
    return stateFileSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

export interface StateTeller {
  readonly clock: Clock;
  readonly link: () => WrittenState['link'];
  /** `undefined`: it isn't known now. */
  readonly state: () => TerminalState | undefined;
  readonly tell: (written: WrittenState) => void;
}

export function tellStates({ clock, link, state, tell }: StateTeller): { stop(): void } {
  let told: { readonly text: string; readonly at: number } | undefined;
  let timer = clock.setTimeout(look, 0);
  function look(): void {
    const now = state();
    const current = now === undefined ? undefined : { link: link(), state: now };
    const text = JSON.stringify(current);
    if (current !== undefined && (told?.text !== text || clock.monotonic() - told.at >= stateFileDelays.again)) {
      tell({ at: clock.now(), ...current });
      told = { text, at: clock.monotonic() };
    }
    timer = clock.setTimeout(look, stateFileDelays.look);
  }
  return { stop: () => clock.clearTimeout(timer) };
}
