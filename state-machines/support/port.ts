/** What help may ask of the world: reviewed answers, how often they were asked, and whom one can reach now. Part of ports.ts. */
import type { z } from 'zod';
import type { Preferences } from '../view.ts';
import type { answerBody, Channel, HelpGroup, HelpQuestion } from './screens.ts';

type Locale = Preferences['locale'];

/** An answer, filled in for this terminal. */
export interface HelpAnswer extends Pick<z.infer<typeof answerBody>, 'id' | 'question' | 'money' | 'steps' | 'solvedAt' | 'page'> {
  readonly service?: 'topUp' | 'balance' | 'statement';
}

/** Everything is at hand, offline too: no call waits or rejects. */
export interface SupportPort {
  /** Most asked first; what nobody asked yet in the order of the knowledge base. */
  mostAsked(locale: Locale): readonly HelpQuestion[];
  inGroup(locale: Locale, group: HelpGroup): readonly HelpQuestion[];
  /** By characters, pinyin, initials or words; nothing typed: {@link mostAsked}. What is typed is kept nowhere. */
  search(locale: Locale, typed: string): readonly HelpQuestion[];
  answer(locale: Locale, id: string): HelpAnswer | undefined;
  /** One more of it. A counter that can't be kept is no trouble of the person's. */
  count(id: string, what: 'views' | 'solved' | 'unsolved'): void;
  /** At least the hotline. */
  channels(locale: Locale): readonly Channel[];
}
