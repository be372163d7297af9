/** Sign-in by passkey, or by password with the authenticator's code or a recovery code. */
import { browserSupportsWebAuthn, startAuthentication, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/browser';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Session } from '../../console-api/session.ts';
import { call, CallFailure } from '../api/client.ts';
import { Form, TextField } from '../components/form.tsx';
import { Icon } from '../components/icon.tsx';
import { Notice } from '../components/states.tsx';
import { Gate } from '../frame/gate.tsx';
import { useSay } from '../preferences.tsx';

type Second = 'totp' | 'recoveryCode';

/** @param ended a session was there and is over */
export function SignInPage({ ended }: { readonly ended: boolean }) {
  const say = useSay();
  const enter = useEnter();
  const passkey = useMutation<Session>({ mutationFn: signInByPasskey, onSuccess: enter });
  return (
    <Gate>
      <div className="stack">
        <h1>{say('signIn.title')}</h1>
        {ended && <Notice tone="info">{say('signIn.ended')}</Notice>}
        {browserSupportsWebAuthn() && (
          <>
            <button type="button" className="btn" disabled={passkey.isPending} onClick={() => passkey.mutate()}>
              <Icon name="key" />
              {say('signIn.byPasskey')}
            </button>
            {passkey.error !== null && (
              <Notice tone="danger" live="alert">
                {say(passkey.error instanceof CallFailure ? 'failure.signInRefused' : 'signIn.passkeyStopped')}
              </Notice>
            )}
            <p className="or">{say('signIn.or')}</p>
          </>
        )}
        <ByPassword enter={enter} />
        <p className="small">{say('signIn.noAccount')}</p>
      </div>
    </Gate>
  );
}

function ByPassword({ enter }: { readonly enter: (session: Session) => void }) {
  const say = useSay();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [second, setSecond] = useState<Second>('totp');
  const [code, setCode] = useState('');
  const [asked, setAsked] = useState(false);
  const missing = (value: string): string | undefined => (asked && value.trim() === '' ? say('signIn.missing') : undefined);
  const signIn = useMutation<Session, CallFailure>({
    mutationFn: () => call('signInByPassword', { body: { name, password, [second]: second === 'totp' ? code.replaceAll(/\s/g, '') : code.trim() } }),
    onSuccess: enter,
    onError: () => {
      setCode('');
      setAsked(false);
    },
  });
  return (
    <Form
      busy={signIn.isPending}
      failure={signIn.error}
      submit={() => {
        setAsked(true);
        if ([name, password, code].every((value) => value.trim() !== '')) signIn.mutate();
      }}
    >
      <TextField
        label={say('signIn.name')}
        wrong={missing(name)}
        value={name}
        onValue={setName}
        autoComplete="username webauthn"
        maxLength={80}
        required
        first
      />
      <TextField
        label={say('signIn.password')}
        wrong={missing(password)}
        type="password"
        value={password}
        onValue={setPassword}
        autoComplete="current-password"
        maxLength={200}
        required
      />
      {second === 'totp' ? (
        <TextField
          key="totp"
          label={say('signIn.totp')}
          wrong={missing(code)}
          hint={say('signIn.totpHint')}
          value={code}
          onValue={setCode}
          className="input--code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          required
        />
      ) : (
        <TextField
          key="recovery"
          label={say('signIn.recoveryCode')}
          wrong={missing(code)}
          hint={say('signIn.recoveryHint')}
          value={code}
          onValue={setCode}
          className="input--code"
          autoComplete="off"
          maxLength={40}
          required
        />
      )}
      <button type="submit" className="btn btn--primary">
        {say('signIn.go')}
      </button>
      <button
        type="button"
        className="link"
        onClick={() => {
          setSecond(second === 'totp' ? 'recoveryCode' : 'totp');
          setCode('');
        }}
      >
        {say(second === 'totp' ? 'signIn.useRecovery' : 'signIn.useTotp')}
      </button>
    </Form>
  );
}

/** The session is known from then on; the page that was asked for is drawn. */
export function useEnter(): (session: Session) => void {
  const queries = useQueryClient();
  return (session) => queries.setQueryData(['session', {}], session);
}

async function signInByPasskey(): Promise<Session> {
  const { challengeId, options } = await call('passkeyChallenge', { body: {} });
  // The server's library made them for the browser's.
  const response = await startAuthentication({ optionsJSON: options as unknown as PublicKeyCredentialRequestOptionsJSON });
  return call('signInByPasskey', { body: { challengeId, response: { ...response } } });
}
