/** Which touches count as made on the screen that is out. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { ViewPublisher } from '../../../main/terminal/publisher.ts';
import type { View } from '../../../state-machines/view.ts';
import { MAIN, STAFF, viewOf, type Sample } from '../../renderer/fixtures.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

function screen(first: Sample) {
  const clock = new SimulatedClock();
  const shown = { sample: first };
  const out: View[] = [];
  const publisher = new ViewPublisher({
    clock,
    timeZone: 'Asia/Shanghai',
    view: (seq, time) => ({ ...viewOf(shown.sample, {}), seq, clock: time }),
    publish: (view) => out.push(view),
  });
  onTestFinished(() => publisher.stop());
  publisher.publish();
  return { clock, publisher, out, show: (sample: Sample) => ((shown.sample = sample), publisher.publish()) };
}

const sample = (kind: View['body']['kind']): Sample => {
  const found = Object.values({ ...MAIN, ...STAFF }).find(({ body }) => body.kind === kind);
  if (found === undefined) throw new Error(`there is no sample of ${kind}`);
  return found;
};

describe('a touch', () => {
  test('made on the View that is out counts, one made on another screen does not', () => {
    const { publisher, show } = screen(sample('attract'));
    expect(publisher.isCurrent(1)).toBe(true);
    show(sample('insert-card'));
    expect([publisher.isCurrent(1), publisher.isCurrent(2)]).toEqual([false, true]);
  });

  test('made right before a minute passed counts', async () => {
    const { publisher, clock, out } = screen(sample('insert-card'));
    await clock.advance(60_000);
    expect(out).toHaveLength(2);
    expect(publisher.isCurrent(1)).toBe(true);
  });

  test('made on the first screen right before a service came or went counts', () => {
    const attract = sample('attract');
    const { publisher, show } = screen(attract);
    if (attract.body.kind !== 'attract') throw new Error('not the first screen');
    show({ ...attract, body: { ...attract.body, services: [] } });
    expect(publisher.seq).toBe(2);
    expect(publisher.isCurrent(1)).toBe(true);
  });

  test('made before an amount on the screen changed does not count', () => {
    const cash = sample('top-up-cash');
    const { publisher, show } = screen(cash);
    if (cash.body.kind !== 'top-up-cash') throw new Error('not the cash screen');
    show({ ...cash, body: { ...cash.body, inserted: cash.body.inserted + 1000 } });
    expect([publisher.isCurrent(1), publisher.isCurrent(2)]).toEqual([false, true]);
  });

  test('made before the digit or the amount just touched was drawn counts: nobody who types fast loses a digit', () => {
    const pad = sample('top-up-custom');
    const amounts = sample('top-up-amount');
    if (pad.body.kind !== 'top-up-custom' || amounts.body.kind !== 'top-up-amount') throw new Error('not the screens of an amount');
    const { publisher, show } = screen({ body: { ...pad.body, digits: '' } });
    show({ body: { ...pad.body, digits: '3' } });
    show({ body: { ...pad.body, digits: '37', error: 'belowMinimum' } });
    expect(publisher.seq).toBe(3);
    expect(publisher.isCurrent(1)).toBe(true);
    show({ body: { ...amounts.body, selected: undefined } });
    show({ body: { ...amounts.body, selected: 5000 } });
    expect([publisher.isCurrent(3), publisher.isCurrent(4)]).toEqual([false, true]);
  });

  test('made before a digit of a secret was hidden counts; one made on another field does not', () => {
    const { body } = sample('loss-typing');
    if (body.kind !== 'loss-typing') throw new Error('not the screen of a field');
    const typed = { ...body, field: 'phone' } as const;
    const { publisher, show } = screen({ body: { ...typed, shown: '1', count: 1 } });
    show({ body: { ...typed, shown: '•', count: 1 } });
    show({ body: { ...typed, shown: '•3', count: 2 } });
    expect([publisher.isCurrent(1), publisher.isCurrent(2)]).toEqual([true, true]);
    show({ body: { ...typed, field: 'code', shown: '', count: 0 } });
    expect(publisher.isCurrent(3)).toBe(false);
  });

  test('made before a digit of a telephone was hidden, or a symbol of a number drawn, counts', () => {
    const { publisher, show } = screen({ body: { kind: 'ticket-phone', shown: '1', count: 1 } });
    show({ body: { kind: 'ticket-phone', shown: '•3', count: 2 } });
    expect(publisher.isCurrent(1)).toBe(true);
    show({ body: { kind: 'progress-number', number: 'A', complete: false } });
    show({ body: { kind: 'progress-number', number: 'A0', complete: false } });
    expect([publisher.isCurrent(2), publisher.isCurrent(3)]).toEqual([false, true]);
  });

  test('made before a digit of staff’s code or PIN was drawn counts; one made on the code is none on the PIN', () => {
    const { body } = sample('maintenance-sign-in');
    if (body.kind !== 'maintenance-sign-in') throw new Error('not the prompt');
    const typed = { ...body, asks: 'code' as const, ways: [] };
    const { publisher, show } = screen({ body: { ...typed, typed: '' } });
    show({ body: { ...typed, typed: '4' } });
    show({ body: { ...typed, typed: '48', whole: true } });
    expect([publisher.seq, publisher.isCurrent(1)]).toEqual([3, true]);
    show({ body: { ...typed, asks: 'pin', typed: '' } });
    expect([publisher.isCurrent(3), publisher.isCurrent(4)]).toEqual([false, true]);
    show({ body: { ...typed, asks: 'pin', typed: '', hidden: 1 } });
    expect([publisher.seq, publisher.isCurrent(4)]).toEqual([5, true]);
  });

  test('made before the symbol just typed from a voucher was drawn counts; one made on its number is none on its code', () => {
    const { body } = sample('top-up-voucher');
    if (body.kind !== 'top-up-voucher') throw new Error('not the screen of a voucher');
    const typed = { ...body, field: 'number', code: '', complete: false } as const;
    const { publisher, show } = screen({ body: { ...typed, number: '' } });
    show({ body: { ...typed, number: 'B' } });
    show({ body: { ...typed, number: 'B02-1120-7K4M-5', complete: true } });
    expect([publisher.seq, publisher.isCurrent(1)]).toEqual([3, true]);
    const coded = { ...typed, field: 'code', number: 'B02-1120-7K4M-5' } as const;
    show({ body: coded });
    expect([publisher.isCurrent(3), publisher.isCurrent(4)]).toEqual([false, true]);
    show({ body: { ...coded, code: '1' } });
    show({ body: { ...coded, code: '1234 5678 9012', complete: true } });
    expect([publisher.seq, publisher.isCurrent(4)]).toEqual([6, true]);
  });

  test('of a key made before the letter just typed was drawn, or while somebody answers, counts; a word counts only where it stood', () => {
    const { body } = sample('chat');
    if (body.kind !== 'chat') throw new Error('no conversation');
    const typed = { ...body, text: '', pieces: [] };
    const { publisher, show } = screen({ body: { ...typed, reading: 'k', candidates: [{ index: 0, text: '可' }] } });
    show({ body: { ...typed, reading: 'ka', candidates: [{ index: 0, text: '卡' }] } });
    for (const act of ['letter', 'nine', 'digit', 'erase'] as const) expect(publisher.isCurrent(1, act), act).toBe(true);
    expect([publisher.isCurrent(1, 'candidate'), publisher.isCurrent(2, 'candidate')]).toEqual([false, true]);
    show({ body: { ...typed, reading: 'ka', candidates: [{ index: 0, text: '卡' }], pieces: [{ from: 'agent', text: '您好' }] } });
    expect([publisher.isCurrent(2, 'candidate'), publisher.isCurrent(1, 'letter')]).toEqual([true, true]);
    show({ body: { ...typed, text: '卡', reading: '', candidates: [] } });
    expect([publisher.isCurrent(3, 'send'), publisher.isCurrent(4, 'send')]).toEqual([false, true]);
    show({ body: { ...typed, text: '卡', reading: '', candidates: [], board: 'digits' } });
    expect([publisher.isCurrent(4, 'letter'), publisher.isCurrent(5, 'digit')]).toEqual([false, true]);
    show(sample('goodbye'));
    expect(publisher.isCurrent(5, 'letter')).toBe(false);
  });

  test('of staff made right before a device or the time said something new counts; one made on the step before does not', () => {
    const overview = STAFF['maintenance-overview'];
    const box = STAFF['maintenance-box-take'];
    if (overview?.body.kind !== 'maintenance-overview' || box?.body.kind !== 'maintenance-box') throw new Error('no samples of staff');
    const { publisher, show } = screen(overview);
    const { staff } = overview.body;
    show({ ...overview, body: { ...overview.body, staff: { ...staff, wait: { ...staff.wait, leftMs: staff.wait.leftMs - 2000 } } } });
    expect(publisher.isCurrent(1)).toBe(true);
    show(box);
    show({ ...box, body: { ...box.body, step: 'putIn' } });
    expect([publisher.isCurrent(3), publisher.isCurrent(4)]).toEqual([false, true]);
  });

  test('made on a View that was never out does not count', () => {
    expect(screen(sample('attract')).publisher.isCurrent(2)).toBe(false);
  });
});
