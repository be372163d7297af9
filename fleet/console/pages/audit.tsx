/** Who did what, when, from where: the record of everything that matters for security. */
import { useDeferredValue, useState } from 'react';
import { auditKinds, type AuditEvent, type AuditKind } from '../../console-api/staff.ts';
import { usePages } from '../api/queries.ts';
import { SelectField, TextField } from '../components/form.tsx';
import { PagedTable } from '../components/list.tsx';
import type { Column } from '../components/table.tsx';
import { Code, Moment, Status, type Tone } from '../components/text.tsx';
import { isDay } from '../days.ts';
import { usePreferences, useSay } from '../preferences.tsx';

/** What a reader looks for first: somebody was refused, kept out, or something was opened. */
const TONES: Partial<Record<AuditKind, Tone>> = {
  signInRefused: 'warn',
  signInLocked: 'danger',
  invitationRefused: 'warn',
  notAllowed: 'danger',
  terminalRevoked: 'danger',
  sealedOpened: 'warn',
  staffDisabled: 'warn',
  staffReset: 'warn',
  roleChanged: 'warn',
  recoveryCodeUsed: 'warn',
};

export function AuditPage() {
  const say = useSay();
  const [kind, setKind] = useState<AuditKind | ''>('');
  const [actor, setActor] = useState('');
  const [until, setUntil] = useState('');
  const who = useDeferredValue(actor.trim());
  const query = { limit: 100, ...(kind === '' ? {} : { kind }), ...(who === '' ? {} : { actor: who }), ...(isDay(until) ? { until } : {}) };
  const narrowed = kind !== '' || who !== '' || until !== '';
  return (
    <>
      <div className="page-head">
        <h1>{say('audit.title')}</h1>
      </div>
      <div className="fields">
        <SelectField
          label={say('column.what')}
          value={kind}
          choices={[{ value: '', word: say('audit.every') }, ...auditKinds.map((value) => ({ value, word: say(`audit.kind.${value}`) }))]}
          onValue={setKind}
        />
        <TextField label={say('column.who')} value={actor} onValue={setActor} maxLength={80} autoComplete="off" />
        <TextField label={say('audit.until')} type="date" value={until} onValue={setUntil} />
      </div>
      <section className="panel">
        <PagedTable
          caption={say('audit.title')}
          columns={useColumns()}
          pages={usePages('audit', { query }, { live: true, keep: true })}
          none={say(narrowed ? 'audit.noneFits' : 'audit.none')}
          keyOf={({ eventId }) => eventId}
        />
      </section>
    </>
  );
}

function useColumns(): readonly Column<AuditEvent>[] {
  const { say, word } = usePreferences();
  return [
    { key: 'at', head: say('column.at'), cell: ({ at }) => <Moment at={at} /> },
    {
      key: 'kind',
      head: say('column.what'),
      name: true,
      cell: ({ kind }) => {
        const tone = TONES[kind];
        return tone === undefined ? say(`audit.kind.${kind}`) : <Status tone={tone}>{say(`audit.kind.${kind}`)}</Status>;
      },
    },
    { key: 'actor', head: say('column.who'), cell: ({ actor }) => actor },
    { key: 'about', head: say('audit.about'), cell: ({ about }) => about ?? '—' },
    {
      key: 'detail',
      head: say('audit.detail'),
      cell: ({ kind, detail }) => (detail === null ? '—' : kind === 'invited' ? word('role', detail) : word('method', detail)),
    },
    {
      key: 'address',
      head: say('column.from'),
      cell: ({ address }) => (address === '' ? '—' : <Code>{address === 'command line' ? say('audit.commandLine') : address}</Code>),
    },
  ];
}
