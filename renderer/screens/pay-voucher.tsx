/** Paying with a voucher: its number, then its code, typed from the slip; then one look at the sum, which is used whole or not at all. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Dock } from '../components/card.tsx';
import { Actions, Read, Touch, Why } from '../components/frame.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { VoucherPicture } from '../components/pictures.tsx';
import { Amount, Reference, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money, type Say } from '../words.ts';
import { NumberPad } from './choose-amount.tsx';

type Body = ViewBodyOf<'top-up-voucher'>;

/** Digits, then the letters that numbers are made of: without I, L, O and U, which look like others. */
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export function EnterVoucher({ body }: { readonly body: Body }) {
  const { say, size } = useKiosk();
  const { field, number, code, complete } = body;
  const off = complete ? undefined : say(field === 'number' ? 'voucher.numberEmpty' : 'voucher.codeEmpty');
  return (
    <>
      <Read className="read--voucher">
        <h1 className="title">{say(`voucher.${field}Title`)}</h1>
        <Said body={body} />
        {field !== 'number' && (
          <p className="lead strong voucher-number">
            <span className="quiet">{say('voucher.number')}</span> <Reference reference={number} />
          </p>
        )}
        {size === 'standard' && body.error === undefined && <VoucherPicture />}
      </Read>
      <Touch className="touch--typing">
        <div className="typed">
          <p className="typed-value typed-value--long" role="status" aria-label={say(field === 'number' ? 'voucher.number' : 'voucher.code')}>
            <bdi data-testid="typed">{field === 'number' ? number : code}</bdi>
            {field !== 'checking' && <span className="caret" aria-hidden="true" />}
          </p>
        </div>
        {field === 'number' && <SymbolPad />}
        {field === 'code' && <NumberPad />}
      </Touch>
      {field === 'checking' ? (
        <Actions layout="one">
          <Why icon="lock" center>
            {say('voucher.safe')}
          </Why>
        </Actions>
      ) : (
        <Actions>
          <BackAction />
          <Action testId="confirm" act={{ type: 'confirm' }} look="primary" iconAfter="next" off={off}>
            {off ?? say(field === 'number' ? 'voucher.next' : 'voucher.check')}
          </Action>
        </Actions>
      )}
    </>
  );
}

/** Under the title: where to find it on the slip, or what was wrong with what was typed. */
function Said({ body }: { readonly body: Body }) {
  const { say } = useKiosk();
  if (body.error === undefined) return <p className="lead under-title">{say(`voucher.${body.field}Lead`)}</p>;
  return (
    <Notice tone="warn" icon="warn" live="alert">
      <p className="body strong">{errorText(body, say)}</p>
    </Notice>
  );
}

function errorText({ error, triesLeft }: Body, say: Say): string {
  if (error === 'wrongCode' && triesLeft !== undefined) return say('voucher.wrongCodeLeft', { n: triesLeft });
  return error === undefined ? '' : say(`voucher.${error}`);
}

export function SymbolPad() {
  const { say } = useKiosk();
  return (
    <div className="pad pad--symbols">
      {[...SYMBOLS].map((symbol) => (
        <Button key={symbol} testId={`symbol-${symbol}`} act={{ type: 'symbol', symbol }} className="key key--symbol" typing>
          {symbol}
        </Button>
      ))}
      <Button testId="clear" act={{ type: 'clear' }} className="key key--word key--wide">
        {say('custom.clear')}
      </Button>
      <Button testId="erase" act={{ type: 'erase' }} className="key key--word key--wide" typing>
        {say('custom.erase')}
      </Button>
    </div>
  );
}

export function ConfirmVoucher({ body }: { readonly body: ViewBodyOf<'top-up-voucher-confirm'> }) {
  const { say } = useKiosk();
  const { card, amount, number } = body;
  return (
    <>
      <Read className="read--dock">
        <h1 className="title">{say('voucher.confirmTitle')}</h1>
        <div className="figure">
          <p className="body quiet">{say('voucher.worth')}</p>
          <Amount amount={amount} testId="voucher-amount" />
        </div>
        <Dock tail={card.tail} />
      </Read>
      <Touch className="touch--lines">
        <div className="panel voucher-sum">
          <p className="lead strong">{say('voucher.whole', { tail: card.tail })}</p>
          <p className="lead">
            <Rich text={say('voucher.after', { balance: money(card.balance + amount) })} />
          </p>
          <p className="body quiet">
            {say('voucher.number')} <Reference reference={number} />
          </p>
          <p className="body quiet">{say('voucher.keepHint')}</p>
        </div>
      </Touch>
      <Actions>
        <Action testId="cancel" act={{ type: 'cancel' }} icon="back">
          {say('voucher.keep')}
        </Action>
        <Action testId="confirm" act={{ type: 'confirm' }} look="primary" iconAfter="next">
          {say('voucher.confirm', { amount: money(amount) })}
        </Action>
      </Actions>
    </>
  );
}
