/**
 * Who is asking: holders, their cards, and how a person is identified as one of them. A secret that is tried too often is locked, for a
 * while and wherever it is tried. What identifies a person is kept as a keyed hash.
 */
import type {
  HolderCardStatus,
  IdentificationRefusal,
  IdentifyAnswer,
  IdentifyRequest,
  PhoneCodeAnswer,
  PhoneCodeRequest,
  RegisterHolder,
} from '../../../common/upstream-api/holders.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction, Tables } from '../store/store.ts';
import { lossInForce } from './loss-rows.ts';
import { requestHash, requireSame, type ServiceOptions } from './options.ts';

export interface Holders {
  /** Answers alike whether a holder has the telephone or not. @throws {ProblemError} `messengerUnavailable`, `tooManyRequests`, `idempotencyConflict` */
  sendCode(terminalId: string, request: PhoneCodeRequest): Promise<PhoneCodeAnswer>;
  /** @throws {ProblemError} `idempotencyConflict` */
  identify(terminalId: string, request: IdentifyRequest): Promise<IdentifyAnswer>;
  /** @throws {ProblemError} `idempotencyConflict` when another holder has the document, the telephone or a card */
  register(request: RegisterHolder): Promise<void>;
}

export type IdentificationRow = Tables['identifications'];

const CODE_DIGITS = 6;
const WRONG = ['unknownHolder', 'wrongCode', 'wrongPassword'] as const;

export function createHolders(options: ServiceOptions): Holders {
  const { store } = options;
  return {
    sendCode: async (terminalId, request) => {
      const { messenger } = options;
      if (messenger === undefined) throw new ProblemError('messengerUnavailable', 'no gateway for short messages is connected');
      const phoneHash = hashed(options, 'phone', request.phone);
      const made = await store.serially([`phoneCode:${request.codeRequestId}`, `holder:${phoneHash}`], (trx) => makeCode(trx, options, terminalId, request));
      if (made.code !== undefined) await messenger.send({ phone: request.phone, code: made.code, at: options.clock.now() });
      return { expiresAt: made.expiresAt };
    },
    identify: async (terminalId, request) => {
      const subject = await subjectOf(options, request);
      return store.serially([`identification:${request.identificationId}`, `holder:${subject}`, `holder:tries at ${terminalId}`], (trx) =>
        identify(trx, options, terminalId, request, subject),
      );
    },
    register: (request) => store.serially([`holder:${request.holderId}`], (trx) => register(trx, options, request)),
  };
}

/** One that may be named now, by this terminal; or that could be when the terminal took what it says only now. */
export async function identificationInForce(
  trx: StoreTransaction,
  { clock }: ServiceOptions,
  terminalId: string,
  identificationId: string,
  takenAt = clock.now(),
): Promise<(IdentificationRow & { readonly holder_id: string }) | undefined> {
  const row = await findIdentification(trx, identificationId);
  if (row === undefined || row.terminal_id !== terminalId || row.holder_id === null) return undefined;
  if (row.expires_at <= Math.min(takenAt, clock.now())) return undefined;
  return { ...row, holder_id: row.holder_id };
}

/** Whether the identified person may speak for the card. */
export async function speaksFor(trx: StoreTransaction, { holder_id, serial: only }: IdentificationRow, serial: string): Promise<boolean> {
  if (only !== null && only !== serial) return false;
  const row = await trx.selectFrom('holder_cards').select('holder_id').where('serial', '=', serial).executeTakeFirst();
  return row !== undefined && row.holder_id === holder_id;
}

interface MadeCode {
  /** Absent: nobody is sent one, or this request was answered before. */
  readonly code?: string;
  readonly expiresAt: number;
}

async function makeCode(trx: StoreTransaction, options: ServiceOptions, terminalId: string, { codeRequestId, phone }: PhoneCodeRequest): Promise<MadeCode> {
  const { clock, random, services } = options;
  const { windowMinutes, phoneCodeMinutes, codesPerPhone } = services.identification;
  const phoneHash = hashed(options, 'phone', phone);
  const earlier = await findCode(trx, codeRequestId);
  if (earlier !== undefined) {
    const same = earlier.terminal_id === terminalId && earlier.phone_hash === phoneHash;
    if (!same) throw new ProblemError('idempotencyConflict', `code ${codeRequestId} was asked for before for another telephone`);
    return { expiresAt: earlier.expires_at };
  }
  const now = clock.now();
  const { count } = await trx
    .selectFrom('phone_codes')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('phone_hash', '=', phoneHash)
    .where('at', '>', now - windowMinutes * 60_000)
    .executeTakeFirstOrThrow();
  if (count >= codesPerPhone) throw new ProblemError('tooManyRequests', 'the telephone was sent too many codes');
  const code = sixDigits(random.bytes(4));
  const expiresAt = now + phoneCodeMinutes * 60_000;
  const values = { code_request_id: codeRequestId, terminal_id: terminalId, phone_hash: phoneHash, code_hash: hashed(options, 'code', code) };
  await trx
    .insertInto('phone_codes')
    .values({ ...values, at: now, expires_at: expiresAt, used_by: null })
    .execute();
  const holder = await trx.selectFrom('holders').select('holder_id').where('phone_hash', '=', phoneHash).executeTakeFirst();
  return holder === undefined ? { expiresAt } : { code, expiresAt };
}

/** 2^32 is so much more than 10^6 that every code is as likely as any other, to 1 in 4,000. */
function sixDigits(bytes: Uint8Array): string {
  const number = bytes.reduce((value, byte) => value * 256 + byte, 0) % 10 ** CODE_DIGITS;
  return String(number).padStart(CODE_DIGITS, '0');
}

/** Whose secret is tried, so that tries are counted where they are made; what it reads never changes. */
async function subjectOf(options: ServiceOptions, request: IdentifyRequest): Promise<string> {
  switch (request.by) {
    case 'document':
      return hashed(options, 'document', request.documentHash.toLowerCase());
    case 'password':
      return hashed(options, 'card', request.serial);
    case 'phone': {
      const code = await options.store.selectFrom('phone_codes').select('phone_hash').where('code_request_id', '=', request.codeRequestId).executeTakeFirst();
      return code?.phone_hash ?? hashed(options, 'noCode', request.codeRequestId);
    }
  }
}

async function identify(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  request: IdentifyRequest,
  subject: string,
): Promise<IdentifyAnswer> {
  const earlier = await findIdentification(trx, request.identificationId);
  if (earlier !== undefined) {
    requireSame(earlier, terminalId, keyed(options, request), `identification ${request.identificationId}`);
    return answer(trx, options, earlier);
  }
  const now = options.clock.now();
  const verdict = await judge(trx, options, terminalId, request, subject, now);
  const row: IdentificationRow = {
    identification_id: request.identificationId,
    terminal_id: terminalId,
    request_hash: requestHash(keyed(options, request)),
    by_means: request.by,
    subject,
    holder_id: 'holderId' in verdict ? verdict.holderId : null,
    serial: request.by === 'password' && 'holderId' in verdict ? request.serial : null,
    refusal: 'holderId' in verdict ? null : verdict.code,
    tries_left: 'holderId' in verdict ? null : (verdict.triesLeft ?? null),
    at: now,
    expires_at: now + options.services.identification.validMinutes * 60_000,
  };
  await trx.insertInto('identifications').values(row).execute();
  return answer(trx, options, row);
}

type Verdict = { readonly holderId: string } | { readonly code: IdentificationRefusal; readonly triesLeft?: number };

async function judge(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  request: IdentifyRequest,
  subject: string,
  now: number,
): Promise<Verdict> {
  const { wrongTries: most, wrongTriesPerTerminal, windowMinutes } = options.services.identification;
  const since = now - windowMinutes * 60_000;
  if ((await wrongTries(trx, 'terminal_id', terminalId, since)) >= wrongTriesPerTerminal) return { code: 'locked' };
  const tries = await wrongTries(trx, 'subject', subject, since);
  if (tries >= most) return { code: 'locked' };
  const triesLeft = most - tries - 1;
  switch (request.by) {
    case 'document': {
      const holder = await trx.selectFrom('holders').select('holder_id').where('document_hash', '=', subject).executeTakeFirst();
      return holder === undefined ? { code: 'unknownHolder' } : { holderId: holder.holder_id };
    }
    case 'password': {
      const card = await trx.selectFrom('holder_cards').selectAll().where('serial', '=', request.serial).executeTakeFirst();
      const good = card !== undefined && card.password_hash === passwordHash(options, request.serial, request.password);
      return good ? { holderId: card.holder_id } : { code: 'wrongPassword', triesLeft };
    }
    case 'phone':
      return judgeCode(trx, options, terminalId, request, triesLeft, now);
  }
}

async function judgeCode(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  { identificationId, codeRequestId, code }: Extract<IdentifyRequest, { by: 'phone' }>,
  triesLeft: number,
  now: number,
): Promise<Verdict> {
  const sent = await findCode(trx, codeRequestId);
  if (sent === undefined || sent.terminal_id !== terminalId) return { code: 'wrongCode', triesLeft };
  if (sent.expires_at <= now || sent.used_by !== null) return { code: 'codeExpired' };
  const holder = await trx.selectFrom('holders').select('holder_id').where('phone_hash', '=', sent.phone_hash).executeTakeFirst();
  if (holder === undefined || sent.code_hash !== hashed(options, 'code', code)) return { code: 'wrongCode', triesLeft };
  await trx.updateTable('phone_codes').set({ used_by: identificationId }).where('code_request_id', '=', codeRequestId).execute();
  return { holderId: holder.holder_id };
}

async function wrongTries(trx: StoreTransaction, by: 'subject' | 'terminal_id', value: string, since: number): Promise<number> {
  const { count } = await trx
    .selectFrom('identifications')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where(by, '=', value)
    .where('refusal', 'in', WRONG)
    .where('at', '>', since)
    .executeTakeFirstOrThrow();
  return count;
}

async function answer(trx: StoreTransaction, options: ServiceOptions, row: IdentificationRow): Promise<IdentifyAnswer> {
  if (row.refusal !== null) return { result: 'refused', code: row.refusal, ...(row.tries_left === null ? {} : { triesLeft: row.tries_left }) };
  const all = trx
    .selectFrom('holder_cards')
    .leftJoin('accounts', 'accounts.serial', 'holder_cards.serial')
    .select(['holder_cards.serial', 'accounts.status'])
    .where('holder_id', '=', row.holder_id)
    .orderBy('holder_cards.serial')
    .limit(100);
  const rows = await (row.serial === null ? all : all.where('holder_cards.serial', '=', row.serial)).execute();
  const unseen = options.accountsOnFirstSight ? 'active' : 'notActivated';
  return {
    result: 'identified',
    expiresAt: row.expires_at,
    cards: await Promise.all(rows.map(({ serial, status }) => cardOf(trx, options, serial, status ?? unseen))),
  };
}

async function cardOf(trx: StoreTransaction, { clock }: ServiceOptions, serial: string, status: HolderCardStatus) {
  const loss = await lossInForce(trx, serial);
  if (loss === undefined) return { serial, status };
  const report = { lossReference: loss.reference, lossEffectiveAt: loss.effective_at };
  if (loss.replaced_at !== null) return { serial, status: 'replaced' as const, ...report };
  return { serial, status: loss.effective_at <= clock.now() ? ('lost' as const) : status, ...report };
}

async function register(trx: StoreTransaction, options: ServiceOptions, { holderId, documentHash, phone, cards }: RegisterHolder): Promise<void> {
  const document_hash = documentHash === undefined ? null : hashed(options, 'document', documentHash.toLowerCase());
  const phone_hash = phone === undefined ? null : hashed(options, 'phone', phone);
  for (const [column, value] of [
    ['document_hash', document_hash],
    ['phone_hash', phone_hash],
  ] as const) {
    const other = await trx.selectFrom('holders').select('holder_id').where(column, '=', value).where('holder_id', '<>', holderId).executeTakeFirst();
    if (other !== undefined) throw new ProblemError('idempotencyConflict', `another holder has this ${column === 'phone_hash' ? 'telephone' : 'document'}`);
  }
  await trx
    .insertInto('holders')
    .values({ holder_id: holderId, document_hash, phone_hash })
    .onConflict((conflict) => conflict.column('holder_id').doUpdateSet({ document_hash, phone_hash }))
    .execute();
  for (const { serial, password } of cards) {
    const password_hash = password === undefined ? null : passwordHash(options, serial, password);
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto('holder_cards')
      .values({ serial, holder_id: holderId, password_hash })
      .onConflict((conflict) => conflict.column('serial').doUpdateSet({ password_hash }).where('holder_cards.holder_id', '=', holderId))
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 0n) throw new ProblemError('idempotencyConflict', `card ${serial} belongs to another holder`);
  }
}

/** The request as it may be kept: no hash without a key is made of a secret so short. */
function keyed(options: ServiceOptions, request: IdentifyRequest): object {
  return { ...request, secret: hashed(options, 'request', JSON.stringify(request)), code: undefined, password: undefined, documentHash: undefined };
}

export function passwordHash(options: ServiceOptions, serial: string, password: string): string {
  return hashed(options, 'password', `${serial}:${password}`);
}

function hashed({ hash }: ServiceOptions, what: 'document' | 'phone' | 'code' | 'password' | 'card' | 'noCode' | 'request', secret: string): string {
  return hash(`${what}:${secret}`);
}

function findIdentification(trx: StoreTransaction, identificationId: string): Promise<IdentificationRow | undefined> {
  return trx.selectFrom('identifications').selectAll().where('identification_id', '=', identificationId).executeTakeFirst();
}

function findCode(trx: StoreTransaction, codeRequestId: string): Promise<Tables['phone_codes'] | undefined> {
  return trx.selectFrom('phone_codes').selectAll().where('code_request_id', '=', codeRequestId).executeTakeFirst();
}
