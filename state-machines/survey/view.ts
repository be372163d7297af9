/** What the screen shows of the question at the end: a pure function of where its chart stands. Used by session-view. */
import { pictureOf, type Picture } from '../picture.ts';
import type { SurveySnapshot } from '../survey.ts';
import type { ViewBodyOf } from '../view.ts';
import { leftOf } from '../waiting.ts';
import { reasonsAsked } from './context.ts';

export function surveyPicture(snapshot: SurveySnapshot): Picture {
  return pictureOf(snapshot, bodyOf(snapshot));
}

function bodyOf(snapshot: SurveySnapshot): ViewBodyOf<'survey'> {
  if (snapshot.matches('thanks')) return { kind: 'survey', asks: 'thanks' };
  const { context } = snapshot;
  const wait = leftOf(context.wait, context.ports.clock);
  const waiting = wait === undefined ? {} : { wait };
  const reasons = [...reasonsAsked(context)];
  // also while the answer is written: nothing jumps
  if (context.rating === 'bad' && reasons.length > 0) return { kind: 'survey', asks: 'reason', reasons, ...waiting };
  return { kind: 'survey', asks: 'rating', ...waiting };
}
