/** Supplies, devices, journal and the terminal itself as charts: what staff touches, what the journal says, what the screen shows. */
import { describe, expect, test } from 'vitest';
import { fen } from '../../../common/fen.ts';
import { CARD_REF } from '../../support/fake-world.ts';
import { RoomsBench } from './rooms-bench.ts';
import { UNDETERMINED } from './undetermined-story.ts';

const REFERENCE = 'A01-1122-7K4M-9';

describe('supplies', () => {
  test('cards filled: the count is typed and in the journal, under this visit', async () => {
    const bench = new RoomsBench('technician');
    await bench.touch({ type: 'room', room: 'supplies' }, { type: 'supply', supply: 'blankCards' }, { type: 'confirm' });
    expect(bench.world.entries).toEqual([]);
    await bench.types('200');
    await bench.touch({ type: 'confirm' });
    expect(bench.world.entries).toEqual([{ kind: 'supply.filled', body: { sessionId: 'visit-1', staff: '0417', supply: 'blankCards', count: 200 } }]);
    expect(bench.screen('maintenance-supplies')).toMatchObject({ done: 'blankCards' });
  });

  test('reject bin emptied while its device is silent: nothing is said to be done', async () => {
    const bench = new RoomsBench('technician');
    bench.world.rooms.binAnswers = false;
    await bench.touch({ type: 'room', room: 'supplies' }, { type: 'supply', supply: 'rejectBin' }, { type: 'confirm' });
    expect(bench.screen('maintenance-supplies')).toMatchObject({ problem: 'deviceSilent' });
    expect(bench.world.entries).toEqual([]);
  });
});

test('device: what it says of itself, and another try that the journal knows of', async () => {
  const bench = new RoomsBench('technician');
  bench.world.rooms.details = { codeScanner: { part: 'codeScanner', since: '2026-11-22T08:01:00', impairments: [], storage: [], losses: { count: 2 } } };
  await bench.touch({ type: 'room', room: 'devices' }, { type: 'part', part: 'codeScanner' }, { type: 'work', work: 'retry' });
  expect(bench.screen('maintenance-devices')).toMatchObject({ chosen: 'codeScanner', detail: { losses: { count: 2 } } });
  expect(bench.world.rooms.retried).toEqual(['codeScanner']);
  expect(bench.acts).toEqual(['device.test retry codeScanner']);
});

describe('journal', () => {
  async function atStory(role: 'technician' | 'auditor' = 'technician'): Promise<RoomsBench> {
    const bench = new RoomsBench(role);
    bench.world.rooms.found = {
      found: [{ transactionId: 'tx', reference: REFERENCE, at: '2026-11-22T08:01:52', type: 'top-up', tail: '6688', amount: 5000, outcome: 'case' }],
      cut: false,
    };
    bench.world.rooms.told = UNDETERMINED;
    await bench.touch({ type: 'room', room: 'journal' }, { type: 'search-by', field: 'tail' });
    await bench.types('6688');
    await bench.touch({ type: 'confirm' });
    expect(bench.screen('maintenance-journal')).toMatchObject({ state: 'found', found: [{ reference: REFERENCE }] });
    await bench.touch({ type: 'pick', index: 0 });
    return bench;
  }

  test('undetermined load, its card put in: what the card says decides, and the card comes out again', async () => {
    const bench = await atStory();
    bench.world.script.resolved.set([
      {
        outcome: 'delivered',
        reference: REFERENCE,
        tender: 'cash',
        ref: CARD_REF,
        amount: fen(5000),
        balanceBefore: fen(2320),
        entry: { epoch: 1, seq: 1, hash: '', at: 0 },
      },
    ]);
    await bench.touch({ type: 'work', work: 'resolve' });
    expect(bench.screen('maintenance-load')).toMatchObject({ step: 'present', tail: '6688' });
    bench.world.script.read.set({ ok: true, card: bench.world.card });
    await bench.card('CARD.INSERTED');
    expect(bench.screen('maintenance-load')).toMatchObject({ step: 'told', verdict: 'credited' });
    expect(bench.acts).toEqual([`load.resolve resolve ${REFERENCE}`]);
    expect(bench.world.acts).toContain('present');
    await bench.touch({ type: 'confirm' });
    expect(bench.screen('maintenance-story').story.reference).toBe(REFERENCE);
  });

  test('another card than the one of the load: nothing is decided', async () => {
    const bench = await atStory();
    await bench.touch({ type: 'work', work: 'resolve' });
    bench.world.script.read.set({ ok: true, card: { ...bench.world.card, ref: { ...CARD_REF, serial: '03105170010170901234', tail: '1234' } } });
    await bench.card('CARD.INSERTED');
    expect(bench.screen('maintenance-load')).toMatchObject({ step: 'told', verdict: 'otherCard', otherTail: '1234' });
  });

  test('an auditor reads, and neither prints nor resolves', async () => {
    const bench = await atStory('auditor');
    expect(bench.screen('maintenance-story')).toMatchObject({ mayReprint: false, mayResolve: false });
    await bench.touch({ type: 'work', work: 'print' }, { type: 'work', work: 'resolve' });
    expect(bench.screen('maintenance-story').slip).toBe('none');
    expect(bench.world.rooms.reprinted).toEqual([]);
  });

  test('a journal that does not verify says where', async () => {
    const bench = new RoomsBench('auditor');
    bench.world.rooms.finding = { good: false, why: 'entry 41, chain: the hash is not the one of this entry' };
    await bench.touch({ type: 'room', room: 'journal' }, { type: 'work', work: 'verify' });
    expect(bench.screen('maintenance-journal').job).toEqual({ what: 'verify', state: 'bad', why: 'entry 41, chain: the hash is not the one of this entry' });
  });

  test('a technician takes nothing along', async () => {
    const bench = new RoomsBench('technician');
    await bench.touch({ type: 'room', room: 'journal' }, { type: 'work', work: 'export' });
    expect(bench.screen('maintenance-journal')).toMatchObject({ mayExport: false });
    expect(bench.acts).toEqual([]);
  });
});

describe('the terminal itself', () => {
  test('out of service for a reason, and back: each in the journal before it holds', async () => {
    const bench = new RoomsBench('technician');
    await bench.touch({ type: 'room', room: 'system' }, { type: 'work', work: 'close' }, { type: 'closed-for', reason: 'repair' });
    expect(bench.screen('maintenance-system')).toMatchObject({ closed: 'repair' });
    await bench.touch({ type: 'work', work: 'open' });
    expect(bench.world.rooms.closedFor).toBe('repair'); // only by the readiness report of this visit
    bench.world.backInService = { may: true, paused: [] };
    await bench.touch({ type: 'work', work: 'open' });
    expect(bench.world.rooms.closedFor).toBeUndefined();
    expect(bench.acts).toEqual(['terminal.outOfService outOfService repair', 'terminal.backInService backInService']);
  });

  test('a journal that can not be written: the terminal stays as it is', async () => {
    const bench = new RoomsBench('technician');
    bench.world.journalFails = true;
    await bench.touch({ type: 'room', room: 'system' }, { type: 'work', work: 'close' }, { type: 'closed-for', reason: 'repair' });
    expect(bench.world.rooms.closedFor).toBeUndefined();
  });

  test('restart is asked first, and is in the journal before it happens', async () => {
    const bench = new RoomsBench('technician');
    await bench.touch({ type: 'room', room: 'system' }, { type: 'work', work: 'restart' });
    expect(bench.world.rooms.restarts).toBe(0);
    await bench.touch({ type: 'confirm' });
    expect(bench.world.rooms.restarts).toBe(1);
    expect(bench.acts).toEqual(['terminal.restart restart']);
  });

  test('touch, pixel and keypad tests show what was touched, seen and pressed', async () => {
    const bench = new RoomsBench('technician');
    await bench.touch({ type: 'room', room: 'system' }, { type: 'glass', test: 'touch' }, { type: 'pick', index: 7 }, { type: 'pick', index: 7 });
    expect(bench.screen('maintenance-glass').touched).toEqual([7]);
    await bench.touch({ type: 'back' }, { type: 'glass', test: 'pixel' }, { type: 'work', work: 'next' });
    expect(bench.screen('maintenance-glass').color).toBe('green');
    await bench.touch({ type: 'back' }, { type: 'glass', test: 'keypad' });
    bench.world.rooms.keys.emit({ type: 'KEY.PRESSED', key: 'select' });
    await bench.settle();
    expect(bench.screen('maintenance-glass').keys).toEqual(['select']);
  });
});
