/**
 * Keeps a page on the screen: reloads it when its process is gone, hangs, or never gets as far as drawing — a bounded number of
 * times, after which the whole application is given up so that whoever started it begins afresh. Owned by the shell.
 */
import type { ShellClock } from './shell-clock.ts';
import type { ShellLog } from './shell-log.ts';

export interface SupervisedPage {
  reload(): void;
  /** Ends the page's process; `gone` is called afterwards. */
  crash(): void;
}

export const rendererLimits = {
  /** More reloads than this within `within` ms: it isn't bad luck. */
  reloads: 5,
  within: 60_000,
  /** From load to the page's `ready`: generous, as fonts and a cold disk may be slow. */
  ready: 20_000,
} as const;

export interface RendererSupervisorParts {
  readonly page: SupervisedPage;
  readonly clock: ShellClock;
  readonly log: ShellLog;
  /** No reload helps any more. Called once. */
  readonly giveUp: () => void;
}

export class RendererSupervisor {
  readonly #parts: RendererSupervisorParts;
  #reloads: readonly number[] = [];
  #readyTimer: unknown;
  #ended = false;

  constructor(parts: RendererSupervisorParts) {
    this.#parts = parts;
  }

  /** The page begins to load for the first time. */
  loading(): void {
    this.#expectReady();
  }

  /** The page said that it draws. */
  ready(): void {
    this.#parts.clock.clearTimeout(this.#readyTimer);
  }

  /** Nothing is wrong with it; it is loaded anew all the same. */
  renew(): void {
    if (this.#ended) return;
    this.#parts.log.info({}, 'page is renewed');
    this.#expectReady();
    this.#parts.page.reload();
  }

  /** The page's process ended. @param reason Electron's word, e.g. `crashed`, `oom` */
  gone(reason: string): void {
    this.#reload(reason);
  }

  /** The page stopped answering: a reload would wait for it, so it is ended first. */
  unresponsive(): void {
    if (this.#ended) return;
    this.#parts.log.error({}, 'page hangs');
    this.#parts.page.crash();
  }

  /** Nothing is reloaded any more; the application ends. */
  end(): void {
    this.#ended = true;
    this.#parts.clock.clearTimeout(this.#readyTimer);
  }

  #reload(reason: string): void {
    if (this.#ended) return;
    const now = this.#parts.clock.monotonic();
    this.#reloads = this.#reloads.filter((at) => now - at < rendererLimits.within);
    if (this.#reloads.length >= rendererLimits.reloads) {
      this.#parts.log.error({ reason, reloads: this.#reloads.length }, 'page can not be kept up');
      this.end();
      this.#parts.giveUp();
      return;
    }
    this.#reloads = [...this.#reloads, now];
    this.#parts.log.warn({ reason }, 'page reloads');
    this.#expectReady();
    this.#parts.page.reload();
  }

  #expectReady(): void {
    this.#parts.clock.clearTimeout(this.#readyTimer);
    this.#readyTimer = this.#parts.clock.setTimeout(() => this.#reload('never ready'), rendererLimits.ready);
  }
}
