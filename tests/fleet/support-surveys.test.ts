/** Surveys: one answer a session, and counts that lead back to nobody. */
import { describe, expect, test } from 'vitest';
import { surveyStatisticsSchema, type SurveyQuery } from '../../fleet/server/support/desk-schemas.ts';
import { registeredTerminal, startWorld } from './support.ts';
import { DAY_MS, LIU, outboxOf, refusedWith, shanghai, stored, survey } from './support-desk.ts';

const START = shanghai('2026-03-16 10:00');

async function withTerminals() {
  const world = await startWorld({ startAt: START });
  const outbox = outboxOf(await registeredTerminal(world));
  const other = outboxOf(await registeredTerminal(world, 'T-0002'));
  const statistics = async (query: Partial<SurveyQuery> = {}) =>
    surveyStatisticsSchema.parse(await world.server.agents.surveys.statistics(LIU, { from: START - DAY_MS, to: START + DAY_MS, ...query }));
  return { world, outbox, other, statistics };
}

test('a session is answered once', async () => {
  const { world, outbox, other, statistics } = await withTerminals();
  const body = survey(world);
  for (const _ of [1, 2]) stored(await outbox.send('survey.answered', body));
  expect(refusedWith(await outbox.send('survey.answered', { ...body, overall: 'bad' }))).toBe('idempotencyConflict');
  // sessions are the terminal's own
  stored(await other.send('survey.answered', { ...body, overall: 'bad' }));
  expect(await statistics()).toMatchObject({ answers: 2, overall: { good: 1, fair: 0, bad: 1 } });
});

test('answers to questions of a version that is not known yet are refused', async () => {
  const { world, outbox } = await withTerminals();
  expect(refusedWith(await outbox.send('survey.answered', survey(world, { questions: 2 })))).toBe('unknownQuestions');
});

describe('statistics', () => {
  test('count ratings, dimensions and reasons, by service and by terminal, the worst first', async () => {
    const { world, outbox, other, statistics } = await withTerminals();
    const answers = [
      [outbox, { overall: 'good', speed: 'good', service: 'topUp' }],
      [outbox, { overall: 'bad', speed: 'bad', result: 'fair', service: 'topUp', reasons: ['slow', 'unclear'] }],
      [other, { overall: 'bad', attitude: 'bad', service: 'support', reasons: ['unclear', 'unclear'] }],
      [other, { overall: 'bad', service: 'support', reasons: ['failed'] }],
      [other, { overall: 'fair', service: 'topUp', reasons: ['failed', 'unclear'] }],
    ] as const;
    for (const [from, change] of answers) stored(await from.send('survey.answered', { ...survey(world), ...change }));
    expect(await statistics()).toEqual({
      answers: 5,
      overall: { good: 1, fair: 1, bad: 3 },
      dimensions: { speed: { good: 1, fair: 0, bad: 1 }, result: { good: 0, fair: 1, bad: 0 }, attitude: { good: 0, fair: 0, bad: 1 } },
      reasons: [
        { reason: 'unclear', count: 3 },
        { reason: 'failed', count: 2 },
        { reason: 'slow', count: 1 },
      ],
      byService: [
        { service: 'topUp', answers: 3, overall: { good: 1, fair: 1, bad: 1 } },
        { service: 'support', answers: 2, overall: { good: 0, fair: 0, bad: 2 } },
      ],
      byWeek: [{ monday: '2026-03-16', answers: 5, overall: { good: 1, fair: 1, bad: 3 } }],
      byTerminal: [
        { terminalId: 'T-0002', answers: 3, overall: { good: 0, fair: 1, bad: 2 }, topReason: 'failed' },
        { terminalId: 'T-0001', answers: 2, overall: { good: 1, fair: 0, bad: 1 }, topReason: 'slow' },
      ],
    });
    expect(await statistics({ terminalId: 'T-0001' })).toMatchObject({ answers: 2, reasons: [{ reason: 'slow' }, { reason: 'unclear' }] });
    expect(await statistics({ service: 'support' })).toMatchObject({ answers: 2, overall: { bad: 2 }, byService: [{ service: 'support' }] });
  });

  test('are of the period that is asked for: from its beginning, without its end', async () => {
    const { world, outbox, statistics } = await withTerminals();
    for (const at of [START - 1, START, START + 1]) stored(await outbox.send('survey.answered', survey(world, { answeredAt: at })));
    expect((await statistics({ from: START, to: START + 1 })).answers).toBe(1);
    expect(await statistics({ from: START + 2 })).toMatchObject({ answers: 0, reasons: [], byService: [], byTerminal: [] });
  });

  test('begin weeks with the operator’s own Monday, midnight in Shanghai, and leave out weeks in which nobody answered', async () => {
    const { world, outbox, statistics } = await withTerminals();
    const [lastOfSunday, firstOfMonday, weeksBefore] = [shanghai('2026-03-15 23:59'), shanghai('2026-03-16 00:00'), shanghai('2026-02-25 12:00')];
    for (const [answeredAt, overall] of [
      [lastOfSunday, 'bad'],
      [firstOfMonday, 'good'],
      [START, 'fair'],
      [weeksBefore, 'good'],
    ] as const)
      stored(await outbox.send('survey.answered', survey(world, { answeredAt, overall })));
    expect((await statistics({ from: weeksBefore })).byWeek).toEqual([
      { monday: '2026-03-16', answers: 2, overall: { good: 1, fair: 1, bad: 0 } },
      { monday: '2026-03-09', answers: 1, overall: { good: 0, fair: 0, bad: 1 } },
      { monday: '2026-02-23', answers: 1, overall: { good: 1, fair: 0, bad: 0 } },
    ]);
  });
});
