/** Explains bytes that came from an ESC/POS printer, for `kioskctl decode escpos-status HEX`. Pure. */
import { fromHex, toHex } from '../../../common/hex.ts';
import { CONDITIONS, decodeQueueAnswer, decodeStatusAnswer, type RawStatus, type StatusQuestion } from './codec.ts';
import { StatusSplitter, type PrinterSaid } from './splitter.ts';

/** Names of what is true in a status, e.g. `paperEnd`; empty: nothing to report. */
export type StatusWords = readonly (keyof RawStatus)[];

export type DecodedStatus =
  /** One byte doesn't say which question it answers: its meaning for each of DLE EOT 1–4. */
  | { readonly kind: 'realTimeStatus'; readonly hex: string; readonly asAnswerTo: Readonly<Record<StatusQuestion, StatusWords>> }
  | { readonly kind: 'automaticStatus'; readonly hex: string; readonly status: RawStatus; readonly words: StatusWords }
  | { readonly kind: 'processId'; readonly hex: string; readonly id: string }
  | { readonly kind: 'text'; readonly hex: string; readonly header: string; readonly text: string }
  /** GS r or GS I 1–3; `asQueueAnswer` reads it as the first. */
  | { readonly kind: 'queueAnswer'; readonly hex: string; readonly asQueueAnswer: StatusWords }
  | { readonly kind: 'xon'; readonly hex: string }
  | { readonly kind: 'xoff'; readonly hex: string }
  | { readonly kind: 'unrecognized'; readonly hex: string };

export interface DecodeFailure {
  readonly error: { readonly code: 'notHex' | 'empty' | 'tooLong' | 'unrecognized'; readonly message: string };
}

/** Longest run that is explained, in bytes. */
const MAX_BYTES = 4096;

export function decodeEscposStatusHex(hex: string): readonly DecodedStatus[] | DecodeFailure {
  let bytes: Uint8Array;
  try {
    bytes = fromHex(hex);
  } catch (error) {
    return failure('notHex', error instanceof Error ? error.message : String(error));
  }
  if (bytes.length === 0) return failure('empty', 'no bytes; expected what the printer sent, for example 12 or 14 00 03 0F');
  if (bytes.length > MAX_BYTES) return failure('tooLong', `${bytes.length} bytes; at most ${MAX_BYTES} are explained at once`);
  const splitter = new StatusSplitter();
  const decoded = [...splitter.push(bytes), ...splitter.expire()].map(describe);
  if (decoded.every((item) => item.kind === 'unrecognized')) return failure('unrecognized', `nothing in ${toHex(bytes)} is an ESC/POS status`);
  return decoded;
}

function describe(said: PrinterSaid): DecodedStatus {
  switch (said.kind) {
    case 'realTime':
      return {
        kind: 'realTimeStatus',
        hex: hexOf(said.byte),
        asAnswerTo: { 1: wordsOfAnswer(1, said.byte), 2: wordsOfAnswer(2, said.byte), 3: wordsOfAnswer(3, said.byte), 4: wordsOfAnswer(4, said.byte) },
      };
    case 'automaticStatus':
      return { kind: 'automaticStatus', hex: toHex(said.bytes), status: said.status, words: words(said.status) };
    case 'processId':
      return { kind: 'processId', hex: `3722${toHex(Buffer.from(said.id, 'latin1'))}00`, id: said.id };
    case 'text':
      return { kind: 'text', hex: `${hexOf(said.header)}${toHex(Buffer.from(said.text, 'latin1'))}00`, header: hexOf(said.header), text: said.text };
    case 'single':
      return { kind: 'queueAnswer', hex: hexOf(said.byte), asQueueAnswer: words(decodeQueueAnswer(said.byte)) };
    case 'xon':
      return { kind: 'xon', hex: '11' };
    case 'xoff':
      return { kind: 'xoff', hex: '13' };
    case 'noise':
      break;
  }
  return { kind: 'unrecognized', hex: hexOf(said.byte) };
}

function wordsOfAnswer(question: StatusQuestion, answer: number): StatusWords {
  return words(decodeStatusAnswer(question, answer));
}

function words(status: Partial<RawStatus>): StatusWords {
  return CONDITIONS.filter((word) => status[word] === true);
}

function hexOf(byte: number): string {
  return toHex(Uint8Array.of(byte));
}

function failure(code: DecodeFailure['error']['code'], message: string): DecodeFailure {
  return { error: { code, message } };
}
