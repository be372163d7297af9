/** The simulator against published frames, without the driver: what it hears and says byte by byte. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../../common/hex.ts';
import { SimulatedModbusIo, type ModbusIoWiring } from '../../../../drivers/cabinet/modbus-io/simulator.ts';
import { SimulatedClock } from '../../../support/simulated-clock.ts';

function unitBench(wiring: ModbusIoWiring = { unit: 17, inputs: 256, coils: 256 }) {
  const clock = new SimulatedClock();
  const unit = new SimulatedModbusIo(clock, wiring);
  const said: string[] = [];
  unit.onSend((bytes) => void said.push(toHex(bytes)));
  const ask = async (hex: string): Promise<string> => {
    said.length = 0;
    unit.receive(fromHex(hex));
    await clock.advance(50);
    return said.join(' ');
  };
  return { clock, unit, said, ask };
}

const hex = (text: string): string => text.replaceAll(' ', '');

describe('what the board answers', () => {
  test('ten coils written at once, one more, and all of them read back', async () => {
    const { ask } = unitBench();
    expect(await ask('11 0F 00 13 00 0A 02 CD 01 BF 0B')).toBe(hex('11 0F 00 13 00 0A 26 99'));
    expect(await ask('11 05 00 AC FF 00 4E 8B')).toBe(hex('11 05 00 AC FF 00 4E 8B'));
    expect(await ask('11 01 00 13 00 25 0E 84')).toMatch(/^110105CD01000000/);
  });

  test('the inputs: door and switch by their levels', async () => {
    const { unit, ask } = unitBench({});
    const levels = async (): Promise<string> => (await ask('01 02 00 00 00 02 F9 CB')).slice(0, 8);
    expect(await levels()).toBe('01020101');
    unit.openDoor();
    expect(await levels()).toBe('01020100');
    unit.turnServiceSwitch('maintenance');
    expect(await levels()).toBe('01020102');
    unit.closeDoor();
    expect(await levels()).toBe('01020103');
  });

  test('a register written is echoed; registers are not read by this board: exception 01', async () => {
    const { ask } = unitBench();
    expect(await ask('11 06 00 01 00 03 9A 9B')).toBe(hex('11 06 00 01 00 03 9A 9B'));
    expect(await ask('11 03 00 6B 00 03 76 87')).toMatch(/^118301/);
  });

  test('coils that it hasn’t: exception 02, as published', async () => {
    const { ask } = unitBench({ unit: 10 });
    expect(await ask('0A 01 04 A1 00 01 AC 63')).toBe(hex('0A 81 02 B0 53'));
  });

  test('a function without a known length is answered by exception 01 after the silence that ends it', async () => {
    const { ask } = unitBench({ unit: 1 });
    expect(await ask('01 2B 0E 01 00 70 77')).toMatch(/^01AB01/);
  });

  test('another unit’s request, a wrong CRC and half a request are answered by nothing; a request to all is obeyed in silence', async () => {
    const { unit, ask } = unitBench({ unit: 2 });
    expect(await ask('11 05 00 AC FF 00 4E 8B')).toBe('');
    expect(await ask('02 05 00 00 FF 00 8C 08')).toBe('');
    expect(await ask('02 05 00 00')).toBe('');
    expect(unit.isLit).toBe(false);
    expect(await ask('00 05 00 00 FF 00 8D EB')).toBe('');
    expect(unit.isLit).toBe(true);
  });

  test('half a request is forgotten after silence, and the next one is heard', async () => {
    const { ask } = unitBench();
    await ask('11 05 00');
    expect(await ask('11 05 00 AC FF 00 4E 8B')).toBe(hex('11 05 00 AC FF 00 4E 8B'));
  });

  test('its power fails: the lamp goes out, and what was about to be said is not said', async () => {
    const { clock, unit, said } = unitBench({ unit: 17, coils: 256, lampCoil: 0xac });
    unit.receive(fromHex('11 05 00 AC FF 00 4E 8B'));
    expect(unit.isLit).toBe(true);
    unit.powerCycle();
    await clock.advance(100);
    expect(unit.isLit).toBe(false);
    expect(said).toEqual([]);
  });
});
