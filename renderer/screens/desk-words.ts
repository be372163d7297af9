/** Which words stand where the support desk is asked or told, and over a call back and the question at the end. Used by the screens and when they are spoken. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import type { WordKey } from '../words.ts';

const ASKING: Readonly<Record<ViewBodyOf<'desk-asking'>['what'], { readonly title: WordKey; readonly why: WordKey }>> = {
  submit: { title: 'ticket.askingTitle', why: 'ticket.askingWhy' },
  progress: { title: 'progress.askingTitle', why: 'progress.askingWhy' },
  slots: { title: 'callback.lookingTitle', why: 'callback.lookingWhy' },
  chat: { title: 'chat.askingTitle', why: 'chat.askingWhy' },
  book: { title: 'callback.bookingTitle', why: 'callback.bookingWhy' },
  move: { title: 'callback.movingTitle', why: 'callback.movingWhy' },
  cancel: { title: 'callback.cancellingTitle', why: 'callback.cancellingWhy' },
};

export function askingWords(what: ViewBodyOf<'desk-asking'>['what']): { readonly title: WordKey; readonly why: WordKey } {
  return ASKING[what];
}

interface ToldWords {
  readonly title: WordKey;
  readonly lead: WordKey;
  /** Over the time that stands there. */
  readonly at: WordKey;
  /** How one sees what became of it. */
  readonly how: WordKey;
}

const TOLD = {
  new: {
    booked: { title: 'callback.bookedTitle', lead: 'callback.bookedLead', at: 'callback.at', how: 'ticket.how' },
    kept: { title: 'callback.keptTitle', lead: 'callback.keptLead', at: 'callback.wished', how: 'callback.how' },
  },
  move: {
    booked: { title: 'callback.rebookedTitle', lead: 'callback.rebookedLead', at: 'callback.at', how: 'ticket.how' },
    kept: { title: 'callback.moveKeptTitle', lead: 'callback.moveKeptLead', at: 'callback.wished', how: 'callback.changeHow' },
  },
  cancel: {
    booked: { title: 'callback.cancelledTitle', lead: 'callback.cancelledLead', at: 'callback.cancelledAt', how: 'ticket.how' },
    kept: { title: 'callback.cancelKeptTitle', lead: 'callback.cancelKeptLead', at: 'callback.at', how: 'callback.changeHow' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<ViewBodyOf<'callback-told'>['state'], ToldWords>>>>;
/** Another time than they chose. */
const MOVED: ToldWords = { title: 'callback.movedTitle', lead: 'callback.movedLead', at: 'callback.at', how: 'ticket.how' };

export function callbackWords({ state, change, moved }: Pick<ViewBodyOf<'callback-told'>, 'state' | 'change' | 'moved'>): ToldWords {
  return moved === true && state === 'booked' ? MOVED : TOLD[change ?? 'new'][state];
}

/** Over what one that is booked is to become. */
export const changeTitles = {
  which: 'callback.whichTitle',
  cancel: 'callback.cancelTitle',
  move: 'callback.moveTitle',
} as const satisfies Readonly<Record<ViewBodyOf<'callback-change'>['asks'], WordKey>>;

export function surveyTitle(asks: ViewBodyOf<'survey'>['asks']): WordKey {
  return asks === 'rating' ? 'survey.title' : asks === 'reason' ? 'survey.reasonTitle' : 'survey.thanksTitle';
}
