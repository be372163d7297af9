/** The transactions of one terminal, the latest first. */
import { usePages } from '../../api/queries.ts';
import { PagedTable } from '../../components/list.tsx';
import { useSay } from '../../preferences.tsx';
import { toneOfTransaction, useTransactionColumns } from '../transaction-columns.tsx';

export function TransactionsPart({ terminalId }: { readonly terminalId: string }) {
  const say = useSay();
  const transactions = usePages('transactions', { params: { terminalId }, query: { limit: 50 } }, { live: true });
  return (
    <section className="panel">
      <PagedTable
        caption={say('terminal.part.transactions')}
        columns={useTransactionColumns(false)}
        pages={transactions}
        none={say('transactions.none')}
        keyOf={({ transactionId }) => transactionId}
        toneOf={toneOfTransaction}
      />
    </section>
  );
}
