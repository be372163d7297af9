/**
 * A journal entry as it travels on the bus: its subject by kind, so that consumers can filter; its id, by which a repetition is known for
 * what it is; and the entry with its hash, as in a journal's export. Used by the relay and by consumers.
 */
import { z } from 'zod';
import { entrySchema, type JournalEntry } from '../../common/journal-entry.ts';
import { hashSchema } from '../../common/upstream-api/fields.ts';

/** An entry as the store has it. */
export interface StoredEntry {
  readonly terminalId: string;
  readonly epoch: number;
  readonly seq: number;
  /** Lower-case hexadecimal. */
  readonly hash: string;
  /** Canonical JSON. */
  readonly text: string;
}

export interface BusMessage {
  /** `<prefix>.<kind>`, such as `journal.load.committed`. */
  readonly subject: string;
  /** `terminal:epoch:seq`: the same for ever, also when it is published again. */
  readonly id: string;
  /** `{"entry":{…},"hash":"…"}` */
  readonly data: string;
}

/** Words with dots between: what is safe as a subject. Not a list of kinds: a server may be older than what its store holds. */
const kindSchema = z.object({ kind: z.string().regex(/^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/) });

/** @throws {Error} no entry of a journal */
export function messageOf(prefix: string, { terminalId, epoch, seq, hash, text }: StoredEntry): BusMessage {
  const { kind } = kindSchema.parse(JSON.parse(text));
  return { subject: `${prefix}.${kind}`, id: `${terminalId}:${epoch}:${seq}`, data: `{"entry":${text},"hash":"${hash}"}` };
}

/** Kinds are only added: a consumer that is older than a terminal knows a kind by its name alone. */
const receivedSchema = z.strictObject({ entry: entrySchema.extend({ kind: z.string().min(1).max(100) }), hash: hashSchema });

export interface ReceivedEntry {
  readonly id: string;
  readonly entry: Omit<JournalEntry, 'kind'> & { readonly kind: string };
  readonly hash: string;
}

/** @throws {Error} not an entry, with what is wrong */
export function readMessage(data: string): ReceivedEntry {
  const { entry, hash } = receivedSchema.parse(JSON.parse(data));
  return { id: `${entry.terminalId}:${entry.epoch}:${entry.seq}`, entry, hash };
}
