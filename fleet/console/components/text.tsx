/** Small pieces of text that look alike everywhere: money, times, statuses, numbers for people. */
import type { ReactNode } from 'react';
import { formatDifference, formatDistance, formatMoment, formatMoney, zoneName, type Precision } from '../format.ts';
import { usePreferences } from '../preferences.tsx';
import { useNow, useOffset } from '../time.tsx';
import { Icon, type IconName } from './icon.tsx';

/** `amount` in fen. `difference` shows the sign of more, too. */
export function Money({ amount, difference = false }: { readonly amount: number; readonly difference?: boolean }) {
  return (
    <bdi className="money" data-zero={amount === 0 ? '' : undefined}>
      {difference ? formatDifference(amount) : formatMoney(amount)}
    </bdi>
  );
}

/** A time with its zone. `at` in ms. */
export function Moment({ at, precision = 'second' }: { readonly at: number; readonly precision?: Precision }) {
  const offset = useOffset();
  return (
    <time className="moment" dateTime={new Date(at).toISOString()}>
      {formatMoment(at, offset, precision)} <span className="zone">{zoneName(offset)}</span>
    </time>
  );
}

/** How long ago, or how long until; the time itself under the mouse and for assistive technology. */
export function Ago({ at }: { readonly at: number }) {
  const { locale } = usePreferences();
  const offset = useOffset();
  const now = useNow();
  const exact = `${formatMoment(at, offset)} ${zoneName(offset)}`;
  return (
    <time className="moment" dateTime={new Date(at).toISOString()} title={exact}>
      {formatDistance(at, now, locale)}
      <span className="vh"> ({exact})</span>
    </time>
  );
}

export type Tone = 'ok' | 'warn' | 'danger' | 'info' | 'off';

const SHAPES: Record<Tone, IconName> = { ok: 'tick', warn: 'warn', danger: 'stop', info: 'info', off: 'off' };

/** A status is always shape, word and color together. */
export function Status({ tone, icon, children }: { readonly tone: Tone; readonly icon?: IconName | undefined; readonly children: ReactNode }) {
  return (
    <span className={`status status--${tone}`}>
      <Icon name={icon ?? SHAPES[tone]} />
      <span>{children}</span>
    </span>
  );
}

/** A hash, an id, a terminal's number: in a fixed width, and never broken. */
export function Code({ children, title }: { readonly children: ReactNode; readonly title?: string }) {
  return (
    <bdi className="mono" title={title}>
      {children}
    </bdi>
  );
}

/** A long hash by its ends. */
export function Hash({ hex }: { readonly hex: string }) {
  return <Code title={hex}>{hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-4)}`}</Code>;
}
