/**
 * Everything the pages ask of the network, in Electron's order: navigation events, the session's request filter, then the scheme's
 * handler; what remains goes out. Also popups and downloads, which begin as requests.
 */
import type { BrowserContext, Download, Page, Request as PageRequest, Route, WebSocketRoute } from 'playwright-core';
import { isOpening } from './chromium.ts';
import { fromCarrier, handlerOf } from './protocol.ts';
import { standInSession } from './session.ts';

/** A window, as the network sees it. */
export interface PageOwner {
  owns(page: Page): boolean;
  /** Whether the page may go there: asked for by `loadURL`, or not prevented. @param url in the program's words */
  mayNavigate(url: string, mainFrame: boolean): boolean;
  /** Whether the page may open a window. */
  mayOpen(url: string): boolean;
}

export async function attachNetwork(context: BrowserContext, owners: () => readonly PageOwner[]): Promise<void> {
  await context.route('**/*', (route) => answer(route, owners()));
  await context.routeWebSocket(/.*/, (socket) => answerSocket(socket));
  for (const page of context.pages()) watchDownloads(page);
  context.on('page', (page) => {
    watchDownloads(page);
    if (isOpening()) return;
    // An empty window makes no request, so nobody was asked yet.
    if (page.url() === 'about:blank') mayOpen('about:blank', owners());
    void page.close();
  });
}

async function answer(route: Route, owners: readonly PageOwner[]): Promise<void> {
  const request = route.request();
  const url = fromCarrier(request.url());
  if (request.isNavigationRequest() && !mayNavigate(request, url, owners)) return route.abort('aborted');
  if (!(await standInSession.lets(url, request.method()))) return route.abort('blockedbyclient');
  if (url === request.url()) return route.continue();
  const handler = handlerOf(url);
  if (handler === undefined) return route.abort('failed');
  const response = await handler(new Request(url.replace(/#.*$/s, ''), { method: request.method() }));
  return route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.from(await response.arrayBuffer()) });
}

function mayNavigate(request: PageRequest, url: string, owners: readonly PageOwner[]): boolean {
  const frame = frameOf(request);
  if (frame === undefined) return mayOpen(url, owners);
  const owner = owners.find((candidate) => candidate.owns(frame.page()));
  return owner?.mayNavigate(url, frame.parentFrame() === null) ?? false;
}

/** A page wants a window. Which page it was isn't known here, so every one is asked; an opened window would have no owner. */
function mayOpen(url: string, owners: readonly PageOwner[]): false {
  const allowed = owners.filter((owner) => owner.mayOpen(url));
  if (allowed.length === owners.length && owners.length > 0) throw new Error('stand-in: windows opened by pages are not supported');
  return false;
}

/** Undefined for the first request of a popup: its page isn't there yet. */
function frameOf(request: PageRequest): ReturnType<PageRequest['frame']> | undefined {
  try {
    return request.frame();
  } catch {
    return undefined;
  }
}

async function answerSocket(socket: WebSocketRoute): Promise<void> {
  if (await standInSession.lets(socket.url(), 'GET')) socket.connectToServer();
  else await socket.close({ code: 1008 });
}

function watchDownloads(page: Page): void {
  page.on('download', (download) => void answerDownload(download));
}

async function answerDownload(download: Download): Promise<void> {
  if (standInSession.letsDownload(fromCarrier(download.url()))) throw new Error('stand-in: downloads are not supported');
  await download.cancel();
}
