/** The simulated cabinet with every model of every class: its hands reach the device, and the terminal's driver sees what they did. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { DOCUMENTS } from '../../../drivers/bench/documents.ts';
import { padWithJack, simulators } from '../../../drivers/bench/simulators.ts';
import { deviceNames, handActSchema } from '../../../drivers/bench/protocol.ts';
import type { CardReader } from '../../../drivers/card-reader/card-reader.ts';
import { deviceModels } from '../../../drivers/registry.ts';
import { BenchStand, ONE_OF_EACH } from './stand.ts';

const modelsOf = (device: keyof typeof deviceModels): string[] => Object.keys(deviceModels[device]);
const NOTES = { denominations: [1000, 5000] };
const COINS = {
  coins: [
    { position: 1, value: 10 },
    { position: 3, value: 100 },
  ],
};

test('every model of every class has its simulator', () => {
  for (const device of deviceNames) expect(Object.keys(simulators[device]).sort(), device).toEqual(modelsOf(device).sort());
});

describe.each(modelsOf('cardReader'))('card reader %s', (model) => {
  test('a card put in is read through the reader, and taken again', async () => {
    const stand = new BenchStand({ cardReader: { model } });
    const reader = await stand.connected('cardReader');
    expect(stand.cabinet.state().cardSlot).toBe(model === 'pcsc-tray' ? 'open' : 'shut');
    await stand.settled(reader.setEntry(true));
    expect(stand.cabinet.state().cardSlot).toBe('open');
    await stand.insert('student-6688');
    expect(stand.cabinet.state().cardSlot).toBe('shut');
    await stand.until('the card is inside', () => stand.cabinet.state().cards[0]?.where === 'inside');
    await stand.until('the reader tells of it', () => reader.lastStatus.media === 'inside');
    const { channel, answer } = await activated(stand, reader);
    expect(channel.iso7816).toBe(true);
    // 61xx: contact chips on T=0 have the answer fetched
    expect([0x90, 0x61]).toContain(answer.at(-2));
    await stand.settled(reader.present());
    await stand.until('the hand has it', () => stand.cabinet.hand({ act: 'takeCard' }).done);
    expect(stand.cabinet.state().cards[0]).toMatchObject({ id: 'student-6688', where: 'hand', balance: 2320 });
  });
});

async function activated(stand: BenchStand, reader: CardReader) {
  const channel = await stand.settled(reader.activate());
  // SELECT of the first application of the example configuration
  const answer = await stand.settled(channel.transmit(Uint8Array.from(Buffer.from('00A4040008A000000632010105', 'hex'))));
  return { channel, answer };
}

describe.each(modelsOf('cashAcceptor').filter((model) => model !== 'cctalk-coin'))('note acceptor %s', (model) => {
  test('a note that is fed stands in escrow, and falls into the box when the terminal says so', async () => {
    const stand = new BenchStand({ cashAcceptor: { model, options: NOTES } });
    const acceptor = stand.driver('cashAcceptor');
    const credits: unknown[] = [];
    acceptor.setCreditHandler(async (credit) => void credits.push(credit));
    await stand.settled(acceptor.connect());
    await stand.settled(acceptor.accept([fen(1000), fen(5000)]));
    await stand.feed(5000);
    await stand.until('it stands in escrow', () => stand.cabinet.state().notes.escrow === 5000 && acceptor.lastStatus.state === 'escrowed');
    await stand.settled(acceptor.stack());
    await stand.until('it is in the box', () => credits.length === 1 && stand.cabinet.state().notes.box.length === 1);
    expect(stand.cabinet.state().notes).toMatchObject({ box: [5000], escrow: null, carriedAway: [] });
  });

  test('what is in a box that is taken out is carried away, not gone', async () => {
    const stand = new BenchStand({ cashAcceptor: { model, options: NOTES } });
    const acceptor = stand.driver('cashAcceptor');
    acceptor.setCreditHandler(async () => {});
    await stand.settled(acceptor.connect());
    await stand.settled(acceptor.accept([fen(1000)]));
    await stand.feed(1000);
    await stand.until('it stands in escrow', () => acceptor.lastStatus.state === 'escrowed');
    await stand.settled(acceptor.stack());
    await stand.until('the path is empty', () => stand.cabinet.hand({ act: 'removeBox' }).done);
    await stand.until('the terminal misses the box', () => acceptor.lastStatus.box === 'removed');
    expect(stand.cabinet.state()).toMatchObject({ cashBox: 'out', notes: { box: [], carriedAway: [1000] } });
    expect(stand.cabinet.hand({ act: 'removeBox' })).toEqual({ done: false, why: 'the box is out already' });
    stand.hand({ act: 'insertBox' });
    await stand.until('the terminal has it back', () => acceptor.lastStatus.box === 'ok');
  });
});

test('a coin that is dropped is in the box at once; one that nobody knows falls through', async () => {
  const stand = new BenchStand({ cashAcceptor: { model: 'cctalk-coin', options: COINS } });
  const acceptor = stand.driver('cashAcceptor');
  const coins: number[] = [];
  acceptor.setCoinHandler?.(async ({ denomination }) => void coins.push(denomination ?? 0));
  await stand.settled(acceptor.connect());
  await stand.settled(acceptor.accept([fen(100)]));
  await stand.feed(100);
  await stand.feed('unknown');
  await stand.until('it is credited', () => coins.length === 1);
  expect(coins).toEqual([100]);
  expect(stand.cabinet.state().notes).toMatchObject({ box: [100], escrow: null });
  expect(stand.cabinet.hand({ act: 'removeBox' }).why).toContain('this model keeps it');
});

describe.each(modelsOf('receiptPrinter'))('receipt printer %s', (model) => {
  test('a slip that the terminal prints hangs there with its words, and is torn off', async () => {
    const stand = new BenchStand({ receiptPrinter: { model, options: { takeWithinSeconds: 20 } } });
    const printer = await stand.connected('receiptPrinter');
    const printing = printer.print({ jobId: 'job-1', markup: '充值凭条\n50.00 元\n' });
    await stand.until('it is torn off', () => stand.cabinet.hand({ act: 'tearPaper' }).done);
    const { outcome } = await stand.settled(printing);
    expect(['printed', 'unconfirmed']).toContain(outcome.state);
    const [slip] = stand.cabinet.state().slips;
    expect(slip).toMatchObject({ number: 0, taken: true });
    expect(slip?.text.join('\n')).toContain('50.00');
    expect(stand.cabinet.slip(0)).toContain('<svg');
  });
});

describe.each(modelsOf('codeScanner'))('code scanner %s', (model) => {
  test('a code that is shown is heard, and the bench keeps nothing of it', async () => {
    const stand = new BenchStand({ codeScanner: { model } });
    const scanner = await stand.connected('codeScanner');
    const scans: string[] = [];
    scanner.onEvent((event) => event.type === 'scanned' && scans.push(event.scan.text));
    scanner.setListening(true);
    stand.hand({ act: 'showCode', text: '281234567890123456' });
    await stand.until('it is heard', () => scans.length > 0);
    expect(scans).toEqual(['281234567890123456']);
    const state = stand.cabinet.state();
    expect(state.codesRead).toBe(1);
    expectNowhere(state, '281234567890123456');
    expect(state.frames.at(-1)).toMatchObject({ device: 'codeScanner', bytes: '' });
    expect(state.frames.at(-1)?.hidden).toBeGreaterThan(18);
  });
});

describe('ID reader sam-serial', () => {
  test.each(DOCUMENTS)('the document $id is read, and nothing of its person is in the frames', async ({ id, document }) => {
    const stand = new BenchStand({ idReader: { model: 'sam-serial' } });
    const reader = await stand.connected('idReader');
    stand.hand({ act: 'layDocument', document: id });
    const outcome = await stand.settled(reader.read());
    if (document.marker === undefined) expect(outcome).toMatchObject({ kind: 'read', document: { name: document.name, number: document.number } });
    else expect(outcome).toEqual({ kind: 'otherDocument', marker: document.marker });
    const { frames, documents } = stand.cabinet.state();
    expect(documents.find((known) => known.id === id)?.where).toBe('reader');
    expect(frames.some(({ hidden }) => hidden > 1000)).toBe(true);
    for (const said of frames.filter(({ direction }) => direction === 'fromDevice')) expect(said.bytes.length).toBeLessThanOrEqual(20);
    for (const secret of [document.name, document.number, document.address]) {
      expectNowhere(frames, secret);
      expectNowhere(frames, Buffer.from(secret, 'utf16le').toString('hex').toUpperCase());
    }
  });

  test('of the documents that lie at hand nobody is somebody: region 99, and no number twice', () => {
    expect(DOCUMENTS.every(({ document }) => document.number.startsWith('99'))).toBe(true);
    expect(new Set(DOCUMENTS.map(({ document }) => document.number)).size).toBe(DOCUMENTS.length);
  });

  test('a document is lifted; there is none to lift then, and none of an unknown name to lay down', () => {
    const stand = new BenchStand();
    stand.hand({ act: 'layDocument', document: 'valid' });
    stand.hand({ act: 'liftDocument' });
    expect(stand.cabinet.hand({ act: 'liftDocument' })).toEqual({ done: false, why: 'no document lies on the reader' });
    expect(stand.cabinet.hand({ act: 'layDocument', document: 'passport' }).why).toContain('there are valid, rare-name');
  });
});

describe('cabinet I/O modbus-io', () => {
  test.each([{}, { door: { input: 4, openWhen: 'on' }, serviceSwitch: { input: 5, maintenanceWhen: 'off' }, lamp: { coil: 3 } }])(
    'door, switch and lamp, wired as the terminal is told: %j',
    async (options) => {
      const stand = new BenchStand({ cabinet: { model: 'modbus-io', options } });
      const cabinet = await stand.connected('cabinet');
      await stand.until('all is shut', () => cabinet.lastStatus.door === 'closed' && cabinet.lastStatus.serviceSwitch === 'operator');
      stand.hand({ act: 'door', open: true });
      stand.hand({ act: 'serviceSwitch', to: 'maintenance' });
      await stand.until('the terminal sees both', () => cabinet.lastStatus.door === 'open' && cabinet.lastStatus.serviceSwitch === 'maintenance');
      await stand.settled(cabinet.setLamp('on'));
      expect(stand.cabinet.state().cabinet).toEqual({ door: 'open', serviceSwitch: 'maintenance', lit: true });
      stand.hand({ act: 'door', open: false });
      await stand.until('the terminal sees it shut', () => cabinet.lastStatus.door === 'closed');
    },
  );
});

describe('keypad hid-keys', () => {
  const pressed = async (options: Record<string, unknown>) => {
    const stand = new BenchStand({ keypad: { model: 'hid-keys', options } });
    const keypad = await stand.connected('keypad');
    const presses: string[] = [];
    keypad.onEvent((event) => event.type === 'key' && presses.push(`${event.key} ${event.press}`));
    return { stand, keypad, presses };
  };

  test('keys are pressed short and long, and held as long as a finger likes', async () => {
    const { stand, presses } = await pressed({});
    stand.hand({ act: 'key', key: 'select', press: 'short' });
    await stand.until('a short press', () => presses.length === 1);
    stand.hand({ act: 'key', key: 'help', press: 'long' });
    await stand.until('a long press', () => presses.length === 2 && stand.cabinet.state().keypad?.held.length === 0);
    stand.hand({ act: 'key', key: '5', press: 'down' });
    await stand.clock.advance(100);
    expect(stand.cabinet.state().keypad).toEqual({ held: ['5'], headphone: null });
    stand.hand({ act: 'key', key: '5', press: 'up' });
    await stand.until('the finger is off', () => presses.length === 3);
    expect(presses).toEqual(['select short', 'help long', '5 short']);
    await stand.until('no key is held', () => stand.cabinet.state().keypad?.held.length === 0);
  });

  test('digits are in no frame: they may be a password', async () => {
    const { stand, presses } = await pressed({});
    stand.hand({ act: 'key', key: '7', press: 'short' });
    await stand.until('it is heard', () => presses.length === 1);
    const frames = stand.cabinet.state().frames.filter(({ direction }) => direction === 'fromDevice');
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) expect(frame.bytes).toBe('');
  });

  test('a headphone is plugged where the terminal is told of a jack, and nowhere else', async () => {
    const { stand, keypad, presses } = await pressed(padWithJack);
    stand.hand({ act: 'headphone', plugged: true });
    await stand.until('the terminal knows', () => keypad.lastStatus.headphone === 'plugged');
    stand.hand({ act: 'key', key: '#', press: 'short' });
    await stand.until('keys work there too', () => presses.length === 1);
    expect(presses).toEqual(['# short']);
    expect(new BenchStand().cabinet.hand({ act: 'headphone', plugged: true })).toEqual({ done: false, why: 'this keypad has no jack' });
  });
});

describe('what is not there', () => {
  test('a cabinet without devices has nothing for hands but the cards themselves', () => {
    const { cabinet } = new BenchStand({});
    const state = cabinet.state();
    expect(state).toMatchObject({ fitted: {}, cardSlot: null, cardStore: null, cashBox: null, paperMm: null, codesRead: null, cabinet: null, keypad: null });
    expect(Object.keys(state.knobs)).toEqual(['card.tear']);
    expect(state.cards).toHaveLength(8);
    expect(cabinet.hand({ act: 'insertCard', card: 'student-6688' })).toEqual({ done: false, why: 'there is no cardReader in this cabinet' });
    expect(cabinet.hand({ act: 'door', open: true })).toEqual({ done: false, why: 'there is no cabinet in this cabinet' });
    expect(cabinet.hand({ act: 'knob', knob: 'keypad.dead', value: true })).toEqual({ done: false, why: 'keypad.dead: there is no keypad in this cabinet' });
  });

  test('a model that nobody knows is refused with the names of those that are known', () => {
    expect(() => new BenchStand({ keypad: { model: 'abacus' } })).toThrow(/unknown model "abacus"; expected one of hid-keys/);
  });
});

test('blanks are filled into the stacker, dispensed, and swallowed into the bin that a technician empties', async () => {
  const stand = new BenchStand();
  const reader = await stand.connected('cardReader');
  stand.hand({ act: 'fillStacker', count: 5 });
  expect(stand.cabinet.state().cardStore).toEqual({ stacker: 25, bin: 0, blank: null });
  await stand.settled(reader.dispense());
  expect(stand.cabinet.state().cardStore).toEqual({ stacker: 24, bin: 0, blank: 'inside' });
  await stand.settled(reader.retain());
  expect(stand.cabinet.state().cardStore).toEqual({ stacker: 24, bin: 1, blank: null });
  stand.hand({ act: 'emptyBin' });
  expect(stand.cabinet.state().cardStore?.bin).toBe(0);
  expect(stand.cabinet.hand({ act: 'emptyBin' }).done).toBe(false);
});

test('after a power cut the terminal finds every device again, and what lay in them', async () => {
  const stand = new BenchStand();
  stand.hand({ act: 'layDocument', document: 'valid' });
  for (const name of deviceNames) await stand.connected(name);
  stand.cabinet.powerCycle();
  for (const name of deviceNames) {
    const again = await stand.connected(name);
    expect(again.lastStatus.device, name).toBe('online');
  }
  expect(stand.cabinet.state().documents[0]).toMatchObject({ id: 'valid', where: 'reader' });
});

test('a hand without a name of the protocol, or with more than it takes, is no hand', () => {
  expect(handActSchema.safeParse({ act: 'kick' }).success).toBe(false);
  expect(handActSchema.safeParse({ act: 'takeCard', gently: true }).success).toBe(false);
  expect(handActSchema.safeParse({ act: 'showCode', text: '' }).success).toBe(false);
  expect(handActSchema.safeParse({ act: 'knob', knob: 'cardReader.magic', value: true }).success).toBe(false);
});

test('polls that come round and round are kept once, what changes is kept too', async () => {
  const stand = new BenchStand({ cabinet: { model: 'modbus-io' } });
  const cabinet = await stand.connected('cabinet');
  await stand.clock.advance(2000);
  const before = stand.cabinet.state().frames.length;
  await stand.clock.advance(20_000);
  expect(stand.cabinet.state().frames).toHaveLength(before);
  stand.hand({ act: 'door', open: true });
  await stand.until('the terminal sees it', () => cabinet.lastStatus.door === 'open');
  expect(stand.cabinet.state().frames).toHaveLength(before + 1);
});

test('one of each class is what stands there by these names', () => {
  expect(new BenchStand().cabinet.state().fitted).toEqual(Object.fromEntries(Object.entries(ONE_OF_EACH).map(([name, { model }]) => [name, model])));
});

function expectNowhere(where: unknown, secret: string): void {
  expect(JSON.stringify(where)).not.toContain(secret);
}
