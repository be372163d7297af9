/** The slip of a number that the glass tells already (a loss report's, a ticket's, a call back's): whether it can be had, and what became of it. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Action } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';
import type { Say } from '../words.ts';

type Told = Pick<ViewBodyOf<'loss-told' | 'ticket-told' | 'callback-told'>, 'receipt' | 'receipts'>;

/** What there is to say of the paper; undefined: it can be had. */
export function paperText({ receipt, receipts }: Told, say: Say): string | undefined {
  if (receipt === 'printed' || receipt === 'failed') return say(`loss.told.${receipt}`);
  return canPrint({ receipts }) ? undefined : say('loss.told.noPaper');
}

export function canPrint({ receipts }: Pick<Told, 'receipts'>): boolean {
  return receipts === 'available' || receipts === 'paperLow';
}

/** @param word on the button while nothing is printed */
export function PrintTold({ body, word }: { readonly body: Told; readonly word: 'loss.told.print' | 'ticket.print' }) {
  const { say } = useKiosk();
  const { receipt } = body;
  const off = receipt === 'printing' || receipt === 'printed' ? say(`loss.told.${receipt}`) : canPrint(body) ? undefined : say('loss.told.noPaper');
  return (
    <Action
      testId="receipt-print"
      act={{ type: 'receipt', choice: 'print' }}
      icon="printer"
      look={off === undefined && receipt === 'choice' ? 'primary' : 'plain'}
      off={off}
    >
      {say(receipt === 'printing' ? 'loss.told.printing' : word)}
    </Action>
  );
}
