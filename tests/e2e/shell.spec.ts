/** The shell's own promises, with a small page and a small terminal process: what a page can't do, and what comes back by itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import type { RunningShell } from '../launcher/launch-shell.ts';
import { launchSmallApp } from './support/shell-app.ts';

async function withShell<T>(body: (shell: RunningShell, page: Page) => Promise<T>, ...launch: Parameters<typeof launchSmallApp>): Promise<T> {
  const shell = await launchSmallApp(...launch);
  try {
    return await body(shell, await shell.page());
  } finally {
    await shell.close();
  }
}

const screenOf = (page: Page) => page.getByTestId('screen');

/** How the host answers a request for a file: its HTTP status, as the page's own timing tells it. */
async function statusOf(page: Page, path: string): Promise<number | undefined> {
  return page.evaluate(async (src) => {
    await new Promise((resolve) => {
      const image = new Image();
      image.addEventListener('load', resolve);
      image.addEventListener('error', resolve);
      image.src = src;
    });
    const [entry] = performance.getEntriesByName(new URL(src, location.href).href);
    return entry instanceof PerformanceResourceTiming ? entry.responseStatus : undefined;
  }, path);
}

test.describe('a page', () => {
  let shell: RunningShell;
  let page: Page;

  test.beforeAll(async () => {
    shell = await launchSmallApp();
    page = await shell.page();
    await expect(screenOf(page)).toHaveAttribute('data-screen', 'attract');
  });
  test.afterAll(() => shell.close());

  test('sees window.kiosk and nothing of what is behind it', async () => {
    const seen = await page.evaluate(() => ({
      kiosk: Object.keys(window.kiosk),
      frozen: Object.isFrozen(window.kiosk),
      behind: ['require', 'process', 'module', 'ipcRenderer', 'electron', '__standInSend', '__standInReceive'].filter((name) => name in window),
    }));
    expect(seen).toEqual({ kiosk: ['version', 'onView', 'onKey', 'send', 'ready'], frozen: true, behind: [] });
  });

  test('can not replace window.kiosk', async () => {
    const replaced = await page.evaluate(() => {
      try {
        Object.defineProperty(window, 'kiosk', { value: 'mine' });
        return true;
      } catch {
        return false;
      }
    });
    expect(replaced).toBe(false);
  });

  test('that navigates away stays where it is', async () => {
    await page.evaluate(() => void (location.href = 'https://example.invalid/away'));
    await shell.waitForLine(/https:\/\/example\.invalid\/away.*navigation refused/);
    await expect(screenOf(page)).toBeVisible();
  });

  test('that navigates to another page of ours stays where it is', async () => {
    const from = shell.lines.length;
    await page.evaluate(() => void (location.href = '/bench.html'));
    await shell.waitForLine(/kiosk:\/\/app\/bench\.html.*navigation refused/, { from });
    expect(await page.evaluate(() => document.title)).toBe('Test page');
  });

  test('opens no window', async () => {
    expect(await page.evaluate(() => window.open('https://example.invalid/popup'))).toBeNull();
    await expect.poll(() => page.context().pages().length).toBe(1);
  });

  test('is granted no permission', async () => {
    const states = await page.evaluate(async () => {
      const names = ['geolocation', 'camera', 'microphone', 'midi', 'clipboard-read', 'notifications'] as const;
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state));
    });
    expect(states).toEqual(['denied', 'denied', 'denied', 'denied', 'denied', 'denied']);
  });

  test('downloads nothing', async () => {
    const begun: string[] = [];
    page.on('download', (download) => begun.push(download.url()));
    await page.evaluate(async () => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['note']));
      link.download = 'note.txt';
      link.click();
      await new Promise((resolve) => setTimeout(resolve, 200));
    });
    expect(begun).toEqual([]);
  });

  test('runs no inline script, no string as code, no string as markup', async () => {
    const done = await page.evaluate(async () => {
      const attempts = { code: () => window.setTimeout.constructor('return 1')(), markup: () => (document.body.innerHTML += '<b>no</b>') };
      const refused: string[] = [];
      for (const [name, attempt] of Object.entries(attempts)) {
        // Developer tools may make code from strings where they evaluate; a timer's turn is the page's own.
        await new Promise<void>((resolve) =>
          setTimeout(() => {
            try {
              attempt();
            } catch {
              refused.push(name);
            }
            resolve();
          }),
        );
      }
      return { inline: document.documentElement.dataset['inline'] === 'ran', refused };
    });
    expect(done).toEqual({ inline: false, refused: ['code', 'markup'] });
  });

  test('reaches nothing outside: its policy names what it tried', async () => {
    const blocked = await page.evaluate(async () => {
      const found: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => found.push(event.effectiveDirective));
      await fetch('https://example.invalid/').catch(() => undefined);
      await fetch('/index.html').catch(() => undefined);
      document.body.append(Object.assign(new Image(), { src: 'https://example.invalid/x.png' }));
      document.body.append(Object.assign(document.createElement('iframe'), { src: '/index.html' }));
      await new Promise((resolve) => setTimeout(resolve, 200));
      return found.sort();
    });
    expect(blocked).toEqual(['connect-src', 'connect-src', 'frame-src', 'img-src']);
  });

  test('gets the files of the build and no others', async () => {
    expect(await statusOf(page, '/index.html')).toBe(200);
    expect(await statusOf(page, '/missing.png')).toBe(404);
    expect(await statusOf(page, '/..%2fmain/shell.js')).toBe(404);
    expect(await statusOf(page, '/%2e%2e/main/shell.js')).toBe(404);
    expect(await statusOf(page, '/assets/')).toBe(404);
  });

  test('that says nonsense is not heard, and can go on', async () => {
    const from = shell.lines.length;
    await page.getByTestId('nonsense').click();
    await shell.waitForLine(/open-the-safe.*dropped a malformed message of the page/, { from });
    await page.getByTestId('touch').click();
    await shell.waitForLine(/^terminal heard \{"type":"ui".*"start"/, { from });
    await expect(screenOf(page)).toHaveAttribute('data-screen', 'insert-card');
    expect(shell.lines.some((line) => line.startsWith('terminal heard') && line.includes('open-the-safe'))).toBe(false);
  });
});

test('page crashes: it is there again with the View it had', async () => {
  await withShell(async (shell, page) => {
    await page.getByTestId('touch').click();
    await expect(screenOf(page)).toHaveAttribute('data-screen', 'insert-card');
    await crash(page);
    await shell.waitForLine(/"reason":"crashed".*page reloads/);
    await expect(screenOf(await shell.page())).toHaveAttribute('data-screen', 'insert-card');
  });
});

test('page crashes again and again: the shell gives up with 10 and stops the terminal process in order', async () => {
  await withShell(async (shell) => {
    for (let crashes = 0; crashes <= 5; crashes += 1) {
      const page = await shell.page();
      await expect(screenOf(page)).toHaveAttribute('data-screen', 'attract');
      await crash(page);
    }
    expect(await shell.exited).toBe(10);
    expect(shell.lines).toContain('terminal heard {"type":"stop"}');
  });
});

test('terminal process killed: "starting" meanwhile, then the idle screen of a new one', async () => {
  await withShell(async (shell, page) => {
    await expect(screenOf(page)).toHaveAttribute('data-screen', 'attract');
    await page.evaluate(() => {
      const screen = document.querySelector('[data-testid="screen"]');
      const seen: string[] = [];
      Object.assign(window, { seen });
      new MutationObserver(() => seen.push((screen as HTMLElement).innerText)).observe(screen as Node, { childList: true });
    });
    const killed = shell.terminalPid();
    const from = shell.lines.length;
    process.kill(killed, 'SIGKILL');
    await shell.waitForLine(/terminal process started/, { from });
    expect(shell.terminalPid()).not.toBe(killed);
    await expect.poll(() => page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual(['starting', 'attract']);
    await expect(screenOf(page)).toHaveAttribute('data-operator', 'Test operator');
  });
});

test('terminal process needs a technician (13): out of service, and it is not started again', async () => {
  await withShell(
    async (shell, page) => {
      await expect(screenOf(page)).toHaveAttribute('data-screen', 'out-of-service');
      expect(shell.lines.filter((line) => line.includes('terminal process started'))).toHaveLength(1);
    },
    { exitCode: 13 },
  );
});

test('terminal process asks to stop (0): the application ends with 0', async () => {
  const shell = await launchSmallApp({ exitCode: 0 });
  expect(await shell.exited).toBe(0);
});

test('terminal process says nonsense: the View before it stays valid, the nonsense is logged', async () => {
  await withShell(
    async (shell, page) => {
      await expect(screenOf(page)).toHaveAttribute('data-screen', 'attract');
      await shell.waitForLine(/not a View.*dropped a malformed message of the terminal process/);
    },
    { nonsense: true },
  );
});

test('the shell is killed: the terminal process does not live on without it', async () => {
  const shell = await launchSmallApp();
  await shell.page();
  const orphan = shell.terminalPid();
  shell.kill();
  await shell.exited;
  await expect.poll(() => isAlive(orphan)).toBe(false);
});

test('bench window: shows the same View, may touch, and reaches the bench, which the kiosk page does not', async () => {
  const bench = createServer((_request, response) => response.setHeader('access-control-allow-origin', '*').end('bench speaking')).listen(0, '127.0.0.1');
  await once(bench, 'listening');
  const benchUrl = `http://127.0.0.1:${(bench.address() as AddressInfo).port}/`;
  try {
    await withShell(
      async (shell, page) => {
        const window = await shell.benchPage();
        expect(new URL(window.url()).searchParams.get('api')).toBe(benchUrl);
        await expect(screenOf(window)).toHaveAttribute('data-screen', 'attract');
        await window.getByTestId('touch').click();
        await expect(screenOf(page)).toHaveAttribute('data-screen', 'insert-card');
        await expect(screenOf(window)).toHaveAttribute('data-screen', 'insert-card');
        expect(await fetchText(window, benchUrl)).toBe('bench speaking');
        // its policy lets it try, and the shell refuses: what the kiosk's page meets behind its own
        await window.evaluate(() => void open('https://example.invalid/popup'));
        // A window takes a renderer of its own, which a busy machine is long about.
        await shell.waitForLine(/new window refused/, { limitMs: 40_000 });
        await window.evaluate(() =>
          Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob(['note'])), download: 'note.txt' }).click(),
        );
        await shell.waitForLine(/download refused/);
        expect(await fetchText(page, benchUrl)).toBe('refused');
      },
      {},
      { benchUrl },
    );
  } finally {
    bench.closeAllConnections();
    bench.close();
  }
});

test('landscape display: the page fills it', async () => {
  await withShell(
    async (_shell, page) => {
      expect(await page.evaluate(() => [innerWidth, innerHeight])).toEqual([1920, 1080]);
    },
    {},
    { display: { width: 1920, height: 1080 } },
  );
});

test('started without a configuration: one line says what is missing, exit 2', async () => {
  const { host, lines } = await withShell(async (shell) => shell);
  test.skip(host.kind === 'electron', 'the command line is started by hand here');
  expect(lines.length).toBeGreaterThan(0);
  const started = spawn(process.execPath, ['--import', './tests/electron-standin/register.mjs', 'out/small-app/main/shell.js']);
  let complaint = '';
  started.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const code = await new Promise((resolve) => started.once('close', resolve));
  expect({ code, complaint }).toEqual({ code: 2, complaint: 'no configuration given; start with --config FILE\n' });
});

function fetchText(page: Page, url: string): Promise<string> {
  return page.evaluate(
    (address) =>
      fetch(address).then(
        (response) => response.text(),
        () => 'refused',
      ),
    url,
  );
}

async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // The page that crashes never answers.
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
