/**
 * `webContents`: one page, its preload in an isolated world, and the messages between preload and main process. The preload's world
 * and its binding are Chromium's own, so the page can't reach either.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';
import { openPage, startChromium, type Placement } from './chromium.ts';
import { standInIpcMain } from './ipc-main.ts';
import { attachNetwork, type PageOwner } from './network.ts';
import { mainWorld, preloadModule, worldBridge } from './page-scripts.ts';
import { fromCarrier, toCarrier } from './protocol.ts';
import { standInSession } from './session.ts';
import { PreventableEvent, strict, StrictEmitter } from './strict.ts';

const WORLD = 'electron-preload';
const SEND = '__standInSend';
const RECEIVE = '__standInReceive';

/** Electron's permission names → what Chromium calls them over its protocol. */
const PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  geolocation: ['geolocation'],
  notifications: ['notifications'],
  media: ['camera', 'microphone'],
  midi: ['midi'],
  'clipboard-read': ['clipboard-read'],
  'idle-detection': ['idle-detection'],
  'loopback-network': ['loopback-network'],
  'local-network-access': ['local-network-access'],
};

type OpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

const all = new Set<StandInWebContents>();
let lastId = 0;

export class StandInWebContents extends StrictEmitter implements PageOwner {
  readonly id: number;
  readonly #placement: Placement;
  readonly #preload: string | undefined;
  readonly #zoom: number;
  readonly #expected = new Set<string>();
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  #page: Page | undefined;
  #session: CDPSession | undefined;
  #mainFrame = '';
  /** Execution contexts of the preload's world → their frame. */
  readonly #worlds = new Map<number, string>();
  #opened: Promise<void>;
  #url = '';
  #crashed = false;
  #destroyed = false;

  constructor(placement: Placement, preload: string | undefined, zoom: number) {
    super(
      'webContents',
      ['will-frame-navigate', 'render-process-gone', 'dom-ready', 'destroyed'],
      // No redirect, no embedded page, no menu and no developer tools ever come about here.
      ['will-redirect', 'will-attach-webview', 'context-menu', 'devtools-opened'],
    );
    lastId += 1;
    this.id = lastId;
    this.#placement = placement;
    this.#preload = preload;
    this.#zoom = zoom;
    all.add(this);
    this.#opened = this.#open();
    // Whoever loads a page waits for this promise and gets its error.
    this.#opened.catch(() => undefined);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  /** Pages are never zoomed by a person here. */
  async setVisualZoomLevelLimits(_minimum: number, _maximum: number): Promise<void> {}

  closeDevTools(): void {}

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  send(channel: string, ...args: readonly unknown[]): void {
    void this.#deliver(channel, args);
  }

  reload(): void {
    void this.#reload();
  }

  forcefullyCrashRenderer(): void {
    // The page that crashes never answers.
    this.#session?.send('Page.crash').catch(() => undefined);
  }

  /** Part of the window's interface; not Electron's `webContents`. */
  async load(url: string): Promise<void> {
    this.#url = url;
    await this.#opened;
    const carrier = toCarrier(url);
    this.#expected.add(fromCarrier(carrier));
    await this.#setPermissions(new URL(carrier).origin);
    await this.#page?.goto(carrier, { waitUntil: 'load' });
  }

  owns(page: Page): boolean {
    return page === this.#page;
  }

  mayOpen(url: string): boolean {
    return this.#openHandler({ url }).action === 'allow';
  }

  mayNavigate(url: string, mainFrame: boolean): boolean {
    if (mainFrame && this.#expected.delete(url)) return true;
    const event = Object.assign(new PreventableEvent(), { url, isMainFrame: mainFrame });
    this.emit('will-frame-navigate', event);
    return !event.defaultPrevented;
  }

  async #reload(): Promise<void> {
    if (this.#crashed) {
      // A crashed page stays dead: a fresh one takes its place.
      const old = this.#page;
      this.#page = undefined;
      this.#opened = this.#open();
      await this.#opened;
      await old?.close().catch(() => undefined);
    }
    await this.load(this.#url).catch((error: unknown) => process.stderr.write(`standin: reload failed: ${String(error)}\n`));
  }

  async #open(): Promise<void> {
    const context = await startChromium((started) => attachNetwork(started, () => [...all]));
    const page = await openPage(context, this.#placement);
    const session = await context.newCDPSession(page);
    this.#crashed = false;
    this.#page = page;
    this.#session = session;
    this.#worlds.clear();
    page.on('domcontentloaded', () => this.emit('dom-ready'));
    page.on('crash', () => this.#onCrash(page));
    page.on('close', () => this.#onClose(page));
    await this.#watchWorlds(session);
    await this.#injectScripts(session);
    if (this.#zoom !== 1) await scaleTo(session, this.#placement, this.#zoom);
  }

  #onCrash(page: Page): void {
    if (page !== this.#page) return;
    this.#crashed = true;
    this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
  }

  #onClose(page: Page): void {
    if (page !== this.#page) return;
    this.#destroyed = true;
    all.delete(this);
    this.emit('destroyed');
  }

  async #watchWorlds(session: CDPSession): Promise<void> {
    session.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === WORLD) this.#worlds.set(context.id, frameIdOf(context.auxData));
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => this.#worlds.delete(executionContextId));
    session.on('Runtime.executionContextsCleared', () => this.#worlds.clear());
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === SEND && this.#worlds.has(executionContextId)) this.#hear(payload, executionContextId);
    });
    await session.send('Page.enable');
    this.#mainFrame = (await session.send('Page.getFrameTree')).frameTree.frame.id;
    await session.send('Runtime.enable');
    await session.send('Runtime.addBinding', { name: SEND, executionContextName: WORLD });
  }

  async #injectScripts(session: CDPSession): Promise<void> {
    const secret = randomBytes(16).toString('hex');
    const bridge = (me: string, peer: string): string => `(${String(worldBridge)})(${JSON.stringify(secret)}, '${me}', '${peer}')`;
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `if (window === window.top) (${String(mainWorld)})(${bridge('page', 'preload')});`,
    });
    if (this.#preload === undefined) return;
    const electron = `(${String(preloadModule)})(${bridge('preload', 'page')}, '${SEND}', '${RECEIVE}')`;
    const require = `(name) => { if (name === 'electron') return electron; throw new Error('module not found: ' + name); }`;
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      worldName: WORLD,
      source: `if (window === window.top) { const electron = ${electron}; ((require, module, exports) => {${readFileSync(this.#preload, 'utf8')}\n})(${require}, { exports: {} }, {}); }`,
    });
  }

  async #setPermissions(origin: string): Promise<void> {
    for (const [permission, names] of Object.entries(PERMISSIONS)) {
      const setting = (await standInSession.grants(this, permission)) ? 'granted' : 'denied';
      for (const name of names) await this.#session?.send('Browser.setPermission', { permission: { name }, setting, origin });
    }
  }

  #hear(payload: string, contextId: number): void {
    const message: unknown = JSON.parse(payload);
    if (!isMessage(message)) return;
    const mainFrame = this.#worlds.get(contextId) === this.#mainFrame;
    const url = mainFrame ? fromCarrier(this.#page?.url() ?? '') : 'about:srcdoc';
    standInIpcMain.emit(message.channel, { sender: this, senderFrame: { url, parent: mainFrame ? null : {} } }, ...message.args);
  }

  async #deliver(channel: string, args: readonly unknown[]): Promise<void> {
    const contextId = [...this.#worlds].find(([, frame]) => frame === this.#mainFrame)?.[0];
    if (contextId === undefined) return;
    const expression = `${RECEIVE}(${JSON.stringify(channel)}, ${JSON.stringify(args)})`;
    // A page that reloads in this moment misses the message, as in Electron.
    await this.#session?.send('Runtime.evaluate', { contextId, expression }).catch(() => undefined);
  }
}

/** What a program gets. */
export function createWebContents(placement: Placement, preload: string | undefined, zoom: number): StandInWebContents {
  return strict('webContents', new StandInWebContents(placement, preload, zoom));
}

/** Draws the page for a glass larger than its window, as Electron's zoomFactor does. */
async function scaleTo(session: CDPSession, { width, height }: Placement, zoom: number): Promise<void> {
  await session.send('Emulation.setDeviceMetricsOverride', {
    width: Math.round(width / zoom),
    height: Math.round(height / zoom),
    deviceScaleFactor: zoom,
    mobile: false,
  });
}

function frameIdOf(auxData: unknown): string {
  return typeof auxData === 'object' && auxData !== null && 'frameId' in auxData && typeof auxData.frameId === 'string' ? auxData.frameId : '';
}

function isMessage(value: unknown): value is { readonly channel: string; readonly args: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'channel' in value && typeof value.channel === 'string' && 'args' in value && Array.isArray(value.args);
}
