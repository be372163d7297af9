/**
 * DeskPort over the upstream API. Every submission is an outbox of its own, in which it is the first envelope: none waits for another, and
 * none can come twice. What the desk says of itself is believed when it is signed, and kept for the time without a network.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import type { JournalBody } from '../../common/journal-kinds.ts';
import { parseJson } from '../../common/parse-json.ts';
import { seal, type Seal } from '../../common/sealing.ts';
import type { PublicKey } from '../../common/upstream-api/fields.ts';
import {
  deskAnswerSchema,
  deskSheetSchema,
  DESK_TYPE,
  outboxAnswerSchema,
  progressAnswerSchema,
  slotsAnswerSchema,
  type DeskSheet,
  type OutboxRequest,
} from '../../common/upstream-api/support.ts';
import type { DeskPort, SubmitOutcome } from '../../state-machines/desk/ports.ts';
import { PortError } from '../../state-machines/ports.ts';
import { jwsVerifier } from '../journal/jws.ts';
import { createChatPort } from './chat.ts';
import type { RegisteredClient } from './registration.ts';
import { withRetries, type RetryLimits } from './retry.ts';

/** ms; a person waits in front of `submit`, `progress` and `slots`. */
export const deskLimits = {
  submit: { totalMs: 6000, attemptMs: 3000 },
  progress: { totalMs: 8000, attemptMs: 4000 },
  slots: { totalMs: 4000, attemptMs: 2000 },
  sheet: { totalMs: 5000, attemptMs: 5000 },
} as const satisfies Record<string, RetryLimits>;

/** Promises and keys change seldom. */
const SHEET_IS_OLD_MS = 6 * 3_600_000;

/** Where the signed sheet is kept between two lives. */
export interface SheetFile {
  read(): string | undefined;
  /** Never throws. */
  keep(jws: string): void;
}

export interface DeskOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Default: {@link seal}. */
  readonly seal?: Seal;
  /** As kept: by it the sheet of an earlier life is believed. */
  readonly serverKey?: PublicKey;
  /** Absent: the sheet is asked for in every life. */
  readonly sheetFile?: SheetFile;
}

export function createDeskPort(client: RegisteredClient, options: DeskOptions): DeskPort {
  const { clock, sheetFile } = options;
  let sheet = keptSheet(options);
  let askedAt: number | undefined;
  return {
    chat: createChatPort(client, options),
    get terms() {
      return sheet === undefined ? undefined : termsOf(sheet);
    },
    refreshTerms: async () => {
      if (askedAt !== undefined && clock.monotonic() - askedAt < SHEET_IS_OLD_MS) return;
      try {
        const serverKey = await client.serverKey();
        const { jws } = await client.call({ method: 'GET', path: '/v1/support/desk', answer: deskAnswerSchema, limitMs: deskLimits.sheet.totalMs });
        const said = verifiedSheet(jws, serverKey);
        if (said === undefined) return;
        [sheet, askedAt] = [said, clock.monotonic()];
        sheetFile?.keep(jws);
      } catch (error) {
        if (!(error instanceof PortError)) throw error; // asked again at the next round
      }
    },
    seal: (text) => {
      if (sheet?.sealingKey === undefined) throw new PortError('refused', 'nothing can be sealed to the desk', { detail: 'noSealingKey' });
      return (options.seal ?? seal)(sheet.sealingKey, text);
    },
    submit: async (submission) => {
      const { items } = await withRetries(options, deskLimits.submit, undefined, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/outbox', body: outboxOf(submission), answer: outboxAnswerSchema, limitMs }),
      );
      return outcomeOf(items);
    },
    progress: (request, signal) =>
      withRetries(options, deskLimits.progress, signal, (limitMs) =>
        client.call({ method: 'POST', path: '/v1/support/progress', body: request, answer: progressAnswerSchema, limitMs, signal }),
      ),
    slots: async (signal) => {
      const { slots } = await withRetries(options, deskLimits.slots, signal, (limitMs) =>
        client.call({ method: 'GET', path: '/v1/support/slots', answer: slotsAnswerSchema, limitMs, signal }),
      );
      return slots;
    },
  };
}

const envelopeBodySchema = z.record(z.string(), z.unknown());

function outboxOf({ submissionId, envelope, body }: JournalBody<'desk.submitting'>): OutboxRequest {
  return { outbox: submissionId, envelopes: [{ seq: 1, id: submissionId, kind: envelope, body: envelopeBodySchema.parse(parseJson(body)) }] };
}

function outcomeOf([item]: z.infer<typeof outboxAnswerSchema>['items']): SubmitOutcome {
  if (item === undefined) throw new PortError('invalidAnswer', 'the desk says nothing of what it was sent');
  if (item.result === 'refused') return { kind: 'refused', code: item.code };
  if (item.result === 'later') return { kind: 'later' };
  const { ticket, callback } = item.answer;
  const dueAt = ticket?.dueAt ?? (callback?.state === 'booked' ? callback.start : undefined);
  return {
    kind: 'stored',
    ...(dueAt === undefined ? {} : { dueAt }),
    ...(callback === undefined ? {} : { slot: { start: callback.start, end: callback.end } }),
  };
}

function termsOf({ sealingKey, promises, questions }: DeskSheet): NonNullable<DeskPort['terms']> {
  return { seals: sealingKey !== undefined, promise: (kind) => promises[kind], questions };
}

function keptSheet({ serverKey, sheetFile }: DeskOptions): DeskSheet | undefined {
  const jws = serverKey === undefined ? undefined : sheetFile?.read();
  return serverKey === undefined || jws === undefined ? undefined : verifiedSheet(jws, serverKey);
}

/** `undefined`: not signed by upstream, or no sheet. */
function verifiedSheet(jws: string, serverKey: PublicKey): DeskSheet | undefined {
  const verdict = jwsVerifier(serverKey)(jws, DESK_TYPE);
  return verdict.ok ? deskSheetSchema.safeParse(verdict.claims).data : undefined;
}

export function sheetFile(file: string): SheetFile {
  return {
    read: () => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined; // never kept
      }
    },
    keep: (jws) => {
      try {
        writeFileSync(`${file}.new`, jws, { flush: true });
        renameSync(`${file}.new`, file);
      } catch {
        // no room: the next life asks for it again
      }
    },
  };
}
