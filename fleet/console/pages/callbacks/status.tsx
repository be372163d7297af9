/** How a call back stands, in shape, word and color. */
import type { CallbackRowAnswer } from '../../../console-api/tickets.ts';
import { Status, type Tone } from '../../components/text.tsx';
import { useSay } from '../../preferences.tsx';

const TONES: Record<CallbackRowAnswer['state'], Tone> = { booked: 'info', made: 'ok', missed: 'warn', cancelled: 'off', expired: 'danger' };

export function CallbackStatus({ state }: Pick<CallbackRowAnswer, 'state'>) {
  const say = useSay();
  return (
    <Status tone={TONES[state]} icon={state === 'booked' ? 'call' : undefined}>
      {say(`callbackState.${state}`)}
    </Status>
  );
}
