/**
 * Scripts: what the issuer does to a card through a terminal, command by command. The store knows which commands the card has acknowledged;
 * one of which nobody knows is given out again under a new challenge, for every command may be done twice. A card that refuses one, or takes
 * too many tries, ends the script. APDUs and PINs are never kept.
 */
import canonicalize from 'canonicalize';
import { sql } from 'kysely';
import { fromHex } from '../../../common/hex.ts';
import {
  startScriptRequestSchema,
  type ConfirmScriptAnswer,
  type ConfirmScriptRequest,
  type NextCommandAnswer,
  type NextCommandRequest,
  type ScriptBooks,
  type ScriptFailure,
  type ScriptOffersAnswer,
  type ScriptRefusal,
  type ScriptState,
  type StartScriptAnswer,
  type StartScriptRequest,
} from '../../../common/upstream-api/card-scripts.ts';
import type { MasterKeyName } from '../keys/key-store.ts';
import { ProblemError } from '../http/problems.ts';
import type { StoreTransaction, Subject, Tables } from '../store/store.ts';
import { apduOf, type CardCommand } from './card-commands.ts';
import { cardRefusal } from './card-standing.ts';
import { isReportedLost, lossInForce } from './loss-rows.ts';
import { spokenFor } from './losses.ts';
import type { ServiceOptions } from './options.ts';
import { macRefusal } from './presence.ts';
import { findReplacement, finishReplacement, subjectsOf } from './replacements.ts';
import { missingParts, planOf, readBackFailure, type ReadBack, type ScriptPlan } from './script-plans.ts';

export interface CardScripts {
  /** What {@link start} would not refuse to this card, whoever asks. */
  offers(card: StartScriptRequest['card']): Promise<ScriptOffersAnswer>;
  /** Ends an open script of the same card. @throws {ProblemError} `idempotencyConflict` @throws {KeyStoreError} */
  start(terminalId: string, request: StartScriptRequest): Promise<StartScriptAnswer>;
  /** The same challenge again gets the same command. @throws {ProblemError} `unknownScript`, `scriptRefused`, `scriptStep`, `wrongCard`, `pinNeeded` */
  next(terminalId: string, scriptId: string, request: NextCommandRequest): Promise<NextCommandAnswer>;
  /** @throws {ProblemError} `unknownScript`, `scriptRefused`, `scriptOver`, `scriptNotWritten`, `invalidRequest` when a part is missing */
  confirm(terminalId: string, scriptId: string, request: ConfirmScriptRequest): Promise<ConfirmScriptAnswer>;
  /** Bars one that never arrived. @throws {ProblemError} `unknownScript`, `scriptOver` */
  abandon(terminalId: string, scriptId: string): Promise<void>;
}

type ScriptRow = Tables['card_scripts'];

/** The command was not executed, and its MAC was not looked at: the challenge was gone, or the session (card-application.md 3.1). */
const NOT_TRIED: ReadonlySet<string> = new Set(['6984', '6901']);

export function createScripts(options: ServiceOptions): CardScripts {
  const { store } = options;
  const keyNames = rememberedKeyNames(options);
  return {
    offers: async (card) => {
      const names = await keyNames();
      return store.view((trx) => offersOf(trx, options, names, card));
    },
    start: async (terminalId, request) => {
      const names = await keyNames();
      return store.serially(await startSubjects(options, request), (trx) => start(trx, options, names, terminalId, request));
    },
    next: async (terminalId, scriptId, request) => {
      const names = await keyNames();
      const given = await store.serially(await scriptSubjects(options, scriptId), (trx) => next(trx, options, names, terminalId, scriptId, request));
      if (!('command' in given)) return given;
      const { command, step, card } = given;
      const pin = request.pin === undefined ? undefined : fromHex(request.pin);
      return { state: 'command', step, name: command.name, apdu: await apduOf(options.keys, card, command, { challenge: fromHex(request.challenge), pin }) };
    },
    confirm: async (terminalId, scriptId, request) => {
      const [names, row] = [await keyNames(), await store.view((trx) => findScript(trx, scriptId))];
      if (row === undefined || row.terminal_id !== terminalId || row.request === '') throw unknownScript(scriptId);
      const { presence, ...read } = request;
      const genuine = presence === undefined ? undefined : (await macRefusal(options, storedRequest(row).card, presence)) === undefined;
      return store.serially(await scriptSubjects(options, scriptId), (trx) => confirm(trx, options, names, scriptId, { ...read, genuine }));
    },
    abandon: (terminalId, scriptId) => store.serially([`script:${scriptId}`], (trx) => abandon(trx, options, terminalId, scriptId)),
  };
}

/** The script, its card and its replacement, which never change: whoever ends it from outside has one of them. */
async function scriptSubjects(options: ServiceOptions, scriptId: string): Promise<readonly Subject[]> {
  const row = await options.store.selectFrom('card_scripts').select(['serial', 'replacement_id']).where('script_id', '=', scriptId).executeTakeFirst();
  const replacement = row?.replacement_id == null ? [] : await subjectsOf(options, row.replacement_id);
  return [`script:${scriptId}`, `card:${row?.serial ?? ''}`, ...replacement];
}

/** Asked once it answers: a key store is opened once, with its keys. */
function rememberedKeyNames({ keys }: ServiceOptions): () => Promise<ReadonlySet<MasterKeyName>> {
  let names: ReadonlySet<MasterKeyName> | undefined;
  return async () => (names ??= new Set((await keys.checkValues()).map(({ key }) => key)));
}

async function startSubjects(options: ServiceOptions, request: StartScriptRequest): Promise<readonly Subject[]> {
  const replacement = request.function === 'personalise' ? await subjectsOf(options, request.replacementId) : [];
  return [`script:${request.scriptId}`, `card:${request.card.serial}`, ...replacement];
}

async function start(
  trx: StoreTransaction,
  options: ServiceOptions,
  keyNames: ReadonlySet<MasterKeyName>,
  terminalId: string,
  request: StartScriptRequest,
): Promise<StartScriptAnswer> {
  const { scriptId, card } = request;
  const contents = canonicalize(request) ?? '';
  const earlier = await findScript(trx, scriptId);
  if (earlier !== undefined) {
    const barred = earlier.request === '' && earlier.terminal_id === terminalId;
    if (barred) return { result: 'refused', code: 'abandoned' };
    if (earlier.request !== contents || earlier.terminal_id !== terminalId) {
      throw new ProblemError('idempotencyConflict', `script ${scriptId} was asked for before with other contents`);
    }
    return answerStart(earlier);
  }
  const begunOn = localDate(options);
  const plan = planOf(request, { scripts: options.services.scripts, keyNames, begunOn });
  const refusal = plan === undefined ? 'notOffered' : await startRefusal(trx, options, terminalId, request);
  const now = options.clock.now();
  if (refusal === undefined) await endOpenScripts(trx, card.serial, now);
  const row: ScriptRow = {
    script_id: scriptId,
    terminal_id: terminalId,
    request: contents,
    function: request.function,
    serial: card.serial,
    state: refusal === undefined ? 'running' : 'refused',
    refusal: refusal ?? null,
    failure: null,
    begun_on: begunOn,
    steps: plan?.commands.length ?? 0,
    done: 0,
    given: 0,
    replacement_id: request.function === 'personalise' && refusal === undefined ? request.replacementId : null,
    at: now,
    ended_at: refusal === undefined ? null : now,
  };
  await trx.insertInto('card_scripts').values(row).execute();
  return answerStart(row);
}

function answerStart({ refusal, steps }: ScriptRow): StartScriptAnswer {
  return refusal === null ? { result: 'issued', steps } : { result: 'refused', code: refusal };
}

/** A card that was torn out may come to another terminal: what was begun at the first is begun anew. */
async function endOpenScripts(trx: StoreTransaction, serial: string, now: number): Promise<void> {
  await trx
    .updateTable('card_scripts')
    .set({ state: 'abandoned', ended_at: now })
    .where('serial', '=', serial)
    .where('state', 'in', ['running', 'written'])
    .execute();
}

type Offer = ScriptOffersAnswer['offers'][number];

async function offersOf(
  trx: StoreTransaction,
  options: ServiceOptions,
  keyNames: ReadonlySet<MasterKeyName>,
  card: StartScriptRequest['card'],
): Promise<ScriptOffersAnswer> {
  const { scripts } = options.services;
  const wishes = [
    { function: 'activate' as const },
    { function: 'extendValidity' as const },
    // whether the card is blocked, the card knows
    { function: 'unblockApplication' as const },
    ...scripts.services.map(({ service }) => ({ function: 'enableService' as const, service })),
  ];
  const offers: Offer[] = [];
  for (const wish of wishes) {
    const request: StartScriptRequest = { ...wish, scriptId: 'offer', card, reference: 'offer' };
    if (planOf(request, { scripts, keyNames, begunOn: localDate(options) }) === undefined) continue;
    if ((await offerRefusal(trx, options, request)) !== undefined) continue;
    offers.push({ ...wish, holder: scripts.holderNeededFor.includes(wish.function) });
  }
  const loss = await lossInForce(trx, card.serial);
  return { offers, ...(loss === undefined || loss.replacement_id !== null ? {} : { lossEffectiveAt: loss.effective_at }) };
}

/** A question makes no account, as a load does in a sandbox. */
async function offerRefusal(trx: StoreTransaction, options: ServiceOptions, request: StartScriptRequest): Promise<ScriptRefusal | undefined> {
  const { serial } = request.card;
  if (request.function === 'activate' || (await findAccount(trx, serial)) !== undefined) return cardRefusalOf(trx, options, '', request);
  if (await isReportedLost(trx, serial, options.clock.now())) return 'reportedLost';
  return options.accountsOnFirstSight ? undefined : 'unknownCard';
}

async function startRefusal(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  request: StartScriptRequest,
): Promise<ScriptRefusal | undefined> {
  const { card, identificationId } = request;
  if (options.services.scripts.holderNeededFor.includes(request.function)) {
    const holder = await spokenFor(trx, options, terminalId, identificationId ?? '', card.serial);
    if (typeof holder === 'string') return holder;
  }
  return cardRefusalOf(trx, options, terminalId, request);
}

/** Of the card alone, whoever asks. */
async function cardRefusalOf(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  request: StartScriptRequest,
): Promise<ScriptRefusal | undefined> {
  const { card } = request;
  switch (request.function) {
    case 'personalise':
      return blankRefusal(trx, options, terminalId, request.replacementId, card.serial);
    case 'blockApplication':
      return (await isToBeBlocked(trx, options, card.serial)) ? undefined : 'notToBeBlocked';
    case 'activate':
      return activationRefusal(trx, options, card.serial);
    case 'unblockApplication':
    case 'extendValidity':
    case 'setCardType':
    case 'enableService':
    case 'unblockPin':
    case 'reloadPin':
      return cardRefusal(trx, options, card);
  }
}

async function isToBeBlocked(trx: StoreTransaction, { clock }: ServiceOptions, serial: string): Promise<boolean> {
  if (await isReportedLost(trx, serial, clock.now())) return true;
  const account = await findAccount(trx, serial);
  return account?.status === 'blocked' || account?.status === 'lost';
}

async function activationRefusal(trx: StoreTransaction, { clock, accountsOnFirstSight }: ServiceOptions, serial: string): Promise<ScriptRefusal | undefined> {
  if (await isReportedLost(trx, serial, clock.now())) return 'reportedLost';
  const account = await findAccount(trx, serial);
  switch (account?.status) {
    case undefined:
      return accountsOnFirstSight ? undefined : 'unknownCard';
    case 'notActivated':
      return undefined;
    case 'active':
      return 'alreadyActive';
    case 'blocked':
      return 'blocked';
    case 'lost':
      return 'reportedLost';
  }
}

async function blankRefusal(
  trx: StoreTransaction,
  options: ServiceOptions,
  terminalId: string,
  replacementId: string,
  serial: string,
): Promise<ScriptRefusal | undefined> {
  const replacement = await findReplacement(trx, replacementId);
  if (replacement === undefined || replacement.terminal_id !== terminalId || replacement.refusal !== null) return 'unknownReplacement';
  if (replacement.cancelled_at !== null || replacement.written_at !== null) return 'replacementOver';
  const scripts = await trx.selectFrom('card_scripts').select(['serial', 'state']).where('replacement_id', '=', replacementId).execute();
  if (scripts.some(({ state }) => state === 'running' || state === 'written')) return 'scriptOpen';
  if (scripts.length >= options.services.replacements.blanks) return 'tooManyBlanks';
  return (await isInUse(trx, serial)) ? 'blankUsed' : undefined;
}

/** A card's number, a holder's, or that of a blank which was begun before: it may have half of the keys. */
async function isInUse(trx: StoreTransaction, serial: string): Promise<boolean> {
  const account = await findAccount(trx, serial);
  if (account !== undefined && account.status !== 'notActivated') return true;
  const held = await trx.selectFrom('holder_cards').select('serial').where('serial', '=', serial).executeTakeFirst();
  const begun = await trx
    .selectFrom('card_scripts')
    .select('script_id')
    .where('serial', '=', serial)
    .where('replacement_id', 'is not', null)
    .executeTakeFirst();
  return held !== undefined || begun !== undefined;
}

interface GivenCommand {
  readonly command: CardCommand;
  readonly step: number;
  readonly card: StartScriptRequest['card'];
}

async function next(
  trx: StoreTransaction,
  options: ServiceOptions,
  keyNames: ReadonlySet<MasterKeyName>,
  terminalId: string,
  scriptId: string,
  request: NextCommandRequest,
): Promise<GivenCommand | Exclude<NextCommandAnswer, { state: 'command' }>> {
  const found = await requireScript(trx, terminalId, scriptId);
  const asked = storedRequest(found);
  if (asked.uid !== request.uid) throw new ProblemError('wrongCard', `script ${scriptId} is for another card`);
  const plan = planAgain(options, keyNames, found, asked);
  const row = found.state === 'running' ? await acknowledge(trx, options, found, request.last) : found;
  if (row.state !== 'running') return answerEnd(row, plan);
  const command = plan.commands[row.done];
  if (command === undefined) throw new Error(`script ${scriptId} has no command ${row.done + 1}`);
  if ((command.kind === 'unblockPin' || command.kind === 'reloadPin') && request.pin === undefined) {
    throw new ProblemError('pinNeeded', `command ${row.done + 1} of script ${scriptId} sets a PIN`);
  }
  const after = await giveOut(trx, options, row, request.challenge);
  return after.state === 'running' ? { command, step: row.done + 1, card: asked.card } : answerEnd(after, plan);
}

/** What the card said of the last command; of one that was acknowledged before there is nothing new. */
async function acknowledge(trx: StoreTransaction, options: ServiceOptions, row: ScriptRow, last: NextCommandRequest['last']): Promise<ScriptRow> {
  if (last === undefined || last.step <= row.done) return row;
  if (last.step !== row.done + 1 || row.given === 0) throw new ProblemError('scriptStep', `command ${last.step} of script ${row.script_id} was not given out`);
  if (last.status === 'none' || NOT_TRIED.has(last.status)) return row;
  if (last.status !== '9000') return change(trx, row, { state: 'failed', failure: 'cardRefused', ended_at: options.clock.now() });
  const done = row.done + 1;
  return change(trx, row, { done, given: 0, ...(done === row.steps ? { state: 'written' as const } : {}) });
}

/** Records it before it leaves; under the same challenge it is the same command. */
async function giveOut(trx: StoreTransaction, options: ServiceOptions, row: ScriptRow, challenge: string): Promise<ScriptRow> {
  const { script_id, done } = row;
  const latest = await trx.selectFrom('script_commands').selectAll().where('script_id', '=', script_id).orderBy('ordinal', 'desc').limit(1).executeTakeFirst();
  if (latest?.step === done + 1 && latest.challenge === challenge) return row;
  const at = options.clock.now();
  if (row.given >= options.services.scripts.attemptsPerCommand) return change(trx, row, { state: 'failed', failure: 'tooManyAttempts', ended_at: at });
  await trx
    .insertInto('script_commands')
    .values({ script_id, ordinal: (latest?.ordinal ?? 0) + 1, step: done + 1, challenge, at })
    .execute();
  return change(trx, row, { given: row.given + 1 });
}

function answerEnd(row: ScriptRow, plan: ScriptPlan): Exclude<NextCommandAnswer, { state: 'command' }> {
  switch (row.state) {
    case 'written': {
      const record = plan.record === undefined ? {} : { record: { sfi: plan.record.sfi, number: plan.record.number } };
      return { state: 'written', readBack: [...plan.readBack], ...record };
    }
    case 'failed':
      return { state: 'failed', code: row.failure ?? 'cardRefused', card: disposalOf(row) };
    case 'confirmed':
      return { state: 'confirmed' };
    case 'abandoned':
      return { state: 'abandoned', card: disposalOf(row) };
    case 'running':
    case 'refused':
      throw new Error(`script ${row.script_id} is ${row.state}`);
  }
}

/** A blank that was begun is of no use to anybody; a holder's own card is given back. */
function disposalOf({ replacement_id }: ScriptRow): 'capture' | 'return' {
  return replacement_id === null ? 'return' : 'capture';
}

async function confirm(
  trx: StoreTransaction,
  options: ServiceOptions,
  keyNames: ReadonlySet<MasterKeyName>,
  scriptId: string,
  read: ReadBack,
): Promise<ConfirmScriptAnswer> {
  const row = await findScript(trx, scriptId);
  if (row === undefined) throw unknownScript(scriptId);
  switch (row.state) {
    case 'confirmed':
      return { result: 'confirmed' };
    case 'failed':
      return { result: 'failed', code: row.failure ?? 'cardRefused', card: disposalOf(row) };
    case 'refused':
      throw new ProblemError('scriptRefused', `script ${scriptId} was refused`);
    case 'abandoned':
      throw new ProblemError('scriptOver', `script ${scriptId} was given up`);
    case 'running':
      throw new ProblemError('scriptNotWritten', `the card has acknowledged ${row.done} of ${row.steps} commands of script ${scriptId}`);
    case 'written':
      return judgeReadBack(trx, options, row, planAgain(options, keyNames, row, storedRequest(row)), read);
  }
}

async function judgeReadBack(trx: StoreTransaction, options: ServiceOptions, row: ScriptRow, plan: ScriptPlan, read: ReadBack): Promise<ConfirmScriptAnswer> {
  const missing = missingParts(plan, read);
  if (missing.length > 0) throw new ProblemError('invalidRequest', `script ${row.script_id} is read back by ${missing.join(', ')}, too`);
  const ended_at = options.clock.now();
  const failure = readBackFailure(plan, read);
  if (failure !== undefined) {
    const failed = await change(trx, row, { state: 'failed', failure, ended_at });
    return { result: 'failed', code: failure, card: disposalOf(failed) };
  }
  await change(trx, row, { state: 'confirmed', ended_at });
  await takeEffect(trx, options, row);
  return { result: 'confirmed' };
}

/** What the issuer's books learn from a card that was written. */
async function takeEffect(trx: StoreTransaction, options: ServiceOptions, row: ScriptRow): Promise<void> {
  const { card } = storedRequest(row);
  if (row.function === 'activate') {
    const { serial, issuer } = card;
    await trx
      .insertInto('accounts')
      .values({ serial, issuer, status: 'active' })
      .onConflict((conflict) => conflict.column('serial').doUpdateSet({ status: 'active' }))
      .execute();
  }
  if (row.replacement_id === null) return;
  const replacement = await findReplacement(trx, row.replacement_id);
  if (replacement !== undefined) await finishReplacement(trx, options, replacement, card);
}

async function abandon(trx: StoreTransaction, { clock }: ServiceOptions, terminalId: string, scriptId: string): Promise<void> {
  const at = clock.now();
  const row = await findScript(trx, scriptId);
  if (row === undefined) {
    const nothing = { request: '', function: 'activate' as const, serial: '', refusal: null, failure: null, begun_on: '', steps: 0, done: 0, given: 0 };
    await trx
      .insertInto('card_scripts')
      .values({ script_id: scriptId, terminal_id: terminalId, ...nothing, state: 'abandoned', replacement_id: null, at, ended_at: at })
      .execute();
    return;
  }
  if (row.terminal_id !== terminalId) throw unknownScript(scriptId);
  if (row.state === 'confirmed') throw new ProblemError('scriptOver', `script ${scriptId} is confirmed`);
  if (row.state === 'running' || row.state === 'written') await change(trx, row, { state: 'abandoned', ended_at: at });
}

/** The plan as it was when the script began. A key that is gone since stops it until it is back. */
function planAgain(options: ServiceOptions, keyNames: ReadonlySet<MasterKeyName>, row: ScriptRow, request: StartScriptRequest): ScriptPlan {
  const plan = planOf(request, { scripts: options.services.scripts, keyNames, begunOn: row.begun_on });
  if (plan?.commands.length !== row.steps) throw new ProblemError('issuerUnavailable', `keys or settings changed under script ${row.script_id}`);
  return plan;
}

function storedRequest({ request }: ScriptRow): StartScriptRequest {
  return startScriptRequestSchema.parse(JSON.parse(request));
}

async function change(trx: StoreTransaction, row: ScriptRow, values: Partial<ScriptRow>): Promise<ScriptRow> {
  await trx.updateTable('card_scripts').set(values).where('script_id', '=', row.script_id).execute();
  return { ...row, ...values };
}

function localDate({ clock, settings }: ServiceOptions): string {
  return new Date(clock.now() + settings.utcOffsetMinutes * 60_000).toISOString().slice(0, 10).replaceAll('-', '');
}

function findScript(trx: StoreTransaction, scriptId: string): Promise<ScriptRow | undefined> {
  return trx.selectFrom('card_scripts').selectAll().where('script_id', '=', scriptId).executeTakeFirst();
}

async function requireScript(trx: StoreTransaction, terminalId: string, scriptId: string): Promise<ScriptRow> {
  const row = await findScript(trx, scriptId);
  if (row === undefined || row.terminal_id !== terminalId || row.request === '') throw unknownScript(scriptId);
  if (row.state === 'refused') throw new ProblemError('scriptRefused', `script ${scriptId} was refused`);
  return row;
}

function findAccount(trx: StoreTransaction, serial: string): Promise<Tables['accounts'] | undefined> {
  return trx.selectFrom('accounts').selectAll().where('serial', '=', serial).executeTakeFirst();
}

function unknownScript(scriptId: string): ProblemError {
  return new ProblemError('unknownScript', `script ${scriptId} was never asked for`);
}

export async function scriptBooks(trx: StoreTransaction): Promise<ScriptBooks> {
  const totals = await trx
    .selectFrom('card_scripts')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('request', '<>', '')
    .groupBy('state')
    .execute();
  const of = (state: ScriptState): number => totals.find((total) => total.state === state)?.count ?? 0;
  const rows = await trx
    .selectFrom('card_scripts')
    .selectAll()
    .where('request', '<>', '')
    .orderBy('at', 'desc')
    .orderBy('script_id', 'desc')
    .limit(1000)
    .execute();
  return {
    running: of('running'),
    written: of('written'),
    confirmed: of('confirmed'),
    failed: of('failed'),
    abandoned: of('abandoned'),
    scripts: rows.map((row) => ({
      scriptId: row.script_id,
      function: row.function,
      serial: row.serial,
      state: row.state,
      done: row.done,
      steps: row.steps,
      failure: row.failure satisfies ScriptFailure | null,
    })),
  };
}
