import type { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import type { KioskPage } from '../../../main/electron/page-api.ts';
import { attract, viewOf } from './support.ts';

const world = vi.hoisted(() => ({ exposed: new Map<string, unknown>(), sent: [] as unknown[][], renderer: undefined as EventEmitter | undefined }));

vi.mock('electron', async () => {
  const { EventEmitter } = await import('node:events');
  world.renderer = Object.assign(new EventEmitter(), { send: (...message: unknown[]): void => void world.sent.push(message) });
  return { contextBridge: { exposeInMainWorld: (name: string, api: unknown): void => void world.exposed.set(name, api) }, ipcRenderer: world.renderer };
});

await import('../../../main/electron/preload.ts');
const kiosk = world.exposed.get('kiosk') as KioskPage;

describe('the preload', () => {
  test('gives the page one thing', () => {
    expect([...world.exposed.keys()]).toEqual(['kiosk']);
    expect(Object.keys(kiosk)).toEqual(['version', 'onView', 'onKey', 'send', 'ready']);
  });

  test('a View arrives without the event that carried it; after the end of the subscription none does', () => {
    const calls: unknown[][] = [];
    const end = kiosk.onView((...args) => void calls.push(args));
    const view = viewOf(attract);
    world.renderer?.emit('kiosk:view', { sender: 'secret' }, view);
    end();
    world.renderer?.emit('kiosk:view', {}, view);
    expect(calls).toEqual([[view]]);
  });

  test('a malformed View does not reach the page', () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const calls: unknown[] = [];
    const end = kiosk.onView((view) => void calls.push(view));
    world.renderer?.emit('kiosk:view', {}, { ...viewOf(attract), seq: -1 });
    end();
    expect(calls).toEqual([]);
    expect(complaint).toHaveBeenCalledOnce();
    complaint.mockRestore();
  });

  test('a key arrives, and a malformed one does not', () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const calls: unknown[] = [];
    const end = kiosk.onKey((press) => void calls.push(press));
    world.renderer?.emit('kiosk:key', {}, { key: 'next', press: 'short' });
    world.renderer?.emit('kiosk:key', {}, { key: 'next', press: 'twice' });
    end();
    expect(calls).toEqual([{ key: 'next', press: 'short' }]);
    expect(complaint).toHaveBeenCalledOnce();
    complaint.mockRestore();
  });

  test('touches and readiness go up on their channels', () => {
    kiosk.send({ version: 1, seq: 2, act: { type: 'back' } });
    kiosk.ready();
    expect(world.sent).toEqual([['kiosk:ui', { version: 1, seq: 2, act: { type: 'back' } }], ['kiosk:ready']]);
  });
});
