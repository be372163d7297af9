/** The stands themselves: a unit that repeats what it hears, on both kinds, through every knob of the wire. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toHex } from '../../../common/hex.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal, type Stand } from './stand.ts';
import { units, type Parrot } from './parrot.ts';

const OF = { factories: `${import.meta.dirname}/parrot.ts`, model: 'parrot', options: { greeting: 'hello' } };
const NO_PORT = noPseudoTerminal();

describe.each([
  ['in this process', async (): Promise<Stand<Parrot>> => standInMemory(units.parrot, OF), undefined],
  ['behind a pseudo-terminal', (): Promise<Stand<Parrot>> => standOnPseudoTerminal<Parrot>(OF, 'baudRate=9600'), NO_PORT],
] as const)('a stand %s', (_kind, make, missing) => {
  let stand: Stand<Parrot>;
  let heard: string;
  beforeEach(async (context) => {
    context.skip(missing !== undefined, `not run: ${missing}`);
    stand = await make();
    heard = '';
    stand.transport.onData((bytes) => (heard += toHex(bytes)));
    await stand.settled(stand.transport.open());
  });
  afterEach(async () => {
    if (missing !== undefined) return;
    await stand.transport.close();
    await stand.dispose();
  });

  const send = (...bytes: number[]): Promise<void> => stand.settled(stand.transport.write(Uint8Array.from(bytes)));

  test('hands reach methods, properties, knobs and options', async () => {
    expect(await stand.unit.call('teach', 'polly', 2)).toBe('polly polly');
    expect(await stand.unit.get('words')).toEqual(['hello', 'polly']);
    await stand.unit.knob('mute', true);
    await send(1);
    await stand.until('it heard', async () => (await stand.unit.get('heard')) === 1);
    expect(heard).toBe('');
  });

  test('a hand or a knob that is not there is an error', async () => {
    await expect(stand.unit.call('fly' as 'teach', 'x', 1)).rejects.toThrow('no hand fly');
  });

  test('what the unit says arrives, with noise, in pieces, late or glued together', async () => {
    await stand.unit.wire('noise', 'EE');
    await send(1, 2, 3);
    await stand.until('noise and message', () => heard === 'EE010203');
    await stand.unit.wire('noise', '');
    await stand.unit.wire('pieces', 1);
    await stand.unit.wire('delay', 30);
    await send(4, 5);
    await stand.until('the late message', () => heard === 'EE0102030405');
    await stand.unit.wire('glue', 50);
    await send(6);
    await send(7);
    await stand.until('both', () => heard === 'EE01020304050607');
  });

  test('the wire breaks in the middle of a message: the port is gone until it is plugged in again', async () => {
    let lost = 0;
    stand.transport.onClose((error) => (lost += error === undefined ? 0 : 1));
    await stand.unit.wire('breakAfter', 2);
    await send(1, 2, 3);
    await stand.until('the port is gone', () => lost === 1);
    expect('0102'.startsWith(heard)).toBe(true); // the last bytes may die with the port
    await stand.plug();
    heard = '';
    await stand.settled(stand.transport.open());
    await send(9);
    await stand.until('it speaks again', () => heard === '09');
  });

  test('unplugged: lost once, opens again after plugging in', async () => {
    let lost = 0;
    stand.transport.onClose((error) => (lost += error === undefined ? 0 : 1));
    await stand.unplug();
    await stand.until('lost', () => lost === 1);
    await expect(stand.settled(stand.transport.open())).rejects.toMatchObject({ code: 'notFound' });
    await stand.plug();
    await stand.settled(stand.transport.open());
    await send(8);
    await stand.until('it speaks again', () => heard === '08');
  });
});
