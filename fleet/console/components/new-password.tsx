/** A password that somebody chooses: how long it must be, and that it is not. Used where an invitation is taken and where a password is changed. */
import { useSay } from '../preferences.tsx';
import { TextField, type TextFieldProps } from './form.tsx';

/** As the server demands it. */
const PASSWORD_LENGTH = 12;

export function isShort(password: string): boolean {
  return password.length < PASSWORD_LENGTH;
}

/** `asked`: it was sent once, so that what is wrong with it is said. */
export function NewPasswordField({
  value,
  asked,
  ...field
}: Pick<TextFieldProps, 'label' | 'onValue' | 'required' | 'first'> & { readonly value: string; readonly asked: boolean }) {
  const say = useSay();
  return (
    <TextField
      {...field}
      hint={say('invitation.passwordHint', { n: PASSWORD_LENGTH })}
      wrong={asked && isShort(value) ? say('invitation.passwordShort', { n: PASSWORD_LENGTH }) : undefined}
      type="password"
      value={value}
      autoComplete="new-password"
      maxLength={200}
    />
  );
}
