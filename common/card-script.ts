/**
 * An issuer's script on a card is a fold over its entries: how far it came, and what must be said of the last command. Pure and total. Used by
 * the runner (state-machines/card-script.ts), the recovery (main/terminal/recovery) and the simulation's oracles.
 */
import { journalKinds, type JournalBody, type JournalKind } from './journal-kinds.ts';

/** The part of an entry that this fold reads. */
export interface ScriptEntry {
  readonly kind: JournalKind;
  readonly body: unknown;
}

export type ScriptAsk = JournalBody<'script.asking'>;

/** The last command that was announced. `status`: SW1 SW2; absent: nobody knows what became of it. */
export interface LastCommand {
  readonly step: number;
  readonly status?: string;
}

export type CardScriptState =
  /** Before the first entry. */
  | { readonly state: 'none' }
  /** The issuer was about to be asked, and nobody knows what it said: the card is untouched. */
  | { readonly state: 'asked'; readonly ask: ScriptAsk }
  /** Without `last` the card is untouched. `told`: the person has the number. */
  | { readonly state: 'running'; readonly ask: ScriptAsk; readonly steps: number; readonly last?: LastCommand; readonly told: boolean }
  | { readonly state: 'refused'; readonly ask: ScriptAsk; readonly code: string }
  | { readonly state: 'confirmed'; readonly ask: ScriptAsk }
  | { readonly state: 'failed'; readonly ask: ScriptAsk; readonly code: string }
  | { readonly state: 'abandoned'; readonly ask: ScriptAsk };

/** Kinds that end a script: one of them, once. */
export const SCRIPT_ENDS = ['script.refused', 'script.confirmed', 'script.failed', 'script.abandoned'] as const satisfies readonly JournalKind[];

/** @throws {Error} on entries that no correct terminal writes, e.g. a command of a script that was not issued */
export function foldCardScript(entries: Iterable<ScriptEntry>): CardScriptState {
  let state: CardScriptState = { state: 'none' };
  for (const { kind, body } of entries) if (isScriptKind(kind)) state = step(state, kind, body);
  return state;
}

type ScriptKind = Extract<JournalKind, `script.${string}`>;

function isScriptKind(kind: JournalKind): kind is ScriptKind {
  return kind.startsWith('script.');
}

function step(state: CardScriptState, kind: ScriptKind, body: unknown): CardScriptState {
  if (kind === 'script.asking') {
    if (state.state !== 'none') throw new Error('a script is asked for twice');
    return { state: 'asked', ask: journalKinds[kind].parse(body) };
  }
  if (state.state === 'asked') return answered(state.ask, kind, body);
  if (state.state === 'running') return progressed(state, kind, body);
  throw new Error(`${kind} after ${state.state}`);
}

type Following = Exclude<ScriptKind, 'script.asking'>;

function answered(ask: ScriptAsk, kind: Following, body: unknown): CardScriptState {
  if (kind === 'script.issued') return { state: 'running', ask, steps: journalKinds[kind].parse(body).steps, told: false };
  if (kind === 'script.refused') return { state: 'refused', ask, code: journalKinds[kind].parse(body).code };
  if (kind === 'script.abandoned') return { state: 'abandoned', ask };
  throw new Error(`${kind} of a script that was not issued`);
}

type Running = Extract<CardScriptState, { state: 'running' }>;

function progressed(state: Running, kind: Following, body: unknown): CardScriptState {
  const { ask } = state;
  switch (kind) {
    case 'script.sending':
      return { ...state, last: { step: journalKinds[kind].parse(body).step } };
    case 'script.answered': {
      const { step: number, status } = journalKinds[kind].parse(body);
      if (state.last?.step !== number) throw new Error(`an answer to command ${number}, which was not announced`);
      return { ...state, last: { step: number, ...(status === undefined ? {} : { status }) } };
    }
    case 'script.left':
      return { ...state, told: true };
    case 'script.confirmed':
      return { state: 'confirmed', ask };
    case 'script.failed':
      return { state: 'failed', ask, code: journalKinds[kind].parse(body).code };
    case 'script.abandoned':
      return { state: 'abandoned', ask };
    case 'script.issued':
    case 'script.refused':
      throw new Error(`${kind} of a script that was issued before`);
  }
}
