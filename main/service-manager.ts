/**
 * What systemd is told of the terminal: that it is ready, that it still turns, that it stops (sd_notify(3)). Node has no datagram sockets of the
 * Unix kind, so systemd's own `systemd-notify` says it; the unit takes it from any process of the service (`NotifyAccess=all`). Without
 * systemd nothing is said. Used by whichever process is on top: the shell, or the terminal process when it runs alone. Below the launcher,
 * which begins and ends the service (resources/launcher), it is said only that this process turns: an update is no end of the service.
 */

/** What of the clock is needed. */
interface WatchdogClock {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface ServiceManagerParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: WatchdogClock;
  /** Starts a program and does not wait for it. */
  readonly start: (program: string, args: readonly string[]) => void;
}

export const SYSTEMD_NOTIFY = '/usr/bin/systemd-notify';

/** A word every third of the time that systemd gives: two may be late before it acts. */
const WORDS_A_LIMIT = 3;

export class ServiceManager {
  readonly #parts: ServiceManagerParts;
  /** ms between two words; `undefined`: nobody watches. */
  readonly #every: number | undefined;
  readonly #launched: boolean;
  #timer: unknown;

  constructor(parts: ServiceManagerParts) {
    this.#parts = parts;
    const micros = Number(parts.env['WATCHDOG_USEC']);
    this.#launched = parts.env['KIOSK_INSTALL'] !== undefined;
    this.#every = micros > 0 ? micros / 1000 / WORDS_A_LIMIT : undefined;
  }

  /** Everything that must be up is up. From now on it is said that this process turns, for as long as it does. */
  ready(): void {
    if (!this.#launched) this.#say('READY=1');
    this.#parts.clock.clearTimeout(this.#timer);
    this.#wordLater();
  }

  /** It ends in order; nobody waits for words any more. */
  stopping(): void {
    this.#parts.clock.clearTimeout(this.#timer);
    if (!this.#launched) this.#say('STOPPING=1');
  }

  #wordLater(): void {
    if (this.#every === undefined) return;
    this.#timer = this.#parts.clock.setTimeout(() => {
      this.#say('WATCHDOG=1');
      this.#wordLater();
    }, this.#every);
  }

  #say(word: string): void {
    if (this.#parts.env['NOTIFY_SOCKET'] !== undefined) this.#parts.start(SYSTEMD_NOTIFY, [word]);
  }
}
