/** Every knob of the bench really strikes: turned by name, seen through the terminal's driver. A knob without its line here doesn't compile. */
import { expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { faultsOf, faultNames, turnOf } from '../../../drivers/bench/faults.ts';
import { atRest, knobNames, knobShape, type KnobName, type KnobOwner } from '../../../drivers/bench/protocol.ts';
import type { CashAcceptor, CashAcceptorEvent } from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { BenchStand } from './stand.ts';

type InCabinet = Exclude<KnobName, `upstream.${string}`>;

const CARD = 'student-6688';
const CREDIT_FOR_LOAD = Uint8Array.from(Buffer.from('805200000B2026112208140000000000', 'hex'));

async function cardInside(stand: BenchStand) {
  const reader = await stand.connected('cardReader');
  await stand.settled(reader.setEntry(true));
  await stand.insert(CARD);
  await stand.until('the card is inside', () => reader.lastStatus.media === 'inside');
  return reader;
}

async function torn(when: 'beforeCredit' | 'afterCredit'): Promise<void> {
  const stand = new BenchStand();
  const reader = await cardInside(stand);
  const channel = await stand.settled(reader.activate());
  stand.knob('card.tear', when);
  await expect(stand.settled(channel.transmit(CREDIT_FOR_LOAD))).rejects.toMatchObject({ name: 'DeviceError' });
  await stand.until('the card is in the hand', () => stand.cabinet.state().cards[0]?.where === 'hand');
  expect(stand.at('card.tear')).toBe('none');
}

async function notes(stand: BenchStand) {
  const acceptor = stand.driver('cashAcceptor');
  acceptor.setCreditHandler(async () => {});
  await stand.settled(acceptor.connect());
  await stand.settled(acceptor.accept([fen(1000), fen(5000)]));
  const events: CashAcceptorEvent[] = [];
  acceptor.onEvent((event) => events.push(event));
  const has = (type: CashAcceptorEvent['type']): boolean => events.some((event) => event.type === type);
  return { acceptor, events, has };
}

async function stackedNote(stand: BenchStand, acceptor: CashAcceptor): Promise<void> {
  await stand.feed(5000);
  await stand.until('it stands in escrow', () => acceptor.lastStatus.state === 'escrowed');
  await stand.settled(acceptor.stack());
}

async function jammedNote(where: 'acceptor' | 'stacker'): Promise<void> {
  const stand = new BenchStand();
  const { acceptor, events, has } = await notes(stand);
  stand.knob('cashAcceptor.jamNext', where);
  if (where === 'acceptor') await stand.feed(5000);
  else await stackedNote(stand, acceptor);
  await stand.until('it is jammed', () => has('jammed'));
  expect(events).toContainEqual({ type: 'jammed', where });
  // Stays until a technician clears it, and that is the knob turned off.
  expect(stand.at('cashAcceptor.jamNext')).toBe(where);
  stand.knob('cashAcceptor.jamNext', 'none');
  expect(stand.at('cashAcceptor.jamNext')).toBe('none');
}

async function blocked(obstruction: 'cutter' | 'paper' | 'presenter'): Promise<void> {
  // Only some printers tell a paper jam from other trouble, and only some have a presenter.
  const model = { cutter: 'escpos-generic-80', paper: 'snbc-bt-t080', presenter: 'custom-vkp80' }[obstruction];
  const trouble = { cutter: 'cutterFault', paper: 'paperJam', presenter: 'presenterJam' }[obstruction];
  const stand = new BenchStand({ receiptPrinter: { model } });
  const printer = await stand.connected('receiptPrinter');
  stand.knob('receiptPrinter.jam', obstruction);
  const { outcome } = await stand.settled(printer.print({ jobId: 'job-1', markup: '充值凭条\n50.00 元\n' }));
  expect(outcome).toEqual({ state: 'interrupted', trouble });
}

/** A count of answers that go wrong: each takes one off, and the driver lives through it. */
async function struckAnswers(knob: InCabinet, ask: (stand: BenchStand) => Promise<() => Promise<unknown>>): Promise<void> {
  const stand = new BenchStand();
  const question = await ask(stand);
  stand.knob(knob, 1);
  expect(stand.at(knob)).toBe(1);
  await stand.settled(question());
  await stand.until('an answer was struck', () => stand.at(knob) === 0);
  await stand.settled(question());
}

const askReader = async (stand: BenchStand) => {
  const reader = await stand.connected('cardReader');
  return () => reader.status();
};
const askAcceptor = async (stand: BenchStand) => {
  const { acceptor } = await notes(stand);
  return () => acceptor.status();
};
const askCabinet = async (stand: BenchStand) => {
  const cabinet = await stand.connected('cabinet');
  return () => cabinet.status();
};
const askIdReader = async (stand: BenchStand) => {
  const reader = await stand.connected('idReader');
  stand.hand({ act: 'layDocument', document: 'valid' });
  return () => reader.read();
};

async function heard(stand: BenchStand): Promise<string[]> {
  const scanner = await stand.connected('codeScanner');
  const told: string[] = [];
  scanner.onEvent((event) => {
    if (event.type !== 'statusChanged') told.push(event.type === 'scanned' ? event.scan.text : event.reason);
  });
  scanner.setListening(true);
  return told;
}

const strikes: Readonly<Record<InCabinet, () => Promise<void>>> = {
  'card.tear': async () => {
    await torn('beforeCredit');
    await torn('afterCredit');
  },

  'cardReader.jam': async () => {
    const stand = new BenchStand();
    const reader = await cardInside(stand);
    stand.knob('cardReader.jam', true);
    await expect(stand.settled(reader.present())).rejects.toMatchObject({ code: 'mediaJammed' });
  },
  'cardReader.nextBlank': async () => {
    const stand = new BenchStand();
    const reader = await stand.connected('cardReader');
    const dispensed = async () => {
      await stand.settled(reader.dispense());
      return stand.settled(reader.activate());
    };
    stand.knob('cardReader.nextBlank', 'otherKey');
    stand.knob('cardReader.nextBlank', 'noChip');
    expect([stand.at('cardReader.nextBlank'), stand.cabinet.state().cardStore?.stacker]).toEqual(['noChip', 21]);
    await expect(dispensed()).rejects.toMatchObject({ code: 'mediaInvalid' });
    // it struck, and lies there no more
    expect(stand.at('cardReader.nextBlank')).toBe('none');
    await stand.settled(reader.retain());
    stand.knob('cardReader.nextBlank', 'otherKey');
    stand.knob('cardReader.nextBlank', 'none');
    expect(stand.cabinet.state().cardStore?.stacker).toBe(20);
    expect((await dispensed()).iso7816).toBe(true);
  },
  'cardReader.holdCard': async () => {
    const stand = new BenchStand();
    const reader = await stand.connected('cardReader');
    const events: string[] = [];
    reader.onEvent(({ type }) => events.push(type));
    await stand.settled(reader.setEntry(true));
    stand.knob('cardReader.holdCard', true);
    await stand.insert(CARD);
    await stand.until('it does not come in', () => events.includes('mediaStuck'));
    expect(stand.cabinet.state().cards[0]?.where).toBe('gate');
  },
  'cardReader.secondChip': async () => {
    const stand = new BenchStand();
    const reader = await cardInside(stand);
    stand.knob('cardReader.secondChip', true);
    await expect(stand.settled(reader.activate())).rejects.toMatchObject({ code: 'mediaInvalid' });
  },
  'cardReader.binFull': async () => {
    const stand = new BenchStand();
    const reader = await cardInside(stand);
    stand.knob('cardReader.binFull', true);
    await expect(stand.settled(reader.retain())).rejects.toMatchObject({ code: 'storageFull' });
  },
  'cardReader.dead': async () => {
    const stand = new BenchStand();
    const reader = await stand.connected('cardReader');
    stand.knob('cardReader.dead', true);
    await stand.until('the terminal misses it', () => reader.lastStatus.device === 'offline');
  },
  'cardReader.slowBy': async () => {
    const stand = new BenchStand();
    const reader = await cardInside(stand);
    const took = async (move: Promise<void>): Promise<number> => {
      const from = stand.clock.monotonic();
      await stand.settled(move);
      return stand.clock.monotonic() - from;
    };
    const usual = await took(reader.present());
    await stand.settled(reader.retract());
    stand.knob('cardReader.slowBy', 2000);
    expect(await took(reader.present())).toBeGreaterThanOrEqual(usual + 1900);
  },
  'cardReader.loseAnswers': () => struckAnswers('cardReader.loseAnswers', askReader),
  'cardReader.corruptAnswers': () => struckAnswers('cardReader.corruptAnswers', askReader),

  'cashAcceptor.rejectNext': async () => {
    const stand = new BenchStand();
    const { has } = await notes(stand);
    stand.knob('cashAcceptor.rejectNext', true);
    await stand.feed(5000);
    await stand.until('it is rejected', () => has('rejected'));
    expect(stand.at('cashAcceptor.rejectNext')).toBe(false);
  },
  'cashAcceptor.jamNext': async () => {
    await jammedNote('acceptor');
    await jammedNote('stacker');
  },
  'cashAcceptor.boxFull': async () => {
    const stand = new BenchStand();
    const { acceptor } = await notes(stand);
    stand.knob('cashAcceptor.boxFull', true);
    await stand.until('the terminal knows', () => acceptor.lastStatus.box === 'full');
    expect(stand.cabinet.hand({ act: 'feedNote', denomination: 5000 }).done).toBe(false);
  },
  'cashAcceptor.silent': async () => {
    const stand = new BenchStand();
    const { acceptor } = await notes(stand);
    stand.knob('cashAcceptor.silent', true);
    await stand.until('the terminal misses it', () => acceptor.lastStatus.device === 'offline');
  },
  'cashAcceptor.loseAnswers': () => struckAnswers('cashAcceptor.loseAnswers', askAcceptor),
  'cashAcceptor.corruptAnswers': () => struckAnswers('cashAcceptor.corruptAnswers', askAcceptor),
  'cashAcceptor.duplicateAnswers': () => struckAnswers('cashAcceptor.duplicateAnswers', askAcceptor),

  'receiptPrinter.paperOut': async () => {
    const stand = new BenchStand();
    const printer = await stand.connected('receiptPrinter');
    stand.knob('receiptPrinter.paperOut', true);
    expect((await stand.settled(printer.status())).paper).toBe('out');
    expect(stand.cabinet.state().paperMm).toBe(0);
    stand.knob('receiptPrinter.paperOut', false);
    expect((await stand.settled(printer.status())).paper).toBe('full');
  },
  'receiptPrinter.paperOutAtByte': async () => {
    const stand = new BenchStand();
    const printer = await stand.connected('receiptPrinter');
    stand.knob('receiptPrinter.paperOutAtByte', 250);
    const { outcome } = await stand.settled(printer.print({ jobId: 'job-1', markup: '充值凭条 50.00 元\n'.repeat(40) }));
    expect(outcome).toEqual({ state: 'interrupted', trouble: 'paperOut' });
    expect([stand.at('receiptPrinter.paperOutAtByte'), stand.at('receiptPrinter.paperOut')]).toEqual([0, true]);
  },
  'receiptPrinter.coverOpen': async () => {
    const stand = new BenchStand();
    const printer = await stand.connected('receiptPrinter');
    stand.knob('receiptPrinter.coverOpen', true);
    expect((await stand.settled(printer.status())).cover).toBe('open');
  },
  'receiptPrinter.jam': async () => {
    await blocked('cutter');
    await blocked('paper');
    await blocked('presenter');
  },
  'receiptPrinter.mute': async () => {
    const stand = new BenchStand();
    const printer = await stand.connected('receiptPrinter');
    stand.knob('receiptPrinter.mute', true);
    await stand.until('the terminal misses it', () => printer.lastStatus.device === 'offline');
  },

  'codeScanner.dead': async () => {
    const stand = new BenchStand();
    const told = await heard(stand);
    stand.knob('codeScanner.dead', true);
    stand.hand({ act: 'showCode', text: 'not heard' });
    await stand.clock.advance(5000);
    stand.knob('codeScanner.dead', false);
    stand.hand({ act: 'showCode', text: 'heard' });
    await stand.until('the next one is heard', () => told.length > 0);
    expect(told).toEqual(['heard']);
  },
  'codeScanner.stopAfter': async () => {
    const stand = new BenchStand();
    const told = await heard(stand);
    stand.knob('codeScanner.stopAfter', 60);
    stand.hand({ act: 'showCode', text: 'x'.repeat(200) });
    await stand.until('half a code is told of', () => told.length > 0);
    expect(told).toEqual(['incomplete']);
  },

  'idReader.silent': async () => {
    const stand = new BenchStand();
    const reader = await stand.connected('idReader');
    stand.knob('idReader.silent', true);
    await stand.until('the terminal misses it', () => reader.lastStatus.device === 'offline');
  },
  'idReader.broken': async () => {
    const stand = new BenchStand();
    const ask = await askIdReader(stand);
    stand.knob('idReader.broken', true);
    await expect(stand.settled(ask())).rejects.toMatchObject({ code: 'hardwareError' });
  },
  'idReader.failReads': async () => {
    const stand = new BenchStand();
    const ask = await askIdReader(stand);
    stand.knob('idReader.failReads', 9);
    expect(await stand.settled(ask())).toMatchObject({ kind: 'unreadable' });
    expect(stand.at('idReader.failReads')).toBeLessThan(9);
  },
  'idReader.loseAnswers': () => struckAnswers('idReader.loseAnswers', askIdReader),
  'idReader.corruptAnswers': () => struckAnswers('idReader.corruptAnswers', askIdReader),

  'keypad.dead': async () => {
    const stand = new BenchStand();
    const keypad = await stand.connected('keypad');
    const presses: string[] = [];
    keypad.onEvent((event) => event.type === 'key' && presses.push(event.key));
    stand.knob('keypad.dead', true);
    stand.hand({ act: 'key', key: '1', press: 'short' });
    await stand.clock.advance(1000);
    stand.knob('keypad.dead', false);
    stand.hand({ act: 'key', key: '2', press: 'short' });
    await stand.until('the next one is heard', () => presses.length > 0);
    expect(presses).toEqual(['2']);
  },

  'cabinet.silent': async () => {
    const stand = new BenchStand();
    const cabinet = await stand.connected('cabinet');
    stand.knob('cabinet.silent', true);
    await stand.until('the terminal misses it', () => cabinet.lastStatus.device === 'offline');
  },
  'cabinet.loseAnswers': () => struckAnswers('cabinet.loseAnswers', askCabinet),
  'cabinet.corruptAnswers': () => struckAnswers('cabinet.corruptAnswers', askCabinet),
};

/** Those of upstream strike in room.test.ts. */
const inCabinet = knobNames.filter((name): name is InCabinet => !name.startsWith('upstream.'));

test.each(inCabinet)('%s strikes', (name) => strikes[name]());

test.each(inCabinet)('%s is at rest to begin with, and takes no position that it does not have', (name) => {
  const stand = new BenchStand();
  expect(stand.at(name)).toBe(atRest(knobShape(name)));
  for (const wrong of [-1, 1.5, 1_000_000, 'sideways']) expect(stand.cabinet.hand({ act: 'knob', knob: name, value: wrong }).done, String(wrong)).toBe(false);
  expect(stand.at(name)).toBe(atRest(knobShape(name)));
});

test.each(inCabinet)('%s stands where it was turned to, and is turned back', (name) => {
  const stand = new BenchStand();
  const shape = knobShape(name);
  const far = shape.kind === 'switch' ? true : shape.kind === 'count' ? shape.max : (shape.choices.at(-1) ?? '');
  stand.knob(name, far);
  expect(stand.at(name)).toBe(far);
  stand.knob(name, atRest(shape));
  expect(stand.at(name)).toBe(atRest(shape));
});

test('a knob is named after what it belongs to', () => {
  for (const name of knobNames) expect(name.split('.')[0]).toBe(knobShape(name).owner satisfies KnobOwner);
});

test.each(faultNames)('the fault %s is one position of one knob: on it is listed, off it is not', (fault) => {
  const on = turnOf(fault, true);
  expect(faultsOf({ [on.knob]: on.value })).toEqual([fault]);
  const off = turnOf(fault, false);
  expect(faultsOf({ [off.knob]: off.value })).toEqual([]);
});
