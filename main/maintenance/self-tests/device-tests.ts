/**
 * One guided test for each thing that a fitted device does, over the interface of its class. Moves no money: a note always goes back, a card is
 * given back, a blank goes to the bin. Used by the maintenance screens, the readiness report and `kioskctl devices exercise`.
 */
import { delay } from '../../../common/clock.ts';
import type { CabinetIo } from '../../../drivers/cabinet/cabinet-io.ts';
import { identifyCard } from '../../../drivers/card/identify.ts';
import type { CardProfile } from '../../../drivers/card/pboc/profile.ts';
import type { CardChannel, CardReader } from '../../../drivers/card-reader/card-reader.ts';
import type { CashAcceptor } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import type { CodeScanner } from '../../../drivers/code-scanner/code-scanner.ts';
import { DeviceError } from '../../../drivers/device.ts';
import type { IdReader } from '../../../drivers/id-reader/id-reader.ts';
import type { Keypad } from '../../../drivers/keypad/keypad.ts';
import { escapeText } from '../../../drivers/receipt-printer/markup.ts';
import type { ReceiptPrinter } from '../../../drivers/receipt-printer/receipt-printer.ts';
import { selfTestDelays } from '../../../state-machines/maintenance/self-test-port.ts';
import { failed, heard, look, skipped, tell, type Act, type TestSurroundings } from './acts.ts';

const KEYS_ASKED = 3;

/** A card goes in, is recognized, and is given back. One that lay there before, staff's own say, is taken out first. */
export function cardRead(reader: CardReader, profiles: readonly CardProfile[]): Act {
  return (around) =>
    withEntry(reader, async () => {
      await cleared(reader, around);
      tell(around, 'insertCard');
      await heard<void>(
        around,
        (found) => reader.onEvent(({ type }) => (type === 'mediaInserted' ? found() : undefined)),
        () => reader.setEntry(true),
      );
      const card = await identifyCard(await activated(reader), profiles);
      await reader.deactivate();
      tell(around, 'cardSeen', { kind: card.kind, name: card.application?.name ?? '', tail: card.tail ?? '' });
      await givenBack(reader, around);
      if (card.kind === 'noChip' || card.trouble !== undefined) throw failed('cardUnreadable', card.trouble ?? card.kind);
    });
}

/** Opens and closes the gate. A reader without a motor has none. */
export function cardShutter(reader: CardReader): Act {
  return (around) =>
    withEntry(reader, async () => {
      await cleared(reader, around);
      tell(around, 'working');
      for (const entry of [true, false]) {
        await reader.setEntry(entry);
        const due = entry ? 'enabled' : 'disabled';
        const { entry: is } = await reader.status();
        if (is !== due) throw failed('deviceError', `the entry should be ${due} and is ${is}`);
        await delay(around.clock, selfTestDelays.lamp, around.signal);
      }
      await look(around, 'shutterMoved', true);
    });
}

/** From the stacker to the station and into the bin. */
export function blankCard(reader: CardReader): Act {
  return async (around) => {
    await cleared(reader, around);
    if (reader.lastStatus.media !== 'notPresent') throw skipped('nothingToTest', `media ${reader.lastStatus.media}`);
    tell(around, 'blankMoves');
    try {
      await reader.dispense();
    } catch (error) {
      if (error instanceof DeviceError && error.code === 'storageEmpty') throw skipped('stackerEmpty');
      throw error;
    }
    const chip = await activated(reader);
    await reader.deactivate();
    await reader.retain();
    if (chip === undefined) throw failed('cardUnreadable', 'the blank has no chip that answers');
  };
}

/** A note is recognized in escrow and comes back. */
export function noteReturned(acceptor: CashAcceptor): Act {
  return async (around) => {
    const known = acceptor.denominations;
    if (!acceptor.capabilities.escrow) throw skipped('nothingToTest', 'what it takes is in the box at once');
    tell(around, 'feedNote', { notes: known.map((denomination) => denomination / 100).join(', ') });
    const back = Promise.withResolvers<void>();
    const unsubscribe = acceptor.onEvent(({ type }) => (type === 'returned' ? back.resolve() : undefined));
    try {
      const denomination = await heard<number>(
        around,
        (found) => acceptor.onEvent((event) => (event.type === 'escrowed' ? found(event.denomination) : undefined)),
        () => acceptor.accept(known),
      );
      tell(around, 'takeNote', { yuan: denomination / 100 });
      await acceptor.accept([]);
      await ordered(() => acceptor.returnNote());
      await heard<void>(around, (found) => {
        void back.promise.then(found);
        return () => {};
      });
    } finally {
      unsubscribe();
      await acceptor.accept([]).catch(() => {}); // it inhibits itself when it comes back
    }
  };
}

/** Whoever sells notes here may have ordered it out first. */
async function ordered(order: () => Promise<void>): Promise<void> {
  try {
    await order();
  } catch (error) {
    if (!(error instanceof DeviceError) || error.code !== 'invalidState') throw error;
  }
}

/** A page is printed, confirmed through the print queue, and readable. */
export function testPage(printer: ReceiptPrinter): Act {
  return async (around) => {
    tell(around, 'printing');
    const markup = [`^^^${escapeText('测试页 TEST')}`, '-', escapeText('0123456789 ABCDEFGHIJ'), escapeText('江城一卡通 充值 余额 凭条'), '=', ''].join('\n');
    const { outcome } = await printer.print({ jobId: 'self-test', markup });
    if (outcome.state === 'unconfirmed') {
      if (printer.capabilities.confirmation !== 'none' || around.hands.ask === undefined) throw failed('notConfirmed');
    } else if (outcome.state !== 'printed') throw failed('notPrinted', outcome.trouble);
    await look(around, 'pageReadable', outcome.state === 'printed');
  };
}

/** Any code; nothing of it is kept. */
export function codeScan(scanner: CodeScanner): Act {
  return (around) => {
    tell(around, 'showCode');
    return heard<void>(
      around,
      (found) =>
        scanner.onEvent((event) => {
          if (event.type === 'scanned') found();
          if (event.type === 'unreadable') tell(around, 'showCodeAgain', { reason: event.reason });
        }),
      async () => scanner.setListening(true),
    ).finally(() => scanner.setListening(false));
  };
}

/** A document is read; nothing of it is shown or kept. */
export function documentRead(reader: IdReader): Act {
  return async (around) => {
    tell(around, 'layDocument');
    const giveUp = new AbortController();
    try {
      const { kind } = await heard<{ readonly kind: string }>(around, (found) => {
        void reader.read(giveUp.signal).then(found, (error: unknown) => found({ kind: error instanceof DeviceError ? error.code : 'aborted' }));
        return () => giveUp.abort(new DeviceError('aborted', 'the test ended'));
      });
      if (kind !== 'read' && kind !== 'otherDocument') throw failed('documentUnreadable', kind);
    } finally {
      giveUp.abort(new DeviceError('aborted', 'the test ended'));
    }
  };
}

export function keypadKeys(keypad: Keypad): Act {
  return (around) => {
    tell(around, 'pressKeys', { count: KEYS_ASKED });
    let presses = 0;
    return heard<void>(around, (found) =>
      keypad.onEvent((event) => {
        if (event.type !== 'key') return;
        presses += 1;
        tell(around, 'keyPressed', { press: event.press, left: Math.max(0, KEYS_ASKED - presses) });
        if (presses === KEYS_ASKED) found();
      }),
    );
  };
}

/** Door and switch are read, the lamp is switched through. */
export function cabinetSensors(cabinet: CabinetIo): Act {
  return async (around) => {
    const { door, serviceSwitch, lamp } = await cabinet.status(around.signal);
    tell(around, 'sensorsRead', { door, serviceSwitch });
    if (lamp === 'notSupported') return;
    const before = lamp === 'unknown' ? 'off' : lamp;
    try {
      for (const [next, say] of [
        ['on', 'lampOn'],
        ['attention', 'lampAttention'],
        ['off', 'lampOff'],
      ] as const) {
        await cabinet.setLamp(next);
        tell(around, say);
        await delay(around.clock, selfTestDelays.lamp, around.signal);
      }
    } finally {
      await cabinet.setLamp(before).catch(() => {}); // it is kept so when the unit is back
    }
    await look(around, 'lampSeen', true);
  };
}

/** The gate is as it was afterwards. */
async function withEntry(reader: CardReader, work: () => Promise<void>): Promise<void> {
  const before = reader.lastStatus.entry === 'enabled';
  try {
    await work();
  } finally {
    await reader.setEntry(before).catch(() => {}); // a reader that is away gets it at its next connect
  }
}

async function givenBack(reader: CardReader, around: TestSurroundings): Promise<void> {
  await reader.setEntry(false);
  tell(around, 'takeCard');
  await heard<void>(
    around,
    (found) => reader.onEvent(({ type }) => (type === 'mediaRemoved' ? found() : undefined)),
    () => reader.present(),
  );
}

/** Whatever lies in the reader is taken out before it is tested. @throws {NotPassed} */
async function cleared(reader: CardReader, around: TestSurroundings): Promise<void> {
  const { media } = reader.lastStatus;
  if (media !== 'inside' && media !== 'atGate') return;
  await reader.setEntry(false);
  tell(around, 'clearSlot');
  await heard<void>(
    around,
    (found) => reader.onEvent(({ type }) => (type === 'mediaRemoved' ? found() : undefined)),
    async () => (media === 'inside' ? reader.present() : undefined),
  );
}

/** The chip of the card inside; undefined when there is none to find. */
async function activated(reader: CardReader): Promise<CardChannel | undefined> {
  try {
    return await reader.activate();
  } catch (error) {
    if (error instanceof DeviceError && error.code === 'mediaInvalid') return undefined;
    throw error;
  }
}
