/**
 * A hundred thousand messages that somebody who took over one side could send to the other: real ones with one thing wrong in them, to the
 * validators that really stand there. None is believed, none throws, and nothing that they carry changes how the next one is judged.
 */
import { expect, test } from 'vitest';
import { channels } from '../../../main/electron/channels.ts';
import { PageLink, type PageLinkParts } from '../../../main/electron/ipc.ts';
import { TerminalSupervisor, type TerminalProcessEvents } from '../../../main/electron/terminal-supervisor.ts';
import { toTerminalSchema, type ToShell, type ToTerminal } from '../../../main/process-protocol.ts';
import { keyPressSchema, viewSchema, type KeyPress, type UiEvent, type View } from '../../../state-machines/view.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { attract, KeptLog, viewOf } from './support.ts';

/** Knuth's MMIX constants (TAOCP 3.3.4): the same messages on every machine. */
function numbers(seed: bigint): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & 0xffff_ffff_ffff_ffffn;
    return Number((state >> 33n) % BigInt(below));
  };
}

type Random = ReturnType<typeof numbers>;
type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every place of a message: the object and the name in it. */
function places(message: Tree): readonly (readonly [Tree, string])[] {
  return Object.keys(message).flatMap((name) => {
    const value = message[name];
    return [[message, name] as const, ...(isTree(value) ? places(value) : [])];
  });
}

const strange: readonly unknown[] = [
  null,
  -1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 60,
  10n,
  [[]],
  new Date(0),
  new Map([['type', 'start']]),
  new Uint8Array(3),
  Symbol('start'),
];

/** A value of another kind than the one that stands there. */
function ofAnotherKind(value: unknown, random: Random): unknown {
  const others = strange.filter((other) => !(Array.isArray(value) && Array.isArray(other)));
  const more = typeof value === 'string' ? [7, {}] : typeof value === 'number' ? ['7', {}] : ['text', 7];
  return [...others, ...more][random(others.length + more.length)];
}

/** `good`, every part of which is needed, with one thing wrong at one place. */
function spoiled(good: object, random: Random): unknown {
  const message = structuredClone(good) as Tree;
  const all = places(message);
  const [holder, name] = all[random(all.length)] ?? [message, ''];
  switch (random(4)) {
    case 0:
      delete holder[name];
      return message;
    case 1:
      holder[`${name}-${random(1000)}`] = holder[name];
      return message;
    case 2:
      // the whole in the place of a part, deeper and deeper
      holder[name] = random(2) === 0 ? { [name]: structuredClone(good) } : [structuredClone(good)];
      return message;
    default:
      holder[name] = ofAnotherKind(holder[name], random);
      return message;
  }
}

const touch: UiEvent = { version: 1, seq: 7, act: { type: 'start' } };
const press: KeyPress = { key: 'next', press: 'short' };
const view: View = viewOf(attract);

/** With a good one after every thousand, which must be heard. @returns how many good ones there were */
function sendAll(count: number, good: readonly object[], seed: bigint, send: (message: unknown) => void): number {
  const random = numbers(seed);
  let sound = 0;
  for (let sent = 1; sent <= count; sent += 1) {
    send(spoiled(good[random(good.length)] ?? {}, random));
    if (sent % 1000 !== 0) continue;
    send(structuredClone(good[0]));
    sound += 1;
  }
  return sound;
}

/** Holds itself: a message between processes may. */
function loop(): object {
  const around: Tree = { version: 1, seq: 7 };
  around['act'] = around;
  return around;
}

const untouched = (): unknown => ({ admin: Reflect.get({}, 'admin'), type: Reflect.get({}, 'type'), names: Object.keys(Object.prototype) });
const CLEAN = { admin: undefined, type: undefined, names: [] };

test('page → shell: 40,000 malformed touches; the shell hears the forty good ones among them', () => {
  const log = new KeptLog();
  const heard: UiEvent[] = [];
  type Listener = Parameters<PageLinkParts['ipc']['on']>[1];
  const listeners = new Map<string, Listener>();
  const ipc = { on: (channel: string, listener: Listener) => void listeners.set(channel, listener) } as unknown as PageLinkParts['ipc'];
  const link = new PageLink({ ipc, log, onUi: (event) => void heard.push(event), onReady: () => undefined });
  link.admit({ id: 1, send: () => undefined, isDestroyed: () => false });
  const event = { sender: { id: 1 }, senderFrame: { parent: null, url: 'kiosk://app/index.html' } } as Parameters<Listener>[0];
  const sound = sendAll(40_000, [touch], 1n, (message) => listeners.get(channels.ui)?.(event, message));
  listeners.get(channels.ui)?.(event, loop());
  expect(heard).toEqual(Array.from({ length: sound }, () => touch));
  expect(log.events).toHaveLength(40_001);
  expect(untouched()).toEqual(CLEAN);
});

test('terminal process → shell: 25,000 malformed messages; the page gets the twenty-five good Views among them', () => {
  const log = new KeptLog();
  const shown: View[] = [];
  let events: TerminalProcessEvents | undefined;
  const supervisor = new TerminalSupervisor({
    fork: (given) => {
      events = given;
      return { pid: 1, send: () => undefined, kill: () => undefined };
    },
    clock: new SimulatedClock(),
    log,
    publish: (each) => void shown.push(each),
    onKey: () => undefined,
    onStop: () => undefined,
  });
  supervisor.start();
  const good: readonly ToShell[] = [
    { type: 'view', view },
    { type: 'key', press },
    { type: 'fatal', message: 'the journal is full', exitCode: 13 },
  ];
  const sound = sendAll(25_000, good, 2n, (message) => events?.onMessage(message));
  expect(shown.filter(({ body }) => body.kind === 'attract')).toHaveLength(sound);
  expect(log.events.filter((line) => line === 'dropped a malformed message of the terminal process')).toHaveLength(25_000);
  expect(untouched()).toEqual(CLEAN);
});

test('shell → terminal process, and shell → page: 40,000 malformed messages, and none passes', () => {
  const passed: unknown[] = [];
  const ui: readonly ToTerminal[] = [{ type: 'ui', event: touch }];
  for (const [schema, good, count, seed] of [
    [toTerminalSchema, ui, 15_000, 3n],
    [viewSchema, [view], 15_000, 4n],
    [keyPressSchema, [press], 10_000, 5n],
  ] as const) {
    const sound = sendAll(count, good, seed, (message) => {
      if (schema.safeParse(message).success) passed.push(message);
    });
    expect(passed.splice(0)).toEqual(Array.from({ length: sound }, () => good[0]));
  }
  expect(untouched()).toEqual(CLEAN);
});
