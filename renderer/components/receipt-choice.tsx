/** Paper, phone or nothing; afterwards what became of the paper. Used at the end of a top-up, however it ended. */
import type { ReactNode } from 'react';
import type { ViewBodyOf } from '../../state-machines/view.ts';
import { useKiosk } from '../kiosk-context.ts';
import { Button } from './button.tsx';
import { QrCode } from './parts.tsx';
import { NoSlipPicture, PhonePicture, PrintPicture } from './pictures.tsx';
import { Chip } from './text.tsx';

type Body = Pick<ViewBodyOf<'done'>, 'receipts' | 'receipt' | 'receiptQr'>;

const CHOICES = ['print', 'screen', 'none'] as const;

/** Three tiles. Without paper the first one says so. */
export function ReceiptTiles({ receipts }: Pick<Body, 'receipts'>) {
  const { view, say } = useKiosk();
  const paperless = receipts === 'paperOut' ? say('paper.tilePaperOut') : receipts === 'printerDown' ? say('paper.tilePrinterDown') : undefined;
  return (
    <div className="tiles receipt-tiles">
      {CHOICES.map((choice) => {
        const off = choice === 'print' ? paperless : undefined;
        const sub = choice === 'print' ? say(`slot.receipt.${view.site.slots.receipt}`) : say(choice === 'screen' ? 'receipt.screenSub' : 'receipt.noneSub');
        return (
          <Button
            key={choice}
            testId={`receipt-${choice}`}
            act={{ type: 'receipt', choice }}
            className={`tile tile--receipt ${off === undefined ? '' : 'tile--off'}`}
            off={off}
            offShown
          >
            {choice === 'print' ? <PrintPicture /> : choice === 'screen' ? <PhonePicture /> : <NoSlipPicture />}
            <span className="tile-text">
              <span className="name">{say(`receipt.${choice}`)}</span>
              {off === undefined ? (
                <span className="sub">{sub}</span>
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
  );
}

type StateProps = Pick<Body, 'receiptQr' | 'receipt'> & {
  /** Stands at the end of the panel: the time left, if the screen ends by itself. */
  readonly aside?: ReactNode;
};

/** What became of the slip. Before anything was chosen: the question. */
export function ReceiptState({ receipt, receiptQr, aside }: StateProps) {
  const { view, say } = useKiosk();
  const where = say(`slot.receipt.${view.site.slots.receipt}`);
  const code = <QrCode text={receiptQr} className="qr--slip" />;
  switch (receipt) {
    case 'choice':
      return <ReceiptPanel picture={<PrintPicture />} title={say('done.receiptQuestion')} aside={aside} />;
    case 'printing':
      return <ReceiptPanel picture={<PrintPicture />} title={say('receipt.printing')} aside={aside} />;
    case 'printed':
      return <ReceiptPanel picture={<PrintPicture />} title={say('receipt.printed')} text={where} aside={aside} />;
    case 'failed':
      return <ReceiptPanel picture={code} title={say('receipt.failedTitle')} text={say('receipt.failedNow')} aside={aside} />;
    case 'onScreen':
      return <ReceiptPanel picture={code} title={say('receipt.onScreen')} aside={aside} />;
    case 'none':
      return <ReceiptPanel picture={<NoSlipPicture />} title={say('receipt.noneChosen')} aside={aside} />;
  }
}

interface PanelProps {
  readonly picture: ReactNode;
  readonly title: string;
  readonly text?: string;
  readonly aside: ReactNode;
}

function ReceiptPanel({ picture, title, text, aside }: PanelProps) {
  return (
    <div className="panel receipt-panel">
      {picture}
      <div role="status">
        <p className="lead strong">{title}</p>
        {text !== undefined && <p className="body quiet">{text}</p>}
      </div>
      {aside}
    </div>
  );
}
