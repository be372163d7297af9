/** The cabinet with what stands around it, over its real interface on loopback: cables, upstream's knobs, the list of knobs, bad requests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BenchServer } from '../../../drivers/bench/bench-server.ts';
import { NetworkCable } from '../../../drivers/bench/network-cable.ts';
import {
  cabinetStateSchema,
  deviceNames,
  handAnswerSchema,
  knobListSchema,
  knobNames,
  type CabinetState,
  type HandAct,
  type HandAnswer,
  type KnobName,
} from '../../../drivers/bench/protocol.ts';
import { Room } from '../../../drivers/bench/room.ts';
import { serveUnit, type ServedUnit } from '../../../drivers/transport/serve-unit.ts';
import { SocketTransport } from '../../../drivers/transport/socket.ts';
import { loadRequest, problemOf, registeredTerminal, startWorld, V1, type World } from '../../fleet/support.ts';
import { BenchStand, ONE_OF_EACH } from './stand.ts';

const ORDER = { orderId: 'O1', amount: 5000, reference: 'A01-1122-7K4M-9' };

interface Bench {
  readonly world: World;
  readonly url: string;
  readonly sockets: string;
  readonly state: () => Promise<CabinetState>;
  readonly hand: (act: HandAct) => Promise<HandAnswer>;
  /** Any body. */
  readonly post: (body: unknown) => Promise<{ status: number; answer: HandAnswer }>;
}

async function startBench(devices: ConstructorParameters<typeof BenchStand>[0] = ONE_OF_EACH): Promise<Bench> {
  const world = await startWorld();
  const sockets = mkdtempSync(join(tmpdir(), 'room-'));
  const { cabinet } = new BenchStand(devices);
  const cables: Record<string, ServedUnit> = {};
  for (const name of deviceNames) {
    const unit = cabinet.units[name];
    if (unit !== undefined) cables[name] = await serveUnit(unit, { path: join(sockets, name) });
  }
  const { hostname, port } = new URL(world.url);
  const cable = new NetworkCable({ host: hostname, port: Number(port) });
  const server = new BenchServer(new Room({ upstream: world.url, terminalPid: join(sockets, 'none') }, cabinet, cable, cables));
  const url = await server.listen();
  onTestFinished(async () => {
    server.close();
    cable.close();
    for (const served of Object.values(cables)) await served.close();
    rmSync(sockets, { recursive: true, force: true });
  });
  const post: Bench['post'] = async (body) => {
    const response = await fetch(`${url}/hands`, { method: 'POST', body: JSON.stringify(body) });
    return { status: response.status, answer: handAnswerSchema.parse(await response.json()) };
  };
  return {
    world,
    url,
    sockets,
    state: async () => cabinetStateSchema.parse(await (await fetch(`${url}/state`)).json()),
    hand: async (act) => (await post(act)).answer,
    post,
  };
}

type OfUpstream = Extract<KnobName, `upstream.${string}`>;
const strikes: Readonly<Record<OfUpstream, (bench: Bench) => Promise<void>>> = {
  'upstream.issuerOffline': async ({ world, hand }) => {
    const terminal = await registeredTerminal(world);
    await hand({ act: 'knob', knob: 'upstream.issuerOffline', value: true });
    expect(problemOf(await terminal.post('/v1/issuer/check', { card: V1.card })).code).toBe('issuerUnavailable');
    await hand({ act: 'knob', knob: 'upstream.issuerOffline', value: false });
    expect((await terminal.post('/v1/issuer/check', { card: V1.card })).status).toBe(200);
  },
  'upstream.paymentOffline': async ({ world, hand }) => {
    const terminal = await registeredTerminal(world);
    await hand({ act: 'knob', knob: 'upstream.paymentOffline', value: true });
    expect(problemOf(await terminal.post('/v1/payments/orders', ORDER)).code).toBe('acquirerUnavailable');
  },
  'upstream.loseNextAnswer': async ({ world, hand, state }) => {
    const terminal = await registeredTerminal(world);
    await hand({ act: 'knob', knob: 'upstream.loseNextAnswer', value: 'load' });
    expect((await state()).knobs['upstream.loseNextAnswer']).toBe('load');
    await expect(terminal.post('/v1/issuer/loads/authorize', loadRequest(V1, 'L1'))).rejects.toThrow();
    expect((await state()).knobs['upstream.loseNextAnswer']).toBe('none');
    await hand({ act: 'knob', knob: 'upstream.loseNextAnswer', value: 'payment' });
    await expect(terminal.post('/v1/payments/orders', ORDER)).rejects.toThrow();
    expect((await state()).books?.openOrder).toBe('O1');
  },
};

test.each(Object.keys(strikes) as OfUpstream[])('%s strikes', async (name) => strikes[name](await startBench()));

describe('the list of knobs', () => {
  test('holds every knob with what it takes and where it stands, for a script', async () => {
    const { url, hand } = await startBench();
    await hand({ act: 'knob', knob: 'cardReader.slowBy', value: 1500 });
    const list = knobListSchema.parse(await (await fetch(`${url}/knobs`)).json());
    expect(list.map(({ name }) => name)).toEqual(knobNames);
    expect(list).toContainEqual({ name: 'cardReader.slowBy', owner: 'cardReader', kind: 'count', max: 10_000, step: 500, unit: 'ms', value: 1500 });
    expect(list).toContainEqual({
      name: 'cashAcceptor.jamNext',
      owner: 'cashAcceptor',
      kind: 'choice',
      choices: ['none', 'acceptor', 'stacker'],
      value: 'none',
    });
  });

  test('holds nothing of devices that are not there, nor of an upstream out of sight', async () => {
    const { url, world, hand } = await startBench({ keypad: { model: 'hid-keys' } });
    const names = async () => knobListSchema.parse(await (await fetch(`${url}/knobs`)).json()).map(({ name }) => name);
    expect(await names()).toEqual(['card.tear', 'keypad.dead', 'upstream.issuerOffline', 'upstream.paymentOffline', 'upstream.loseNextAnswer']);
    await world.stop();
    expect(await names()).toEqual(['card.tear', 'keypad.dead']);
    expect((await hand({ act: 'unplug', device: 'cardReader' })).why).toBe('there is no cardReader in this cabinet');
  });
});

test('a fault is the turn of a knob, by its short name, in the cabinet and upstream', async () => {
  const { hand, state } = await startBench();
  await hand({ act: 'fault', fault: 'paperOut', on: true });
  await hand({ act: 'fault', fault: 'issuerOffline', on: true });
  expect(await state()).toMatchObject({ faults: ['paperOut', 'issuerOffline'], knobs: { 'receiptPrinter.paperOut': true, 'upstream.issuerOffline': true } });
  await hand({ act: 'fault', fault: 'paperOut', on: false });
  await hand({ act: 'fault', fault: 'issuerOffline', on: false });
  expect((await state()).faults).toEqual([]);
});

test('a cable that is pulled drops the terminal, keeps it out, and lets it in again', async () => {
  const { hand, state, sockets } = await startBench();
  const line = new SocketTransport('sim:keypad', { path: join(sockets, 'keypad') });
  await line.open();
  const closed = new Promise<void>((resolve) => line.onClose(() => resolve()));
  await hand({ act: 'unplug', device: 'keypad' });
  await closed;
  await expect(line.open()).rejects.toThrow();
  expect((await state()).unplugged).toEqual(['keypad']);
  await hand({ act: 'plug', device: 'keypad' });
  await line.open();
  expect((await state()).unplugged).toEqual([]);
  await line.close();
});

test('what is no hand is refused and says why; what can not be done too', async () => {
  const { post, hand } = await startBench();
  expect((await post({ act: 'kick' })).status).toBe(400);
  expect((await post('half')).status).toBe(400);
  expect(await hand({ act: 'knob', knob: 'upstream.loseNextAnswer', value: 'all' })).toEqual({
    done: false,
    why: 'upstream.loseNextAnswer: expected one of none, payment, load',
  });
  expect(await hand({ act: 'phone', does: 'pay' })).toEqual({ done: false, why: 'there is no order to pay' });
  expect((await hand({ act: 'killTerminal' })).why).toBe('the terminal process has not written its id');
});
