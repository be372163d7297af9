/** The thread that PC/SC calls are made in: started by binding.ts, does what it is told, answers with values or problems. */
import { parentPort } from 'node:worker_threads';
import { loadNative } from './native.ts';
import { PcscError, type PcscSession, type PcscSystem, type PoweredCard } from './service.ts';
import type { ThreadCalls, ThreadReply, ThreadRequest } from './thread-protocol.ts';

const sessions = new Map<number, PcscSession>();
const cards = new Map<number, PoweredCard>();
let system: PcscSystem | undefined;
let lastHandle = 0;

type Result = ReturnType<ThreadCalls[keyof ThreadCalls]>;

parentPort?.on('message', (request: ThreadRequest) => {
  void answered(request).then((reply) => parentPort?.postMessage(reply));
});

async function answered(request: ThreadRequest): Promise<ThreadReply> {
  const { id } = request;
  try {
    return { id, ok: true, value: await perform(request) };
  } catch (error) {
    const problem = error instanceof PcscError ? error.problem : 'other';
    return { id, ok: false, problem, message: error instanceof Error ? error.message : String(error) };
  }
}

async function perform(request: ThreadRequest): Promise<Result> {
  switch (request.call) {
    case 'load':
      system ??= await loadNative();
      return undefined;
    case 'open': {
      if (system === undefined) throw new PcscError('notInstalled', 'PC/SC is not loaded');
      return kept(sessions, await system.open());
    }
    case 'readers':
      return await heldIn(sessions, request.args[0]).readers();
    case 'state':
      return await heldIn(sessions, request.args[0]).state(request.args[1]);
    case 'power':
      return kept(cards, await heldIn(sessions, request.args[0]).power(request.args[1]));
    case 'transmit':
      return await heldIn(cards, request.args[0]).transmit(request.args[1]);
    case 'release':
      cards.get(request.args[0])?.release();
      cards.delete(request.args[0]);
      return undefined;
    case 'close':
      sessions.get(request.args[0])?.close();
      sessions.delete(request.args[0]);
      return undefined;
  }
}

function kept<T>(held: Map<number, T>, what: T): number {
  lastHandle += 1;
  held.set(lastHandle, what);
  return lastHandle;
}

function heldIn<T>(held: ReadonlyMap<number, T>, handle: number): T {
  const found = held.get(handle);
  if (found === undefined) throw new PcscError('other', 'PC/SC: it was given back already');
  return found;
}
