/** What a technician does to a device, with what there is in it. */
import type { ReactNode } from 'react';
import type { DeviceName, HandAct } from '../../drivers/bench/protocol.ts';
import { useBench } from './bench-context.ts';
import { say } from './words.ts';

const BLANKS = 20;
const ROLL_MM = 80_000;

export function Service({ device }: { readonly device: DeviceName }) {
  const { state } = useBench();
  const { cardStore, cashBox, notes, paperMm } = state;
  switch (device) {
    case 'cardReader':
      return (
        <Row>
          <Work act={{ act: 'fillStacker', count: BLANKS }} note={say('service.stacker', { count: cardStore?.stacker ?? 0 })}>
            {say('service.fillStacker')}
          </Work>
          <Work act={{ act: 'emptyStacker' }}>{say('service.emptyStacker')}</Work>
          <Work act={{ act: 'emptyBin' }} note={say('service.bin', { count: cardStore?.bin ?? 0 })}>
            {say('service.emptyBin')}
          </Work>
        </Row>
      );
    case 'cashAcceptor':
      return (
        <Row>
          <Work act={cashBox === 'out' ? { act: 'insertBox' } : { act: 'removeBox' }} note={say('service.box', { count: notes.box.length })}>
            {say(cashBox === 'out' ? 'service.insertBox' : 'service.removeBox')}
          </Work>
          <Work act={{ act: 'cheatNote' }}>{say('service.cheatNote')}</Work>
        </Row>
      );
    case 'receiptPrinter':
      return (
        <Row>
          <Work act={{ act: 'loadPaper', mm: ROLL_MM }} note={say('service.paper', { metres: Math.round((paperMm ?? 0) / 1000) })}>
            {say('service.loadPaper')}
          </Work>
        </Row>
      );
    case 'codeScanner':
    case 'idReader':
    case 'cabinet':
    case 'keypad':
      return undefined;
  }
}

function Row({ children }: { readonly children: ReactNode }) {
  return <div className="service">{children}</div>;
}

function Work({ act, note, children }: { readonly act: HandAct; readonly note?: string; readonly children: ReactNode }) {
  const { hand } = useBench();
  return (
    <button type="button" className="bench-button" data-testid={`service-${act.act}`} onClick={() => hand(act)}>
      {children}
      {note !== undefined && <small>{note}</small>}
    </button>
  );
}
