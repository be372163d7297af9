/** Who may sign in: invitations, roles, and keeping somebody out. */
import { useState } from 'react';
import { roles, type Role } from '../../console-api/roles.ts';
import type { StaffMember } from '../../console-api/staff.ts';
import { useAct, useAnswer } from '../api/queries.ts';
import { Dialog } from '../components/dialog.tsx';
import { Form, SelectField, TextField } from '../components/form.tsx';
import { ReasonDialog } from '../components/reason-dialog.tsx';
import { Notice, Shown } from '../components/states.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Ago, Moment, Status, type Tone } from '../components/text.tsx';
import { formatCount } from '../format.ts';
import { usePreferences, useSay } from '../preferences.tsx';
import { useSession } from '../session.tsx';

const TONES: Record<StaffMember['state'], Tone> = { active: 'ok', invited: 'info', disabled: 'off' };

interface MadeInvitation {
  readonly name: string;
  readonly code: string;
  readonly expiresAt: number;
}

export function StaffPage() {
  const say = useSay();
  const answer = useAnswer('staff', {});
  const [inviting, setInviting] = useState(false);
  const [made, setMade] = useState<MadeInvitation>();
  const [chosen, setChosen] = useState<StaffMember>();
  const columns = useColumns(setChosen);
  return (
    <>
      <div className="page-head">
        <h1>{say('staff.title')}</h1>
        <div className="end">
          <button type="button" className="btn btn--primary" onClick={() => setInviting(true)}>
            {say('staff.invite')}
          </button>
        </div>
      </div>
      <section className="panel">
        <Shown answer={answer}>
          {({ staff }) => <DataTable caption={say('staff.title')} columns={columns} rows={staff} keyOf={({ staffId }) => staffId} />}
        </Shown>
      </section>
      <section className="panel panel--padded">
        <h2>{say('staff.rolesTitle')}</h2>
        <Roles />
      </section>
      {inviting && (
        <InviteDialog
          onClose={() => setInviting(false)}
          onMade={(invitation) => {
            setInviting(false);
            setMade(invitation);
          }}
        />
      )}
      {chosen !== undefined && (
        <MemberDialog
          member={chosen}
          onClose={() => setChosen(undefined)}
          onMade={(invitation) => {
            setChosen(undefined);
            setMade(invitation);
          }}
        />
      )}
      {made !== undefined && <MadeDialog made={made} onClose={() => setMade(undefined)} />}
    </>
  );
}

function Roles() {
  const { say, word } = usePreferences();
  return (
    <dl className="roles">
      {roles.map((role) => (
        <div key={role}>
          <dt>{word('role', role)}</dt>
          <dd className="quiet">{say(`roleWhat.${role}`)}</dd>
        </div>
      ))}
    </dl>
  );
}

function useColumns(choose: (member: StaffMember) => void): readonly Column<StaffMember>[] {
  const { say, word } = usePreferences();
  const me = useSession().staffId;
  return [
    {
      key: 'name',
      head: say('staff.name'),
      name: true,
      cell: (member) => (
        <>
          {member.name} {member.staffId === me && <span className="small">{say('staff.you')}</span>}
        </>
      ),
    },
    { key: 'role', head: say('staff.role'), cell: ({ role }) => word('role', role) },
    { key: 'state', head: say('staff.state'), beside: true, cell: ({ state }) => <Status tone={TONES[state]}>{say(`staff.states.${state}`)}</Status> },
    { key: 'passkeys', head: say('staff.passkeys'), figure: true, cell: ({ passkeys }) => formatCount(passkeys) },
    { key: 'seen', head: say('staff.lastSignIn'), cell: ({ lastSignInAt }) => (lastSignInAt === null ? say('terminals.never') : <Ago at={lastSignInAt} />) },
    {
      key: 'created',
      head: say('staff.created'),
      cell: ({ createdAt, createdBy }) => (
        <>
          <Moment at={createdAt} precision="day" /> <span className="small">{createdBy}</span>
        </>
      ),
    },
    {
      key: 'act',
      head: say('staff.act'),
      wide: true,
      cell: (member) =>
        member.staffId === me ? null : (
          <button type="button" className="btn" onClick={() => choose(member)} aria-label={say('staff.changeOf', { name: member.name })}>
            {say('staff.change')}
          </button>
        ),
    },
  ];
}

function InviteDialog({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (made: MadeInvitation) => void }) {
  const { say, word } = usePreferences();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('support');
  const invite = useAct('invite');
  return (
    <Dialog title={say('staff.invite')} onClose={onClose}>
      <div className="body">
        <Form
          busy={invite.isPending}
          failure={invite.error}
          submit={() => invite.mutate({ body: { name, role } }, { onSuccess: ({ code, expiresAt }) => onMade({ name, code, expiresAt }) })}
        >
          <TextField label={say('staff.name')} hint={say('staff.nameHint')} value={name} onValue={setName} maxLength={40} autoComplete="off" first />
          <SelectField label={say('staff.role')} value={role} choices={roles.map((value) => ({ value, word: word('role', value) }))} onValue={setRole} />
          <p className="small">{say(`roleWhat.${role}`)}</p>
          <div className="buttons buttons--end">
            <button type="button" className="btn" onClick={onClose}>
              {say('button.cancel')}
            </button>
            <button type="submit" className="btn btn--primary">
              {say('staff.invite')}
            </button>
          </div>
        </Form>
      </div>
    </Dialog>
  );
}

/** Shown once: the server keeps only what it needs to recognize it. */
function MadeDialog({ made, onClose }: { readonly made: MadeInvitation; readonly onClose: () => void }) {
  const say = useSay();
  const [copied, setCopied] = useState(false);
  const address = `${location.origin}/console/invitation#${encodeURIComponent(made.code)}`;
  return (
    <Dialog title={say('staff.made', { name: made.name })} onClose={onClose}>
      <div className="body">
        <Notice tone="warn">{say('staff.madeLead')}</Notice>
        <p className="mono break invitation-link">{address}</p>
        <p className="small">
          {say('staff.until')} <Moment at={made.expiresAt} precision="minute" />
        </p>
        <div className="buttons buttons--end">
          <button
            type="button"
            className="btn btn--primary"
            onClick={() => {
              void navigator.clipboard.writeText(address).then(() => setCopied(true));
            }}
          >
            {say(copied ? 'button.copied' : 'button.copy')}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

type Deed = 'role' | 'disable' | 'enable' | 'reset';

function MemberDialog({
  member,
  onClose,
  onMade,
}: {
  readonly member: StaffMember;
  readonly onClose: () => void;
  readonly onMade: (made: MadeInvitation) => void;
}) {
  const { say, word } = usePreferences();
  const { staffId, name } = member;
  const [deed, setDeed] = useState<Deed>();
  const [role, setRole] = useState(member.role);
  const acts = { role: useAct('changeRole'), disable: useAct('disableStaff'), enable: useAct('enableStaff'), reset: useAct('resetStaff') };
  const go = (reason: string): void => {
    const params = { staffId };
    const then = { onSuccess: onClose };
    if (deed === 'role') acts.role.mutate({ params, body: { role, reason } }, then);
    else if (deed === 'disable') acts.disable.mutate({ params, body: { reason } }, then);
    else if (deed === 'enable') acts.enable.mutate({ params, body: { reason } }, then);
    else acts.reset.mutate({ params, body: { reason } }, { onSuccess: ({ code, expiresAt }) => onMade({ name, code, expiresAt }) });
  };
  if (deed !== undefined) {
    return (
      <ReasonDialog
        title={say(`staff.deed.${deed}`, { name, role: word('role', role) })}
        lead={say(`staff.deedLead.${deed}`)}
        go={say(`staff.deedGo.${deed}`)}
        dangerous={deed === 'disable' || deed === 'reset'}
        busy={acts[deed].isPending}
        failure={acts[deed].error}
        onClose={() => setDeed(undefined)}
        onGo={go}
      />
    );
  }
  return (
    <Dialog title={name} onClose={onClose}>
      <div className="body">
        <SelectField label={say('staff.role')} value={role} choices={roles.map((value) => ({ value, word: word('role', value) }))} onValue={setRole} />
        <p className="small">{say(`roleWhat.${role}`)}</p>
        <div className="buttons">
          {role !== member.role && (
            <button type="button" className="btn btn--primary" onClick={() => setDeed('role')}>
              {say('staff.deedGo.role')}
            </button>
          )}
          {member.state === 'disabled' ? (
            <button type="button" className="btn" onClick={() => setDeed('enable')}>
              {say('staff.deedGo.enable')}
            </button>
          ) : (
            <>
              <button type="button" className="btn" onClick={() => setDeed('reset')}>
                {say('staff.deedGo.reset')}
              </button>
              <button type="button" className="btn btn--danger" onClick={() => setDeed('disable')}>
                {say('staff.deedGo.disable')}
              </button>
            </>
          )}
        </div>
      </div>
    </Dialog>
  );
}
