/** An invitation: who it is for, a password, the authenticator's secret as a QR code, and once the recovery codes. The code stands behind `#`, where no server reads it. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Session } from '../../console-api/session.ts';
import { call, type AnswerOf, type CallFailure } from '../api/client.ts';
import { useAnswer } from '../api/queries.ts';
import { Form, TextField } from '../components/form.tsx';
import { isShort, NewPasswordField } from '../components/new-password.tsx';
import { QrCode } from '../components/qr-code.tsx';
import { RecoveryCodes } from '../components/recovery-codes.tsx';
import { Failed, Loading, Notice } from '../components/states.tsx';
import { Moment } from '../components/text.tsx';
import { Gate } from '../frame/gate.tsx';
import { usePreferences, useSay } from '../preferences.tsx';
import { useEnter } from './sign-in.tsx';

type Accepted = AnswerOf<'acceptInvitation'>;

export function InvitationPage() {
  const say = useSay();
  const [code] = useState(() => decodeURIComponent(location.hash.slice(1)));
  const [accepted, setAccepted] = useState<Accepted>();
  const invitation = useAnswer('lookAtInvitation', { body: { code } }, { enabled: code !== '' && accepted === undefined });
  return (
    <Gate wide>
      {accepted !== undefined ? (
        <Welcome accepted={accepted} />
      ) : code === '' ? (
        <Notice tone="warn">{say('invitation.noCode')}</Notice>
      ) : invitation.error !== null ? (
        <Failed failure={invitation.error} again={() => void invitation.refetch()} />
      ) : invitation.data === undefined ? (
        <Loading />
      ) : (
        <Accept code={code} invitation={invitation.data} onAccepted={setAccepted} />
      )}
    </Gate>
  );
}

function Accept({
  code,
  invitation,
  onAccepted,
}: {
  readonly code: string;
  readonly invitation: AnswerOf<'lookAtInvitation'>;
  readonly onAccepted: (accepted: Accepted) => void;
}) {
  const { say, word } = usePreferences();
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState('');
  const [asked, setAsked] = useState(false);
  const accept = useMutation<Accepted, CallFailure>({
    mutationFn: () => call('acceptInvitation', { body: { code, password, totp: totp.replaceAll(/\s/g, '') } }),
    onSuccess: onAccepted,
  });
  const short = isShort(password);
  return (
    <div className="stack">
      <h1>{say('invitation.title', { name: invitation.name })}</h1>
      <p className="quiet">
        {say('invitation.lead', { role: word('role', invitation.role) })} <Moment at={invitation.expiresAt} precision="minute" />
      </p>
      <Form
        busy={accept.isPending}
        failure={accept.error}
        submit={() => {
          setAsked(true);
          if (!short) accept.mutate();
        }}
      >
        <input type="text" name="username" autoComplete="username" value={invitation.name} readOnly hidden />
        <NewPasswordField label={say('invitation.password')} value={password} onValue={setPassword} asked={asked} required first />
        <div className="totp">
          <QrCode text={invitation.totpUri} label={say('invitation.qr')} />
          <div className="stack">
            <p>{say('invitation.scan')}</p>
            <p className="small">
              {say('invitation.secret')} <bdi className="mono secret">{invitation.totpSecret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</bdi>
            </p>
            <TextField
              label={say('signIn.totp')}
              value={totp}
              onValue={setTotp}
              className="input--code"
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={7}
              required
            />
          </div>
        </div>
        <button type="submit" className="btn btn--primary">
          {say('invitation.go')}
        </button>
      </Form>
    </div>
  );
}

function Welcome({ accepted }: { readonly accepted: { readonly session: Session; readonly recoveryCodes: readonly string[] } }) {
  const say = useSay();
  const enter = useEnter();
  const [, navigate] = useLocation();
  return (
    <div className="stack">
      <h1>{say('recovery.title')}</h1>
      <RecoveryCodes
        codes={accepted.recoveryCodes}
        onDone={() => {
          enter(accepted.session);
          navigate('/', { replace: true });
        }}
      />
    </div>
  );
}
