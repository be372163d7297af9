/** The screen that a View asks for, of a person who is served: as it stands in the frame, and as a replay draws it again. */
import type { View } from '../../state-machines/view.ts';
import type { StaffBody } from '../maintenance/titles.ts';
import { Attract } from './attract.tsx';
import { CardProblem, Goodbye, InsertCard, ReadingCard, TakeCard } from './card-screens.tsx';
import { ChooseAmount, TypeAmount } from './choose-amount.tsx';
import { ChooseTender } from './choose-tender.tsx';
import { Committing } from './committing.tsx';
import { TicketPhone, TicketReview, TicketTold, TicketTopics } from './desk-ticket.tsx';
import { DiagnosisScreen } from './diagnosis.tsx';
import { Survey } from './survey.tsx';
import { Chat } from './chat.tsx';
import { CallbackChange, CallbackReview, CallbackSlots, CallbackTold } from './callback.tsx';
import { DeskAsking, ProgressList, ProgressNumber } from './desk-progress.tsx';
import { Done } from './done.tsx';
import { AccountConfirm, AccountMenu, AccountPutBack, AccountTold, AccountWorking } from './account.tsx';
import { LossAsking, LossDocument, LossTyping, LossWays } from './loss-identify.tsx';
import { LossCards, LossConfirm, LossTold } from './loss-report.tsx';
import { OutOfService, Starting } from './machine-screens.tsx';
import { Menu } from './menu.tsx';
import { PayCash } from './pay-cash.tsx';
import { PayQr } from './pay-qr.tsx';
import { PayBankCard } from './pay-bank-card.tsx';
import { PayScan } from './pay-scan.tsx';
import { PutBack } from './put-back.tsx';
import { EarlierLoad } from './earlier-load.tsx';
import { Settled } from './settled.tsx';
import { ConfirmVoucher, EnterVoucher } from './pay-voucher.tsx';
import { PendingOffer } from './pending-offer.tsx';
import { ReplaceDone, ReplaceFee, ReplaceMaking, ReplaceTake } from './replacement.tsx';
import { Statement } from './statement.tsx';
import { HelpAnswer, HelpGroups, HelpHome, HelpList } from './support.tsx';
import { HelpContacts } from './support-contacts.tsx';
import { HelpSearch } from './support-search.tsx';
import { TroubleScreen } from './trouble.tsx';

type PersonBody = Exclude<View['body'], StaffBody>;

export function PersonScreen({ body }: { readonly body: PersonBody }) {
  switch (body.kind) {
    case 'starting':
      return <Starting />;
    case 'out-of-service':
      return <OutOfService body={body} />;
    case 'attract':
      return <Attract body={body} />;
    case 'insert-card':
      return <InsertCard body={body} />;
    case 'reading-card':
      return <ReadingCard />;
    case 'card-problem':
      return <CardProblem body={body} />;
    case 'menu':
      return <Menu body={body} />;
    case 'top-up-amount':
      return <ChooseAmount body={body} />;
    case 'top-up-custom':
      return <TypeAmount body={body} />;
    case 'top-up-tender':
      return <ChooseTender body={body} />;
    case 'top-up-cash':
      return <PayCash body={body} />;
    case 'top-up-qr':
      return <PayQr body={body} />;
    case 'top-up-scan':
      return <PayScan body={body} />;
    case 'top-up-bank-card':
      return <PayBankCard body={body} />;
    case 'top-up-voucher':
      return <EnterVoucher body={body} />;
    case 'top-up-voucher-confirm':
      return <ConfirmVoucher body={body} />;
    case 'committing':
      return <Committing body={body} />;
    case 'put-back':
      return <PutBack body={body} />;
    case 'done':
      return <Done body={body} />;
    case 'settled':
      return <Settled body={body} />;
    case 'earlier-load':
      return <EarlierLoad body={body} />;
    case 'pending-offer':
      return <PendingOffer body={body} />;
    case 'statement':
      return <Statement body={body} />;
    case 'help-home':
      return <HelpHome body={body} />;
    case 'help-groups':
      return <HelpGroups />;
    case 'help-list':
      return <HelpList body={body} />;
    case 'help-search':
      return <HelpSearch body={body} />;
    case 'help-answer':
      return <HelpAnswer body={body} />;
    case 'help-contacts':
      return <HelpContacts body={body} />;
    case 'account-menu':
      return <AccountMenu body={body} />;
    case 'account-confirm':
      return <AccountConfirm body={body} />;
    case 'account-working':
      return <AccountWorking body={body} />;
    case 'account-put-back':
      return <AccountPutBack body={body} />;
    case 'account-told':
      return <AccountTold body={body} />;
    case 'loss-ways':
      return <LossWays body={body} />;
    case 'loss-document':
      return <LossDocument body={body} />;
    case 'loss-typing':
      return <LossTyping body={body} />;
    case 'loss-asking':
      return <LossAsking body={body} />;
    case 'loss-cards':
      return <LossCards body={body} />;
    case 'loss-confirm':
      return <LossConfirm body={body} />;
    case 'loss-told':
      return <LossTold body={body} />;
    case 'diagnosis':
      return <DiagnosisScreen body={body} />;
    case 'ticket-topics':
      return <TicketTopics body={body} />;
    case 'ticket-phone':
      return <TicketPhone body={body} />;
    case 'ticket-review':
      return <TicketReview body={body} />;
    case 'desk-asking':
      return <DeskAsking body={body} />;
    case 'ticket-told':
      return <TicketTold body={body} />;
    case 'progress-number':
      return <ProgressNumber body={body} />;
    case 'progress-list':
      return <ProgressList body={body} />;
    case 'callback-slots':
      return <CallbackSlots body={body} />;
    case 'callback-review':
      return <CallbackReview body={body} />;
    case 'callback-change':
      return <CallbackChange body={body} />;
    case 'chat':
      return <Chat body={body} />;
    case 'callback-told':
      return <CallbackTold body={body} />;
    case 'replace-fee':
      return <ReplaceFee body={body} />;
    case 'replace-making':
      return <ReplaceMaking body={body} />;
    case 'replace-take':
      return <ReplaceTake body={body} />;
    case 'replace-done':
      return <ReplaceDone body={body} />;
    case 'trouble':
      return <TroubleScreen body={body} />;
    case 'take-card':
      return <TakeCard body={body} />;
    case 'survey':
      return <Survey body={body} />;
    case 'goodbye':
      return <Goodbye />;
  }
}
