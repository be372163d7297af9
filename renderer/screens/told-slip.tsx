/** The slip of what the glass tells already (a loss report, a ticket, a call back, a service of the card): whether it can be had, and what became of it. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Action } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import type { Say } from '../words.ts';

type Told = Pick<ViewBodyOf<'loss-told' | 'ticket-told' | 'callback-told' | 'account-told'>, 'receipt' | 'receipts'>;

/** What there is to say of the paper; undefined: it can be had. */
export function paperText({ receipt, receipts }: Told, say: Say): string | undefined {
  if (receipt === 'printed' || receipt === 'failed') return say(`loss.told.${receipt}`);
  return canPrint({ receipts }) ? undefined : say('loss.told.noPaper');
}

export function canPrint({ receipts }: Pick<Told, 'receipts'>): boolean {
  return receipts === 'available' || receipts === 'paperLow';
}

/** @param word on the button while nothing is printed @param first it stands out: where paper is what most people want of this screen */
export function PrintTold({ body, word, first = true }: { readonly body: Told; readonly word: 'loss.told.print' | 'ticket.print'; readonly first?: boolean }) {
  const { say } = useKiosk();
  const { receipt } = body;
  const off = receipt === 'printing' || receipt === 'printed' ? say(`loss.told.${receipt}`) : canPrint(body) ? undefined : say('loss.told.noPaper');
  return (
    <Action
      testId="receipt-print"
      act={{ type: 'receipt', choice: 'print' }}
      icon="printer"
      look={first && off === undefined && receipt === 'choice' ? 'primary' : 'plain'}
      off={off}
    >
      {say(receipt === 'printing' ? 'loss.told.printing' : word)}
    </Action>
  );
}
