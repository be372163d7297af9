/** The operator's folder as it is published, opened in a real browser: from disk as it is, or from a static web server. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { projectRoot } from '../../launcher/run-tool.ts';

export interface Viewport {
  readonly width: number;
  readonly height: number;
}
export const PHONE: Viewport = { width: 390, height: 844 };
export const DESKTOP: Viewport = { width: 1280, height: 900 };

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** Any static web server: files below `folder`, 404 for the rest, and a list of what was asked for. */
export class StaticServer {
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor(folder: string) {
    this.#server = createServer((request, response) => {
      const url = request.url ?? '/';
      this.asked.push(url);
      const file = url.startsWith('/fonts/')
        ? path.join(projectRoot, 'node_modules/@fontsource-variable/noto-sans-sc', path.normalize(url.slice('/fonts'.length)))
        : path.join(folder, path.normalize(url === '/' ? '/index.html' : url));
      if (!existsSync(file)) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'text/plain' }).end(readFileSync(file));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** A phone has Chinese letters of its own; the machine that takes pictures may have none. Only for pictures: the page's policy is off then. */
export async function withLetters(page: Page, address: string): Promise<void> {
  const css = readFileSync(path.join(projectRoot, 'node_modules/@fontsource-variable/noto-sans-sc/index.css'), 'utf8');
  await page.addStyleTag({ content: css.replaceAll('url(./files/', `url(${address}fonts/files/`) });
  await page.evaluate(async () => {
    await document.fonts.ready;
  });
}
