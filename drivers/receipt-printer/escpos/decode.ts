/** Explains bytes that came from an ESC/POS or Custom-style printer, for `kioskctl decode`. Pure. */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import { CONDITIONS, decodeQueueAnswer, decodeStatusAnswer, type RawStatus, type StatusQuestion } from './codec.ts';
import { decodeEjectorStatus, decodeFullStatus, FULL_STATUS_LENGTH, type EjectorStatus } from './custom-codec.ts';
import type { PrinterSaid, Splitter } from './byte-splitter.ts';
import { CustomSplitter } from './custom-splitter.ts';
import { StatusSplitter } from './splitter.ts';

/** Names of what is true in a status, e.g. `paperEnd`; empty: nothing to report. */
export type StatusWords = readonly (keyof RawStatus)[];

export type DecodedStatus =
  /** One byte doesn't say which question it answers: its meaning for each of DLE EOT 1–4. */
  | { readonly kind: 'realTimeStatus'; readonly hex: string; readonly asAnswerTo: Readonly<Record<StatusQuestion, StatusWords>> }
  | { readonly kind: 'automaticStatus'; readonly hex: string; readonly status: RawStatus; readonly words: StatusWords }
  /** DLE EOT 20 of the Custom family. */
  | { readonly kind: 'fullStatus'; readonly hex: string; readonly status: RawStatus; readonly words: StatusWords }
  | { readonly kind: 'processId'; readonly hex: string; readonly id: string }
  | { readonly kind: 'text'; readonly hex: string; readonly header: string; readonly text: string }
  /** GS r or GS I 1–3; `asQueueAnswer` reads it as the first. */
  | { readonly kind: 'queueAnswer'; readonly hex: string; readonly asQueueAnswer: StatusWords }
  /** One byte of a Custom-style printer: GS e 6, or GS r. */
  | { readonly kind: 'single'; readonly hex: string; readonly asEjectorStatus: readonly (keyof EjectorStatus)[]; readonly asQueueAnswer: StatusWords }
  | { readonly kind: 'xon'; readonly hex: string }
  | { readonly kind: 'xoff'; readonly hex: string }
  | { readonly kind: 'unrecognized'; readonly hex: string };

/** Longest run that is explained, in bytes. */
const MAX_BYTES = 4096;

/** What a printer with the status of Epson said. Six bytes that begin `10 0F` are explained as a full status beside that. */
export function decodeEscposStatusHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    const answer = explain(bytes, new StatusSplitter(), describe);
    const full = bytes.length === FULL_STATUS_LENGTH ? decodeFullStatus(bytes) : undefined;
    return answer.ok && full !== undefined ? { ...answer, asCustomFullStatus: words(full) } : answer;
  });
}

/** What a printer of the Custom family said: VKP80, KPM, TPTCM, Reliance. */
export function decodeCustomStatusHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => explain(bytes, new CustomSplitter(), describeCustom));
}

function explain(bytes: Uint8Array, splitter: Splitter, describing: (said: PrinterSaid) => DecodedStatus): DecodeAnswer {
  if (bytes.length > MAX_BYTES) return { ok: false, code: 'tooLong', message: `${bytes.length} bytes; at most ${MAX_BYTES} are explained at once` };
  const said = [...splitter.push(bytes), ...splitter.expire()].map(describing);
  if (said.every((item) => item.kind === 'unrecognized'))
    return { ok: false, code: 'unrecognized', message: `nothing in ${toHex(bytes)} is a printer's status` };
  return { ok: true, said };
}

function describeCustom(said: PrinterSaid): DecodedStatus {
  if (said.kind !== 'single') return describe(said);
  const ejector = decodeEjectorStatus(said.byte);
  const asEjectorStatus = EJECTOR_WORDS.filter((word) => ejector[word]);
  return { kind: 'single', hex: hexOf(said.byte), asEjectorStatus, asQueueAnswer: words(decodeQueueAnswer(said.byte)) };
}

const EJECTOR_WORDS = ['paperNearEnd', 'paperAtInput', 'ticketAtOutput', 'stepperOn', 'ejectorOn', 'error', 'jam'] as const satisfies (keyof EjectorStatus)[];

function describe(said: PrinterSaid): DecodedStatus {
  switch (said.kind) {
    case 'realTime':
      return {
        kind: 'realTimeStatus',
        hex: hexOf(said.byte),
        asAnswerTo: { 1: wordsOfAnswer(1, said.byte), 2: wordsOfAnswer(2, said.byte), 3: wordsOfAnswer(3, said.byte), 4: wordsOfAnswer(4, said.byte) },
      };
    case 'automaticStatus':
    case 'fullStatus':
      return { kind: said.kind, hex: toHex(said.bytes), status: said.status, words: words(said.status) };
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
