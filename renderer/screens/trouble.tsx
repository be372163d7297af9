/** Something is wrong and no money is at stake: where the line is cut, and the four lines. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Action, FinishAction, FourLines, Ring } from '../components/parts.tsx';
import { NetScene } from '../components/pictures.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { RetryAction } from './card-screens.tsx';

type Trouble = ViewBodyOf<'trouble'>['trouble'];
type Far = 'issuer' | 'channel' | 'cashSlot' | 'center' | 'slip';
type State = 'cut' | 'refused' | 'stuck';

/** Where the line is cut, who stands at its far end, and how the cut station is. */
const CUTS: Record<Trouble, { readonly at: 'card' | 'machine' | 'far'; readonly far: Far; readonly state: State }> = {
  issuerOffline: { at: 'far', far: 'issuer', state: 'cut' },
  issuerRefused: { at: 'far', far: 'issuer', state: 'refused' },
  cardReportedLost: { at: 'far', far: 'issuer', state: 'refused' },
  cardFull: { at: 'card', far: 'issuer', state: 'refused' },
  paymentOffline: { at: 'far', far: 'channel', state: 'cut' },
  paymentDeclined: { at: 'far', far: 'channel', state: 'refused' },
  paymentExpired: { at: 'far', far: 'channel', state: 'refused' },
  walletBalance: { at: 'far', far: 'channel', state: 'refused' },
  walletLimit: { at: 'far', far: 'channel', state: 'refused' },
  confirmExpired: { at: 'far', far: 'channel', state: 'refused' },
  scannerDown: { at: 'machine', far: 'channel', state: 'stuck' },
  bankTerminalDown: { at: 'far', far: 'channel', state: 'cut' },
  bankCardDeclined: { at: 'far', far: 'channel', state: 'refused' },
  bankCardCancelled: { at: 'far', far: 'channel', state: 'refused' },
  cashDown: { at: 'far', far: 'cashSlot', state: 'stuck' },
  voucherOffline: { at: 'far', far: 'center', state: 'cut' },
  voucherUsed: { at: 'far', far: 'slip', state: 'refused' },
  voucherExpired: { at: 'far', far: 'slip', state: 'refused' },
  voucherLocked: { at: 'far', far: 'slip', state: 'refused' },
  voucherInUse: { at: 'far', far: 'slip', state: 'refused' },
  voucherTooLarge: { at: 'far', far: 'slip', state: 'refused' },
  cardJammed: { at: 'card', far: 'issuer', state: 'stuck' },
  cardCaptured: { at: 'card', far: 'issuer', state: 'stuck' },
  loadRefusedByCard: { at: 'card', far: 'issuer', state: 'refused' },
  loadOpen: { at: 'far', far: 'issuer', state: 'refused' },
  accountOffline: { at: 'far', far: 'issuer', state: 'cut' },
  accountNothing: { at: 'far', far: 'issuer', state: 'refused' },
  accountNotHolder: { at: 'far', far: 'issuer', state: 'refused' },
  accountLocked: { at: 'far', far: 'issuer', state: 'refused' },
  accountRefused: { at: 'far', far: 'issuer', state: 'refused' },
  accountFailed: { at: 'card', far: 'issuer', state: 'refused' },
  accountReplaced: { at: 'far', far: 'issuer', state: 'refused' },
  lossUnknown: { at: 'far', far: 'issuer', state: 'refused' },
  lossLocked: { at: 'far', far: 'issuer', state: 'refused' },
  lossNoCards: { at: 'far', far: 'issuer', state: 'refused' },
  lossOffline: { at: 'far', far: 'issuer', state: 'cut' },
  lossRefused: { at: 'far', far: 'issuer', state: 'refused' },
  deskOffline: { at: 'far', far: 'center', state: 'cut' },
  ticketRefused: { at: 'far', far: 'center', state: 'refused' },
  chatOffline: { at: 'far', far: 'center', state: 'cut' },
  callbackRefused: { at: 'far', far: 'center', state: 'refused' },
  callbackChanged: { at: 'far', far: 'center', state: 'refused' },
  replacementOffline: { at: 'far', far: 'issuer', state: 'cut' },
  replacementRefused: { at: 'far', far: 'issuer', state: 'refused' },
  nothingWaits: { at: 'far', far: 'issuer', state: 'refused' },
  pendingTaken: { at: 'far', far: 'issuer', state: 'refused' },
  pendingGone: { at: 'far', far: 'issuer', state: 'refused' },
  journalUnavailable: { at: 'machine', far: 'issuer', state: 'stuck' },
};

export function TroubleScreen({ body }: { readonly body: ViewBodyOf<'trouble'> }) {
  const { say } = useKiosk();
  const { trouble, reference, canRetry, service, wait } = body;
  return (
    <>
      <Read>
        <div className="title" role="alert">
          <h1>{say(`trouble.${trouble}.title`)}</h1>
        </div>
        <p className="lead under-title">{say(`trouble.${trouble}.happened`)}</p>
        <Net trouble={trouble} />
        {wait !== undefined && <Ring wait={wait} />}
      </Read>
      <Touch className="touch--lines">
        <div className="panel panel--four">
          <FourLines
            money={say(`trouble.${trouble}.money`)}
            now={service === undefined ? say(`trouble.${trouble}.now`) : say(`account.${service}.here`)}
            reference={reference}
          />
        </div>
      </Touch>
      <Actions layout={canRetry || service !== undefined ? 'even' : 'one'}>
        <FinishAction word={body.card === undefined ? 'button.finish' : 'button.takeCardFinish'} />
        {canRetry && <RetryAction />}
        {service !== undefined && (
          <Action testId="start-account" act={{ type: 'service', service: 'account' }} look="primary" iconAfter="next">
            {say(`account.${service}.name`)}
          </Action>
        )}
      </Actions>
    </>
  );
}

/** Three stations with how each one is. */
function Net({ trouble }: { readonly trouble: Trouble }) {
  const { say } = useKiosk();
  const { at, far, state } = CUTS[trouble];
  const stations = [
    ['card', say('trouble.thisCard')],
    ['machine', say('trouble.thisMachine')],
    ['far', say(`trouble.${far}`)],
  ] as const;
  const cutName = stations.find(([station]) => station === at)?.[1] ?? '';
  return (
    <figure className="net" aria-label={say('trouble.picture', { where: cutName })}>
      <NetScene cutAt={at} />
      <figcaption className="net-names">
        {stations.map(([station, name]) => (
          <span key={station}>
            <b>{name}</b>
            <span className="small">{say(station === at ? `trouble.${state}` : 'trouble.fine')}</span>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
