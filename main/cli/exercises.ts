/**
 * `kioskctl devices exercise`: one guided test a class, with a person's hands. Each says what to do, waits for it, and ends with what
 * was found. Moves no money: a note always goes back, a card is always given back.
 */
import { deadline, delay, type Clock } from '../../common/clock.ts';
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { CabinetIo } from '../../drivers/cabinet/cabinet-io.ts';
import { identifyCard } from '../../drivers/card/identify.ts';
import type { CardProfile } from '../../drivers/card/pboc/profile.ts';
import type { CardChannel, CardReader } from '../../drivers/card-reader/card-reader.ts';
import { DeviceError } from '../../drivers/device.ts';
import type { CashAcceptor } from '../../drivers/cash-acceptor/cash-acceptor.ts';
import type { CodeScanner } from '../../drivers/code-scanner/code-scanner.ts';
import type { IdReader } from '../../drivers/id-reader/id-reader.ts';
import type { Keypad } from '../../drivers/keypad/keypad.ts';
import { escapeText } from '../../drivers/receipt-printer/markup.ts';
import type { ReceiptPrinter } from '../../drivers/receipt-printer/receipt-printer.ts';
import type { DeviceClass } from '../../drivers/registry.ts';
import type { Devices } from '../terminal/devices.ts';

/** Why each wait is as long as it is, ms. */
export const exerciseDelays = {
  hand: 30_000, // a person walks around the cabinet with a note in the hand
  lamp: 2_000, // long enough to be seen
} as const;

export interface ExerciseDeps {
  readonly clock: Clock;
  /** The terminal's own, by which cards are recognized. */
  readonly profiles: readonly CardProfile[];
  /** What to do now, and what was seen. */
  readonly tell: (line: string) => void;
}

/** Nobody did what was asked for in time. */
class NobodyDid extends Error {
  override readonly name = 'NobodyDid';
}

/** Resolves to a line that says what was found good. @throws when it was not good */
type Exercise<D> = (device: D, deps: ExerciseDeps) => Promise<string>;

const exerciseCardReader: Exercise<CardReader> = async (reader, { clock, profiles, tell }) => {
  if (reader.lastStatus.media !== 'inside') {
    tell('put a card in');
    const inserted = heard<void>(clock, 'no card came', (found) => reader.onEvent(({ type }) => (type === 'mediaInserted' ? found() : undefined)));
    await reader.setEntry(true);
    await inserted.promise;
  }
  const card = await identifyCard(await activated(reader), profiles);
  tell(`the card: ${JSON.stringify(card)}`);
  await reader.deactivate();
  await reader.setEntry(false);
  tell('take the card');
  const removed = heard<void>(clock, 'the card was not taken', (found) => reader.onEvent(({ type }) => (type === 'mediaRemoved' ? found() : undefined)));
  await reader.present();
  await removed.promise;
  if (card.trouble !== undefined) throw new Error(`the card was given back, but could not be read to the end: ${card.trouble}`);
  return `a card was read and given back (${[card.kind, card.application?.name, card.tail].filter((part) => part !== undefined).join(', ')})`;
};

/** The chip of the card inside; undefined when there is none to find. */
async function activated(reader: CardReader): Promise<CardChannel | undefined> {
  try {
    return await reader.activate();
  } catch (error) {
    if (error instanceof DeviceError && error.code === 'mediaInvalid') return undefined;
    throw error;
  }
}

const exerciseCashAcceptor: Exercise<CashAcceptor> = async (acceptor, { clock, tell }) => {
  const known = acceptor.denominations;
  tell(`feed a note of ${known.map((denomination) => denomination / 100).join(', ')} yuan: it comes back`);
  const escrowed = heard<number>(clock, 'no note came', (found) =>
    acceptor.onEvent((event) => (event.type === 'escrowed' ? found(event.denomination) : undefined)),
  );
  await acceptor.accept(known);
  const denomination = await escrowed.promise.catch(async (error: unknown) => {
    await acceptor.accept([]);
    throw error;
  });
  tell(`a note of ${denomination / 100} yuan: take it`);
  const returned = heard<void>(clock, 'the note did not come back', (found) => acceptor.onEvent(({ type }) => (type === 'returned' ? found() : undefined)));
  await acceptor.accept([]);
  await acceptor.returnNote();
  await returned.promise;
  return `a note of ${denomination / 100} yuan was recognized and returned`;
};

const exerciseReceiptPrinter: Exercise<ReceiptPrinter> = async (printer) => {
  const markup = [`^^^${escapeText('测试页 TEST')}`, '-', escapeText('0123456789 ABCDEFGHIJ'), escapeText('江城一卡通 充值 余额 凭条'), '=', ''].join('\n');
  const { outcome, byteCount } = await printer.print({ jobId: 'exercise', markup });
  if (outcome.state === 'printed') return `a test page of ${byteCount} bytes was printed, confirmed by ${outcome.confirmedBy}`;
  throw new Error(
    'trouble' in outcome ? `the test page was not printed: ${outcome.trouble}` : 'the printer never confirmed the test page: look whether it is there',
  );
};

const exerciseCodeScanner: Exercise<CodeScanner> = async (scanner, { clock, tell }) => {
  tell('hold a code in front of the scanner');
  const scanned = heard<string>(clock, 'no code was read', (found) =>
    scanner.onEvent((event) => {
      if (event.type === 'scanned') found(`${event.scan.symbology}, ${event.scan.text.length} characters`);
      if (event.type === 'unreadable') tell(`not readable (${event.reason}), again please`);
    }),
  );
  scanner.setListening(true);
  return scanned.promise.then((found) => `a code was read (${found})`).finally(() => scanner.setListening(false));
};

const exerciseIdReader: Exercise<IdReader> = async (reader, { clock, tell }) => {
  tell('lay an identity card on the reader');
  const limit = deadline(clock, exerciseDelays.hand, () => new NobodyDid('no identity card came'));
  try {
    const outcome = await reader.read(limit.signal);
    if (outcome.kind === 'read') return 'an identity card was read; nothing of it is shown or kept';
    throw new Error(`the identity card was not read: ${outcome.kind}`);
  } finally {
    limit.dispose();
  }
};

const exerciseCabinet: Exercise<CabinetIo> = async (cabinet, { clock, tell }) => {
  const { door, serviceSwitch, lamp } = await cabinet.status();
  tell(`door ${door}, service switch ${serviceSwitch}`);
  if (lamp === 'notSupported') return 'inputs were read; no lamp is wired';
  tell('look at the lamp');
  for (const next of ['on', 'attention', 'off'] as const) {
    await cabinet.setLamp(next);
    await delay(clock, exerciseDelays.lamp);
  }
  return 'inputs were read, the lamp was switched';
};

const exerciseKeypad: Exercise<Keypad> = async (keypad, { clock, tell }) => {
  tell('press any three keys');
  let presses = 0;
  const pressed = heard<void>(clock, 'fewer than three keys were pressed', (found) =>
    keypad.onEvent((event) => {
      if (event.type !== 'key') return;
      presses += 1;
      tell(`a key, ${event.press}`);
      if (presses === 3) found();
    }),
  );
  await pressed.promise;
  return 'three keys were pressed';
};

/** @returns what was found good @throws Error that says what was not */
export async function exercise(name: DeviceClass, devices: Devices, deps: ExerciseDeps): Promise<string> {
  const { cardReader, cashAcceptor, receiptPrinter, codeScanner, idReader, cabinet, keypad } = devices;
  const tests: Readonly<Record<DeviceClass, (() => Promise<string>) | undefined>> = {
    cardReader: cardReader && (() => exerciseCardReader(cardReader, deps)),
    cashAcceptor: cashAcceptor && (() => exerciseCashAcceptor(cashAcceptor, deps)),
    receiptPrinter: receiptPrinter && (() => exerciseReceiptPrinter(receiptPrinter, deps)),
    codeScanner: codeScanner && (() => exerciseCodeScanner(codeScanner, deps)),
    idReader: idReader && (() => exerciseIdReader(idReader, deps)),
    cabinet: cabinet && (() => exerciseCabinet(cabinet, deps)),
    keypad: keypad && (() => exerciseKeypad(keypad, deps)),
  };
  const test = tests[name];
  if (test === undefined) throw new Error(`${name} is not fitted`);
  return test();
}

/** Waits for what a person does; `end` gives it up. */
function heard<T>(
  clock: Clock,
  otherwise: string,
  listen: (found: (value: T) => void) => Unsubscribe,
): { readonly promise: Promise<T>; readonly end: () => void } {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = clock.setTimeout(() => reject(new NobodyDid(`${otherwise} within ${exerciseDelays.hand / 1000} s`)), exerciseDelays.hand);
  const unsubscribe = listen(resolve);
  const end = (): void => {
    clock.clearTimeout(timer);
    unsubscribe();
  };
  return { promise: promise.finally(end), end };
}
