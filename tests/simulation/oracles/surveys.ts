/** Answers to the question at the end: there are no thanks for one that is not on disk, and one that is there is one at the desk. */
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { View } from '../../../state-machines/view.ts';
import type { World, Witness } from '../world.ts';
import { readSubmissions } from './desk.ts';

export class SurveyOracle implements Witness {
  readonly #world: World;
  /** Answers on disk for which there were no thanks yet. */
  #unthanked = 0;
  #thanking = false;

  constructor(world: World) {
    this.#world = world;
  }

  onEntry(entry: NewEntry): void {
    if (entry.kind === 'desk.submitting' && entry.body.envelope === 'survey.answered') this.#unthanked += 1;
  }

  onView({ body }: View): void {
    const thanks = body.kind === 'survey' && body.asks === 'thanks';
    if (thanks && !this.#thanking) {
      if (this.#unthanked === 0) this.#world.violation('survey before disk', 'thanks for an answer that is in no journal');
      this.#unthanked = Math.max(0, this.#unthanked - 1);
    }
    this.#thanking = thanks;
  }
}

export function checkSurveys(world: World): void {
  const atDesk = world.upstream.surveys();
  const stories = readSubmissions(world.journal, 'survey.answered');
  for (const { submissionId, state } of stories) {
    if (state.state !== 'stored') world.violation('survey', `${submissionId} is ${state.state}`);
    const own = atDesk.filter((sessionId) => sessionId === submissionId).length;
    if (own !== 1) world.violation('survey', `${submissionId} is ${own} answers at the desk`);
  }
  if (atDesk.length > stories.length) world.violation('survey', `the desk has ${atDesk.length} answers, ${stories.length} were given here`);
}
