/** Each guided self-test at the simulator of a real model, by a person's hands; and what nobody, or a broken device, does to it. */
import { afterEach, describe, expect, test } from 'vitest';
import { journalKinds } from '../../../common/journal-kinds.ts';
import { DOCUMENTS } from '../../../drivers/bench/documents.ts';
import type { SelfTestName } from '../../../common/maintenance/self-tests.ts';
import type { TerminalFacts } from '../../../main/maintenance/self-tests/terminal-tests.ts';
import type { Devices } from '../../../main/terminal/devices.ts';
import { TestCabinet } from './test-cabinet.ts';

let bench: TestCabinet;
afterEach(() => bench.close());

async function made(...names: readonly (keyof Devices)[]): Promise<TestCabinet> {
  bench = new TestCabinet();
  return bench.up(...names);
}

test('every fitted device and every part of the terminal has its test, what needs nobody first', async () => {
  const { port } = await made();
  expect(port.tests.map(({ test: name, part, hands }) => [name, part, hands])).toEqual([
    ['journalVerify', 'journal', false],
    ['diskRoom', 'disk', false],
    ['clockRight', 'clock', false],
    ['upstreamReach', 'upstream', false],
    ['keysSealed', 'keys', false],
    ['screenPixels', 'screen', true],
    ['screenTouch', 'screen', true],
    ['soundHeard', 'sound', true],
    ['cabinetSensors', 'cabinet', true],
    ['cardRead', 'cardReader', true],
    ['cardShutter', 'cardReader', true],
    ['blankCard', 'cardReader', false],
    ['noteReturned', 'cashAcceptor', true],
    ['testPage', 'receiptPrinter', true],
    ['codeScan', 'codeScanner', true],
    ['documentRead', 'idReader', true],
    ['keypadKeys', 'keypad', true],
  ]);
  expect(port.tests.find(({ part }) => part === 'cashAcceptor')?.model).toBe('jcm-id003');
});

describe('a person does what is asked: passed, and journaled under the visit', () => {
  test('a card is read and given back', async () => {
    await made('cardReader');
    const tested = await bench.run('cardRead', ({ say }) => {
      if (say === 'insertCard') bench.hand({ act: 'insertCard', card: 'student-6688' });
      if (say === 'takeCard') bench.hand({ act: 'takeCard' });
    });
    expect(tested).toMatchObject({ test: 'cardRead', part: 'cardReader', model: 'crt591-m001', result: 'passed' });
    expect(bench.said).toEqual(['insertCard', 'cardSeen', 'takeCard']);
    expect(bench.steps[1]?.values['tail']).toBe('6688');
    expect(bench.cabinet.state().cardSlot).toBe('shut');
    const body = { sessionId: 'visit-1', device: 'cardReader', model: 'crt591-m001', test: 'cardRead', result: 'passed' };
    expect(bench.written).toEqual([{ kind: 'device.tested', body }]);
    expect(journalKinds['device.tested'].parse(body)).toEqual(body);
  });

  test.for(['cardRead', 'cardShutter', 'blankCard'] as const)("%s: a card that lies in the reader, staff's own say, is taken out first", async (name) => {
    await made('cardReader');
    await bench.cardLiesInside({ uid: '04A1B2C3', text: 'a.b.c' });
    const tested = await bench.run(name, ({ say }) => {
      if (say === 'insertCard') bench.hand({ act: 'insertCard', card: 'student-6688' });
      if (say === 'takeCard' || say === 'clearSlot') bench.hand({ act: 'takeCard' });
    });
    expect(tested).toMatchObject({ result: 'passed' });
    expect(bench.said[0]).toBe('clearSlot');
    expect(bench.steps.find(({ say }) => say === 'cardSeen')?.values['tail']).toBe(name === 'cardRead' ? '6688' : undefined);
  });

  test('the card that lies in the reader is not taken out: nothing is tested, and it is not swallowed', async () => {
    await made('cardReader');
    await bench.cardLiesInside({ uid: '04A1B2C3', text: 'a.b.c' });
    expect(await bench.run('blankCard')).toMatchObject({ result: 'skipped', why: 'notDone' });
    expect(bench.cabinet.state().cardStore).toMatchObject({ stacker: 20, bin: 0 });
  });

  test('the gate is cycled', async () => {
    await made('cardReader');
    expect(await bench.run('cardShutter')).toMatchObject({ result: 'passed' });
    expect(bench.questions).toEqual(['shutterMoved']);
  });

  test('a blank goes from the stacker into the bin', async () => {
    await made('cardReader');
    expect(await bench.run('blankCard')).toMatchObject({ result: 'passed' });
    expect(bench.cabinet.state().cardStore).toMatchObject({ stacker: 19, bin: 1 });
  });

  test('a note is recognized and always comes back', async () => {
    await made('cashAcceptor');
    const tested = await bench.run('noteReturned', ({ say }) => {
      if (say === 'feedNote') bench.hand({ act: 'feedNote', denomination: 5000 });
    });
    expect(tested).toMatchObject({ result: 'passed' });
    expect(bench.steps.at(-1)).toEqual({ say: 'takeNote', values: { yuan: 50 } });
    expect(bench.cabinet.state().notes).toMatchObject({ box: [], escrow: null });
  });

  test('a page is printed and confirmed, and somebody looks at it', async () => {
    await made('receiptPrinter');
    expect(await bench.run('testPage')).toMatchObject({ result: 'passed' });
    expect(bench.questions).toEqual(['pageReadable']);
    expect(bench.cabinet.state().slips).toHaveLength(1);
  });

  test('a code, a document and three keys', async () => {
    await made('codeScanner', 'idReader', 'keypad');
    expect(await bench.run('codeScan', () => bench.hand({ act: 'showCode', text: '1234567890' }))).toMatchObject({ result: 'passed' });
    const [document] = DOCUMENTS;
    expect(await bench.run('documentRead', () => bench.hand({ act: 'layDocument', document: document?.id ?? '' }))).toMatchObject({ result: 'passed' });
    const keys = await bench.run('keypadKeys', ({ say, values }) => {
      if (say === 'pressKeys' || values['left'] !== 0) bench.hand({ act: 'key', key: 'help', press: 'short' });
    });
    expect(keys).toMatchObject({ result: 'passed' });
    expect(JSON.stringify([bench.written, bench.steps])).not.toContain(document?.document.name);
  });

  test('the lamp is switched through and is as it was', async () => {
    await made('cabinet');
    expect(await bench.run('cabinetSensors')).toMatchObject({ result: 'passed' });
    expect(bench.said).toEqual(['sensorsRead', 'lampOn', 'lampAttention', 'lampOff']);
    expect(bench.steps[0]?.values).toEqual({ door: 'closed', serviceSwitch: 'operator' });
  });
});

describe('not passed', () => {
  test('nobody comes: skipped after the limit, the gate is shut again', async () => {
    await made('cardReader');
    expect(await bench.run('cardRead')).toMatchObject({ result: 'skipped', why: 'notDone' });
    expect(bench.cabinet.state().cardSlot).toBe('shut');
  });

  test('a blank without a chip is found out, and is in the bin all the same', async () => {
    bench = await new TestCabinet({}, true).up('cardReader');
    expect(await bench.run('blankCard')).toMatchObject({ result: 'failed', why: 'cardUnreadable' });
    expect(bench.cabinet.state().cardStore).toMatchObject({ stacker: 19, bin: 1 });
  });

  test('an empty stacker is nothing to test with', async () => {
    await made('cardReader');
    bench.cabinet.hand({ act: 'emptyStacker' });
    expect(await bench.run('blankCard')).toMatchObject({ result: 'skipped', why: 'stackerEmpty' });
  });

  test('no paper: failed, in the printer’s words', async () => {
    await made('receiptPrinter');
    bench.cabinet.hand({ act: 'fault', fault: 'paperOut', on: true });
    await bench.clock.advance(2000);
    expect(await bench.run('testPage')).toMatchObject({ result: 'failed', why: 'notPrinted', detail: 'paperOut' });
  });

  test('a page that somebody can’t read is failed, however well it was confirmed', async () => {
    await made('receiptPrinter');
    bench.answer = false;
    expect(await bench.run('testPage')).toMatchObject({ result: 'failed', why: 'seenWrong', detail: 'pageReadable' });
  });

  test('with nobody to ask, the machine’s proof is enough, and what only eyes tell is skipped', async () => {
    await made('receiptPrinter');
    bench.answer = undefined;
    expect(await bench.run('testPage')).toMatchObject({ result: 'passed' });
    expect(await bench.run('screenPixels')).toMatchObject({ result: 'skipped', why: 'notDone' });
  });

  test('a device that is away', async () => {
    await made();
    expect(await bench.run('cardRead')).toMatchObject({ result: 'failed', why: 'deviceAway' });
  });

  test('stopped by whoever stands there: the note comes back, nothing is taken any more', async () => {
    await made('cashAcceptor');
    const tested = await bench.run('noteReturned', ({ say }) => {
      if (say === 'feedNote') bench.clock.setTimeout(() => bench.stop.abort(), 1000);
    });
    expect(tested).toMatchObject({ result: 'skipped', why: 'stopped' });
    bench.hand({ act: 'feedNote', denomination: 5000 });
    await bench.clock.advance(5000);
    expect(bench.cabinet.state().notes).toMatchObject({ box: [], escrow: null });
  });
});

const OF_THE_TERMINAL: readonly (readonly [SelfTestName, Partial<TerminalFacts>, object])[] = [
  ['journalVerify', { checkJournal: async () => 'the chain breaks at entry 7' }, { result: 'failed', why: 'damaged', detail: 'the chain breaks at entry 7' }],
  ['journalVerify', { checkJournal: () => Promise.reject(new Error('EIO')) }, { result: 'failed', why: 'unreadable', detail: 'EIO' }],
  ['diskRoom', { diskIsLow: () => true }, { result: 'failed', why: 'diskLow' }],
  ['clockRight', { clockOffsetMs: () => -45_000 }, { result: 'failed', why: 'clockOff', detail: '-45 s' }],
  ['clockRight', { clockOffsetMs: () => undefined }, { result: 'skipped', why: 'clockUnknown' }],
  ['upstreamReach', { askUpstream: async () => 'offline' }, { result: 'skipped', why: 'offline' }],
  ['upstreamReach', { askUpstream: async () => 'refused' }, { result: 'failed', why: 'refused' }],
  ['upstreamReach', {}, { result: 'passed' }],
  [
    'keysSealed',
    { unsealed: () => ['/var/lib/k/terminal-key.pem', '/var/lib/k/staff-secret'] },
    { result: 'skipped', why: 'notSealed', detail: 'terminal-key.pem, staff-secret' },
  ],
  ['keysSealed', {}, { result: 'passed' }],
];
test.each(OF_THE_TERMINAL)('%s of %j', async (name, facts, expected) => {
  bench = new TestCabinet(facts);
  expect(await bench.run(name)).toMatchObject(expected);
});
