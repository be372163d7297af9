/** What the chart of the question at the end knows and hears, and why it waits as long as it does. */
import type { CardEvent, Ports } from '../ports.ts';
import type { UiMachineEvent } from '../ui-events.ts';
import type { Preferences } from '../view.ts';
import type { RunningWait } from '../waiting.ts';
import { surveyReasons, type SurveyRating, type SurveyReason } from './screens.ts';

/** Why each wait is as long as it is: nobody is kept. Tests advance the clock by these names. Stretched for slower readers (waiting.ts). */
export const surveyDelays = {
  answer: 10_000, // kiosk-ux.md 13: gone after 10 s; a warning would be more in the way than the question
  thanks: 2_000, // kiosk-ux.md 13: seen, not waited for
} as const;

export interface SurveyInput {
  readonly ports: Ports;
  readonly preferences: Preferences;
  /** What they have just used. */
  readonly service: string;
}

export interface SurveyContext extends SurveyInput {
  readonly rating: SurveyRating | undefined;
  readonly reason: SurveyReason | undefined;
  readonly wait: RunningWait | undefined;
}

export type SurveyEvent = UiMachineEvent | CardEvent | { readonly type: 'PREFERENCES'; readonly preferences: Preferences };

/** Of those that the desk asks for now, the ones that have words here. */
export function reasonsAsked({ ports }: Pick<SurveyInput, 'ports'>): readonly SurveyReason[] {
  const asked = ports.desk.terms?.questions?.reasons ?? [];
  return surveyReasons.filter((reason) => asked.includes(reason));
}

/** The operator wants to know, and the desk has said what it asks. */
export function mayAsk({ desk, settings }: Pick<Ports, 'desk' | 'settings'>): boolean {
  return settings.survey && desk.terms?.questions !== undefined;
}
