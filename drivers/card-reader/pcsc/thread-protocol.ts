/** What goes between the terminal's thread and the one that PC/SC calls are made in. */
import type { PcscProblem, ReaderState } from './service.ts';

/** Sessions and cards are numbers here. */
export interface ThreadCalls {
  load(): void;
  open(): number;
  readers(session: number): readonly string[];
  state(session: number, reader: string): ReaderState;
  power(session: number, reader: string): number;
  transmit(card: number, apdu: Uint8Array): Uint8Array;
  release(card: number): void;
  close(session: number): void;
}

export type ThreadRequest = {
  readonly [C in keyof ThreadCalls]: { readonly id: number; readonly call: C; readonly args: Parameters<ThreadCalls[C]> };
}[keyof ThreadCalls];

export type ThreadReply =
  | { readonly id: number; readonly ok: true; readonly value: ReturnType<ThreadCalls[keyof ThreadCalls]> }
  | { readonly id: number; readonly ok: false; readonly problem: PcscProblem; readonly message: string };
