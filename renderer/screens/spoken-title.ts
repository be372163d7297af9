/** What a screen is called when it is spoken: the accessible name of <main>. */
import type { View } from '../../state-machines/view.ts';
import { money, type Say } from '../words.ts';
import { makingTitle } from './replacement.tsx';
import { settledWords } from './settled-words.ts';
import { diagnosisWords } from './diagnosis-words.ts';
import { chatTitle } from './chat.tsx';
import { askingWords, callbackWords, changeTitles, surveyTitle } from './desk-words.ts';
import { isStaffScreen, staffTitle, type StaffBody } from '../maintenance/titles.ts';
import { staffSayIn } from '../maintenance/words.ts';
import { helpTitle } from './help-title.ts';

export function spokenTitle(view: View, say: Say): string {
  switch (view.overlay?.kind) {
    case 'language':
      return say('language.title');
    case 'access':
      return say('access.title');
    case 'help':
      return say('help.title');
    case 'lost-card':
      return say('lostCard.title');
    case 'hidden':
      return say('hidden.title');
    case 'idle-warning':
    case undefined:
      return isStaffScreen(view.body) ? staffTitle(view.body, staffSayIn(view.preferences.locale)) : bodyTitle(view.body, say);
  }
}

function bodyTitle(body: Exclude<View['body'], StaffBody>, say: Say): string {
  switch (body.kind) {
    case 'starting':
      return say('starting.title');
    case 'out-of-service':
      return say('outOfService.title');
    case 'attract':
      return say('attract.title');
    case 'insert-card':
      return say('insertCard.title');
    case 'reading-card':
      return say('readingCard.title');
    case 'card-problem':
      return say(`cardProblem.${body.problem}.title`);
    case 'menu':
      return say('menu.title');
    case 'top-up-amount':
      return say('amount.title');
    case 'top-up-custom':
      return say('custom.title');
    case 'top-up-tender':
      return say('tender.title', { amount: money(body.amount) });
    case 'top-up-cash':
      return `${say('cash.title')} · ${say('cash.inserted')} ${money(body.inserted)}`;
    case 'top-up-qr':
      return `${say('pay.title')} · ${money(body.amount)}`;
    case 'top-up-scan':
      return `${say(body.state === 'confirming' ? 'scan.confirmTitle' : 'scan.title')} · ${money(body.amount)}`;
    case 'top-up-bank-card':
      return `${say('bankCard.title')} · ${money(body.amount)}`;
    case 'top-up-voucher':
      return say(`voucher.${body.field}Title`);
    case 'top-up-voucher-confirm':
      return `${say('voucher.confirmTitle')} · ${money(body.amount)}`;
    case 'committing':
      return say('committing.title');
    case 'put-back':
      return `${say('putBack.title')} · ${say('card.tail', { tail: body.tail })}`;
    case 'done':
      return say('done.titleTaken', { amount: money(body.amount) });
    case 'settled':
      return settledWords(body, say, money(body.amount)).title;
    case 'earlier-load':
      return say(`earlier.title.${body.verdict}`);
    case 'pending-offer':
      return say('pending.title');
    case 'statement':
      return `${say('statement.title')} · ${say('statement.page', { at: body.page + 1, of: body.pages })}`;
    case 'help-home':
    case 'help-groups':
    case 'help-list':
    case 'help-search':
    case 'help-answer':
    case 'help-contacts':
      return helpTitle(body, say);
    case 'loss-ways':
      return say(body.cardHere === true ? 'loss.ways.titleCard' : 'loss.ways.title');
    case 'loss-document':
      return say('loss.document.title');
    case 'loss-typing':
      return say(`loss.typing.${body.field}Title`);
    case 'loss-asking':
      return say(`loss.asking.${body.what}Title`);
    case 'loss-cards':
      return say(body.purpose === 'replace' ? 'replace.pick.title' : 'loss.cards.title');
    case 'loss-confirm':
      return say('loss.confirm.title', { tail: body.tail });
    case 'account-menu':
      return say('account.title');
    case 'account-confirm':
      return say(`account.${body.name}.title`, { service: say(`account.service.${body.service ?? 'other'}`) });
    case 'account-working':
      return say(`account.working.${body.what}Title`);
    case 'account-put-back':
      return say(body.otherTail === undefined ? 'account.putBack.title' : 'account.putBack.otherTitle');
    case 'account-told':
      return say(`account.told.${body.state}`);
    case 'loss-told':
      return `${say(`loss.told.${body.state}Title`)} · ${body.since.slice(11)}`;
    case 'diagnosis':
      return diagnosisWords(body.verdict, say).title;
    case 'ticket-topics':
      return say('ticket.topicsTitle');
    case 'ticket-phone':
      return say(body.callback === true ? 'callback.phoneTitle' : 'ticket.phoneTitle');
    case 'ticket-review':
      return say('ticket.reviewTitle');
    case 'desk-asking':
      return say(askingWords(body.what).title);
    case 'ticket-told':
      return `${say(`ticket.${body.state}Title`)} · ${body.number}`;
    case 'progress-number':
      return say('progress.numberTitle');
    case 'progress-list':
      return say(body.items.length === 0 ? 'progress.noneTitle' : 'progress.listTitle');
    case 'callback-slots':
      return body.day === undefined
        ? say(`callback.${body.remark === 'offline' ? 'offline' : 'full'}Title`)
        : `${say('callback.slotsTitle')} · ${body.day.date}`;
    case 'chat':
      return say(chatTitle(body.state));
    case 'callback-review':
      return say('callback.reviewTitle');
    case 'callback-change':
      return say(changeTitles[body.asks]);
    case 'callback-told':
      return `${say(callbackWords(body).title)} · ${body.number}`;
    case 'replace-fee':
      return `${say('replace.fee.title')} · ${money(body.fee)}`;
    case 'replace-making':
      return say(makingTitle(body.step));
    case 'replace-take':
      return `${say('replace.take.title')} · ${say('card.tail', { tail: body.tail })}`;
    case 'replace-done':
      return `${say('replace.done.title')} · ${say('card.tail', { tail: body.tail })}`;
    case 'trouble':
      return say(`trouble.${body.trouble}.title`);
    case 'survey':
      return say(surveyTitle(body.asks));
    case 'take-card':
      return say('takeCard.title');
    case 'goodbye':
      return say('goodbye.title');
  }
}
