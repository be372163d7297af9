/** Tickets: what waits for an answer, the oldest promise first; by promise, state, kind and terminal, or one by its number. */
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { ticketKinds } from '../../../common/upstream-api/support.ts';
import { terminalIdSchema } from '../../../common/upstream-api/fields.ts';
import type { TicketRowAnswer } from '../../console-api/tickets.ts';
import { useAnswer } from '../api/queries.ts';
import { Filter } from '../components/filter.tsx';
import { SelectField, TextField } from '../components/form.tsx';
import { Icon } from '../components/icon.tsx';
import { Empty, Shown } from '../components/states.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Ago, Code } from '../components/text.tsx';
import { endOfDay } from '../days.ts';
import { formatCount, formatMoment } from '../format.ts';
import { terminalPath, ticketPath } from '../paths.ts';
import { usePreferences, useSay } from '../preferences.tsx';
import { useMay, useSession } from '../session.tsx';
import { useNow, useOffset } from '../time.tsx';
import { readPromise } from './tickets/promise.ts';
import { ticketFilters, TICKETS_PER_PAGE, ticketsQuery, type TicketFilter, type Wanted } from './tickets/query.ts';
import { PromiseStatus, TicketStatus, TicketTags } from './tickets/words.tsx';

export function TicketsPage() {
  const { say } = usePreferences();
  const { wanted, set } = useWanted();
  const mayWork = useMay('tickets.work');
  const counts = useCounts();
  return (
    <>
      <div className="page-head">
        <h1>{say('tickets.title')}</h1>
        <div className="end">
          <FindByNumber key={wanted.number} number={wanted.number} onFind={(number) => set({ number })} />
        </div>
      </div>
      <Filter
        label={say('tickets.filter')}
        chosen={wanted.filter}
        choices={ticketFilters
          .filter((value) => mayWork || value !== 'mine')
          .map((value) => ({ value, word: say(`tickets.filters.${value}`), count: counts[value] }))}
        onChoose={(filter) => set({ filter: filter === 'unresolved' ? '' : filter, number: '' })}
      />
      <Narrow key={wanted.terminalId} wanted={wanted} set={set} />
      <List wanted={wanted} set={set} />
    </>
  );
}

type Parts = Readonly<Partial<Record<'filter' | 'kind' | 'terminal' | 'number' | 'page', string>>>;

/** What is looked at stands in the address, so that it can be sent to somebody. */
function useWanted(): { readonly wanted: Wanted; readonly set: (parts: Parts) => void } {
  const [search, setSearch] = useSearchParams();
  const asked = search.get('terminal') ?? '';
  const wanted: Wanted = {
    filter: ticketFilters.find((each) => each === search.get('filter')) ?? 'unresolved',
    kind: ticketKinds.find((each) => each === search.get('kind')) ?? '',
    terminalId: terminalIdSchema.safeParse(asked).success ? asked : '',
    number: (search.get('number') ?? '').slice(0, 40),
    page: Math.max(1, Math.trunc(Number(search.get('page') ?? 1)) || 1),
  };
  const set = (parts: Parts): void =>
    setSearch((old) => {
      const next = new URLSearchParams(old);
      next.delete('page');
      for (const [name, value] of Object.entries(parts)) {
        if (value === '') next.delete(name);
        else next.set(name, value);
      }
      return next;
    });
  return { wanted, set };
}

/** Of all queues together. */
function useCounts(): Readonly<Partial<Record<TicketFilter, number>>> {
  const { data } = useAnswer('promises', {}, { live: true });
  if (data === undefined) return {};
  const sum = (name: 'unresolved' | 'breached' | 'waitingForPerson'): number => data.queues.reduce((total, queue) => total + queue[name], 0);
  return { unresolved: sum('unresolved'), overdue: sum('breached'), waiting: sum('waitingForPerson') };
}

function FindByNumber({ number, onFind }: { readonly number: string; readonly onFind: (number: string) => void }) {
  const say = useSay();
  const [typed, setTyped] = useState(number);
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onFind(typed.trim());
      }}
    >
      <label className="search">
        <Icon name="search" />
        <span className="vh">{say('tickets.find')}</span>
        <input
          type="search"
          className="input"
          placeholder={say('tickets.find')}
          value={typed}
          maxLength={40}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            if (event.target.value === '') onFind('');
          }}
        />
      </label>
    </form>
  );
}

function Narrow({ wanted, set }: { readonly wanted: Wanted; readonly set: (parts: Parts) => void }) {
  const say = useSay();
  const [terminal, setTerminal] = useState(wanted.terminalId);
  return (
    <form
      className="fields fields--pair"
      onSubmit={(event) => {
        event.preventDefault();
        set({ terminal: terminal.trim() });
      }}
      onBlur={() => {
        if (terminal.trim() !== wanted.terminalId) set({ terminal: terminal.trim() });
      }}
    >
      <SelectField
        label={say('tickets.kind')}
        value={wanted.kind}
        choices={[{ value: '' as const, word: say('tickets.everyKind') }, ...ticketKinds.map((value) => ({ value, word: say(`ticketKind.${value}`) }))]}
        onValue={(kind) => set({ kind })}
      />
      <TextField label={say('tickets.terminal')} value={terminal} onValue={setTerminal} className="mono" maxLength={40} autoComplete="off" spellCheck={false} />
    </form>
  );
}

function List({ wanted, set }: { readonly wanted: Wanted; readonly set: (parts: Parts) => void }) {
  const say = useSay();
  const { name } = useSession();
  const today = formatMoment(useNow(), useOffset(), 'day');
  const query = ticketsQuery(wanted, endOfDay(today, useOffset()), name);
  const answer = useAnswer('tickets', { query }, { live: true, keep: true });
  const now = useNow();
  const plain = wanted.filter === 'unresolved' && wanted.kind === '' && wanted.terminalId === '' && wanted.number === '';
  const columns = useColumns();
  return (
    <section className="panel">
      <Shown answer={answer}>
        {({ tickets, total }) =>
          tickets.length === 0 ? (
            <Empty title={say(plain ? 'tickets.none' : 'tickets.noneFits')}>{plain ? say('tickets.noneWhy') : null}</Empty>
          ) : (
            <>
              <DataTable
                caption={say('tickets.title')}
                columns={columns}
                rows={tickets}
                keyOf={({ ticketId }) => ticketId}
                toneOf={(row) => edgeOf(row, now)}
              />
              <Pager page={wanted.page} total={total} onPage={(page) => set({ page: String(page) })} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

function edgeOf(row: TicketRowAnswer, now: number): 'danger' | 'warn' | undefined {
  const { word, tone } = readPromise(row, now);
  if (word === 'over') return 'danger';
  return word === 'left' && (tone === 'warn' || row.level > 0) ? 'warn' : undefined;
}

function Pager({ page, total, onPage }: { readonly page: number; readonly total: number; readonly onPage: (page: number) => void }) {
  const say = useSay();
  const [from, to] = [(page - 1) * TICKETS_PER_PAGE + 1, Math.min(page * TICKETS_PER_PAGE, total)];
  return (
    <footer className="more">
      <span role="status" className="tn">
        {say('tickets.page', { from: formatCount(from), to: formatCount(to), total: formatCount(total) })}
      </span>
      {total > TICKETS_PER_PAGE && (
        <span className="buttons">
          <button type="button" className="btn" disabled={page === 1} onClick={() => onPage(page - 1)}>
            {say('tickets.before')}
          </button>
          <button type="button" className="btn" disabled={to === total} onClick={() => onPage(page + 1)}>
            {say('tickets.after')}
          </button>
        </span>
      )}
    </footer>
  );
}

function useColumns(): readonly Column<TicketRowAnswer>[] {
  const say = useSay();
  const { name } = useSession();
  return [
    {
      key: 'number',
      head: say('tickets.number'),
      name: true,
      cell: ({ ticketId, number }) => (
        <Link href={ticketPath(ticketId)}>
          <Code>{number}</Code>
        </Link>
      ),
    },
    { key: 'promise', head: say('tickets.promise'), beside: true, cell: (row) => <PromiseStatus ticket={row} calm /> },
    {
      key: 'kind',
      head: say('tickets.kind'),
      wide: true,
      cell: (row) => (
        <span className="about">
          {say(`ticketKind.${row.kind}`)} <TicketTags ticket={row} />
        </span>
      ),
    },
    { key: 'state', head: say('tickets.state'), cell: ({ state }) => <TicketStatus state={state} /> },
    {
      key: 'assignee',
      head: say('tickets.assignee'),
      cell: ({ assignee }) =>
        assignee === null ? <span className="quiet">{say('tickets.nobody')}</span> : assignee === name ? <b>{say('tickets.you')}</b> : assignee,
    },
    {
      key: 'terminal',
      head: say('tickets.terminal'),
      cell: ({ terminalId }) => (
        <Link href={terminalPath(terminalId)}>
          <Code>{terminalId}</Code>
        </Link>
      ),
    },
    { key: 'received', head: say('tickets.received'), cell: ({ receivedAt }) => <Ago at={receivedAt} /> },
  ];
}
