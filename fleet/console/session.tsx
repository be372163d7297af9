/** Who is signed in, and what that person may see. What a role may not is not shown at all. */
import { createContext, useContext } from 'react';
import type { Session } from '../console-api/session.ts';
import type { Verb } from '../console-api/roles.ts';

const SessionContext = createContext<Session | undefined>(undefined);
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('outside of SessionProvider');
  return session;
}

export function useMay(verb: Verb): boolean {
  return useSession().verbs.includes(verb);
}
