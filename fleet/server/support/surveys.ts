/** Surveys: one answer a session, and what they say together. The answers hold nothing about the person, and statistics nothing about a session. */
import { sql } from 'kysely';
import { ratings, type Rating, type StoredAnswer, type SurveyAnswered } from '../../../common/upstream-api/support.ts';
import type { StoreTransaction } from '../store/store.ts';
import { Refusal, requireRole, type Actor, type Desk } from './desk.ts';
import { surveyQuerySchema, type SurveyQuery, type SurveyStatistics } from './desk-schemas.ts';

/** @throws {Refusal} `unknownQuestions`, `idempotencyConflict` */
export async function storeSurvey(trx: StoreTransaction, desk: Desk, terminalId: string, body: SurveyAnswered, now: number): Promise<StoredAnswer> {
  const { version } = desk.settings.questions;
  if (body.questions > version) throw new Refusal('unknownQuestions', `version ${body.questions} of the questions is not known, ${version} is`);
  const said = {
    questions: body.questions,
    service: body.service,
    overall: body.overall,
    speed: body.speed ?? null,
    result: body.result ?? null,
    attitude: body.attitude ?? null,
    answered_at: body.answeredAt,
  };
  const id = { terminal_id: terminalId, session_id: body.sessionId };
  const earlier = await trx.selectFrom('surveys').selectAll().where('terminal_id', '=', terminalId).where('session_id', '=', body.sessionId).executeTakeFirst();
  if (earlier !== undefined) {
    const same = Object.entries(said).every(([column, value]) => earlier[column as keyof typeof said] === value);
    if (!same) throw new Refusal('idempotencyConflict', 'this session was answered before, in another way');
    return {};
  }
  await trx
    .insertInto('surveys')
    .values({ ...id, ...said, received_at: now })
    .execute();
  const reasons = [...new Set(body.reasons)].map((reason) => ({ ...id, reason }));
  if (reasons.length > 0) await trx.insertInto('survey_reasons').values(reasons).execute();
  return {};
}

export interface SurveyDesk {
  statistics(actor: Actor, query: SurveyQuery): Promise<SurveyStatistics>;
}

export function createSurveyDesk({ store, settings }: Desk): SurveyDesk {
  return {
    statistics: async (actor, query) => {
      requireRole(actor, 'support', 'operator', 'auditor');
      return store.view((trx) => statistics(trx, surveyQuerySchema.parse(query), settings.calendar.utcOffsetMinutes));
    },
  };
}

type Dimension = 'overall' | 'speed' | 'result' | 'attitude';

const count = (dimension: Dimension, rating: Rating) => sql<number>`coalesce(sum(case when ${sql.ref(dimension)} = ${rating} then 1 else 0 end), 0)`;
const ofOverall = ratings.map((rating) => count('overall', rating).as(rating));
const answers = sql<number>`count(*)`.as('answers');

const WEEK_MS = 7 * 86_400_000;
/** 1970 began on a Thursday: the first Monday is four days in. */
const FIRST_MONDAY_MS = 4 * 86_400_000;

/** Counts weeks from the first one that began in 1970. Written out, since a parameter of SQLite is no integer and would divide otherwise. */
function weekOf(utcOffsetMinutes: number) {
  const begins = FIRST_MONDAY_MS - utcOffsetMinutes * 60_000;
  return sql<number>`(answered_at - ${sql.lit(begins)}) / ${sql.lit(WEEK_MS)}`;
}

/** @param week as {@link weekOf} counts @returns `YYYY-MM-DD` */
function mondayOf(week: number): string {
  return new Date(FIRST_MONDAY_MS + week * WEEK_MS).toISOString().slice(0, 10);
}

async function statistics(trx: StoreTransaction, query: SurveyQuery, utcOffsetMinutes: number): Promise<SurveyStatistics> {
  const given = answersOf(trx, query);
  const total = await given.select([answers, ...ofOverall]).executeTakeFirstOrThrow();
  const byService = await given
    .select(['service', answers, ...ofOverall])
    .groupBy('service')
    .orderBy('answers', 'desc')
    .orderBy('service')
    .execute();
  const byWeek = await given
    .select([weekOf(utcOffsetMinutes).as('week'), answers, ...ofOverall])
    .groupBy('week')
    .orderBy('week', 'desc')
    .limit(60)
    .execute();
  const byTerminal = await given
    .select(['surveys.terminal_id', answers, ...ofOverall])
    .groupBy('surveys.terminal_id')
    .orderBy('bad', 'desc')
    .orderBy('surveys.terminal_id')
    .limit(200)
    .execute();
  const reasons = await reasonsOf(trx, query);
  return {
    answers: total.answers,
    overall: countsOf(total),
    dimensions: {
      speed: await dimension(trx, query, 'speed'),
      result: await dimension(trx, query, 'result'),
      attitude: await dimension(trx, query, 'attitude'),
    },
    reasons: sumOf(reasons).slice(0, 50),
    byService: byService.map((row) => ({ service: row.service, answers: row.answers, overall: countsOf(row) })),
    byWeek: byWeek.map((row) => ({ monday: mondayOf(row.week), answers: row.answers, overall: countsOf(row) })),
    byTerminal: byTerminal.map((row) => ({
      terminalId: row.terminal_id,
      answers: row.answers,
      overall: countsOf(row),
      topReason: sumOf(reasons.filter(({ terminal_id }) => terminal_id === row.terminal_id))[0]?.reason ?? null,
    })),
  };
}

function answersOf(trx: StoreTransaction, { from, to, terminalId, service }: SurveyQuery) {
  const all = trx.selectFrom('surveys').where('answered_at', '>=', from).where('answered_at', '<', to);
  const there = terminalId === undefined ? all : all.where('surveys.terminal_id', '=', terminalId);
  return service === undefined ? there : there.where('service', '=', service);
}

async function dimension(trx: StoreTransaction, query: SurveyQuery, name: Dimension): Promise<SurveyStatistics['overall']> {
  const row = await answersOf(trx, query)
    .select(ratings.map((rating) => count(name, rating).as(rating)))
    .executeTakeFirstOrThrow();
  return countsOf(row);
}

interface ReasonCount {
  readonly terminal_id: string;
  readonly reason: string;
  readonly count: number;
}

function reasonsOf(trx: StoreTransaction, query: SurveyQuery): Promise<ReasonCount[]> {
  return answersOf(trx, query)
    .innerJoin('survey_reasons', (join) =>
      join.onRef('survey_reasons.terminal_id', '=', 'surveys.terminal_id').onRef('survey_reasons.session_id', '=', 'surveys.session_id'),
    )
    .select(['survey_reasons.terminal_id', 'survey_reasons.reason', sql<number>`count(*)`.as('count')])
    .groupBy(['survey_reasons.terminal_id', 'survey_reasons.reason'])
    .execute();
}

/** The most frequent first; the alphabet decides between equals. */
function sumOf(counts: readonly ReasonCount[]): SurveyStatistics['reasons'] {
  const sums = new Map<string, number>();
  for (const { reason, count: more } of counts) sums.set(reason, (sums.get(reason) ?? 0) + more);
  return [...sums].map(([reason, sum]) => ({ reason, count: sum })).toSorted((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1));
}

function countsOf({ good, fair, bad }: Readonly<Record<Rating, number>>): SurveyStatistics['overall'] {
  return { good, fair, bad };
}
