/** The whole glass as a function of one View: the frame, the screen of the View's kind in it, an overlay over it or in its place. */
import { useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import type { UiAct, View } from '../state-machines/view.ts';
import { forgetCard } from './components/glide.ts';
import { Head, Route, UtilityBar } from './components/frame.tsx';
import { directionOf } from './direction.ts';
import { KioskContext, type Kiosk } from './kiosk-context.ts';
import { AccessPage } from './overlays/access.tsx';
import { HelpPage } from './overlays/help.tsx';
import { HiddenPage } from './overlays/hidden.tsx';
import { IdleWarning } from './overlays/idle-warning.tsx';
import { LanguagePage } from './overlays/language.tsx';
import { LostCardPage } from './overlays/lost-card.tsx';
import { Attract } from './screens/attract.tsx';
import { CardProblem, Goodbye, InsertCard, ReadingCard, TakeCard } from './screens/card-screens.tsx';
import { ChooseAmount, TypeAmount } from './screens/choose-amount.tsx';
import { ChooseTender } from './screens/choose-tender.tsx';
import { Committing } from './screens/committing.tsx';
import { TicketPhone, TicketReview, TicketTold, TicketTopics } from './screens/desk-ticket.tsx';
import { DiagnosisScreen } from './screens/diagnosis.tsx';
import { Survey } from './screens/survey.tsx';
import { Chat } from './screens/chat.tsx';
import { CallbackChange, CallbackReview, CallbackSlots, CallbackTold } from './screens/callback.tsx';
import { DeskAsking, ProgressList, ProgressNumber } from './screens/desk-progress.tsx';
import { Done } from './screens/done.tsx';
import { AccountConfirm, AccountMenu, AccountPutBack, AccountTold, AccountWorking } from './screens/account.tsx';
import { LossAsking, LossDocument, LossTyping, LossWays } from './screens/loss-identify.tsx';
import { LossCards, LossConfirm, LossTold } from './screens/loss-report.tsx';
import { StaffScreen } from './maintenance/staff-screen.tsx';
import { isStaffScreen } from './maintenance/titles.ts';
import { OutOfService, Starting } from './screens/machine-screens.tsx';
import { Menu } from './screens/menu.tsx';
import { PayCash } from './screens/pay-cash.tsx';
import { PayQr } from './screens/pay-qr.tsx';
import { PayBankCard } from './screens/pay-bank-card.tsx';
import { PayScan } from './screens/pay-scan.tsx';
import { PutBack } from './screens/put-back.tsx';
import { EarlierLoad } from './screens/earlier-load.tsx';
import { Settled } from './screens/settled.tsx';
import { ConfirmVoucher, EnterVoucher } from './screens/pay-voucher.tsx';
import { PendingOffer } from './screens/pending-offer.tsx';
import { ReplaceDone, ReplaceFee, ReplaceMaking, ReplaceTake } from './screens/replacement.tsx';
import { Statement } from './screens/statement.tsx';
import { HelpAnswer, HelpGroups, HelpHome, HelpList } from './screens/support.tsx';
import { HelpContacts } from './screens/support-contacts.tsx';
import { HelpSearch } from './screens/support-search.tsx';
import { spokenTitle } from './screens/spoken-title.ts';
import { TroubleScreen } from './screens/trouble.tsx';
import { drawnSize, type Scale } from './theme/scale.ts';
import { rememberPrimary, screenChanges } from './touch.ts';
import { sayIn } from './words.ts';

export interface ScreenProps {
  readonly view: View;
  /** `performance.now()` when the View arrived. */
  readonly arrivedAt: number;
  readonly scale: Scale;
  readonly send: (view: View, act: UiAct) => void;
}

export function Screen({ view, arrivedAt, scale, send }: ScreenProps) {
  const { locale, theme, lowReach } = view.preferences;
  const size = drawnSize(view.preferences.size, scale.stepUp);
  const act = useCallback((act: UiAct) => send(view, act), [send, view]);
  const say = useMemo(() => sayIn(locale), [locale]);
  const kiosk: Kiosk = { view, arrivedAt, landscape: scale.landscape, size, say, act };
  const main = useRef<HTMLElement>(null);
  const page = pageOf(view);

  useLayoutEffect(() => {
    const html = document.documentElement;
    html.lang = locale;
    html.dir = directionOf(locale);
    html.toggleAttribute('data-big', size !== 'standard');
    Object.assign(html.dataset, { size, theme, orientation: scale.landscape ? 'landscape' : 'portrait' });
    html.style.setProperty('--k', String(scale.k));
    html.style.setProperty('--mm', `${scale.mm}px`);
  }, [locale, size, theme, scale]);

  // Before the elements of this page are measured: what the last page had is still remembered.
  const lastPage = useRef(page);
  useLayoutEffect(() => {
    if (lastPage.current !== page) screenChanges();
    lastPage.current = page;
    rememberPrimary(main.current?.querySelector('[data-primary]') ?? null);
    if (main.current?.querySelector('[data-card]') === null) forgetCard();
  });

  const { overlay } = view;
  const blank = overlay?.kind === 'hidden';
  const warned = overlay?.kind === 'idle-warning';
  const staff = isStaffScreen(view.body);
  return (
    <KioskContext value={kiosk}>
      <main
        ref={main}
        className={`screen ${view.body.kind === 'committing' || view.body.kind === 'replace-making' ? 'screen--moving' : ''}`}
        data-testid="screen"
        data-screen={view.body.kind}
        data-page={page}
        {...facts(view.body)}
        data-side={view.site.slots.card}
        data-low={lowReach && !scale.landscape ? '' : undefined}
        data-route={view.step === undefined || page !== view.body.kind ? undefined : ''}
        aria-label={spokenTitle(view, say)}
      >
        {blank ? (
          <HiddenPage />
        ) : (
          <>
            <div className={`frame ${staff ? 'frame--staff' : ''}`} inert={warned}>
              {!staff && <Head />}
              {view.step !== undefined && page === view.body.kind && <Route at={view.step.at} />}
              <div key={page} className="page">
                <Page view={view} />
              </div>
              {view.utilities && <UtilityBar />}
            </div>
            {warned && <IdleWarning overlay={overlay} />}
          </>
        )}
      </main>
    </KioskContext>
  );
}

/** What stands in the frame: an overlay that is a page of its own, else the View's screen. */
function pageOf(view: View): string {
  const overlay = view.overlay?.kind;
  return overlay === undefined || overlay === 'idle-warning' ? view.body.kind : overlay;
}

function Page({ view }: { readonly view: View }) {
  switch (view.overlay?.kind) {
    case 'language':
      return <LanguagePage />;
    case 'access':
      return <AccessPage />;
    case 'help':
      return <HelpPage />;
    case 'lost-card':
      return <LostCardPage />;
    case 'hidden':
      return null;
    case 'idle-warning':
    case undefined:
      return <Body body={view.body} />;
  }
}

function Body({ body }: { readonly body: View['body'] }) {
  if (isStaffScreen(body)) return <StaffScreen body={body} />;
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

/** What a test, or a technician with the developer tools, may want to know of the screen without reading its words. */
function facts(body: View['body']): Readonly<Record<`data-${string}`, string | undefined>> {
  return {
    'data-outcome':
      body.kind === 'settled'
        ? body.outcome
        : body.kind === 'loss-told' || body.kind === 'account-told' || body.kind === 'ticket-told' || body.kind === 'callback-told'
          ? body.state
          : body.kind === 'earlier-load'
            ? body.verdict
            : undefined,
    'data-receipt':
      body.kind === 'settled' ||
      body.kind === 'done' ||
      body.kind === 'replace-done' ||
      body.kind === 'loss-told' ||
      body.kind === 'account-told' ||
      body.kind === 'ticket-told' ||
      body.kind === 'callback-told'
        ? body.receipt
        : undefined,
    'data-print': body.kind === 'statement' ? body.print : undefined,
    'data-answer': body.kind === 'help-answer' ? body.id : undefined,
    'data-verdict': body.kind === 'help-answer' || body.kind === 'diagnosis' ? body.verdict : undefined,
    'data-message': body.kind === 'top-up-cash' || body.kind === 'top-up-scan' ? body.message : undefined,
    'data-field': body.kind === 'top-up-voucher' || body.kind === 'loss-typing' ? body.field : undefined,
    'data-error': body.kind === 'top-up-voucher' ? body.error : body.kind === 'loss-typing' || body.kind === 'loss-document' ? body.problem : undefined,
    'data-other-card': body.kind === 'put-back' || body.kind === 'account-put-back' ? body.otherTail : undefined,
  };
}
