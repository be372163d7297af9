/** Around every page of somebody who is signed in: the band, the line with its stops, and what is wrong with the connection. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { call } from '../api/client.ts';
import { useAnswer } from '../api/queries.ts';
import { Dialog } from '../components/dialog.tsx';
import { Icon } from '../components/icon.tsx';
import { Moment } from '../components/text.tsx';
import { formatCount } from '../format.ts';
import { usePreferences, useSay } from '../preferences.tsx';
import { useSession } from '../session.tsx';
import { useNow } from '../time.tsx';
import { ConnectionStrip } from './connection.tsx';
import { barOf, stopsFor, type PageStop } from './pages.ts';
import { Settings } from './settings.tsx';

export function Frame({ children }: { readonly children: ReactNode }) {
  const say = useSay();
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(location);
  // Another page begins at its beginning, for eyes, keys and assistive technology alike.
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [location]);
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {say('frame.skip')}
      </a>
      <Band />
      <Line />
      <main className="main" id="main" ref={main} tabIndex={-1}>
        <ConnectionStrip />
        {children}
      </main>
      <BottomBar />
    </div>
  );
}

function Band() {
  const say = useSay();
  const now = useNow();
  const { consoleName } = useSession();
  return (
    <header className="band">
      <span className="tag">{say('frame.tag')}</span>
      <span className="operator">{consoleName}</span>
      <div className="end">
        <span className="clock">
          <Moment at={now} precision="minute" />
        </span>
        <Who />
      </div>
    </header>
  );
}

/** Who is signed in; opens what is about the person: language, theme, account, the way out. */
function Who() {
  const { say, word } = usePreferences();
  const { name, role } = useSession();
  const [open, setOpen] = useState(false);
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => call('signOut', { body: {} }),
    onSettled: async () => {
      navigate('/');
      // nothing that was read for this person stays for the next
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
      await queries.resetQueries({ queryKey: ['session'] });
    },
  });
  return (
    <>
      <button type="button" className="band-button" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <span className="who">
          <b>{name}</b>
          <span className="role">{word('role', role)}</span>
        </span>
      </button>
      {open && (
        <Dialog title={say('frame.me', { name, role: word('role', role) })} onClose={() => setOpen(false)}>
          <div className="body">
            <Settings />
            <div className="buttons buttons--end">
              <Link href="/account" className="btn" onClick={() => setOpen(false)}>
                <Icon name="key" />
                {say('nav.account')}
              </Link>
              <button type="button" className="btn" onClick={() => signOut.mutate()}>
                <Icon name="leave" />
                {say('frame.signOut')}
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Line() {
  const say = useSay();
  const { verbs } = useSession();
  return (
    <nav className="nav" aria-label={say('frame.pages')}>
      <ol>
        {stopsFor(verbs).map((stop, index, stops) => (
          <Stop key={stop.path} stop={stop} first={stop.group !== stops[index - 1]?.group} />
        ))}
      </ol>
    </nav>
  );
}

/** @param first of its group */
function Stop({ stop, first }: { readonly stop: PageStop; readonly first: boolean }) {
  const say = useSay();
  return (
    <>
      {first && (
        <li className="group" aria-hidden="true">
          {say(stop.group)}
        </li>
      )}
      <li>
        <StopLink stop={stop} />
      </li>
    </>
  );
}

function StopLink({ stop, onGo }: { readonly stop: PageStop; readonly onGo?: () => void }) {
  const say = useSay();
  const current = useIsCurrent(stop);
  return (
    <Link href={stop.path} aria-current={current ? 'page' : undefined} {...(onGo === undefined ? {} : { onClick: onGo })}>
      <Icon name={stop.icon} />
      <span>{say(stop.word)}</span>
      {stop.path === '/chats' && <Waiting />}
    </Link>
  );
}

/** Somebody waits at a terminal while the agent looks at something else. */
function Waiting() {
  const say = useSay();
  const { data } = useAnswer('chats', {}, { live: true });
  const waiting = data?.chats.filter(({ state }) => state === 'waiting').length ?? 0;
  if (waiting === 0) return null;
  return (
    <b className="count">
      {formatCount(waiting)}
      <span className="vh">{say('nav.waiting', { n: waiting })}</span>
    </b>
  );
}

function useIsCurrent(stop: PageStop): boolean {
  const [location] = useLocation();
  return isAt(stop, location);
}

function isAt({ path }: PageStop, location: string): boolean {
  return location === path || location.startsWith(`${path}/`);
}

function BottomBar() {
  const say = useSay();
  const { verbs } = useSession();
  const [open, setOpen] = useState(false);
  const [location] = useLocation();
  const { bar, more } = barOf(stopsFor(verbs));
  const inMore = more.some((stop) => isAt(stop, location));
  return (
    <nav className="bottom-nav" aria-label={say('frame.pages')}>
      {bar.map((stop) => (
        <StopLink key={stop.path} stop={stop} />
      ))}
      {more.length > 0 && (
        <button type="button" aria-haspopup="dialog" aria-expanded={open} aria-current={inMore ? 'true' : undefined} onClick={() => setOpen(true)}>
          <Icon name="more" />
          <span>{say('nav.more')}</span>
        </button>
      )}
      {open && (
        <Dialog title={say('nav.more')} onClose={() => setOpen(false)}>
          <div className="body more-list">
            {more.map((stop) => (
              <StopLink key={stop.path} stop={stop} onGo={() => setOpen(false)} />
            ))}
          </div>
        </Dialog>
      )}
    </nav>
  );
}
