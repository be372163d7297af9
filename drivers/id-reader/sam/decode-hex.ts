/**
 * One SAM frame, from the hexadecimal text of a line log to words, with everything of a person hidden. Used by `kioskctl decode sam`.
 */
import { toHex } from '../../../common/hex.ts';
import { decodeHex, type DecodeAnswer } from '../../decode-answer.ts';
import type { IdDocument } from '../id-reader.ts';
import { decodeAnswer, decodeCommand, type SamAnswer } from './codec.ts';
import { FrameDecoder, type BadBytesReason } from './frame.ts';
import { readIdText } from './id-text.ts';
import { statusMeaning } from './status.ts';

/** Exactly one frame; spaces between bytes are allowed. Never throws. */
export function decodeSamHex(hex: string): DecodeAnswer {
  return decodeHex(hex, (bytes) => {
    const decoder = new FrameDecoder();
    const found: { readonly answer: DecodeAnswer; readonly length: number }[] = [];
    decoder.push(bytes, (step) => {
      found.push(step.ok ? { answer: describe(step.body), length: step.body.length + 8 } : { answer: problem(step.reason), length: step.count });
    });
    const [first] = found;
    if (first === undefined) return { ok: false, code: 'truncated', message: `the frame is longer than the ${bytes.length} bytes given` };
    if (!first.answer.ok || first.length === bytes.length) return first.answer;
    return { ok: false, code: 'trailingBytes', message: `${bytes.length - first.length} bytes follow after the first frame of ${first.length} bytes` };
  });
}

function describe(body: Uint8Array): DecodeAnswer {
  const command = decodeCommand(body);
  if (command !== undefined) return { ok: true, type: 'command', command: command.name, code: toHex(body.subarray(0, 2)), data: toHex(command.data) };
  const answer = decodeAnswer(body);
  if (answer === undefined) return { ok: false, code: 'unknownCommand', message: `${toHex(body.subarray(0, 2))} is no command of the document` };
  return { ok: true, type: 'answer', status: toHex(Uint8Array.of(answer.status)), meaning: statusMeaning(answer.status), ...content(answer) };
}

/** The module's number is the only data of an answer that is nobody's. */
function content(answer: SamAnswer): Readonly<Record<string, unknown>> {
  switch (answer.type) {
    case 'plain':
      if (answer.data.length === 16) return { content: 'SAM number', data: toHex(answer.data) };
      return answer.data.length === 0 ? {} : { content: 'data of a card', data: `${answer.data.length} bytes, hidden` };
    case 'record': {
      const dropped = { photo: `${answer.photo} bytes, dropped`, fingerprint: `${answer.fingerprint} bytes, dropped` };
      const read = readIdText(answer.text);
      return { content: 'record', ...dropped, ...(read.kind === 'read' ? { document: masked(read.document) } : read) };
    }
    case 'misfit':
      return { content: 'its length fields fit no record of the document' };
    default:
      return answer satisfies never;
  }
}

function masked({ name, number, validFrom, validUntil }: IdDocument): Readonly<Record<keyof IdDocument, string>> {
  const hidden = 'hidden';
  return {
    name: `${[...name][0] ?? ''}**`,
    sex: hidden,
    nation: hidden,
    birth: hidden,
    address: hidden,
    number: `${number.slice(0, 1)}${'*'.repeat(number.length - 2)}${number.slice(-1)}`,
    issuer: hidden,
    validFrom,
    validUntil,
  };
}

function problem(reason: BadBytesReason): DecodeAnswer {
  switch (reason) {
    case 'noise':
      return { ok: false, code: 'notAFrame', message: 'a frame begins with AA AA AA 96 69' };
    case 'length':
      return { ok: false, code: 'badLength', message: 'the length is not 3 to 2314' };
    case 'checksum':
      return { ok: false, code: 'badChecksum', message: 'the checksum is not the XOR of everything after the preamble' };
    default:
      return reason satisfies never;
  }
}
