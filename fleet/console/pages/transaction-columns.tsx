/** How a transaction looks in a list: its number, what it was, how it ended, and where the money is. */
import { Link } from 'wouter';
import type { TransactionRow } from '../../console-api/journal.ts';
import type { Column } from '../components/table.tsx';
import { Code, Money, Moment, Status, type Tone } from '../components/text.tsx';
import { storyPath } from '../paths.ts';
import { usePreferences, useSay } from '../preferences.tsx';

const TONES: Record<NonNullable<TransactionRow['outcome']>, Tone> = { delivered: 'ok', refunded: 'info', voucher: 'warn', case: 'warn', abandoned: 'off' };

export function OutcomeStatus({ transaction: { outcome } }: { readonly transaction: Pick<TransactionRow, 'outcome'> }) {
  const say = useSay();
  if (outcome === null) return <Status tone="info">{say('outcome.open')}</Status>;
  return <Status tone={TONES[outcome]}>{say(`outcome.${outcome}`)}</Status>;
}

export function toneOfTransaction({ outcome }: TransactionRow): 'warn' | undefined {
  return outcome === 'case' || outcome === 'voucher' ? 'warn' : undefined;
}

/** @param withTerminal where they are of several terminals */
export function useTransactionColumns(withTerminal: boolean): readonly Column<TransactionRow>[] {
  const { say, word } = usePreferences();
  const terminal: Column<TransactionRow> = { key: 'terminal', head: say('terminals.terminal'), cell: ({ terminalId }) => <Code>{terminalId}</Code> };
  return [
    {
      key: 'reference',
      head: say('transactions.reference'),
      name: true,
      cell: (row) => (
        <Link href={storyPath(row.terminalId, row.transactionId)}>
          <Code>{row.reference}</Code>
        </Link>
      ),
    },
    ...(withTerminal ? [terminal] : []),
    { key: 'opened', head: say('transactions.opened'), cell: ({ openedAt }) => <Moment at={openedAt} /> },
    {
      key: 'what',
      head: say('column.what'),
      cell: ({ type, tender }) => (tender === null ? word('flow', type) : say('transactions.by', { what: word('flow', type), tender: word('tender', tender) })),
    },
    { key: 'card', head: say('transactions.card'), cell: ({ cardTail }) => (cardTail === null ? '—' : <Code>{cardTail}</Code>) },
    { key: 'outcome', head: say('transactions.outcome'), beside: true, cell: (row) => <OutcomeStatus transaction={row} /> },
    { key: 'loaded', head: say('transactions.loaded'), figure: true, cell: ({ loadedFen }) => <Money amount={loadedFen} /> },
    { key: 'refunded', head: say('transactions.refunded'), figure: true, cell: ({ refundedFen }) => <Money amount={refundedFen} /> },
    { key: 'owed', head: say('transactions.owed'), figure: true, cell: ({ owedFen }) => <Money amount={owedFen} /> },
  ];
}
