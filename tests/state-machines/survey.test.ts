/** The question at the end: after the card is taken, by one touch, on disk before there are thanks; and it keeps nobody. */
import { describe, expect, test } from 'vitest';
import { foldSubmission } from '../../common/desk-submission.ts';
import { surveyAnsweredSchema } from '../../common/upstream-api/support.ts';
import type { DeskTerms } from '../../state-machines/desk/ports.ts';
import { sessionDelays } from '../../state-machines/session.ts';
import { surveyMachine } from '../../state-machines/survey.ts';
import { surveyDelays, type SurveyContext } from '../../state-machines/survey/context.ts';
import type { UiAct } from '../../state-machines/view.ts';
import { CARD_REF, FakeWorld } from '../support/fake-world.ts';
import { SessionBench } from './session-bench.ts';
import { traps, walk } from './walk.ts';

const rate = (rating: 'good' | 'fair' | 'bad'): UiAct => ({ type: 'rate', rating });
const skip: UiAct = { type: 'skip' };
const finish: UiAct = { type: 'finish' };
const terms = (reasons: readonly string[] = ['slow', 'weather', 'price']): DeskTerms => ({
  seals: true,
  promise: () => undefined,
  questions: { version: 3, reasons: [...reasons] },
});

const asking = (wants = true) => new SessionBench((world) => ({ settings: { ...world.ports.settings, survey: wants } }));

/** Has looked at a statement and taken the card. */
async function afterStatement(bench = asking(), said: DeskTerms | undefined = terms()): Promise<SessionBench> {
  bench.world.deskTerms = said;
  await bench.start();
  bench.world.script.read.set({ ok: true, card: bench.world.card });
  bench.world.insert();
  await bench.settle();
  await bench.touch({ type: 'service', service: 'statement' });
  await bench.touch(finish);
  expect(bench.kind).toBe('take-card');
  bench.world.remove();
  await bench.settle();
  return bench;
}

const said = ({ world }: SessionBench) => {
  const standing = foldSubmission(world.entries.filter(({ kind }) => kind.startsWith('desk.')));
  if (standing.state !== 'open') throw new Error(standing.state);
  expect(standing.submission).toMatchObject({ envelope: 'survey.answered', reference: '' });
  return surveyAnsweredSchema.parse(JSON.parse(standing.submission.body));
};

describe('the question', () => {
  test('comes after the card is taken; one touch answers it, is on disk, and is thanked for; then the screen is free', async () => {
    const bench = await afterStatement();
    expect(bench.body('survey')).toMatchObject({ asks: 'rating', wait: { totalMs: surveyDelays.answer } });
    await bench.touch(rate('good'));
    expect(bench.body('survey')).toEqual({ kind: 'survey', asks: 'thanks' });
    expect(said(bench)).toMatchObject({ questions: 3, service: 'statement', overall: 'good', reasons: [], answeredAt: bench.world.clock.now() });
    await bench.world.clock.advance(surveyDelays.thanks);
    expect(bench.kind).toBe('attract');
  });

  test('says nothing of the person, and is not waited for: it goes to the desk in the background', async () => {
    const bench = await afterStatement();
    await bench.touch(rate('fair'));
    const entries = JSON.stringify(bench.world.entries.filter(({ kind }) => kind.startsWith('desk.')));
    for (const secret of [CARD_REF.serial, CARD_REF.tail]) expect(entries).not.toContain(secret);
    expect(bench.world.submitted).toEqual([]);
  });

  test('is followed by what was wrong, of the reasons that the desk asks for and that have words', async () => {
    const bench = await afterStatement();
    await bench.touch(rate('bad'));
    expect(bench.body('survey')).toMatchObject({ asks: 'reason', reasons: ['slow', 'price'] });
    expect(bench.world.kinds).not.toContain('desk.submitting');
    await bench.touch({ type: 'reason', reason: 'device' });
    expect(bench.body('survey').asks).toBe('reason');
    await bench.touch({ type: 'reason', reason: 'price' });
    expect(said(bench)).toMatchObject({ overall: 'bad', reasons: ['price'] });
  });

  test('without reasons at the desk it is one touch for everybody', async () => {
    const bench = await afterStatement(asking(), terms([]));
    await bench.touch(rate('bad'));
    expect(said(bench)).toMatchObject({ overall: 'bad', reasons: [] });
  });

  test.each([
    ['passed over', async (bench: SessionBench) => bench.touch(skip)],
    ['left standing', async (bench: SessionBench) => bench.world.clock.advance(surveyDelays.answer)],
  ])('%s before an answer, it is as if it had not been asked', async (_how, passes) => {
    const bench = await afterStatement();
    await passes(bench);
    expect(bench.kind).toBe('attract');
    expect(bench.world.kinds).not.toContain('desk.submitting');
  });

  test.each([
    ['passed over', async (bench: SessionBench) => bench.touch(skip)],
    ['left standing', async (bench: SessionBench) => bench.world.clock.advance(surveyDelays.answer)],
  ])('whose reason is %s keeps its answer', async (_how, passes) => {
    const bench = await afterStatement();
    await bench.touch(rate('bad'));
    await passes(bench);
    expect(said(bench)).toMatchObject({ overall: 'bad', reasons: [] });
  });

  test('makes way for the next card at once, with the answer that was given, and the next person has their own language', async () => {
    for (const answered of [false, true]) {
      const bench = await afterStatement();
      await bench.touch({ type: 'prefer', preferences: { locale: 'en' } });
      if (answered) await bench.touch(rate('bad'));
      bench.world.insert();
      await bench.settle();
      expect(bench.kind).toBe('menu');
      expect(bench.view.preferences.locale).toBe('zh-CN');
      expect(bench.world.kinds.includes('desk.submitting')).toBe(answered);
    }
  });

  test('is not asked where the operator does not want it, or the desk never said what it asks, or nothing was used', async () => {
    for (const bench of [await afterStatement(asking(false)), await afterStatement(asking(), { seals: true, promise: () => undefined })])
      expect(bench.kind).toBe('goodbye');
    const looked = await asking().start();
    looked.world.deskTerms = terms();
    looked.world.script.read.set({ ok: true, card: looked.world.card });
    looked.world.insert();
    await looked.settle();
    await looked.touch(finish);
    looked.world.remove();
    await looked.settle();
    expect(looked.kind).toBe('goodbye');
  });

  test('is asked once: whoever comes next is asked about what they did themselves', async () => {
    const bench = await afterStatement();
    await bench.touch(rate('good'));
    await bench.world.clock.advance(surveyDelays.thanks);
    bench.world.insert();
    await bench.settle();
    await bench.touch(finish);
    bench.world.remove();
    await bench.settle();
    expect(bench.kind).toBe('goodbye');
    await bench.world.clock.advance(sessionDelays.goodbye);
    expect(bench.world.kinds.filter((kind) => kind === 'desk.submitting')).toHaveLength(1);
  });

  test('has no thanks for an answer that could not be written', async () => {
    const bench = await afterStatement();
    bench.world.journalFails = true;
    await bench.touch(rate('good'));
    expect(bench.kind).toBe('attract');
  });

  test('waits longer for slower readers', async () => {
    const bench = await afterStatement();
    await bench.touch(skip);
    bench.world.insert();
    await bench.settle();
    await bench.touch({ type: 'prefer', preferences: { size: 'large' } }, { type: 'service', service: 'statement' });
    await bench.touch(finish);
    bench.world.remove();
    await bench.settle();
    expect(bench.body('survey').wait?.totalMs).toBe(surveyDelays.answer * 2.5);
  });
});

test('no state of the chart is a trap', () => {
  const world = new FakeWorld();
  world.deskTerms = terms();
  const places = walk({
    machine: surveyMachine,
    input: { ports: world.ports, preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false }, service: 'topUp' },
    outputs: { keep: ['kept', 'notKept'] },
    events: {
      'ui.rate': (['good', 'bad'] as const).map((rating) => ({ type: 'ui.rate', rating }) as never),
      'ui.reason': [{ type: 'ui.reason', reason: 'slow' } as never],
      ...Object.fromEntries(['skip', 'back', 'cancel', 'finish'].map((type) => [`ui.${type}`, [{ type: `ui.${type}` }]])),
      'CARD.INSERTED': [{ type: 'CARD.INSERTED' }],
      'CARD.REFUSED': [{ type: 'CARD.REFUSED', problem: 'foreign' } as never],
      PREFERENCES: [],
    },
    key: ({ value, context }) => JSON.stringify([value, (context as SurveyContext).rating, (context as SurveyContext).reason]),
  });
  expect(places.size).toBeGreaterThan(5);
  expect(traps(places)).toEqual([]);
});
