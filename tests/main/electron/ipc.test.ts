import { EventEmitter } from 'node:events';
import type { IpcMain } from 'electron';
import { beforeEach, describe, expect, test } from 'vitest';
import { channels } from '../../../main/electron/channels.ts';
import { PageLink } from '../../../main/electron/ipc.ts';
import type { UiEvent, View } from '../../../state-machines/view.ts';
import { attract, KeptLog, viewOf } from './support.ts';

const touch: UiEvent = { version: 1, seq: 3, act: { type: 'tender', tender: 'cash' } };
const page = { sender: { id: 1 }, senderFrame: { url: 'kiosk://app/index.html', parent: null } };

class PlayedContents {
  readonly id: number;
  readonly got: [string, View][] = [];
  destroyed = false;

  constructor(id: number) {
    this.id = id;
  }

  isDestroyed(): boolean {
    return this.destroyed;
  }

  send(channel: string, view: View): void {
    if (this.destroyed) throw new Error('Object has been destroyed');
    this.got.push([channel, view]);
  }
}

describe('messages between shell and page', () => {
  let ipc: EventEmitter;
  let log: KeptLog;
  let touches: UiEvent[];
  let readies: number[];
  let link: PageLink;
  let kiosk: PlayedContents;

  beforeEach(() => {
    ipc = new EventEmitter();
    log = new KeptLog();
    touches = [];
    readies = [];
    kiosk = new PlayedContents(1);
    link = new PageLink({ ipc: ipc as unknown as IpcMain, log, onUi: (event) => void touches.push(event), onReady: (id) => void readies.push(id) });
    link.admit(kiosk);
  });

  test('a touch of our page is heard', () => {
    ipc.emit(channels.ui, page, touch);
    ipc.emit(channels.ready, page);
    expect([touches, readies]).toEqual([[touch], [1]]);
  });

  test.each([
    ['another window', { ...page, sender: { id: 2 } }],
    ['a frame inside our page', { ...page, senderFrame: { url: 'kiosk://app/index.html', parent: {} } }],
    ['a page of another origin', { ...page, senderFrame: { url: 'https://example.invalid/', parent: null } }],
    ['a page of a host that only begins like ours', { ...page, senderFrame: { url: 'kiosk://app.example/index.html', parent: null } }],
    ['a frame that is gone', { ...page, senderFrame: null }],
  ])('%s is not heard, and said so in the log', (_case, sender) => {
    ipc.emit(channels.ui, sender, touch);
    ipc.emit(channels.ready, sender);
    expect([touches, readies]).toEqual([[], []]);
    expect(log.events).toEqual(['dropped a message of a stranger', 'dropped a message of a stranger']);
  });

  test.each([
    ['nothing', undefined],
    ['an act that does not exist', { version: 1, seq: 3, act: { type: 'open-the-safe' } }],
    ['an amount below one fen', { version: 1, seq: 3, act: { type: 'amount', amount: -100 } }],
    ['something added', { ...touch, extra: 1 }],
    ['another version', { ...touch, version: 2 }],
  ])('%s instead of a touch: dropped and logged', (_case, message) => {
    ipc.emit(channels.ui, page, message);
    expect([touches, log.events]).toEqual([[], ['dropped a malformed message of the page']]);
  });

  test('a key goes to every admitted window, on a channel of its own', () => {
    link.tellKey({ key: 'select', press: 'long' });
    expect(kiosk.got).toEqual([['kiosk:key', { key: 'select', press: 'long' }]]);
  });

  test('a View goes to every admitted window, and to a closed one no more', () => {
    const bench = new PlayedContents(2);
    link.admit(bench);
    const view = viewOf(attract);
    link.publish(view);
    bench.destroyed = true;
    link.publish(view);
    expect([kiosk.got, bench.got]).toEqual([
      [
        [channels.view, view],
        [channels.view, view],
      ],
      [[channels.view, view]],
    ]);
  });
});
