/** 补卡: what a new card costs and what happens, its making step by step, its hand-over, and where the old card's money is. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { Button } from '../components/button.tsx';
import { Actions, Read, Touch, Why } from '../components/frame.tsx';
import { Icon } from '../components/icon.tsx';
import { BackAction, FinishAction, Notice, Ring } from '../components/parts.tsx';
import { ReaderScene, TakeScene } from '../components/pictures.tsx';
import { ReceiptState, ReceiptTiles } from '../components/receipt-choice.tsx';
import { SlotSign } from '../components/slot-sign.tsx';
import { Amount, Chip, Reference, Rich } from '../components/text.tsx';
import { useKiosk } from '../kiosk-context.ts';
import { useElapsedSeconds } from '../time.ts';
import { money } from '../words.ts';
import { listed, TenderPicture, tilesOf } from './choose-tender.tsx';

export function ReplaceFee({ body: { tail, fee, tenders, denominations } }: { readonly body: ViewBodyOf<'replace-fee'> }) {
  const { say, view } = useKiosk();
  return (
    <>
      <Read className="read--loss">
        <h1 className="title">{say('replace.fee.title')}</h1>
        <p className="lead quiet under-title">{say('replace.fee.lead', { tail })}</p>
        <div className="figure">
          <p className="body quiet">{say('replace.fee.fee')}</p>
          <Amount amount={fee} testId="due" />
        </div>
      </Read>
      <Touch className="touch--tenders">
        <div className={tilesOf(tenders.length)}>
          {tenders.map(({ name, available, reason }) => {
            const off = available ? undefined : say('service.paused', { reason: say(`reason.${reason ?? 'switchedOff'}`) });
            const sub =
              name === 'cash' ? say('replace.fee.cashSub', { denominations: listed(denominations, view.preferences.locale) }) : say(`tender.${name}.sub`);
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
                  <span className="sub">{available ? sub : say('tender.other')}</span>
                  <Chip tone={off === undefined ? 'ok' : 'warn'} icon={off === undefined ? 'tick' : 'warn'}>
                    {off ?? say('service.usable')}
                  </Chip>
                </span>
              </Button>
            );
          })}
        </div>
        <Notice tone="info" icon="info">
          <p className="body">{say('replace.fee.old')}</p>
        </Notice>
      </Touch>
      <Actions>
        <BackAction />
        <Why icon="info">{say('replace.fee.back')}</Why>
      </Actions>
    </>
  );
}

type Step = ViewBodyOf<'replace-making'>['step'];
const STEPS = ['dispense', 'write', 'verify'] as const;

export function makingTitle(step: Step) {
  if (step === 'consent') return 'replace.making.consentTitle';
  return step === 'settle' ? 'replace.making.settleTitle' : 'replace.making.title';
}

/** Nothing can be touched; what happens is told as it happens. */
export function ReplaceMaking({ body: { fee, step, spoilt, elapsedMs } }: { readonly body: ViewBodyOf<'replace-making'> }) {
  const { say, landscape } = useKiosk();
  const seconds = useElapsedSeconds(elapsedMs);
  const makes = step !== 'consent' && step !== 'settle';
  const now = step === 'present' ? STEPS.length : STEPS.findIndex((name) => name === step);
  const title = (
    <div className="title title--writing" role="status">
      <h1>{say(makingTitle(step))}</h1>
    </div>
  );
  return (
    <>
      <Read>
        <ReaderScene handsOff />
        {!landscape && title}
      </Read>
      <Touch className="touch--writing">
        {landscape && title}
        {makes && (
          <ol className="steps">
            <StepRow state="done" name={say('replace.making.paid')} note={say('committing.paidAmount', { amount: money(fee) })} />
            {STEPS.map((name, index) => (
              <StepRow
                key={name}
                state={index < now ? 'done' : index === now ? 'now' : 'next'}
                name={say(`replace.making.${name}`)}
                note={index === now ? say('time.elapsed', { n: seconds }) : ''}
              />
            ))}
          </ol>
        )}
        <Notice tone="warn" icon="lock">
          <p className="lead">
            <Rich text={step === 'consent' ? say('replace.making.free') : say(makes ? 'replace.making.money' : 'replace.making.settle', { fee: money(fee) })} />
          </p>
        </Notice>
      </Touch>
      <Actions layout="one">
        <Why icon="wait" center>
          {spoilt > 0 && makes ? say('replace.making.next', { n: spoilt }) : say(makes ? 'replace.making.usual' : 'replace.making.consent')}
        </Why>
      </Actions>
    </>
  );
}

function StepRow({ state, name, note }: { readonly state: 'done' | 'now' | 'next'; readonly name: string; readonly note: string }) {
  return (
    <li className={state} aria-current={state === 'now' ? 'step' : undefined}>
      <span className="dot">{state === 'done' && <Icon name="tick" />}</span>
      <span>{name}</span>
      <span className="t">{note}</span>
    </li>
  );
}

export function ReplaceTake({ body: { tail, wait } }: { readonly body: ViewBodyOf<'replace-take'> }) {
  const { say } = useKiosk();
  return (
    <Read>
      <div className="title title--hero" role="alert">
        <h1>{say('replace.take.title')}</h1>
      </div>
      <p className="lead quiet under-title">{say('replace.take.lead', { tail })}</p>
      <TakeScene />
      <SlotSign />
      <Ring wait={wait} large />
    </Read>
  );
}

export function ReplaceDone({ body }: { readonly body: ViewBodyOf<'replace-done'> }) {
  const { say, size } = useKiosk();
  const { tail, oldTail, fee, reference, transfer, receipts, receipt, receiptQr, wait } = body;
  return (
    <>
      <Read className="read--done">
        <div className="title" role="status">
          <h1>{say('replace.done.title')}</h1>
        </div>
        <dl className="facts panel new-card-facts">
          <Fact name={say('replace.done.card')}>
            <b data-testid="new-tail">{tail}</b>
          </Fact>
          <Fact name={say('replace.done.old')}>{oldTail}</Fact>
          <Fact name={say('replace.done.money')}>
            <span data-testid="transfer">{transferText(transfer, say)}</span>
          </Fact>
          {size !== 'xlarge' && <Fact name={say('replace.done.fee')}>¥ {money(fee)}</Fact>}
        </dl>
      </Read>
      <Touch className="touch--done">
        {receipt === 'choice' ? (
          <>
            <h2 className="lead strong receipt-question">{say('done.receiptQuestion')}</h2>
            <ReceiptTiles receipts={receipts} />
          </>
        ) : (
          <ReceiptState receipt={receipt} receiptQr={receiptQr} />
        )}
        <div className="panel ref-panel">
          <div>
            <p className="small">{say('contact.referenceHint')}</p>
            <p className="lead strong">
              <Reference reference={reference} />
            </p>
          </div>
          {wait !== undefined && <Ring wait={wait} />}
        </div>
      </Touch>
      <Actions layout="one">
        <FinishAction word="button.finish" look={receipt === 'choice' ? 'plain' : 'primary'} />
      </Actions>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="tn">
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}

function transferText(transfer: ViewBodyOf<'replace-done'>['transfer'], say: ReturnType<typeof useKiosk>['say']): string {
  if ('expectedOn' in transfer) return say('replace.done.awaited', { date: transfer.expectedOn });
  return transfer.amount === 0 ? say('replace.done.none') : say('replace.done.known', { amount: money(transfer.amount) });
}
