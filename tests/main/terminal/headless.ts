/**
 * The terminal process without a shell: started as the shell starts it, its Views collected, touched by messages. Used by the tests that
 * kill it.
 */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { toShellSchema } from '../../../main/process-protocol.ts';
import { VIEW_VERSION, type UiAct, type View, type ViewBodyOf, type ViewKind } from '../../../state-machines/view.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import type { KillAt } from './children/kill-at-append.ts';

const ENTRY = path.join(projectRoot, 'main', 'terminal', 'main.ts');
const KILLER = path.join(import.meta.dirname, 'children', 'kill-at-append.ts');
/** Between two steps on a busy machine. */
const PATIENCE = 40_000;
const AGAIN_MS = 1000;

/** The process ended while something was waited for. */
export class Died extends Error {}

type Wanted<K extends ViewKind> = (body: ViewBodyOf<K>) => boolean;

export class HeadlessTerminal {
  /** Kinds of all Views in the order they came. */
  readonly shown: ViewKind[] = [];
  readonly errors: string[] = [];
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #view: View | undefined;
  #ended = false;

  constructor(config: string) {
    this.#child = fork(ENTRY, ['--config', config], { execArgv: ['--import', KILLER], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => this.errors.push(text));
    this.#child.on('message', (raw) => {
      const message = toShellSchema.parse(raw);
      if (message.type !== 'view') return;
      this.#view = message.view;
      this.shown.push(this.#view.body.kind);
      this.#wake();
    });
    this.exited = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => {
        this.#ended = true;
        this.#wake();
        resolve({ code, signal });
      }),
    );
  }

  get dead(): boolean {
    return this.#ended;
  }

  get view(): View | undefined {
    return this.#view;
  }

  killAt(at: Omit<KillAt, 'type'>): void {
    this.#child.send({ type: 'kill-at', ...at });
  }

  touch(act: UiAct): void {
    if (!this.#ended) this.#child.send({ type: 'ui', event: { version: VIEW_VERSION, seq: this.#view?.seq ?? 0, act } });
  }

  /** Touches, once more every second as a person would when a touch met a screen that was just changing, until this is seen. @throws {Died} */
  async touchUntil<K extends ViewKind>(act: UiAct, kind: K, wanted?: Wanted<K>): Promise<ViewBodyOf<K>> {
    this.touch(act);
    const again = setInterval(() => this.touch(act), AGAIN_MS);
    try {
      return await this.sees(kind, wanted);
    } finally {
      clearInterval(again);
    }
  }

  /** The body on the screen as soon as it is of this kind and as wanted. @throws {Died} */
  async sees<K extends ViewKind>(kind: K, wanted: Wanted<K> = () => true): Promise<ViewBodyOf<K>> {
    let found: ViewBodyOf<K> | undefined;
    await this.#until(() => {
      const body = this.#view?.body;
      if (body?.kind !== kind) return false;
      found = body as ViewBodyOf<K>;
      return wanted(found);
    }, kind);
    if (found === undefined) throw new Error('unreachable');
    return found;
  }

  /** The first thing a person sees that is more than "one moment". @throws {Died} */
  async firstScreen(): Promise<View['body']> {
    await this.#until(() => this.#view !== undefined && this.#view.body.kind !== 'starting', 'the first screen');
    if (this.#view === undefined) throw new Error('unreachable');
    return this.#view.body;
  }

  /** In order, as the shell does. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#child.send({ type: 'stop' });
    await this.exited;
  }

  #until(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#watchers.delete(look);
        clearTimeout(timer);
        settle();
      };
      const look = (): void => {
        if (condition()) end(resolve);
        else if (this.#ended) end(() => reject(new Died(`ended while ${what} was waited for`)));
      };
      const timer = setTimeout(
        () =>
          end(() =>
            reject(new Error(`no ${what} within ${PATIENCE} ms; the screen shows ${JSON.stringify(this.#view?.body)}\n${this.errors.slice(-20).join('')}`)),
          ),
        PATIENCE,
      );
      this.#watchers.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of this.#watchers) look();
  }
}
