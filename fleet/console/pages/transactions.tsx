/** The transaction of a number that a cardholder reads out. */
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { useAnswer } from '../api/queries.ts';
import { TextField } from '../components/form.tsx';
import { Icon } from '../components/icon.tsx';
import { Empty, Shown } from '../components/states.tsx';
import { DataTable } from '../components/table.tsx';
import { useSay } from '../preferences.tsx';
import { toneOfTransaction, useTransactionColumns } from './transaction-columns.tsx';

/** Shorter ones the server does not look for. */
const SHORTEST = 4;

export function TransactionsPage() {
  const say = useSay();
  const [search, setSearch] = useSearchParams();
  const reference = search.get('reference') ?? '';
  const [typed, setTyped] = useState(reference);
  return (
    <>
      <div className="page-head">
        <h1>{say('transactions.title')}</h1>
      </div>
      <section className="panel panel--padded">
        <form
          className="find"
          role="search"
          onSubmit={(event) => {
            event.preventDefault();
            setSearch(typed.trim() === '' ? {} : { reference: typed.trim() });
          }}
        >
          <TextField
            label={say('transactions.reference')}
            hint={say('transactions.hint')}
            wrong={reference !== '' && reference.length < SHORTEST ? say('transactions.short', { n: SHORTEST }) : undefined}
            value={typed}
            onValue={setTyped}
            className="mono"
            maxLength={40}
            autoComplete="off"
            spellCheck={false}
            first
          />
          <button type="submit" className="btn btn--primary">
            <Icon name="search" />
            {say('transactions.find')}
          </button>
        </form>
      </section>
      {reference.length >= SHORTEST && <Found reference={reference} />}
    </>
  );
}

function Found({ reference }: { readonly reference: string }) {
  const say = useSay();
  const found = useAnswer('findTransactions', { query: { reference } });
  const columns = useTransactionColumns(true);
  return (
    <section className="panel">
      <Shown answer={found}>
        {({ transactions }) =>
          transactions.length === 0 ? (
            <Empty title={say('transactions.notFound', { reference })}>{say('transactions.notFoundWhy')}</Empty>
          ) : (
            <DataTable
              caption={say('transactions.title')}
              columns={columns}
              rows={transactions}
              keyOf={({ transactionId }) => transactionId}
              toneOf={toneOfTransaction}
            />
          )
        }
      </Shown>
    </section>
  );
}
