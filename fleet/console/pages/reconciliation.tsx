/** The money of each day side by side: what was taken, what it became, what a count found, and every difference with where it is. */
import { useState } from 'react';
import type { DayReport as Report } from '../../../common/reconciliation/day-report.ts';
import type { DayMoney } from '../../console-api/reconciliation.ts';
import type { Settlement } from '../../console-api/settlements.ts';
import { useAnswer, usePages } from '../api/queries.ts';
import { Dialog } from '../components/dialog.tsx';
import { PagedTable } from '../components/list.tsx';
import { SpanChoice, useSpan } from '../components/span.tsx';
import { Empty, Notice, Shown } from '../components/states.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Code, Money, Status } from '../components/text.tsx';
import { usePreferences, useSay } from '../preferences.tsx';
import { Reasons, SettlementDialog, useSettlementColumns } from './settlements.tsx';

export function ReconciliationPage() {
  const say = useSay();
  const { span, set } = useSpan(7);
  const answer = useAnswer('reconciliation', { query: { ...span } }, { keep: true, live: true });
  const [day, setDay] = useState<DayMoney>();
  const [settlement, setSettlement] = useState<Settlement>();
  return (
    <>
      <div className="page-head">
        <h1>{say('reconciliation.title')}</h1>
        <div className="end">
          <SpanChoice span={span} set={set} />
        </div>
      </div>
      <section className="panel">
        <Shown answer={answer}>{({ days }) => <Days days={days} open={setDay} />}</Shown>
      </section>
      <section className="panel">
        <header>
          <h2>{say('reconciliation.differences')}</h2>
        </header>
        <PagedTable
          caption={say('reconciliation.differences')}
          columns={useDifferenceColumns(setSettlement)}
          pages={usePages('settlements', { query: { ...span, filter: 'differing', limit: 50 } })}
          none={say('reconciliation.noDifferences')}
          keyOf={({ terminalId, settlementId }) => `${terminalId} ${settlementId}`}
        />
      </section>
      {day !== undefined && <DayDialog day={day} onClose={() => setDay(undefined)} />}
      {settlement !== undefined && <SettlementDialog settlement={settlement} onClose={() => setSettlement(undefined)} />}
    </>
  );
}

function Days({ days, open }: { readonly days: readonly DayMoney[]; readonly open: (day: DayMoney) => void }) {
  const say = useSay();
  const columns = useDayColumns(open);
  if (days.length === 0) return <Empty title={say('reconciliation.none')} />;
  const unbalanced = days.filter(({ imbalanceFen }) => imbalanceFen !== 0);
  return (
    <>
      {unbalanced.length > 0 && (
        <Notice tone="danger" live="alert">
          {say('reconciliation.imbalance', { dates: unbalanced.map(({ date }) => date).join(', ') })}
        </Notice>
      )}
      <DataTable
        caption={say('reconciliation.title')}
        rows={[...days].sort((a, b) => (a.date < b.date ? 1 : -1))}
        keyOf={({ date }) => date}
        toneOf={({ imbalanceFen, settlementDifferenceFen }) => (imbalanceFen !== 0 ? 'danger' : settlementDifferenceFen !== 0 ? 'warn' : undefined)}
        columns={columns}
      />
    </>
  );
}

function useDifferenceColumns(open: (settlement: Settlement) => void): readonly Column<Settlement>[] {
  const say = useSay();
  return [
    ...useSettlementColumns(open).filter(({ key }) => key !== 'phase'),
    { key: 'reasons', head: say('settlements.reasons'), wide: true, cell: (row) => <Reasons settlement={row} /> },
  ];
}

const SUMS = ['cashFen', 'electronicFen', 'loadedFen', 'refundedFen', 'owedFen'] as const;

function useDayColumns(open: (day: DayMoney) => void): readonly Column<DayMoney>[] {
  const say = useSay();
  return [
    {
      key: 'date',
      head: say('reconciliation.date'),
      name: true,
      cell: (row) => (
        <button type="button" className="link tn" onClick={() => open(row)}>
          {row.date}
        </button>
      ),
    },
    ...SUMS.map((key): Column<DayMoney> => ({ key, head: say(`reconciliation.${key}`), figure: true, cell: (row) => <Money amount={row[key]} /> })),
    { key: 'balance', head: say('reconciliation.balance'), cell: (row) => <Balance day={row} /> },
    { key: 'difference', head: say('reconciliation.settlementDifference'), cell: (row) => <SettlementDifference day={row} /> },
  ];
}

function Balance({ day: { imbalanceFen } }: { readonly day: DayMoney }) {
  const say = useSay();
  if (imbalanceFen === 0) return <Status tone="ok">{say('reconciliation.balanced')}</Status>;
  return (
    <Status tone="danger">
      {say('reconciliation.unbalanced')} <Money amount={imbalanceFen} difference />
    </Status>
  );
}

function SettlementDifference({ day: { settlements, settlementDifferenceFen } }: { readonly day: DayMoney }) {
  const say = useSay();
  if (settlements === 0) return <span className="quiet">{say('reconciliation.noSettlement')}</span>;
  if (settlementDifferenceFen === 0) return <Status tone="ok">{say('settlements.even')}</Status>;
  return (
    <Status tone="danger">
      <Money amount={settlementDifferenceFen} difference />
    </Status>
  );
}

function DayDialog({ day, onClose }: { readonly day: DayMoney; readonly onClose: () => void }) {
  const { say, word } = usePreferences();
  const accounts = Object.entries(day.accounts);
  return (
    <Dialog title={say('reconciliation.day', { date: day.date })} onClose={onClose}>
      <div className="body">
        <Balance day={day} />
        <dl className="pairs">
          {accounts.map(([account, amount]) => (
            <AccountPair key={account} account={word('ledger', account)} amount={amount} />
          ))}
          <dt>
            <b>{say('reconciliation.sum')}</b>
          </dt>
          <dd>
            <b>
              <Money amount={accounts.reduce((sum, [, amount]) => sum + amount, 0)} />
            </b>
          </dd>
        </dl>
        <p className="small">{say('reconciliation.signs')}</p>
        <DayReport date={day.date} />
      </div>
    </Dialog>
  );
}

/** What the reconciliation with acquirer and issuer found, where one was made. */
function DayReport({ date }: { readonly date: string }) {
  const say = useSay();
  const answer = useAnswer('dayReport', { params: { date } });
  return (
    <section aria-label={say('reconciliation.report')}>
      <h3>{say('reconciliation.report')}</h3>
      <Shown answer={answer}>{({ report }) => (report === null ? <p className="small">{say('reconciliation.noReport')}</p> : <Found report={report} />)}</Shown>
    </section>
  );
}

function Found({ report }: { readonly report: Report }) {
  const { say, word } = usePreferences();
  return (
    <>
      <Status tone={report.even ? 'ok' : 'danger'}>{say(report.even ? 'reconciliation.even' : 'reconciliation.uneven')}</Status>
      <p className="small">
        {say('reconciliation.madeBy', { by: report.by, at: report.madeAt })}
        {report.incomplete.length > 0 && ` ${say('reconciliation.incomplete', { n: report.incomplete.length })}`}
      </p>
      <DataTable caption={say('reconciliation.books')} rows={report.books} keyOf={({ book }) => book} columns={useBookColumns()} />
      {report.findings.map((finding) => (
        <div key={`${finding.number} ${finding.terminalId} ${finding.id}`} className="finding">
          <p>
            <Status tone={finding.status === 'difference' ? 'danger' : 'warn'}>{word('findingStatus', finding.status)}</Status>{' '}
            <b className="tn">{finding.reference}</b> <Money amount={finding.amount} difference />
          </p>
          <p className="small">
            <Code>{finding.terminalId}</Code>{' '}
            {say('reconciliation.whereTodo', { where: word('causeWhere', finding.cause), todo: word('causeTodo', finding.cause) })}
          </p>
        </div>
      ))}
    </>
  );
}

function useBookColumns(): readonly Column<Report['books'][number]>[] {
  const { say, word } = usePreferences();
  return [
    { key: 'book', head: say('reconciliation.book'), name: true, cell: ({ book }) => word('book', book) },
    { key: 'here', head: say('reconciliation.here'), figure: true, cell: ({ here }) => <Money amount={here} /> },
    { key: 'there', head: say('reconciliation.there'), figure: true, cell: ({ there }) => <Money amount={there} /> },
    { key: 'apart', head: say('reconciliation.apart'), figure: true, cell: ({ difference }) => <Money amount={difference} difference /> },
  ];
}

function AccountPair({ account, amount }: { readonly account: string; readonly amount: number }) {
  return (
    <>
      <dt>{account}</dt>
      <dd>
        <Money amount={amount} difference />
      </dd>
    </>
  );
}
