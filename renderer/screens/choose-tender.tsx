/** How to pay: each way with what it takes, or why it is off. */
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Dock } from '../components/card.tsx';
import { Actions, Read, Touch, Why } from '../components/frame.tsx';
import { BackAction, Notice } from '../components/parts.tsx';
import { BankCardPicture, CashPicture, PresentPicture, ScanPicture, VoucherPicture } from '../components/pictures.tsx';
import { Amount, Chip } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { money, wholeYuan } from '../words.ts';

type Tender = ViewBodyOf<'top-up-tender'>['tenders'][number]['name'];

export function ChooseTender({ body }: { readonly body: ViewBodyOf<'top-up-tender'> }) {
  const { say, view } = useKiosk();
  const { card, amount, tenders, denominations, receipts } = body;
  const sub = (name: Tender): string =>
    name === 'cash' ? say('tender.cash.sub', { denominations: listed(denominations, view.preferences.locale) }) : say(`tender.${name}.sub`);
  return (
    <>
      <Read className="read--dock">
        <h1 className="title">{say('tender.title', { amount: money(amount) })}</h1>
        <div className="figure">
          <p className="body quiet">{say('tender.due')}</p>
          <Amount amount={amount} testId="due" />
          <p className="body quiet figure-sum">{say('tender.noFee')}</p>
        </div>
        <Dock tail={card.tail} />
      </Read>
      <Touch className="touch--tenders">
        <div className={tilesOf(tenders.length)}>
          {tenders.map(({ name, available, reason }) => {
            const off = available ? undefined : say('service.paused', { reason: say(`reason.${reason ?? 'switchedOff'}`) });
            return (
              <Button
                key={name}
                testId={`tender-${name}`}
                act={{ type: 'tender', tender: name }}
                className={`tile tile--service ${available ? '' : 'tile--off'}`}
                off={off}
                offShown
              >
                <TenderPicture name={name} />
                <span className="tile-text">
                  <span className="name">{say(`tender.${name}.name`)}</span>
                  <span className="sub">{available ? sub(name) : say('tender.other')}</span>
                  {off === undefined ? (
                    <Chip tone="ok" icon="tick">
                      {say('service.usable')}
                    </Chip>
                  ) : (
                    <Chip tone="warn" icon="warn">
                      {off}
                    </Chip>
                  )}
                </span>
              </Button>
            );
          })}
        </div>
        {receipts !== 'available' && (
          <Notice tone="info" icon="printer">
            <p className="body">{say(`paper.${receipts}`)}</p>
          </Notice>
        )}
      </Touch>
      <Actions>
        <BackAction />
        <Why icon="info">{say('tender.free')}</Why>
      </Actions>
    </>
  );
}

/** So many ways to pay: one below the other, or in two columns; also on the screen of a new card's fee. */
export function tilesOf(ways: number): string {
  return `tiles ${ways > 3 ? `tiles--2 tiles--2-${ways}` : `tiles--rows tiles--rows-${ways}`}`;
}

/** Of a way to pay; also on the screen of a new card's fee. */
export function TenderPicture({ name }: { readonly name: Tender }) {
  switch (name) {
    case 'cash':
      return <CashPicture />;
    case 'qr':
      return <ScanPicture />;
    case 'qrPresented':
      return <PresentPicture />;
    case 'card':
      return <BankCardPicture />;
    case 'voucher':
      return <VoucherPicture />;
  }
}

/** `100、50、20` or `100, 50, 20`, largest first. */
export function listed(denominations: readonly number[], locale: string): string {
  return denominations
    .toSorted((a, b) => b - a)
    .map(wholeYuan)
    .join(locale.startsWith('zh') ? '、' : ', ');
}
