/**
 * A page that was taken over, and everything it could try to get out by: each attempt is made by the page itself under the shell's real code, and
 * after each the page must still be the one it was, alone, with nothing requested outside and nothing heard inside. What the stand-in
 * can't show of Electron is in main/electron/SECURITY.md.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import type { RunningShell } from '../launcher/launch-shell.ts';
import { launchSmallApp } from './support/shell-app.ts';

/** Time for a navigation, a window or a request to begin: all of them begin within the next turns of two processes. */
const BEGINS_MS = 40;

let shell: RunningShell;
let page: Page;
/** A server that somebody outside would have: what reaches it got out. */
let outside: Server;
const reached: string[] = [];
let outsideUrl: string;

test.beforeAll(async () => {
  outside = createServer((request, response) => {
    reached.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*').end('outside');
  }).listen(0, '127.0.0.1');
  await once(outside, 'listening');
  outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`;
  shell = await launchSmallApp();
  page = await shell.page();
  await expect(page.getByTestId('screen')).toHaveAttribute('data-screen', 'attract');
  await page.evaluate(() => Object.defineProperty(window, 'mark', { value: 'the same page' }));
});

test.afterAll(async () => {
  await shell.close();
  outside.closeAllConnections();
  outside.close();
});

/** What is no longer as it was; empty when the attempt came to nothing. */
async function changed(): Promise<readonly string[]> {
  const found: string[] = [];
  const inside = await page
    .evaluate(() => ({
      mark: (window as unknown as { mark?: string }).mark,
      title: document.title,
      ran: document.documentElement.dataset['owned'] ?? 'no',
    }))
    .catch(() => ({ mark: undefined, title: '', ran: 'no' }));
  if (inside.mark !== 'the same page' || inside.title !== 'Test page') found.push('another page is shown');
  if (inside.ran !== 'no') found.push('foreign code ran');
  if (page.context().pages().length !== 1) found.push('there is another window');
  if (reached.length > 0) found.push(`outside was reached: ${reached.splice(0).join(' ')}`);
  return found;
}

/** Makes each attempt and looks. @param made in the page, with what it is given */
async function allRefused<T>(attempts: readonly (readonly [string, T])[], made: (page: Page, given: T) => Promise<unknown>, least: number): Promise<void> {
  expect(attempts.length).toBeGreaterThanOrEqual(least);
  const through: string[] = [];
  for (const [name, given] of attempts) {
    const answer = await made(page, given);
    await page.waitForTimeout(BEGINS_MS);
    for (const change of await changed()) through.push(`${name}: ${change}`);
    if (answer === 'got through') through.push(`${name}: it worked`);
  }
  expect(through).toEqual([]);
}

const OWNED = 'document.documentElement.dataset.owned="yes"';

const targets = (): readonly (readonly [string, string])[] => [
  ['a server outside', outsideUrl],
  ['a server outside, without its scheme', outsideUrl.replace('http:', '')],
  ['https', 'https://example.invalid/'],
  ['a file', 'file:///etc/passwd'],
  ['a folder', 'file:///'],
  ['a file of another machine', 'file://server/share/x'],
  ['data', `data:text/html,<script>${OWNED}</script>`],
  ['javascript', `javascript:${OWNED}`],
  ['javascript, with a line break in its name', `java\nscript:${OWNED}`],
  ['the browser itself', 'chrome://version/'],
  ['the developer tools', 'devtools://devtools/bundled/inspector.html'],
  ['source text', 'view-source:https://example.invalid/'],
  ['the bench’s page', '/bench.html'],
  ['ftp', 'ftp://example.invalid/'],
  ['mail', 'mailto:someone@example.invalid'],
  ['a telephone', 'tel:10086'],
  ['a program', 'ms-settings:'],
];

const ways = ['href', 'assign', 'replace', 'link', 'link in a new window', 'window.open', 'form', 'form by POST', 'frame', 'object', 'refresh'] as const;

test('navigation: eleven ways to seventeen places', async () => {
  test.setTimeout(120_000);
  const attempts = ways.flatMap((way) => targets().map(([name, url]) => [`${way} → ${name}`, { way, url }] as const));
  await allRefused(
    attempts,
    (shown, given) =>
      shown.evaluate(({ way, url }) => {
        const put = <E extends Element>(element: E): E => {
          document.body.append(element);
          setTimeout(() => element.remove(), 30);
          return element;
        };
        const link = (target: string): void => put(Object.assign(document.createElement('a'), { href: url, target })).click();
        const form = (method: string): void => put(Object.assign(document.createElement('form'), { action: url, method })).submit();
        const acts: Record<string, () => unknown> = {
          href: () => (location.href = url),
          assign: () => location.assign(url),
          replace: () => location.replace(url),
          link: () => link('_self'),
          'link in a new window': () => link('_blank'),
          'window.open': () => window.open(url),
          form: () => form('get'),
          'form by POST': () => form('post'),
          frame: () => put(Object.assign(document.createElement('iframe'), { src: url })),
          object: () => put(Object.assign(document.createElement('object'), { data: url })),
          refresh: () => put(Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: `0;url=${url}` })),
        };
        try {
          return acts[way]?.() === undefined ? 'nothing' : 'something';
        } catch (error) {
          return String(error);
        }
      }, given),
    187,
  );
});

test('code: no text becomes code or markup, wherever it is put', async () => {
  const code = [
    'eval',
    'Function',
    'setTimeout',
    'setInterval',
    'script element',
    'script with data',
    'script with blob',
    'script from outside',
    'module from data',
    'module from outside',
    'worker from blob',
    'worker from data',
    'shared worker',
    'service worker',
    'innerHTML',
    'outerHTML',
    'insertAdjacentHTML',
    'document.write',
    'range fragment',
    'DOMParser',
    'srcdoc',
    'onclick attribute',
    'onerror attribute',
    'svg script',
    'style element',
    'style from outside',
    'base address',
    'trusted types policy',
    'WebAssembly',
    'import map',
    'speculation rules',
    'empty frame’s eval',
  ] as const;
  await allRefused(
    code.map((name) => [name, { name, owned: OWNED, outside: outsideUrl }] as const),
    (shown, given) =>
      shown.evaluate(
        ({ name, owned, outside: url }) =>
          // a turn of the page's own: developer tools may make code from strings where they evaluate
          new Promise((resolve) => {
            const put = (tag: string, changes: object): Element => {
              const element = Object.assign(document.createElement(tag), changes);
              document.body.append(element);
              setTimeout(() => element.remove(), 30);
              return element;
            };
            const blob = (): string => URL.createObjectURL(new Blob([owned], { type: 'text/javascript' }));
            const markup = `<img src="x" onerror='${owned}'>`;
            const make = setTimeout.constructor as (text: string) => () => unknown;
            const acts: Record<string, () => unknown> = {
              eval: () => (window as unknown as Record<string, (text: string) => unknown>)['eval']?.(owned),
              Function: () => make(owned)(),
              setTimeout: () => setTimeout(owned as unknown as () => void),
              setInterval: () => clearInterval(setInterval(owned as unknown as () => void, 1)),
              'script element': () => put('script', { textContent: owned }),
              'script with data': () => put('script', { src: `data:text/javascript,${owned}` }),
              'script with blob': () => put('script', { src: blob() }),
              'script from outside': () => put('script', { src: url }),
              'module from data': () => import(/* @vite-ignore */ `data:text/javascript,${owned}`),
              'module from outside': () => import(/* @vite-ignore */ url),
              'worker from blob': () => new Worker(blob()),
              'worker from data': () => new Worker(`data:text/javascript,${owned}`),
              'shared worker': () => new SharedWorker(blob()),
              'service worker': () => navigator.serviceWorker.register('/index.html'),
              innerHTML: () => (document.body.innerHTML += markup),
              outerHTML: () => (put('p', {}).outerHTML = markup),
              insertAdjacentHTML: () => document.body.insertAdjacentHTML('beforeend', markup),
              'document.write': () => document.write(markup),
              'range fragment': () => document.body.append(document.createRange().createContextualFragment(markup)),
              DOMParser: () => document.body.append(...new DOMParser().parseFromString(markup, 'text/html').body.childNodes),
              srcdoc: () => put('iframe', { srcdoc: markup }),
              'onclick attribute': () => put('p', {}).setAttribute('onclick', owned),
              'onerror attribute': () => put('img', { src: 'x' }).setAttribute('onerror', owned),
              'svg script': () => {
                const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
                const script = document.createElementNS('http://www.w3.org/2000/svg', 'script');
                script.textContent = owned;
                svg.append(script);
                document.body.append(svg);
              },
              'style element': () => {
                put('style', { textContent: 'html { --owned: yes }' });
                if (getComputedStyle(document.documentElement).getPropertyValue('--owned') !== '') document.documentElement.dataset['owned'] = 'style';
              },
              'style from outside': () => put('link', { rel: 'stylesheet', href: url }),
              'base address': () => {
                put('base', { href: url });
                if (document.baseURI === url) document.documentElement.dataset['owned'] = 'base';
              },
              'trusted types policy': () => {
                const { trustedTypes } = window as unknown as { trustedTypes: { createPolicy(policyName: string, rules: object): unknown } };
                trustedTypes.createPolicy('mine', { createHTML: (text: string) => text });
                document.documentElement.dataset['owned'] = 'policy';
              },
              WebAssembly: () => {
                // the smallest module: magic and version (WebAssembly Core 1.0, 5.5.16)
                void new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
                document.documentElement.dataset['owned'] = 'wasm';
              },
              'import map': () => put('script', { type: 'importmap', textContent: `{"imports":{"x":"${url}"}}` }),
              'speculation rules': () => put('script', { type: 'speculationrules', textContent: `{"prefetch":[{"urls":["${url}"]}]}` }),
              'empty frame’s eval': () => (put('iframe', {}) as HTMLIFrameElement).contentWindow?.parent.setTimeout(owned),
            };
            setTimeout(() => {
              try {
                const result = acts[name]?.();
                if (result instanceof Promise) result.catch(() => undefined);
              } catch {
                // refused
              }
              setTimeout(resolve, 10);
            });
          }),
        given,
      ),
    32,
  );
});

test('reaching out: by whatever the web has for it', async () => {
  const lines = [
    'fetch',
    'fetch without cors',
    'fetch keepalive',
    'XMLHttpRequest',
    'beacon',
    'WebSocket',
    'EventSource',
    'image',
    'image set',
    'audio',
    'video',
    'font',
    'picture of the cursor',
    'prefetch',
    'preload',
    'preconnect',
    'manifest',
    'icon',
    'ping of a link',
    'track',
    'embed',
    'frame',
    'svg image',
    'fetch of a file',
    'fetch of the terminal’s own program',
    'fetch of the bench',
  ] as const;
  await allRefused(
    lines.map((name) => [name, { name, url: outsideUrl }] as const),
    (shown, given) =>
      shown.evaluate(async ({ name, url }) => {
        const put = (tag: string, changes: object): HTMLElement => {
          const element = Object.assign(document.createElement(tag), changes);
          document.body.append(element);
          setTimeout(() => element.remove(), 30);
          return element;
        };
        const worked = (request: Promise<unknown>): Promise<string> =>
          request.then(
            () => 'got through',
            () => 'refused',
          );
        const socket = (): Promise<string> => {
          const line = new WebSocket(url.replace('http', 'ws'));
          // what the policy refuses says nothing where a test stands in the line
          return new Promise((resolve) => {
            setTimeout(() => resolve('refused'), 500);
            line.addEventListener('open', () => resolve('got through'));
            line.addEventListener('error', () => resolve('refused'));
          });
        };
        const xhr = (): Promise<string> =>
          new Promise((resolve) => {
            const request = new XMLHttpRequest();
            request.addEventListener('load', () => resolve('got through'));
            request.addEventListener('error', () => resolve('refused'));
            request.open('GET', url);
            request.send();
          });
        const acts: Record<string, () => unknown> = {
          fetch: () => worked(fetch(url)),
          'fetch without cors': () => worked(fetch(url, { mode: 'no-cors' })),
          'fetch keepalive': () => worked(fetch(url, { keepalive: true, method: 'POST', body: 'x' })),
          XMLHttpRequest: xhr,
          beacon: () => void navigator.sendBeacon(url, 'x'),
          WebSocket: socket,
          EventSource: () => new EventSource(url).close(),
          image: () => put('img', { src: url }),
          'image set': () => put('img', { srcset: `${url} 1x` }),
          audio: () => put('audio', { src: url }).setAttribute('preload', 'auto'),
          video: () => put('video', { src: url }).setAttribute('preload', 'auto'),
          font: () => worked(new FontFace('x', `url(${url})`).load()),
          'picture of the cursor': () => void (document.body.style.cursor = `url(${url}), auto`),
          prefetch: () => put('link', { rel: 'prefetch', href: url }),
          preload: () => put('link', { rel: 'preload', as: 'image', href: url }),
          preconnect: () => put('link', { rel: 'preconnect', href: url }),
          manifest: () => put('link', { rel: 'manifest', href: url }),
          icon: () => put('link', { rel: 'icon', href: url }),
          'ping of a link': () => put('a', { href: '#here', ping: url }).click(),
          track: () => put('video', {}).append(Object.assign(document.createElement('track'), { src: url, default: true })),
          embed: () => put('embed', { src: url }),
          frame: () => put('iframe', { src: url }),
          'svg image': () => {
            const image = document.createElementNS('http://www.w3.org/2000/svg', 'image');
            image.setAttribute('href', url);
            document.body.append(image);
          },
          'fetch of a file': () => worked(fetch('file:///etc/passwd')),
          'fetch of the terminal’s own program': () => worked(fetch('/../main/shell.js')),
          'fetch of the bench': () => worked(fetch('http://127.0.0.1:4000/')),
        };
        try {
          const result = await acts[name]?.();
          return typeof result === 'string' ? result : 'begun';
        } catch {
          return 'refused';
        }
      }, given),
    26,
  );
});

test('what a browser asks its person for: nobody is asked, nothing is granted', async () => {
  const asked = [
    'camera',
    'microphone',
    'screen',
    'place',
    'notification',
    'clipboard read',
    'clipboard write',
    'MIDI',
    'USB',
    'serial',
    'HID',
    'Bluetooth',
    'wake lock',
    'idle detection',
    'persistent storage',
    'full screen',
    'pointer lock',
    'gamepads',
    'fonts',
    'other screens',
    'file to open',
    'file to save',
    'folder',
    'share',
    'payment',
    'passkey',
    'protocol',
    'print',
    'alert',
    'confirm',
    'prompt',
    'credentials',
  ] as const;
  await allRefused(
    asked.map((name) => [name, name] as const),
    (shown, given) =>
      shown.evaluate(async (name) => {
        type Loose = Record<string, (...given: unknown[]) => Promise<unknown>>;
        const [at, here, media] = [navigator, window, navigator.mediaDevices] as unknown as [Record<string, Loose | undefined>, Loose, Loose | undefined];
        const nothing = (): Promise<never> => Promise.reject(new Error('not there'));
        const acts: Record<string, () => unknown> = {
          camera: () => media?.['getUserMedia']?.({ video: true }) ?? nothing(),
          microphone: () => media?.['getUserMedia']?.({ audio: true }) ?? nothing(),
          screen: () => media?.['getDisplayMedia']?.({}) ?? nothing(),
          place: () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
          notification: async () => ((await Notification.requestPermission()) === 'granted' ? 'granted' : nothing()),
          'clipboard read': () => at['clipboard']?.['readText']?.() ?? nothing(),
          'clipboard write': () => at['clipboard']?.['writeText']?.('x') ?? nothing(),
          MIDI: () => (navigator as unknown as Loose)['requestMIDIAccess']?.({ sysex: true }) ?? nothing(),
          USB: () => at['usb']?.['requestDevice']?.({ filters: [] }) ?? nothing(),
          serial: () => at['serial']?.['requestPort']?.() ?? nothing(),
          HID: () => at['hid']?.['requestDevice']?.({ filters: [] }) ?? nothing(),
          Bluetooth: () => at['bluetooth']?.['requestDevice']?.({ acceptAllDevices: true }) ?? nothing(),
          'wake lock': () => at['wakeLock']?.['request']?.('screen') ?? nothing(),
          'idle detection': async () =>
            (await (here['IdleDetector'] as unknown as Loose | undefined)?.['requestPermission']?.()) === 'granted' ? 'granted' : nothing(),
          'persistent storage': async () => ((await navigator.storage.persist()) ? 'granted' : nothing()),
          'full screen': () => document.documentElement.requestFullscreen(),
          'pointer lock': () => document.body.requestPointerLock(),
          gamepads: () => navigator.getGamepads(),
          fonts: () => here['queryLocalFonts']?.() ?? nothing(),
          'other screens': () => here['getScreenDetails']?.() ?? nothing(),
          'file to open': () => here['showOpenFilePicker']?.() ?? nothing(),
          'file to save': () => here['showSaveFilePicker']?.() ?? nothing(),
          folder: () => here['showDirectoryPicker']?.() ?? nothing(),
          share: () => (navigator as unknown as Loose)['share']?.({ text: 'x' }) ?? nothing(),
          payment: () =>
            new PaymentRequest([{ supportedMethods: 'https://example.invalid/' }], { total: { label: 'x', amount: { currency: 'CNY', value: '1' } } }).show(),
          passkey: () => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16) } }),
          protocol: () => {
            navigator.registerProtocolHandler('web+kiosk', '/index.html?%s');
            return nothing();
          },
          print: () => {
            print();
            return nothing();
          },
          alert: () => {
            alert('x');
            return nothing();
          },
          confirm: () => (confirm('x') ? 'granted' : nothing()),
          credentials: () => (navigator.credentials as unknown as Loose)['get']?.({ identity: { providers: [] } }) ?? nothing(),
          prompt: () => (prompt('x') === null ? nothing() : 'granted'),
        };
        const limit = new Promise((_resolve, reject) => setTimeout(reject, 1000));
        try {
          await Promise.race([acts[name]?.(), limit]);
          return 'got through';
        } catch {
          return 'refused';
        }
      }, given),
    32,
  );
});

test('dialogs: none comes up, a print dialog among them, also out of an empty frame', async () => {
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.type());
    void dialog.dismiss();
  });
  const printed = await page.evaluate(() => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    let prints = 0;
    for (const view of [window, frame.contentWindow]) view?.addEventListener('beforeprint', () => (prints += 1));
    window.print();
    frame.contentWindow?.print();
    frame.contentWindow?.alert('x');
    window.addEventListener('beforeunload', (event) => event.preventDefault());
    frame.remove();
    return prints;
  });
  expect({ printed, dialogs }).toEqual({ printed: 0, dialogs: [] });
});

const KEYS = [
  'Control+P',
  'Control+N',
  'Control+Shift+N',
  'Control+T',
  'Control+W',
  'Control+O',
  'Control+S',
  'Control+U',
  'Control+J',
  'Control+H',
  'Control+L',
  'Control+R',
  'Control+Shift+R',
  'Control+F',
  'Control+D',
  'Control+Shift+I',
  'Control+Shift+J',
  'Control+Shift+C',
  'Control+Shift+Delete',
  'Control+Equal',
  'Control+Minus',
  'Control+Tab',
  'F1',
  'F3',
  'F5',
  'F6',
  'F7',
  'F10',
  'F11',
  'F12',
  'Alt+F4',
  'Alt+ArrowLeft',
  'Alt+Home',
  'Alt+D',
  'Shift+F10',
  'ContextMenu',
  'BrowserBack',
  'BrowserHome',
  'Backspace',
  'Escape',
  'Meta',
  'PrintScreen',
] as const;

test('keys: none of a browser’s does anything', async () => {
  await allRefused(
    KEYS.map((key) => [key, key] as const),
    (shown, key) =>
      shown.keyboard.press(key).catch((error: unknown) => (String(error).includes('Unknown key') ? 'a key this keyboard lacks' : Promise.reject(error))),
    42,
  );
});

test('things dropped on it: no file, link or text takes its place', async () => {
  const dropped = [
    'text/uri-list file:///etc/passwd',
    `text/uri-list ${outsideUrl}`,
    `text/html <a href="${outsideUrl}">x</a>`,
    'text/plain javascript:alert(1)',
    'Files',
  ] as const;
  await allRefused(
    dropped.map((what) => [what, what] as const),
    (shown, what) =>
      shown.evaluate((given) => {
        const [type = '', ...rest] = given.split(' ');
        const data = new DataTransfer();
        if (type === 'Files') data.items.add(new File(['x'], 'x.html', { type: 'text/html' }));
        else data.setData(type, rest.join(' '));
        for (const name of ['dragenter', 'dragover', 'drop'])
          document.body.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: data }));
      }, what),
    5,
  );
});

test('the line to the shell: whatever is said that is no touch is dropped there, and the shell goes on', async () => {
  const from = shell.lines.length;
  const said = await page.evaluate(() => {
    const touch = { version: 1, seq: 1, act: { type: 'start' } };
    const deep = (levels: number): unknown => (levels === 0 ? 'end' : { act: deep(levels - 1) });
    const messages: unknown[] = [
      null,
      true,
      0,
      -1,
      1e308,
      '',
      'start',
      [],
      [touch],
      {},
      { act: {} },
      { ...touch, version: 2 },
      { ...touch, version: '1' },
      { ...touch, seq: -1 },
      { ...touch, seq: 0.5 },
      { ...touch, seq: '1' },
      { ...touch, seq: 2 ** 60 },
      { ...touch, more: true },
      { ...touch, act: 'start' },
      { ...touch, act: null },
      { ...touch, act: [] },
      { ...touch, act: { type: '__proto__' } },
      { ...touch, act: { type: 'constructor' } },
      { ...touch, act: { type: 'start', more: 1 } },
      { ...touch, act: { type: ['start'] } },
      { ...touch, act: { type: 'START' } },
      { ...touch, act: { type: 'start\u0000' } },
      { ...touch, act: { type: 'open-the-safe' } },
      { type: 'ui', event: touch },
      { type: 'stop' },
      { type: 'fatal', message: 'x', exitCode: 0 },
      { type: 'ready' },
      JSON.parse('{"__proto__":{"version":1,"seq":1,"act":{"type":"start"}}}'),
      JSON.parse('{"version":1,"seq":1,"act":{"type":"open-the-safe","__proto__":{"type":"start"}}}'),
      JSON.parse('{"constructor":{"prototype":{"admin":true}},"version":1}'),
      deep(200),
      { ...touch, act: { type: 'x'.repeat(1_000_000) } },
      Array.from({ length: 10_000 }, () => touch),
    ];
    let sent = 0;
    for (const message of messages) {
      try {
        window.kiosk.send(message as Parameters<typeof window.kiosk.send>[0]);
        sent += 1;
      } catch {
        // refused before it was sent
      }
    }
    return { tried: messages.length, sent };
  });
  expect(said.tried).toBeGreaterThanOrEqual(38);
  await expect.poll(() => shell.lines.slice(from).filter((line) => line.includes('dropped a malformed message of the page')).length).toBe(said.sent);
  expect(shell.lines.slice(from).filter((line) => line.startsWith('terminal heard {"type":"ui"'))).toEqual([]);
  expect(shell.lines.slice(from).filter((line) => line.length > 2000)).toEqual([]);
  await page.getByTestId('touch').click();
  // the megabytes said before come first
  await shell.waitForLine(/^terminal heard \{"type":"ui".*"start"/, { from, limitMs: 40_000 });
});
