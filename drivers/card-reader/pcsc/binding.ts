/**
 * The machine's PC/SC service, reached through a thread of its own: calls into it stop the thread they are made in, some until a card is
 * lifted or the service ends, and the terminal must not stand still meanwhile. One thread for the whole process; it keeps nobody from
 * ending the process.
 */
import { Worker } from 'node:worker_threads';
import { PcscError, type PcscSession, type PcscSystem } from './service.ts';
import type { ThreadCalls, ThreadReply } from './thread-protocol.ts';

/** Beside this file in the sources; beside the terminal's file in the built application (launcher/bundles.ts). */
const THREAD_FILE = import.meta.url.endsWith('.ts') ? './thread.ts' : './pcsc-thread.js';

/** @throws {PcscError} `notInstalled`, saying what to install */
export async function loadPcsc(): Promise<PcscSystem> {
  const thread = PcscThread.running();
  await thread.ask('load');
  return { open: async () => sessionOf(thread, await thread.ask('open')) };
}

function sessionOf(thread: PcscThread, session: number): PcscSession {
  return {
    readers: () => thread.ask('readers', session),
    state: (reader) => thread.ask('state', session, reader),
    power: async (reader) => {
      const card = await thread.ask('power', session, reader);
      return { transmit: (apdu) => thread.ask('transmit', card, apdu), release: () => thread.tell('release', card) };
    },
    close: () => thread.tell('close', session),
  };
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: PcscError) => void;
}

class PcscThread {
  static #current: PcscThread | undefined;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  private constructor() {
    this.#worker = new Worker(new URL(THREAD_FILE, import.meta.url), { name: 'pcsc' });
    this.#worker.unref();
    this.#worker.on('message', (reply: ThreadReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(undefined));
  }

  static running(): PcscThread {
    PcscThread.#current ??= new PcscThread();
    return PcscThread.#current;
  }

  ask<C extends keyof ThreadCalls>(call: C, ...args: Parameters<ThreadCalls[C]>): Promise<ReturnType<ThreadCalls[C]>> {
    return new Promise<ReturnType<ThreadCalls[C]>>((resolve, reject) => {
      this.#lastId += 1;
      this.#pending.set(this.#lastId, { resolve: (value) => resolve(value as ReturnType<ThreadCalls[C]>), reject });
      this.#worker.postMessage({ id: this.#lastId, call, args });
    });
  }

  /** Nobody waits for its end. */
  tell<C extends keyof ThreadCalls>(call: C, ...args: Parameters<ThreadCalls[C]>): void {
    this.ask(call, ...args).catch(() => {});
  }

  #settle(reply: ThreadReply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.ok) pending?.resolve(reply.value);
    else pending?.reject(new PcscError(reply.problem, reply.message));
  }

  /** The next `loadPcsc` starts another one. */
  #end(cause: unknown): void {
    if (PcscThread.#current === this) PcscThread.#current = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    for (const { reject } of pending) reject(new PcscError('noService', `the thread for PC/SC ended${why}`, cause));
  }
}
