/**
 * The chip's side of an issuer's script over the motorised reader. A command is preceded by its challenge on a chip that was powered anew, so
 * that nothing of an earlier one is left; whatever stops the chip is told as "not here". Part of the card desk (card-port.ts).
 */
import type { CardRef } from '../../../common/journal-kinds.ts';
import type { CardChannel } from '../../../drivers/card-reader/card-reader.ts';
import { CardStopped } from '../../../drivers/card/card-stopped.ts';
import type { CardProfile } from '../../../drivers/card/pboc/profile.ts';
import { openForScript, ScriptSession, type NotThisCard } from '../../../drivers/card/pboc/script-session.ts';
import type { ReadBack, ReadBackRequest, ScriptCard } from '../../../state-machines/card-script/ports.ts';

export interface ScriptCardOptions {
  readonly profiles: readonly CardProfile[];
  /** The terminal's number on cards, 6 bytes hex. */
  readonly terminalNumber: string;
  /** Powers the chip anew; undefined: there is none, or it does not answer. */
  readonly activate: (signal: AbortSignal | undefined) => Promise<CardChannel | undefined>;
  /** The reader's own troubles as PortError. */
  readonly ask: <T>(act: () => Promise<T>) => Promise<T>;
}

/** How often a chip that stays silent is powered anew before the card counts as gone. */
const ACTIVATIONS = 2;

export function scriptCard({ profiles, terminalNumber, activate, ask }: ScriptCardOptions): ScriptCard {
  /** Of the challenge that was given last; good for one command. */
  let ready: ScriptSession | undefined;

  async function withSession<T>(ref: CardRef, signal: AbortSignal | undefined, work: (session: ScriptSession) => Promise<T>): Promise<T | NotThisCard> {
    ready = undefined;
    for (let attempt = 0; attempt < ACTIVATIONS; attempt += 1) {
      const channel = await activate(signal);
      if (channel === undefined) continue;
      const outcome = await orRemoved(() =>
        ask(async () => {
          const session = await openForScript(channel, profiles, ref, signal);
          return session instanceof ScriptSession ? work(session) : session;
        }),
      );
      if (!isRemoved(outcome)) return outcome;
    }
    return { kind: 'removed' };
  }

  return {
    challenge: (ref, signal) =>
      withSession(ref, signal, async (session) => {
        const answer = await session.challenge(signal);
        ready = session;
        return { kind: 'challenge' as const, ...answer };
      }),
    execute: async (apdu) => {
      const session = ready;
      ready = undefined;
      if (session === undefined) return {};
      try {
        const status = await session.execute(apdu);
        return status === undefined ? {} : { status };
      } catch {
        return {}; // the reader's own status says what is wrong; the card may have it or not
      }
    },
    readBack: (ref, request, signal) => withSession(ref, signal, (session) => readParts(session, request, terminalNumber, signal)),
    prove: (ref, signal) =>
      withSession(ref, signal, async (session) => {
        const proof = await session.prove(terminalNumber, signal);
        return proof === undefined ? { kind: 'refused' as const } : { kind: 'proof' as const, proof };
      }),
  };
}

async function readParts(session: ScriptSession, { parts, record }: ReadBackRequest, terminalNumber: string, signal?: AbortSignal) {
  let read: ReadBack = {};
  for (const part of parts) {
    switch (part) {
      case 'file15':
      case 'file17':
        read = { ...read, [part]: await session.readFile(part, signal) };
        break;
      case 'record':
        if (record !== undefined) read = { ...read, record: await session.readRecord(record, signal) };
        break;
      case 'presence': {
        const presence = await session.prove(terminalNumber, signal);
        if (presence !== undefined) read = { ...read, presence };
        break;
      }
    }
  }
  return { kind: 'read' as const, ...read };
}

async function orRemoved<T>(act: () => Promise<T>): Promise<T | { readonly kind: 'removed' }> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof CardStopped) return { kind: 'removed' };
    throw error;
  }
}

function isRemoved(outcome: unknown): boolean {
  return typeof outcome === 'object' && outcome !== null && 'kind' in outcome && outcome.kind === 'removed';
}
