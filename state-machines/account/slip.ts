/** The slip of what was done to a card, as a port's content: what the glass says, without who it was. Used by the chart. */
import type { AccountContent, ReceiptOutcome } from '../ports.ts';
import type { AccountContext, AccountResult } from './context.ts';

type Printable = AccountResult & { readonly kind: Exclude<AccountResult['kind'], 'begunElsewhere'> };

/** What was begun elsewhere has its slip there. */
export function isPrintable(result: AccountResult | undefined): result is Printable {
  return result !== undefined && result.kind !== 'begunElsewhere';
}

export async function printAccount({ ports, card, result, preferences }: AccountContext): Promise<ReceiptOutcome> {
  if (!isPrintable(result)) throw new Error('account: nothing to print yet');
  return ports.receipts.printAccount(ports.ids.uuid(), {
    at: ports.clock.now(),
    ...outcomeOf(result),
    cardTail: card.ref.tail,
    locale: preferences.locale,
    largePrint: preferences.size !== 'standard',
  });
}

function outcomeOf(result: Printable): Pick<AccountContent, 'state' | 'reference' | 'until' | 'releasedAt' | 'everywhereAt'> {
  switch (result.kind) {
    case 'activated':
    case 'enabled':
    case 'unblocked':
    case 'passwordSet':
      return { state: result.kind };
    case 'extended':
      return { state: 'extended', until: result.until };
    case 'released':
      return { state: 'released', releasedAt: result.releasedAt, everywhereAt: result.everywhereAt };
    case 'open':
      return { state: result.why, reference: result.reference };
    case 'releaseOpen':
    case 'passwordOpen':
      return { state: result.kind, reference: result.reference };
  }
}
