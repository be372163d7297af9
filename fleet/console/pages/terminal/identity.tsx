/** Who let this terminal in and out, and the act that shuts it out. */
import { useState } from 'react';
import type { TerminalDetail } from '../../../console-api/terminals.ts';
import type { AnswerOf } from '../../api/client.ts';
import { useAct, useAnswer } from '../../api/queries.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { Empty, Shown } from '../../components/states.tsx';
import { DataTable } from '../../components/table.tsx';
import { Code, Hash, Moment, Status, type Tone } from '../../components/text.tsx';
import { useSay } from '../../preferences.tsx';
import { useMay } from '../../session.tsx';

type IdentityEvent = AnswerOf<'identityHistory'>['events'][number];

const TONES: Record<IdentityEvent['kind'], Tone> = { codeMade: 'info', enrolled: 'ok', codeLocked: 'warn', terminalRevoked: 'danger', keyRevoked: 'danger' };

export function IdentityPart({ terminal }: { readonly terminal: TerminalDetail }) {
  const say = useSay();
  const { terminalId, kid, revokedAt } = terminal;
  const history = useAnswer('identityHistory', { params: { terminalId } });
  const columns = useColumns();
  const mayRevoke = useMay('terminal.revoke');
  return (
    <>
      <section className="panel">
        <header>
          <h2>{say('identity.title')}</h2>
          <span className="small">
            {say('identity.key')} <Hash hex={kid} />
          </span>
        </header>
        <Shown answer={history}>
          {({ events }) =>
            events.length === 0 ? (
              <Empty title={say('identity.none')} />
            ) : (
              <DataTable caption={say('identity.title')} columns={columns} rows={[...events].reverse()} keyOf={(event) => `${event.at} ${event.kind}`} />
            )
          }
        </Shown>
      </section>
      {mayRevoke && revokedAt === null && <Revoke terminalId={terminalId} />}
    </>
  );
}

function useColumns() {
  const say = useSay();
  return [
    { key: 'at', head: say('column.at'), cell: ({ at }: IdentityEvent) => <Moment at={at} /> },
    {
      key: 'kind',
      head: say('column.what'),
      name: true,
      cell: ({ kind }: IdentityEvent) => <Status tone={TONES[kind]}>{say(`identity.kind.${kind}`)}</Status>,
    },
    { key: 'actor', head: say('column.who'), cell: ({ actor }: IdentityEvent) => actor },
    { key: 'kid', head: say('identity.key'), cell: ({ kid }: IdentityEvent) => (kid === null ? '—' : <Hash hex={kid} />) },
    { key: 'address', head: say('column.from'), cell: ({ address }: IdentityEvent) => (address === null ? '—' : <Code>{address}</Code>) },
  ];
}

function Revoke({ terminalId }: { readonly terminalId: string }) {
  const say = useSay();
  const [open, setOpen] = useState(false);
  const revoke = useAct('revokeTerminal');
  return (
    <section className="panel panel--padded revoke">
      <div>
        <h2>{say('revoke.title')}</h2>
        <p className="quiet">{say('revoke.lead')}</p>
      </div>
      <button type="button" className="btn btn--danger" onClick={() => setOpen(true)}>
        {say('revoke.open')}
      </button>
      {open && (
        <ReasonDialog
          title={say('revoke.dialog', { terminal: terminalId })}
          lead={say('revoke.lead')}
          go={say('revoke.go')}
          dangerous
          confirm={terminalId}
          busy={revoke.isPending}
          failure={revoke.error}
          onClose={() => {
            revoke.reset();
            setOpen(false);
          }}
          onGo={(reason) => revoke.mutate({ params: { terminalId }, body: { confirm: terminalId, reason } }, { onSuccess: () => setOpen(false) })}
        />
      )}
    </section>
  );
}
