/** Back to the screen under an overlay. */
import { Action } from '../components/parts.tsx';
import { useKiosk } from '../kiosk-context.ts';

export function CloseAction({ word }: { readonly word: 'help.resume' | 'access.done' | 'button.back' }) {
  const { say } = useKiosk();
  return (
    <Action testId="close" act={{ type: 'close' }} icon={word === 'access.done' ? 'tick' : 'back'} look={word === 'access.done' ? 'primary' : 'plain'}>
      {say(word)}
    </Action>
  );
}
