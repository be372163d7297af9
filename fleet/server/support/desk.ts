/** What every part of the support desk works with, put together once by support.ts; who acts; and how the desk says no to an envelope. */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Clock } from '../../../common/clock.ts';
import type { Ids } from '../../../common/ids.ts';
import type { ProblemCode } from '../../../common/upstream-api/problem.ts';
import type { OutboxRefusal } from '../../../common/upstream-api/support.ts';
import type { WorkingCalendar } from '../../../common/working-calendar.ts';
import type { Bells } from '../http/long-poll.ts';
import { ProblemError } from '../http/problems.ts';
import type { SigningKey } from '../signing-key.ts';
import type { Store } from '../store/store.ts';
import type { SealingKey } from './sealing-key.ts';
import type { SupportSettings } from './settings.ts';

export interface Desk {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: SupportSettings;
  readonly calendar: WorkingCalendar;
  readonly signingKey: SigningKey;
  readonly sealingKey: SealingKey | undefined;
  /** Rung after the commit that changed a chat, by its id; and as `chats` for whoever waits in front of them. */
  readonly bells: Bells;
  /** What stands in the tables for a card. */
  cardHash(cardKey: string): string;
}

export type Role = 'operator' | 'support' | 'auditor';

/** A person of the operator's who was signed in by whoever calls; the desk records the id and asks the role. */
export interface Actor {
  readonly id: string;
  readonly role: Role;
}

/** @throws {ProblemError} `roleNotAllowed` */
export function requireRole({ role }: Actor, ...allowed: readonly Role[]): void {
  if (!allowed.includes(role)) throw new ProblemError('roleNotAllowed', `${role} may not do that: ${allowed.join(' or ')} may`);
}

/** Final for an envelope; for an agent who asked for the same it is a problem. */
export class Refusal extends Error {
  readonly code: OutboxRefusal;
  /** Slots that are free instead. */
  readonly free: readonly number[];
  constructor(code: OutboxRefusal, detail: string, free: readonly number[] = []) {
    super(detail);
    this.name = 'Refusal';
    this.code = code;
    this.free = free;
  }
}

const problemOf: Readonly<Record<OutboxRefusal, ProblemCode>> = {
  unknownKind: 'invalidRequest',
  invalidBody: 'invalidRequest',
  idempotencyConflict: 'idempotencyConflict',
  unknownTicket: 'unknownTicket',
  ticketState: 'ticketState',
  nudgedAlready: 'ticketState',
  unknownCallback: 'unknownCallback',
  callbackOver: 'callbackOver',
  callbackMoved: 'callbackOver',
  slotFull: 'slotFull',
  noSuchSlot: 'noSuchSlot',
  unknownQuestions: 'invalidRequest',
};

/** Runs `work` for an agent. @throws {ProblemError} instead of a {@link Refusal} */
export async function forAgent<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Refusal ? new ProblemError(problemOf[error.code], error.message) : error;
  }
}

/** HMAC under a key derived from the server's own (RFC 5869): who has the tables alone can't try card numbers. Lower-case hexadecimal. */
export function cardHasher({ privateKey }: SigningKey): (cardKey: string) => string {
  const secret = privateKey.export({ type: 'pkcs8', format: 'der' });
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'kiosk-support-card', 32));
  return (cardKey) => createHmac('sha256', key).update(cardKey).digest('hex');
}
