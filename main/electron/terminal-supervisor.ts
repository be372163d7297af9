/**
 * Keeps the terminal process alive: starts it, restarts it with back-off, reads its exit codes, and puts a View of the shell's own on
 * the screen meanwhile. Knows a process only by `ForkTerminal`, so it needs no Electron. Owned by the shell.
 */
import type { KeyPress, UiEvent, View } from '../../state-machines/view.ts';
import { toShellSchema, type ToTerminal } from '../process-protocol.ts';
import type { ShellClock } from './shell-clock.ts';
import { brief, type ShellLog } from './shell-log.ts';
import { ShellViews } from './shell-views.ts';

/** A running terminal process. */
export interface TerminalProcess {
  readonly pid: number | undefined;
  send(message: ToTerminal): void;
  /** Ends it at once, whatever it does. `onExit` follows. */
  kill(): void;
}

export interface TerminalProcessEvents {
  onMessage(message: unknown): void;
  onExit(code: number): void;
}

/** Starts a terminal process. Events come later than the call returns. */
export type ForkTerminal = (events: TerminalProcessEvents) => TerminalProcess;

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const supervisionDelays = {
  /** A crash by bad luck: the person still stands there. Doubles with every further one. */
  firstRestart: 500,
  /** A crash at every start: don't wear the machine, but come back soon after the cause is gone. */
  longestRestart: 30_000,
  /** Ready for this long: the next crash counts as the first again. */
  stable: 60_000,
  /** Asked to stop: time to close the journal and give a card back before it is ended. */
  stopGrace: 10_000,
  /** Announced that it can't go on: time to exit by itself. */
  fatalGrace: 5_000,
  /** How often it is asked whether it turns. */
  ping: 10_000,
  /** Asked and silent for so long: it hangs. Longer than the worst sync of a worn disk. */
  pong: 30_000,
} as const;

/** Exit codes of the terminal process that mean something; any other is a crash. */
const exitCodes = { stop: 0, restart: 10, updateReady: 11, fallBack: 12, needsTechnician: 13 } as const;

export interface TerminalSupervisorParts {
  readonly fork: ForkTerminal;
  readonly clock: ShellClock;
  readonly log: ShellLog;
  /** A View for every page. */
  readonly publish: (view: View) => void;
  /** A key of the keypad, for every page. */
  readonly onKey: (press: KeyPress) => void;
  /** The terminal process asked that the whole application ends: for good (0), for the release that is laid out (11), or for the one before (12). */
  readonly onStop: (exitCode: number) => void;
}

interface Run {
  readonly process: TerminalProcess;
  ready: boolean;
  fatalCode: number | undefined;
  stableTimer: unknown;
  pingTimer: unknown;
  /** Runs from the first ping without an answer. */
  hangTimer: unknown;
  killTimer: unknown;
}

export class TerminalSupervisor {
  readonly #parts: TerminalSupervisorParts;
  readonly #views: ShellViews;
  #run: Run | undefined;
  #restartTimer: unknown;
  #crashes = 0;
  #ownView: View | undefined;
  #stopping: { readonly promise: Promise<void>; readonly done: () => void } | undefined;

  constructor(parts: TerminalSupervisorParts) {
    this.#parts = parts;
    this.#views = new ShellViews(() => parts.clock.now());
  }

  /** Starts the first process. Call once. */
  start(): void {
    this.#show(this.#views.starting());
    this.#fork();
  }

  /** What a person did; dropped while no terminal process is ready to hear it. */
  touch(event: UiEvent): void {
    if (this.#run?.ready === true) this.#run.process.send({ type: 'ui', event });
  }

  /** A page (re)loaded: it gets the present View, from the terminal process when that is up, else from the shell. */
  pageReady(): void {
    if (this.#ownView !== undefined) this.#parts.publish(this.#ownView);
    if (this.#run?.ready === true) this.#run.process.send({ type: 'page-ready' });
  }

  /** Ends the terminal process in order, by force after `stopGrace`. Resolves when it is gone; nothing restarts afterwards. */
  stop(): Promise<void> {
    if (this.#stopping !== undefined) return this.#stopping.promise;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stopping = { promise, done: resolve };
    this.#parts.clock.clearTimeout(this.#restartTimer);
    const run = this.#run;
    if (run === undefined) resolve();
    else {
      for (const timer of [run.pingTimer, run.hangTimer]) this.#parts.clock.clearTimeout(timer);
      run.process.send({ type: 'stop' });
      this.#killAfter(run, supervisionDelays.stopGrace);
    }
    return promise;
  }

  #fork(): void {
    const process = this.#parts.fork({
      onMessage: (message) => this.#onMessage(run, message),
      onExit: (code) => this.#onExit(run, code),
    });
    const run: Run = { process, ready: false, fatalCode: undefined, stableTimer: undefined, pingTimer: undefined, hangTimer: undefined, killTimer: undefined };
    this.#run = run;
    this.#parts.log.info({ terminalPid: process.pid }, 'terminal process started');
  }

  #onMessage(run: Run, raw: unknown): void {
    if (run !== this.#run) return;
    const parsed = toShellSchema.safeParse(raw);
    if (!parsed.success) {
      this.#parts.log.warn({ message: brief(raw), problem: brief(parsed.error.message) }, 'dropped a malformed message of the terminal process');
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'ready':
        this.#onReady(run);
        return;
      case 'view':
        this.#ownView = undefined;
        this.#views.remember(message.view);
        this.#parts.publish(message.view);
        return;
      case 'key':
        this.#parts.onKey(message.press);
        return;
      case 'pong':
        this.#parts.clock.clearTimeout(run.hangTimer);
        run.hangTimer = undefined;
        return;
      case 'fatal':
        this.#parts.log.error({ reason: message.message, exitCode: message.exitCode }, 'terminal process can not go on');
        run.fatalCode = message.exitCode;
        this.#killAfter(run, supervisionDelays.fatalGrace);
        return;
    }
  }

  #onReady(run: Run): void {
    if (run.ready) return;
    run.ready = true;
    run.stableTimer = this.#parts.clock.setTimeout(() => {
      this.#crashes = 0;
    }, supervisionDelays.stable);
    this.#pingLater(run);
  }

  #pingLater(run: Run): void {
    run.pingTimer = this.#parts.clock.setTimeout(() => {
      run.hangTimer ??= this.#parts.clock.setTimeout(() => {
        this.#parts.log.error({ terminalPid: run.process.pid }, 'terminal process hangs');
        run.process.kill();
      }, supervisionDelays.pong);
      run.process.send({ type: 'ping' });
      this.#pingLater(run);
    }, supervisionDelays.ping);
  }

  #onExit(run: Run, exitCode: number): void {
    if (run !== this.#run) return;
    this.#run = undefined;
    for (const timer of [run.stableTimer, run.pingTimer, run.hangTimer, run.killTimer]) this.#parts.clock.clearTimeout(timer);
    const code = run.fatalCode ?? exitCode;
    this.#parts.log.info({ terminalPid: run.process.pid, exitCode: code }, 'terminal process ended');
    if (this.#stopping !== undefined) this.#stopping.done();
    else if (code === exitCodes.stop || code === exitCodes.updateReady || code === exitCodes.fallBack) this.#parts.onStop(code);
    else if (code === exitCodes.needsTechnician) this.#show(this.#views.outOfService());
    else this.#restart(code === exitCodes.restart && run.ready);
  }

  /** @param atOnce asked for by a process that had been ready; one that never was would spin */
  #restart(atOnce: boolean): void {
    this.#show(this.#views.starting());
    if (atOnce) {
      this.#fork();
      return;
    }
    const wait = Math.min(supervisionDelays.firstRestart * 2 ** this.#crashes, supervisionDelays.longestRestart);
    this.#crashes += 1;
    this.#parts.log.warn({ waitMs: wait }, 'terminal process restarts');
    this.#restartTimer = this.#parts.clock.setTimeout(() => this.#fork(), wait);
  }

  #show(view: View): void {
    this.#ownView = view;
    this.#parts.publish(view);
  }

  #killAfter(run: Run, ms: number): void {
    this.#parts.clock.clearTimeout(run.killTimer);
    run.killTimer = this.#parts.clock.setTimeout(() => run.process.kill(), ms);
  }
}
