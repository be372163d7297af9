/** Says when what the page shows is old: no network, a server that does not answer, or nobody was here. */
import { onlineManager, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { CallFailure } from '../api/client.ts';
import { Icon } from '../components/icon.tsx';
import { Moment } from '../components/text.tsx';
import { useSay } from '../preferences.tsx';
import { usePresent } from '../presence.ts';

export function ConnectionStrip() {
  const say = useSay();
  const present = usePresent();
  const online = useSyncExternalStore(
    (listener) => onlineManager.subscribe(listener),
    () => onlineManager.isOnline(),
  );
  const since = useUnansweredSince();
  if (online && since === undefined) {
    if (present) return null;
    return (
      <p className="strip" role="status">
        <Icon name="wait" />
        {say('connection.paused')}
      </p>
    );
  }
  return (
    <p className="strip" role="status">
      <Icon name="offline" />
      <span>
        {say(online ? 'connection.unreachable' : 'connection.offline')}
        {since !== undefined && (
          <>
            {' '}
            {say('connection.since')} <Moment at={since} />
          </>
        )}
      </span>
    </p>
  );
}

/** Time of the oldest answer on the page whose renewal found nobody there. */
function useUnansweredSince(): number | undefined {
  const cache = useQueryClient().getQueryCache();
  return useSyncExternalStore(
    (listener) => cache.subscribe(listener),
    () => {
      const old = cache.findAll({ type: 'active' }).filter(({ state }) => {
        const trouble = state.fetchFailureReason ?? state.error;
        return state.data !== undefined && trouble instanceof CallFailure && trouble.code === 'unreachable';
      });
      return old.length === 0 ? undefined : Math.min(...old.map(({ state }) => state.dataUpdatedAt));
    },
  );
}
