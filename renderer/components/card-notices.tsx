/** What helps a person to know of their card, on its first screen: at most two lines. */
import type { Notice } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { money, type Say } from '../words.ts';
import { Icon, type IconName } from './icon.tsx';
import { Rich } from './text.tsx';

const ICONS = { pendingLoad: 'moneyBack', unfinished: 'ticket', lowBalance: 'balance', expiring: 'wait', manyTrips: 'warn' } as const satisfies Record<
  Notice['kind'],
  IconName
>;

/** By text size: the more useful one comes first. */
const MOST = { standard: 2, large: 2, xlarge: 1 } as const;

export function CardNotices({ notices }: { readonly notices: readonly Notice[] }) {
  const { size } = useKiosk();
  return (
    <ul className="panel card-facts card-notices">
      {notices.slice(0, MOST[size]).map((notice) => (
        <li key={notice.kind} data-testid={`notice-${notice.kind}`}>
          <Icon name={ICONS[notice.kind]} size="s" />
          <span className="tn">
            <NoticeText notice={notice} />
          </span>
        </li>
      ))}
    </ul>
  );
}

export function NoticeText({ notice }: { readonly notice: Notice }) {
  const { view, say, size, landscape } = useKiosk();
  return (
    <Rich
      text={textOf(notice, {
        say,
        hotline: view.site.hotline,
        room: size === 'xlarge' ? 'sum' : size === 'large' || landscape || view.preferences.lowReach ? 'line' : 'all',
      })}
    />
  );
}

interface Telling {
  readonly say: Say;
  readonly hotline: string;
  /** Of what waits: all that there is to say, one line of it, or the sum alone. */
  readonly room: 'all' | 'line' | 'sum';
}

function textOf(notice: Notice, { say, hotline, room }: Telling): string {
  switch (notice.kind) {
    case 'pendingLoad': {
      const { amount, count, from, until } = notice;
      const sum = amount > 0 ? say('menu.notice.pendingLoad', { amount: money(amount) }) : say('menu.notice.pendingCount', { n: count });
      const kinds = say('menu.notice.pendingFrom', { from: from.map((kind) => say(`pending.kind.${kind}`)).join('/') });
      return [
        sum,
        ...(room === 'all' ? [kinds] : []),
        ...(until === undefined || room === 'sum' ? [] : [say('menu.notice.pendingUntil', { date: until })]),
      ].join(' · ');
    }
    case 'unfinished':
      return say('menu.notice.unfinished', { amount: money(notice.amount), reference: notice.reference });
    case 'lowBalance':
      return say('menu.notice.lowBalance', { amount: money(notice.below) });
    case 'expiring':
      return say('menu.notice.expiring', { n: notice.days, date: notice.validUntil });
    case 'manyTrips':
      return say('menu.notice.manyTrips', { n: notice.count, hotline });
  }
}
