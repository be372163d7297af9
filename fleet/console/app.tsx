/** Which page an address is, for whom: an invitation for anybody, the sign-in for who isn't signed in, the rest by the role's verbs. */
import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import type { Session } from '../console-api/session.ts';
import type { Verb } from '../console-api/roles.ts';
import { isSignedOut, useAnswer } from './api/queries.ts';
import { Empty, Failed, Loading } from './components/states.tsx';
import { Frame } from './frame/frame.tsx';
import { stopsFor } from './frame/pages.ts';
import { Gate } from './frame/gate.tsx';
import { AccountPage } from './pages/account.tsx';
import { AuditPage } from './pages/audit.tsx';
import { CallbacksPage } from './pages/callbacks.tsx';
import { ChatsPage } from './pages/chats.tsx';
import { InvitationPage } from './pages/invitation.tsx';
import { KnowledgePage } from './pages/knowledge.tsx';
import { ReconciliationPage } from './pages/reconciliation.tsx';
import { RolloutsPage } from './pages/rollouts.tsx';
import { SettlementsPage } from './pages/settlements.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { StaffPage } from './pages/staff.tsx';
import { StoryPage } from './pages/story.tsx';
import { SurveysPage } from './pages/surveys.tsx';
import { TerminalPage } from './pages/terminal.tsx';
import { TerminalsPage } from './pages/terminals.tsx';
import { TicketPage } from './pages/ticket.tsx';
import { TicketsPage } from './pages/tickets.tsx';
import { TransactionsPage } from './pages/transactions.tsx';
import { useSay } from './preferences.tsx';
import { SessionProvider, useMay } from './session.tsx';
import { OffsetProvider } from './time.tsx';

/** With the charts' library, which is as large as all the rest: only who looks at figures fetches it. */
const StatisticsPage = lazy(async () => ({ default: (await import('./pages/statistics.tsx')).StatisticsPage }));
const ReportPage = lazy(async () => ({ default: (await import('./pages/report.tsx')).ReportPage }));

export function App() {
  const say = useSay();
  useEffect(() => {
    document.title = say('frame.title');
  }, [say]);
  return (
    <Switch>
      <Route path="/invitation">
        <InvitationPage />
      </Route>
      <Route>
        <SignedIn />
      </Route>
    </Switch>
  );
}

function SignedIn() {
  const session = useAnswer('session', {});
  if (session.data !== undefined) return <Pages session={session.data} />;
  if (session.error === null) {
    return (
      <Gate>
        <Loading />
      </Gate>
    );
  }
  if (isSignedOut(session.error)) return <SignInPage ended={session.error.code === 'sessionExpired'} />;
  return (
    <Gate>
      <Failed failure={session.error} again={() => void session.refetch()} />
    </Gate>
  );
}

function Pages({ session }: { readonly session: Session }) {
  return (
    <SessionProvider value={session}>
      <OffsetProvider value={session.utcOffsetMinutes}>
        <Frame>
          <Suspense fallback={<Loading />}>
            <Switch>
              <Route path="/">
                <Redirect to={stopsFor(session.verbs)[0]?.path ?? '/account'} replace />
              </Route>
              <Route path="/account">
                <AccountPage />
              </Route>
              <Page path="/terminals" needs="fleet.read">
                <TerminalsPage />
              </Page>
              <Route path="/terminals/:terminalId/transactions/:transactionId">
                {({ terminalId, transactionId }) => (
                  <Allowed needs="journal.read">
                    <StoryPage terminalId={terminalId} transactionId={transactionId} />
                  </Allowed>
                )}
              </Route>
              <Route path="/terminals/:terminalId/:part?">
                {({ terminalId, part }) => (
                  <Allowed needs="fleet.read">
                    <TerminalPage key={terminalId} terminalId={terminalId} part={part} />
                  </Allowed>
                )}
              </Route>
              <Page path="/rollouts" needs="rollouts.read">
                <RolloutsPage />
              </Page>
              <Page path="/transactions" needs="journal.read">
                <TransactionsPage />
              </Page>
              <Page path="/settlements" needs="settlements.read">
                <SettlementsPage />
              </Page>
              <Page path="/reconciliation" needs="settlements.read">
                <ReconciliationPage />
              </Page>
              <Page path="/tickets" needs="tickets.read">
                <TicketsPage />
              </Page>
              <Route path="/tickets/:ticketId">
                {({ ticketId }) => (
                  <Allowed needs="tickets.read">
                    <TicketPage key={ticketId} ticketId={ticketId} />
                  </Allowed>
                )}
              </Route>
              <Page path="/callbacks" needs="tickets.read">
                <CallbacksPage />
              </Page>
              <Route path="/chats/:chatId?">
                {({ chatId }) => (
                  <Allowed needs="chats.read">
                    <ChatsPage chatId={chatId} />
                  </Allowed>
                )}
              </Route>
              <Page path="/surveys" needs="desk.figures">
                <SurveysPage />
              </Page>
              <Page path="/knowledge" needs="desk.figures">
                <KnowledgePage />
              </Page>
              <Page path="/statistics" needs="statistics.read">
                <StatisticsPage />
              </Page>
              <Route path="/reports/:monday?">
                {({ monday }) => (
                  <Allowed needs="statistics.read">
                    <ReportPage monday={monday} />
                  </Allowed>
                )}
              </Route>
              <Page path="/staff" needs="staff.manage">
                <StaffPage />
              </Page>
              <Page path="/audit" needs="audit.read">
                <AuditPage />
              </Page>
              <Route>
                <NoSuchPage />
              </Route>
            </Switch>
          </Suspense>
        </Frame>
      </OffsetProvider>
    </SessionProvider>
  );
}

function Page({ path, needs, children }: { readonly path: string; readonly needs: Verb; readonly children: ReactNode }) {
  return (
    <Route path={path}>
      <Allowed needs={needs}>{children}</Allowed>
    </Route>
  );
}

/** An address that a role may not see is, for that role, no page: the server would refuse what is behind it. */
function Allowed({ needs, children }: { readonly needs: Verb; readonly children: ReactNode }) {
  return useMay(needs) ? children : <NoSuchPage />;
}

function NoSuchPage() {
  const say = useSay();
  const [location] = useLocation();
  return <Empty title={say('state.noPage', { path: location })}>{say('state.noPageWhy')}</Empty>;
}
