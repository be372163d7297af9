/** The whole glass as a function of one View: the frame, the screen of the View's kind in it, an overlay over it or in its place. */
import { useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import type { UiAct, View } from '../state-machines/view.ts';
import { forgetCard } from './components/glide.ts';
import { Head, Route, screenClass, UtilityBar } from './components/frame.tsx';
import { directionOf } from './direction.ts';
import { KioskContext, type Kiosk } from './kiosk-context.ts';
import { AccessPage } from './overlays/access.tsx';
import { HelpPage } from './overlays/help.tsx';
import { HiddenPage } from './overlays/hidden.tsx';
import { IdleWarning } from './overlays/idle-warning.tsx';
import { LanguagePage } from './overlays/language.tsx';
import { LostCardPage } from './overlays/lost-card.tsx';
import { StaffScreen } from './maintenance/staff-screen.tsx';
import { isStaffScreen } from './maintenance/titles.ts';
import { PersonScreen } from './screens/person-screen.tsx';
import { spokenTitle } from './screens/spoken-title.ts';
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
        className={screenClass(view)}
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
      return isStaffScreen(view.body) ? <StaffScreen body={view.body} /> : <PersonScreen body={view.body} />;
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
