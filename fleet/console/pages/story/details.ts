/** The few words of an entry's body that a person reads along with its kind: sums, channels, reasons, what the card showed. */
import { formatMoney } from '../../format.ts';

/** A word of a body: `name` has words in the catalogue (`detail.<name>`), `value` is text for people, `group` says which words name it. */
export interface Detail {
  readonly name: string;
  readonly value: string;
  readonly group?: string;
}

const MONEY = ['requested', 'balanceBefore', 'denomination', 'balanceAfter', 'maximum'] as const;
const WORDS = { tender: 'tender', verdict: 'verdict', evidence: 'evidence', tacChecked: 'tac', resolution: 'resolution', where: 'where' } as const;
const TEXTS = ['channel', 'onlineCounter', 'code', 'why', 'trouble', 'number', 'statusWord'] as const;

/** In the order in which people ask. Names that the body doesn't have, or whose value says nothing, are left out. */
export function detailsOf(body: Readonly<Record<string, unknown>>): readonly Detail[] {
  const money = MONEY.flatMap((name) => {
    const value = body[name];
    return typeof value === 'number' && !(name === 'requested' && value === 0) ? [{ name, value: formatMoney(value) }] : [];
  });
  const words = Object.entries(WORDS).flatMap(([name, group]) => {
    const value = body[name];
    return typeof value === 'string' ? [{ name, value, group }] : [];
  });
  const texts = TEXTS.flatMap((name) => {
    const value = body[name];
    return typeof value === 'string' || typeof value === 'number' ? [{ name, value: String(value) }] : [];
  });
  return [...money, ...words, ...texts];
}
