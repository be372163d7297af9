/** One's own account: passkeys, password, recovery codes, and where else one is signed in. What changes a key asks again who is there. */
import { browserSupportsWebAuthn, startRegistration, type PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/browser';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { call, CallFailure, type AnswerOf } from '../api/client.ts';
import { useAct, useAnswer } from '../api/queries.ts';
import { Dialog } from '../components/dialog.tsx';
import { Form, TextField } from '../components/form.tsx';
import { isShort, NewPasswordField } from '../components/new-password.tsx';
import { RecoveryCodes } from '../components/recovery-codes.tsx';
import { Empty, Notice, Shown } from '../components/states.tsx';
import { DataTable, type Column } from '../components/table.tsx';
import { Ago, Code, Moment, Status } from '../components/text.tsx';
import { usePreferences, useSay } from '../preferences.tsx';
import { useSession } from '../session.tsx';

type Account = AnswerOf<'account'>;
type Deed = 'passkey' | 'password' | 'codes';

export function AccountPage() {
  const { say, word } = usePreferences();
  const { name, role } = useSession();
  const answer = useAnswer('account', {});
  const [deed, setDeed] = useState<Deed>();
  return (
    <>
      <div className="page-head">
        <h1>{say('account.title')}</h1>
        <span className="quiet">
          {name} · {word('role', role)}
        </span>
      </div>
      <Shown answer={answer}>{(account) => <Account account={account} start={setDeed} />}</Shown>
      {deed === 'passkey' && <AddPasskey onClose={() => setDeed(undefined)} />}
      {deed === 'password' && <ChangePassword onClose={() => setDeed(undefined)} />}
      {deed === 'codes' && <RenewCodes onClose={() => setDeed(undefined)} />}
    </>
  );
}

/** Fewer than this and it is time for new ones. */
const FEW_CODES = 3;

function Account({ account, start }: { readonly account: Account; readonly start: (deed: Deed) => void }) {
  const say = useSay();
  const endOthers = useAct('endOtherSessions');
  const remove = useAct('removePasskey');
  return (
    <div className="account">
      <section className="panel">
        <header>
          <h2>{say('account.passkeys')}</h2>
          {browserSupportsWebAuthn() && (
            <button type="button" className="btn" onClick={() => start('passkey')}>
              {say('account.addPasskey')}
            </button>
          )}
        </header>
        {account.passkeys.length === 0 ? (
          <Empty title={say('account.noPasskey')}>{say('account.noPasskeyWhy')}</Empty>
        ) : (
          <ul className="rows">
            {account.passkeys.map(({ passkeyId, label, addedAt, lastUsedAt }) => (
              <li key={passkeyId}>
                <b>{label}</b>
                <span className="small">
                  {say('account.added')} <Moment at={addedAt} precision="day" />
                  {lastUsedAt !== null && (
                    <>
                      {' · '}
                      {say('account.used')} <Ago at={lastUsedAt} />
                    </>
                  )}
                </span>
                <button
                  type="button"
                  className="btn"
                  aria-label={say('account.removeOf', { label })}
                  disabled={remove.isPending}
                  onClick={() => remove.mutate({ params: { passkeyId }, body: {} })}
                >
                  {say('account.remove')}
                </button>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className="panel">
        <header>
          <h2>{say('account.password')}</h2>
          <button type="button" className="btn" onClick={() => start('password')}>
            {say('account.changePassword')}
          </button>
        </header>
        <div className="body">
          {say('account.changed')} <Moment at={account.passwordChangedAt} precision="minute" />
        </div>
      </section>
      <section className="panel">
        <header>
          <h2>{say('account.codes')}</h2>
          <button type="button" className="btn" onClick={() => start('codes')}>
            {say('account.renewCodes')}
          </button>
        </header>
        <div className="body">
          <Status tone={account.recoveryCodesLeft < FEW_CODES ? 'warn' : 'ok'}>{say('account.codesLeft', { n: account.recoveryCodesLeft })}</Status>
        </div>
      </section>
      <section className="panel wide">
        <header>
          <h2>{say('account.sessions')}</h2>
          {account.sessions.length > 1 && (
            <button type="button" className="btn" disabled={endOthers.isPending} onClick={() => endOthers.mutate({ body: {} })}>
              {say('account.endOthers')}
            </button>
          )}
        </header>
        <DataTable
          caption={say('account.sessions')}
          rows={account.sessions}
          keyOf={({ signedInAt, address }) => `${signedInAt} ${address}`}
          columns={useSessionColumns()}
        />
      </section>
    </div>
  );
}

function useSessionColumns(): readonly Column<Account['sessions'][number]>[] {
  const { say, word } = usePreferences();
  return [
    {
      key: 'address',
      head: say('column.from'),
      name: true,
      cell: ({ address, current }) => (
        <>
          <Code>{address}</Code> {current && <Status tone="ok">{say('account.here')}</Status>}
        </>
      ),
    },
    { key: 'method', head: say('account.method'), cell: ({ method }) => word('method', method) },
    { key: 'since', head: say('account.since'), cell: ({ signedInAt }) => <Moment at={signedInAt} precision="minute" /> },
    { key: 'used', head: say('account.used'), cell: ({ lastUsedAt }) => <Ago at={lastUsedAt} /> },
  ];
}

interface Proof {
  readonly password: string;
  readonly totp: string;
}

/** Asks again who is there, in front of what `children` asks. */
function Proved({
  title,
  go,
  busy,
  failure,
  children,
  onGo,
  onClose,
}: {
  readonly title: string;
  readonly go: string;
  readonly busy: boolean;
  readonly failure: CallFailure | null;
  readonly children?: ReactNode;
  readonly onGo: (proof: Proof) => void;
  readonly onClose: () => void;
}) {
  const say = useSay();
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="body">
        <Form busy={busy} failure={failure} submit={() => onGo({ password, totp: totp.replaceAll(/\s/g, '') })}>
          <TextField label={say('account.current')} type="password" value={password} onValue={setPassword} autoComplete="current-password" first />
          <TextField
            label={say('signIn.totp')}
            value={totp}
            onValue={setTotp}
            className="input--code"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
          />
          {children}
          <div className="buttons buttons--end">
            <button type="button" className="btn" onClick={onClose}>
              {say('button.cancel')}
            </button>
            <button type="submit" className="btn btn--primary">
              {go}
            </button>
          </div>
        </Form>
      </div>
    </Dialog>
  );
}

function AddPasskey({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const queries = useQueryClient();
  const [label, setLabel] = useState('');
  const add = useMutation<unknown, Error, Proof>({
    mutationFn: async (proof) => {
      const { challengeId, options } = await call('newPasskeyChallenge', { body: { ...proof } });
      // The server's library made them for the browser's.
      const response = await startRegistration({ optionsJSON: options as unknown as PublicKeyCredentialCreationOptionsJSON });
      return call('addPasskey', { body: { challengeId, response: { ...response }, label } });
    },
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries();
    },
  });
  const failure = add.error instanceof CallFailure ? add.error : null;
  return (
    <Proved
      title={say('account.addPasskey')}
      go={say('account.addPasskey')}
      busy={add.isPending}
      failure={failure}
      onClose={onClose}
      onGo={(proof) => add.mutate(proof)}
    >
      <TextField label={say('account.label')} hint={say('account.labelHint')} value={label} onValue={setLabel} maxLength={40} required />
      {add.error !== null && failure === null && (
        <Notice tone="danger" live="alert">
          {say('signIn.passkeyStopped')}
        </Notice>
      )}
    </Proved>
  );
}

function ChangePassword({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const [next, setNext] = useState('');
  const [asked, setAsked] = useState(false);
  const change = useAct('changePassword');
  const short = isShort(next);
  return (
    <Proved
      title={say('account.changePassword')}
      go={say('account.changePassword')}
      busy={change.isPending}
      failure={change.error}
      onClose={onClose}
      onGo={(proof) => {
        setAsked(true);
        if (!short) change.mutate({ body: { ...proof, newPassword: next } }, { onSuccess: onClose });
      }}
    >
      <NewPasswordField label={say('account.newPassword')} value={next} onValue={setNext} asked={asked} />
    </Proved>
  );
}

function RenewCodes({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  const renew = useAct('renewRecoveryCodes');
  if (renew.data !== undefined) {
    return (
      <Dialog title={say('recovery.title')} onClose={onClose}>
        <div className="body">
          <RecoveryCodes codes={renew.data.recoveryCodes} onDone={onClose} />
        </div>
      </Dialog>
    );
  }
  return (
    <Proved
      title={say('account.renewCodes')}
      go={say('account.renewCodes')}
      busy={renew.isPending}
      failure={renew.error}
      onClose={onClose}
      onGo={(proof) => renew.mutate({ body: { ...proof } })}
    />
  );
}
