/** The fleet: how many are how well, and the terminals themselves, filtered, a page at a time. */
import { useDeferredValue, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { FleetSummary, TerminalRow } from '../../console-api/terminals.ts';
import { useAnswer, usePages } from '../api/queries.ts';
import { Filter } from '../components/filter.tsx';
import { SelectField } from '../components/form.tsx';
import { Icon } from '../components/icon.tsx';
import { PagedTable } from '../components/list.tsx';
import type { Column } from '../components/table.tsx';
import { Ago, Code, Status } from '../components/text.tsx';
import { formatCount } from '../format.ts';
import { terminalPath } from '../paths.ts';
import { useSay } from '../preferences.tsx';
import { Health, ReasonWords } from './terminal/words.tsx';

const filters = ['all', 'outOfService', 'attention', 'silent', 'alarmed', 'ok', 'untold', 'revoked'] as const;
type FilterName = (typeof filters)[number];

/** How long a lag is taken for a passing one, entries. */
const LAG_WORTH_A_LOOK = 100;

export function TerminalsPage() {
  const say = useSay();
  const [search, setSearch] = useSearchParams();
  const filter = filters.find((each) => each === search.get('filter')) ?? 'all';
  const version = search.get('version') ?? '';
  const [typed, setTyped] = useState('');
  const summary = useAnswer('fleetSummary', {}, { live: true });
  const set = (name: string, value: string): void =>
    setSearch((old) => {
      const next = new URLSearchParams(old);
      if (value === '') next.delete(name);
      else next.set(name, value);
      return next;
    });
  return (
    <>
      <div className="page-head">
        <h1>{say('terminals.title')}</h1>
        <div className="end">
          {(summary.data?.versions.length ?? 0) > 1 && (
            <SelectField
              quiet
              label={say('terminals.version')}
              value={version}
              choices={[
                { value: '', word: say('terminals.everyVersion') },
                ...(summary.data?.versions ?? []).map((each) => ({ value: each.version, word: `${each.version} (${formatCount(each.terminals)})` })),
              ]}
              onValue={(value) => set('version', value)}
            />
          )}
          <label className="search">
            <Icon name="search" />
            <span className="vh">{say('terminals.search')}</span>
            <input
              type="search"
              className="input"
              placeholder={say('terminals.search')}
              value={typed}
              maxLength={40}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
        </div>
      </div>
      <Filter
        label={say('terminals.filter')}
        chosen={filter}
        choices={filters.map((value) => ({ value, word: say(`terminals.filters.${value}`), count: countOf(summary.data, value) }))}
        onChoose={(value) => set('filter', value === 'all' ? '' : value)}
      />
      <List filter={filter} search={useDeferredValue(typed.trim())} version={version} />
    </>
  );
}

function countOf(summary: FleetSummary | undefined, filter: FilterName): number | undefined {
  if (summary === undefined) return undefined;
  switch (filter) {
    case 'all':
      return summary.total;
    case 'ok':
    case 'attention':
    case 'outOfService':
    case 'untold':
      return summary.byHealth[filter];
    case 'silent':
    case 'alarmed':
    case 'revoked':
      return summary[filter];
  }
}

function List({ filter, search, version }: { readonly filter: FilterName; readonly search: string; readonly version: string }) {
  const say = useSay();
  const query = { filter, limit: 50, ...(search === '' ? {} : { search }), ...(version === '' ? {} : { version }) };
  const narrowed = filter !== 'all' || search !== '' || version !== '';
  return (
    <section className="panel">
      <PagedTable
        caption={say('terminals.title')}
        columns={useColumns()}
        pages={usePages('terminals', { query }, { live: true, keep: true })}
        none={say(narrowed ? 'terminals.noneFits' : 'terminals.none')}
        keyOf={({ terminalId }) => terminalId}
        toneOf={toneOf}
      />
    </section>
  );
}

function toneOf({ health, silent, revokedAt, alarms }: TerminalRow): 'danger' | 'warn' | undefined {
  if (revokedAt !== null) return undefined;
  if (alarms.length > 0 || health === 'outOfService') return 'danger';
  return silent || health === 'attention' ? 'warn' : undefined;
}

function useColumns(): readonly Column<TerminalRow>[] {
  const say = useSay();
  return [
    {
      key: 'terminal',
      head: say('terminals.terminal'),
      name: true,
      cell: ({ terminalId }) => (
        <Link href={terminalPath(terminalId)}>
          <Code>{terminalId}</Code>
        </Link>
      ),
    },
    { key: 'health', head: say('terminals.health'), beside: true, cell: (row) => <Health terminal={row} /> },
    {
      key: 'reasons',
      head: say('terminals.reasons'),
      wide: true,
      cell: ({ reasons, alarms }) => (reasons.length + alarms.length === 0 ? null : <ReasonWords reasons={reasons} alarms={alarms} />),
    },
    { key: 'seen', head: say('terminals.seen'), cell: ({ lastSeenAt }) => (lastSeenAt === null ? say('terminals.never') : <Ago at={lastSeenAt} />) },
    {
      key: 'lag',
      head: say('terminals.lag'),
      figure: true,
      cell: ({ lag }) => (lag === null ? '—' : lag >= LAG_WORTH_A_LOOK ? <Status tone="warn">{formatCount(lag)}</Status> : formatCount(lag)),
    },
    { key: 'version', head: say('terminals.version'), cell: ({ version }) => (version === null ? '—' : <Code>{version}</Code>) },
  ];
}
