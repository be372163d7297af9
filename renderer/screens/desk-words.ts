/** Which words stand where the support desk is asked or told, and over a call back and the question at the end. Used by the screens and when they are spoken. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import type { WordKey } from '../words.ts';

const ASKING: Readonly<Record<ViewBodyOf<'desk-asking'>['what'], { readonly title: WordKey; readonly why: WordKey }>> = {
  submit: { title: 'ticket.askingTitle', why: 'ticket.askingWhy' },
  progress: { title: 'progress.askingTitle', why: 'progress.askingWhy' },
  slots: { title: 'callback.lookingTitle', why: 'callback.lookingWhy' },
  chat: { title: 'chat.askingTitle', why: 'chat.askingWhy' },
  book: { title: 'callback.bookingTitle', why: 'callback.bookingWhy' },
};

export function askingWords(what: ViewBodyOf<'desk-asking'>['what']): { readonly title: WordKey; readonly why: WordKey } {
  return ASKING[what];
}

export function callbackTitle({ state, moved }: Pick<ViewBodyOf<'callback-told'>, 'state' | 'moved'>): WordKey {
  if (state === 'kept') return 'callback.keptTitle';
  return moved === true ? 'callback.movedTitle' : 'callback.bookedTitle';
}

export function surveyTitle(asks: ViewBodyOf<'survey'>['asks']): WordKey {
  return asks === 'rating' ? 'survey.title' : asks === 'reason' ? 'survey.reasonTitle' : 'survey.thanksTitle';
}
