/**
 * Runs an issuer's script on the card that is inside: the card's challenge goes up, the finished command comes down, each is written to the
 * journal before it is sent and when its answer is known, and at the end it is read back. It holds no state: whoever calls again with what the
 * journal says goes on where it stopped. Used by the flow of the card's own services (account/).
 */
import type { CardScriptState, LastCommand, ScriptAsk } from '../common/card-script.ts';
import type { NewEntry } from '../common/journal-kinds.ts';
import type { NextOutcome, ReadBackRequest } from './card-script/ports.ts';
import { isJournalFailure, PortError, type Ports } from './ports.ts';

export type ScriptWorld = Pick<Ports, 'journal' | 'scripts'> & { readonly card: Pick<Ports['card'], 'script'> };

export type ScriptStarted =
  | { readonly kind: 'issued'; readonly script: RunningScript }
  | { readonly kind: 'refused'; readonly code: string }
  /** Nothing was done to the card, and nothing will be: what may have been begun is given up in the background. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'cardGone' }
  | { readonly kind: 'journalFailed' };

/** What is needed to go on. */
export interface RunningScript {
  readonly ask: ScriptAsk;
  readonly last?: LastCommand;
}

export type ScriptOutcome =
  /** Written, read back, and the issuer has it. */
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'abandoned' }
  /** It goes on as soon as the card is back. `otherTail`: of another card that is inside. */
  | { readonly kind: 'cardGone'; readonly otherTail?: string; readonly script: RunningScript }
  /** It goes on as soon as the issuer answers. */
  | { readonly kind: 'unreachable'; readonly script: RunningScript }
  /** Nothing was sent since the last entry. */
  | { readonly kind: 'journalFailed'; readonly script: RunningScript };

/** Durable before the issuer is asked. Writes nothing to the card. @param asked `uid` is the card's own word */
export async function startCardScript(world: ScriptWorld, asked: Omit<ScriptAsk, 'uid'>): Promise<ScriptStarted> {
  const { scriptId } = asked;
  try {
    const there = await world.card.script.challenge(asked.card);
    if (there.kind !== 'challenge') return { kind: 'cardGone' };
    const ask: ScriptAsk = { ...asked, ...(there.uid === undefined ? {} : { uid: there.uid }) };
    world.journal.append({ kind: 'script.asking', transactionId: scriptId, body: ask });
    const started = await world.scripts.start(ask);
    if (started.kind === 'refused') {
      note(world, { kind: 'script.refused', transactionId: scriptId, body: { scriptId, code: started.code } });
      return started;
    }
    world.journal.append({ kind: 'script.issued', transactionId: scriptId, body: { scriptId, steps: started.steps } });
    return { kind: 'issued', script: { ask } };
  } catch (error) {
    return { kind: whyStopped(error) };
  }
}

/** @param onStep hears which command is written now: its number, from 1 */
export async function continueCardScript(world: ScriptWorld, script: RunningScript, onStep: (step: number) => void = () => {}): Promise<ScriptOutcome> {
  let at = script;
  try {
    for (;;) {
      const there = await world.card.script.challenge(at.ask.card);
      if (there.kind !== 'challenge') return gone(at, there);
      const { challenge, uid } = there;
      const next = await world.scripts.next({
        scriptId: at.ask.scriptId,
        challenge,
        ...(uid === undefined ? {} : { uid }),
        ...(at.last === undefined ? {} : { last: at.last }),
      });
      if (next.kind === 'written') return await readBack(world, at, next);
      if (next.kind !== 'command') return ended(world, at, next);
      onStep(next.step);
      at = await execute(world, at, next);
    }
  } catch (error) {
    return { kind: whyStopped(error), script: at };
  }
}

/** What is left to do of a script by its entries; undefined: nothing that touches the card. */
export function runningScript(state: CardScriptState): RunningScript | undefined {
  if (state.state !== 'running') return undefined;
  return { ask: state.ask, ...(state.last === undefined ? {} : { last: state.last }) };
}

/** The person goes, with the number: told before, and known to whoever reads the journal. */
export function leaveCardScript(world: Pick<ScriptWorld, 'journal'>, { ask: { scriptId } }: RunningScript, why: 'cardGone' | 'issuerOffline'): void {
  note(world, { kind: 'script.left', transactionId: scriptId, body: { scriptId, why } });
}

async function execute(world: ScriptWorld, { ask }: RunningScript, { step, name, apdu }: Extract<NextOutcome, { kind: 'command' }>): Promise<RunningScript> {
  const { scriptId } = ask;
  world.journal.append({ kind: 'script.sending', transactionId: scriptId, body: { scriptId, step, name } });
  const { status } = await world.card.script.execute(apdu);
  const last = { step, ...(status === undefined ? {} : { status }) };
  note(world, { kind: 'script.answered', transactionId: scriptId, body: { scriptId, ...last } });
  return { ask, last };
}

async function readBack(world: ScriptWorld, at: RunningScript, request: ReadBackRequest): Promise<ScriptOutcome> {
  const read = await world.card.script.readBack(at.ask.card, request);
  if (read.kind !== 'read') return gone(at, read);
  const { kind: _, ...parts } = read;
  return ended(world, at, await world.scripts.confirm(at.ask.scriptId, parts));
}

type Ending = Extract<NextOutcome, { kind: 'failed' | 'confirmed' | 'abandoned' }>;

function ended(world: ScriptWorld, { ask: { scriptId } }: RunningScript, ending: Ending): ScriptOutcome {
  switch (ending.kind) {
    case 'confirmed':
      note(world, { kind: 'script.confirmed', transactionId: scriptId, body: { scriptId } });
      return { kind: 'confirmed' };
    case 'failed': {
      const { code } = ending;
      note(world, { kind: 'script.failed', transactionId: scriptId, body: { scriptId, code } });
      return { kind: 'failed', code };
    }
    case 'abandoned':
      note(world, { kind: 'script.abandoned', transactionId: scriptId, body: { scriptId, by: 'issuer' } });
      return { kind: 'abandoned' };
  }
}

function gone(script: RunningScript, there: { readonly kind: 'otherCard'; readonly tail: string } | { readonly kind: 'removed' }): ScriptOutcome {
  return { kind: 'cardGone', script, ...(there.kind === 'otherCard' ? { otherTail: there.tail } : {}) };
}

/** A reader in trouble has the card, but nobody reaches it: it is asked for again. */
function whyStopped(error: unknown): 'unreachable' | 'journalFailed' | 'cardGone' {
  if (!(error instanceof PortError)) throw error;
  if (isJournalFailure(error)) return 'journalFailed';
  return error.code === 'deviceFault' || error.code === 'mediaJammed' ? 'cardGone' : 'unreachable';
}

/** What happened has happened: an entry that can't be written now is made up for when the script is asked for again. */
function note({ journal }: Pick<ScriptWorld, 'journal'>, entry: NewEntry): void {
  try {
    journal.append(entry);
  } catch (error) {
    if (!isJournalFailure(error)) throw error;
  }
}
