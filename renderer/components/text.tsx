/** Small pieces of text that must look alike everywhere: amounts, status words, sentences with a strong part. */
import type { ReactNode } from 'react';
import { money } from '../words.ts';
import { Icon, type IconName } from './icon.tsx';

/** `¥ 50.00`, never broken over two lines. `amount` in fen. */
export function Amount({ amount, testId, tone = '' }: { readonly amount: number; readonly testId?: string; readonly tone?: '' | 'ok' }) {
  return (
    <span className={`amount ${tone === '' ? '' : `amount--${tone}`}`} data-testid={testId}>
      <span className="cur">¥</span>
      <bdi>{money(amount)}</bdi>
    </span>
  );
}

/** A sentence of the catalogue, its `<b>…</b>` drawn strong. `testId` names the strong part for tests. */
export function Rich({ text, testId }: { readonly text: string; readonly testId?: string }): ReactNode {
  return text.split(/<b>(.*?)<\/b>/).map((part, index) =>
    index % 2 === 1 ? (
      <b key={index} data-testid={testId}>
        {part}
      </b>
    ) : (
      part
    ),
  );
}

/** A status is always icon, word and color together. */
export function Chip({ tone, icon, children }: { readonly tone: 'ok' | 'warn' | 'plain'; readonly icon?: IconName; readonly children: ReactNode }) {
  return (
    <span className={`chip chip--${tone}`}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </span>
  );
}

/** The number that leads back to this top-up. */
export function Reference({ reference }: { readonly reference: string }) {
  return (
    <bdi className="nb tn" data-testid="reference">
      {reference}
    </bdi>
  );
}
