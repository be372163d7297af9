/** The simulator against the document's frames, without the driver: what it hears and says byte by byte. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { layOut, samUnitTimes, SimulatedSam, ZHANG_SAN } from '../../../../drivers/id-reader/sam/simulator.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';
import { ANSWER_FRAMES, COMMAND_FRAMES, readAnswer, textOf } from './worked-frames.ts';

const frameOf = (table: readonly (readonly [string, ...unknown[]])[], what: string): string =>
  toHex(fromHex(String(table.find(([name]) => name === what)?.at(-1))));
const says = (what: (typeof ANSWER_FRAMES)[number][0]): string => frameOf(ANSWER_FRAMES, what);

function unitBench() {
  const clock = new SimulatedClock();
  const unit = new SimulatedSam(clock);
  const said: string[] = [];
  unit.onSend((bytes) => void said.push(toHex(bytes)));
  const ask = async (command: (typeof COMMAND_FRAMES)[number][0]): Promise<string> => {
    said.length = 0;
    unit.receive(fromHex(frameOf(COMMAND_FRAMES, command)));
    await clock.advance(samUnitTimes.fingerprint);
    return said.join(' ');
  };
  return { clock, unit, said, ask };
}

describe('what the module answers', () => {
  test('find, select, read and lift, as in the document', async () => {
    const { unit, ask } = unitBench();
    expect(await ask('samState')).toBe(says('done'));
    expect(await ask('findCard')).toBe(says('no card'));
    expect(await ask('selectCard')).toBe(says('select failed'));
    expect(await ask('readTextAndPhoto')).toBe(says('read failed'));
    unit.placeDocument(ZHANG_SAN);
    expect(await ask('readTextAndPhoto')).toBe(says('read failed')); // not selected
    expect(await ask('findCard')).toBe(says('found'));
    expect(await ask('selectCard')).toBe(says('selected'));
    expect(await ask('readTextAndPhoto')).toBe(toHex(readAnswer()));
    expect(await ask('readNewestAddress')).toBe(says('no such field'));
    expect(unit.takeDocument()).toBe(ZHANG_SAN);
    expect(await ask('findCard')).toBe(says('no card'));
  });

  test('with fingerprint: 2321 bytes, LEN 09 0A', async () => {
    const { unit, ask } = unitBench();
    unit.placeDocument(ZHANG_SAN);
    await ask('findCard');
    await ask('selectCard');
    const answer = await ask('readWithFingerprint');
    expect(answer).toHaveLength(2321 * 2);
    expect(answer.slice(0, 32)).toBe('AAAAAA9669090A000090010004000400');
  });

  test('its text is laid out as the document’s table says', () => {
    expect(toHex(layOut(ZHANG_SAN))).toBe(toHex(textOf()));
    expect(toHex(layOut({ ...ZHANG_SAN, marker: 'J', validUntil: '长期' }))).toBe(toHex(textOf({ marker: 'J', validUntil: '长期    ' })));
  });

  test('a command with a wrong checksum is answered so; an unknown one by 21; noise by nothing', async () => {
    const { clock, unit, said } = unitBench();
    unit.receive(fromHex('AA AA AA 96 69 00 03 20 01 23'));
    unit.receive(fromHex('AA AA AA 96 69 00 03 77 77 03'));
    unit.receive(fromHex('FC 05 11 27 56'));
    await clock.advance(1_000);
    expect(said).toEqual([says('checksum of the host wrong'), 'AAAAAA9669000400002125']);
  });

  test('self-test failed', async () => {
    const { unit, ask } = unitBench();
    unit.knobs.broken = true;
    expect(await ask('samState')).toBe(says('self-test failed'));
    expect(await ask('findCard')).toBe(says('self-test failed'));
  });

  test('its power fails before it answers: nothing is said, and nothing is selected any more', async () => {
    const { clock, unit, said, ask } = unitBench();
    unit.placeDocument(ZHANG_SAN);
    await ask('findCard');
    await ask('selectCard');
    said.length = 0;
    unit.receive(fromHex('AA AA AA 96 69 00 03 30 01 32'));
    unit.powerCycle();
    await clock.advance(5_000);
    expect(said).toEqual([]);
    expect(await ask('readTextAndPhoto')).toBe(says('read failed'));
    expect(unit.document).toBe(ZHANG_SAN);
  });

  test('a document laid on another pushes it off; hands are told of', () => {
    const { unit } = unitBench();
    let changes = 0;
    unit.onChange(() => void (changes += 1));
    unit.placeDocument(ZHANG_SAN);
    unit.placeDocument({ ...ZHANG_SAN, name: '李四' });
    expect(unit.document?.name).toBe('李四');
    unit.takeDocument();
    expect(unit.takeDocument()).toBeUndefined();
    expect(changes).toBe(4);
  });
});
