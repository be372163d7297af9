/** What a page shows instead of data: on its way, none, refused or out of reach; always what happened and what to do. */
import type { ReactNode } from 'react';
import type { CallFailure } from '../api/client.ts';
import { usePreferences, useSay } from '../preferences.tsx';
import { Icon, type IconName } from './icon.tsx';

export function Loading() {
  const say = useSay();
  return (
    <div className="state" role="status">
      <div className="loading" />
      <span className="vh">{say('state.loading')}</span>
    </div>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="state">
      <b>{title}</b>
      {children}
    </div>
  );
}

/** The reason in words, and a way to ask again where that may help. */
export function Failed({ failure, again }: { readonly failure: CallFailure; readonly again?: (() => void) | undefined }) {
  const say = useSay();
  const words = useFailureWords();
  return (
    <div className="state" role="alert">
      <Icon name={failure.code === 'unreachable' ? 'offline' : 'warn'} />
      <b>{words(failure)}</b>
      {again !== undefined && failure.passing && (
        <button type="button" className="btn" onClick={again}>
          {say('button.again')}
        </button>
      )}
      {failure.code === 'notUnderstood' && (
        <button type="button" className="btn" onClick={() => location.reload()}>
          {say('button.reload')}
        </button>
      )}
    </div>
  );
}

export function Notice({
  tone,
  icon,
  live,
  children,
}: {
  readonly tone: 'info' | 'warn' | 'danger' | 'ok';
  readonly icon?: IconName;
  readonly live?: 'status' | 'alert';
  readonly children: ReactNode;
}) {
  return (
    <div className={`notice notice--${tone}`} role={live}>
      <Icon name={icon ?? (tone === 'ok' ? 'tick' : tone === 'info' ? 'info' : 'warn')} />
      <div>{children}</div>
    </div>
  );
}

/** A refusal in the reader's language. */
export function useFailureWords(): (failure: CallFailure) => string {
  const { word, say } = usePreferences();
  return (failure) => {
    const words = word('failure', failure.code);
    return words === failure.code ? say('failure.other', { code: failure.code }) : words;
  };
}

/** Data when it is there, else the state it is in. What was read before stays when a later reading fails: the frame says that it is old. */
export function Shown<T>({
  answer,
  children,
}: {
  readonly answer: { readonly data: T | undefined; readonly error: CallFailure | null; readonly refetch: () => unknown };
  readonly children: (data: T) => ReactNode;
}) {
  if (answer.data !== undefined) return children(answer.data);
  if (answer.error !== null) return <Failed failure={answer.error} again={() => void answer.refetch()} />;
  return <Loading />;
}
