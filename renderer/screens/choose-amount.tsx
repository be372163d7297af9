/** How much: presets, or whole yuan typed. The number at the top is what the card will hold. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Dock } from '../components/card.tsx';
import { Actions, Read, Touch } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { Action, BackAction, Notice } from '../components/parts.tsx';
import { Amount, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money, wholeYuan } from '../words.ts';

export function ChooseAmount({ body }: { readonly body: ViewBodyOf<'top-up-amount'> }) {
  const { view, say } = useKiosk();
  const { card, presets, selected, maximum } = body;
  return (
    <>
      <Read className="read--dock">
        <h1 className="title">{say('amount.title')}</h1>
        <AfterTopUp balance={card.balance} amount={selected} />
        <Dock tail={card.tail} />
        {view.preferences.lowReach && (
          <p className="low-hint">
            <Icon name="lowReach" />
            <span>{say('amount.lowReach')}</span>
          </p>
        )}
      </Read>
      <Touch className="touch--amounts">
        <div className={`tiles ${presets.length > 4 ? '' : 'tiles--2'}`}>
          {presets.map((preset) => (
            <Button key={preset} testId={`amount-${preset}`} act={{ type: 'amount', amount: preset }} className="tile preset" chosen={preset === selected}>
              {preset === selected && (
                <span className="tick">
                  <Icon name="tick" />
                </span>
              )}
              <Amount amount={preset} />
            </Button>
          ))}
        </div>
        <Button testId="custom-amount" act={{ type: 'custom-amount' }} className="btn btn--other">
          <Icon name="keys" />
          {say('amount.other')}
        </Button>
        <p className="limit">
          <Rich text={say('amount.limit', { maximum: money(maximum) })} />
        </p>
      </Touch>
      <Actions>
        <BackAction />
        <ConfirmAmount amount={selected} off={selected === undefined ? say('amount.none') : undefined} />
      </Actions>
    </>
  );
}

export function TypeAmount({ body }: { readonly body: ViewBodyOf<'top-up-custom'> }) {
  const { say } = useKiosk();
  const { card, digits, minimum, maximum, error } = body;
  const amount = digits === '' ? undefined : Number(digits) * 100;
  const limits = { minimum: wholeYuan(minimum), maximum: money(maximum - (maximum % 100)).slice(0, -3) };
  const inRange = amount !== undefined && amount >= minimum && amount <= maximum;
  const off = amount === undefined ? say('custom.empty') : inRange ? undefined : say(amount > maximum ? 'custom.aboveMaximum' : 'custom.belowMinimum', limits);
  return (
    <>
      <Read className="read--dock">
        <h1 className="title">{say('custom.title')}</h1>
        <AfterTopUp balance={card.balance} amount={inRange ? amount : undefined} />
        <Dock tail={card.tail} />
      </Read>
      <Touch className="touch--typing">
        <div className="typed">
          <p className="typed-value" role="status" aria-label={say('custom.field')}>
            <span className="cur">¥</span>
            <bdi data-testid="typed">{digits === '' ? '0' : digits}</bdi>
            <span className="caret" aria-hidden="true" />
          </p>
          {error === undefined ? (
            <p className="body quiet">{say('custom.range', limits)}</p>
          ) : (
            <Notice tone="warn" icon="warn" live="alert">
              <p className="body strong">{say(`custom.${error}`, limits)}</p>
            </Notice>
          )}
        </div>
        <NumberPad />
      </Touch>
      <Actions>
        <BackAction />
        <ConfirmAmount amount={amount} off={off} />
      </Actions>
    </>
  );
}

function AfterTopUp({ balance, amount }: { readonly balance: number; readonly amount: number | undefined }) {
  const { say } = useKiosk();
  return (
    <div className="figure">
      <p className="body quiet">{say(amount === undefined ? 'card.balance' : 'amount.after')}</p>
      <Amount amount={balance + (amount ?? 0)} testId={amount === undefined ? 'balance' : 'balance-planned'} />
      {amount !== undefined && (
        <p className="body quiet tn figure-sum">
          <Rich text={say('amount.sum', { balance: money(balance), amount: money(amount) })} testId="balance" />
        </p>
      )}
    </div>
  );
}

function ConfirmAmount({ amount, off }: { readonly amount: number | undefined; readonly off: string | undefined }) {
  const { say } = useKiosk();
  return (
    <Action testId="confirm" act={{ type: 'confirm' }} look="primary" iconAfter="next" off={off}>
      {off === undefined && amount !== undefined ? say('amount.confirm', { amount: money(amount) }) : (off ?? say('amount.none'))}
    </Action>
  );
}

/** Phone order, with 清除 and 退格. @param corner in the place of 清除 */
export function NumberPad({ corner }: { readonly corner?: ReactNode }) {
  const { say } = useKiosk();
  return (
    <div className="pad">
      {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => (
        <DigitKey key={digit} digit={digit} />
      ))}
      {corner ?? (
        <Button testId="clear" act={{ type: 'clear' }} className="key key--word">
          {say('custom.clear')}
        </Button>
      )}
      <DigitKey digit="0" />
      <Button testId="erase" act={{ type: 'erase' }} className="key key--word" typing>
        {say('custom.erase')}
      </Button>
    </div>
  );
}

function DigitKey({ digit }: { readonly digit: string }) {
  return (
    <Button testId={`digit-${digit}`} act={{ type: 'digit', digit }} className="key" typing>
      {digit}
    </Button>
  );
}
