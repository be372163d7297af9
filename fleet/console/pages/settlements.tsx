/** Settlements: who took which box out, what was expected in it, what was counted, and what differs. */
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { Settlement } from '../../console-api/settlements.ts';
import { usePages } from '../api/queries.ts';
import { Dialog } from '../components/dialog.tsx';
import { Filter } from '../components/filter.tsx';
import { PagedTable } from '../components/list.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Code, Money, Moment, Status } from '../components/text.tsx';
import { formatCount } from '../format.ts';
import { terminalPath } from '../paths.ts';
import { usePreferences, useSay } from '../preferences.tsx';

const filters = ['all', 'differing', 'uncounted'] as const;

export function SettlementsPage() {
  const say = useSay();
  const [search, setSearch] = useSearchParams();
  const filter = filters.find((each) => each === search.get('filter')) ?? 'all';
  const [opened, setOpened] = useState<Settlement>();
  return (
    <>
      <div className="page-head">
        <h1>{say('settlements.title')}</h1>
      </div>
      <Filter
        label={say('settlements.filter')}
        chosen={filter}
        choices={filters.map((value) => ({ value, word: say(`settlements.filters.${value}`) }))}
        onChoose={(value) => setSearch(value === 'all' ? {} : { filter: value })}
      />
      <section className="panel">
        <SettlementTable filter={filter} open={setOpened} />
      </section>
      {opened !== undefined && <SettlementDialog settlement={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function SettlementTable({ filter, open }: { readonly filter: (typeof filters)[number]; readonly open: (settlement: Settlement) => void }) {
  const say = useSay();
  return (
    <PagedTable
      caption={say('settlements.title')}
      columns={useSettlementColumns(open)}
      pages={usePages('settlements', { query: { filter, limit: 50 } }, { live: true, keep: true })}
      none={say(filter === 'all' ? 'settlements.none' : 'settlements.noneFits')}
      keyOf={({ terminalId, settlementId }) => `${terminalId} ${settlementId}`}
      toneOf={({ differenceFen }) => (differenceFen !== null && differenceFen !== 0 ? 'danger' : undefined)}
    />
  );
}

export function Difference({ settlement: { differenceFen } }: { readonly settlement: Settlement }) {
  const say = useSay();
  if (differenceFen === null) return <Status tone="info">{say('settlements.uncounted')}</Status>;
  if (differenceFen === 0) return <Status tone="ok">{say('settlements.even')}</Status>;
  return (
    <Status tone="danger">
      {say(differenceFen > 0 ? 'settlements.over' : 'settlements.short')} <Money amount={differenceFen} difference />
    </Status>
  );
}

export function useSettlementColumns(open: (settlement: Settlement) => void): readonly Column<Settlement>[] {
  const say = useSay();
  return [
    {
      key: 'settlement',
      head: say('settlements.settlement'),
      name: true,
      cell: (row) => (
        <button type="button" className="link" onClick={() => open(row)}>
          <Code>{row.terminalId}</Code> · <span className="nb">{row.businessDate}</span>
        </button>
      ),
    },
    { key: 'opened', head: say('settlements.opened'), cell: ({ openedAt }) => <Moment at={openedAt} precision="minute" /> },
    { key: 'by', head: say('settlements.by'), cell: ({ by }) => by },
    { key: 'phase', head: say('settlements.phase'), cell: ({ phase }) => say(`settlements.phases.${phase}`) },
    { key: 'expected', head: say('settlements.expected'), figure: true, cell: ({ expectedFen }) => <Money amount={expectedFen} /> },
    {
      key: 'counted',
      head: say('settlements.counted'),
      figure: true,
      cell: ({ countedFen }) => (countedFen === null ? '—' : <Money amount={countedFen} />),
    },
    { key: 'difference', head: say('settlements.difference'), beside: true, cell: (row) => <Difference settlement={row} /> },
  ];
}

/** Why there was a difference, as people found out; what nobody has explained is said too. */
export function Reasons({ settlement: { differenceFen, resolutions, unresolvedFen } }: { readonly settlement: Settlement }) {
  const { say, word } = usePreferences();
  if (differenceFen === null || differenceFen === 0) return null;
  return (
    <ul className="reasons">
      {resolutions.map(({ resolution, amountFen, by, why, at }) => (
        <li key={`${at} ${amountFen} ${why}`}>
          <Money amount={amountFen} difference /> {word('resolution', resolution)}
          {say('settlements.why', { why })}
          <span className="small">
            {by} · <Moment at={at} precision="minute" />
          </span>
        </li>
      ))}
      {unresolvedFen !== 0 && (
        <li>
          <Status tone="warn">
            {say('settlements.unexplained')} <Money amount={unresolvedFen} difference />
          </Status>
        </li>
      )}
    </ul>
  );
}

interface NoteRow {
  readonly denomination: number;
  readonly expected: number;
  readonly counted: number | undefined;
}

/** Both lists side by side, the largest note first. */
export function noteRows({ expectedNotes, countedNotes }: Pick<Settlement, 'expectedNotes' | 'countedNotes'>): readonly NoteRow[] {
  const countIn = (notes: Settlement['expectedNotes'], denomination: number): number => notes.find((note) => note.denomination === denomination)?.count ?? 0;
  const denominations = new Set([...expectedNotes, ...(countedNotes ?? [])].map(({ denomination }) => denomination));
  return [...denominations]
    .sort((a, b) => b - a)
    .map((denomination) => ({
      denomination,
      expected: countIn(expectedNotes, denomination),
      counted: countedNotes === null ? undefined : countIn(countedNotes, denomination),
    }));
}

function useNoteColumns(): readonly Column<NoteRow>[] {
  const say = useSay();
  return [
    { key: 'note', head: say('settlements.note'), name: true, cell: ({ denomination }) => <Money amount={denomination} /> },
    { key: 'expected', head: say('settlements.expected'), figure: true, cell: ({ expected }) => formatCount(expected) },
    { key: 'counted', head: say('settlements.counted'), figure: true, cell: ({ counted }) => (counted === undefined ? '—' : formatCount(counted)) },
  ];
}

export function SettlementDialog({ settlement, onClose }: { readonly settlement: Settlement; readonly onClose: () => void }) {
  const say = useSay();
  return (
    <Dialog title={say('settlements.one', { terminal: settlement.terminalId, date: settlement.businessDate })} onClose={onClose}>
      <div className="body">
        <Difference settlement={settlement} />
        <DataTable
          caption={say('settlements.notes')}
          rows={noteRows(settlement)}
          keyOf={({ denomination }) => String(denomination)}
          toneOf={({ expected, counted }) => (counted !== undefined && counted !== expected ? 'danger' : undefined)}
          columns={useNoteColumns()}
        />
        <Reasons settlement={settlement} />
        <dl className="pairs">
          <dt>{say('settlements.boxOut')}</dt>
          <dd>
            <Code>{settlement.boxOut}</Code>
          </dd>
          <dt>{say('settlements.boxIn')}</dt>
          <dd>
            <Code>{settlement.boxIn}</Code>
          </dd>
          <dt>{say('settlements.by')}</dt>
          <dd>{settlement.by}</dd>
          <dt>{say('settlements.countedBy')}</dt>
          <dd>{settlement.countedBy ?? '—'}</dd>
          <dt>{say('settlements.closed')}</dt>
          <dd>{settlement.closedAt === null ? '—' : <Moment at={settlement.closedAt} />}</dd>
          <dt>{say('settlements.id')}</dt>
          <dd>
            <Code>{settlement.settlementId}</Code>
          </dd>
        </dl>
        <div className="buttons buttons--end">
          <Link href={terminalPath(settlement.terminalId)} className="btn" onClick={onClose}>
            {say('settlements.toTerminal')}
          </Link>
        </div>
      </div>
    </Dialog>
  );
}
