/**
 * CRT-310 status bytes, result bytes and error codes in the words of the card reader class. Pure tables; source: card-readers.md section
 * 1.2.
 */
import type { ErrorMeaning, UnitStatus } from '../motor/protocol.ts';
import { CM, CPU_PM } from './commands.ts';

const FRONT_CLOSED = 0x4e;
/** No sensor says how many cards lie behind the reader. */
const LEVELS = { retainBin: 'notSupported' } as const;

/** st0: where the card is. */
const CARD: Readonly<Record<number, Pick<UnitStatus, 'position' | 'refused'>>> = {
  0x46: { position: 'unknown', refused: 'tooLong' },
  0x47: { position: 'unknown', refused: 'tooShort' },
  0x48: { position: 'atGate' },
  0x49: { position: 'atGate' },
  0x4a: { position: 'inside' },
  0x4b: { position: 'inside' },
  // At the rear, held or not: on its way out of the reader, and the class has no word for it.
  0x4c: { position: 'unknown' },
  0x4d: { position: 'unknown' },
  0x4e: { position: 'notPresent' },
};

/** @param data st0 st1 st2; `undefined`: not that shape */
export function readStatus(data: Uint8Array): UnitStatus | undefined {
  const [st0, st1, st2] = data;
  if (st0 === undefined || st1 === undefined || st2 === undefined) return undefined;
  return { ...(CARD[st0] ?? { position: 'unknown' }), levels: LEVELS, entryOpen: st1 !== FRONT_CLOSED };
}

/** E of `4E E`. */
export const CRT310_ERRORS: Readonly<Record<string, ErrorMeaning>> = {
  '00': { meaning: 'unknown command', code: 'notSupported', remedy: 'none' },
  '01': { meaning: 'bad parameter', code: 'protocol', remedy: 'none' },
  '02': { meaning: 'cannot run now', code: 'invalidState', remedy: 'none' },
  '04': { meaning: 'bad data', code: 'protocol', remedy: 'none' },
  '05': { meaning: 'supply voltage wrong', code: 'hardwareError', remedy: 'service' },
  '06': { meaning: 'card of an odd length', code: 'mediaInvalid', remedy: 'none' },
  '07': { meaning: 'power failure', code: 'hardwareError', remedy: 'service' },
};

export function errorMeaning(error: string): ErrorMeaning {
  const listed = Object.hasOwn(CRT310_ERRORS, error) ? CRT310_ERRORS[error] : undefined;
  return listed ?? { meaning: 'unlisted error', code: 'protocol', remedy: 'none' };
}

export const DONE = 0x59; // 'Y'

/** Of P, for `kioskctl decode crt310`. */
export const RESULTS: Readonly<Record<string, string>> = {
  Y: 'done',
  N: 'failed',
  E: 'no card',
  W: 'card not in place',
  '0': 'wrong card',
  '1': 'wrong sector',
  '2': 'wrong UID',
  '3': 'wrong key',
  '4': 'wrong data',
};

type Kind = 'motion' | 'apdu' | 'chip' | 'other';

/**
 * A motion that fails has left the card on its way: the paper has no code for a jam. An APDU that fails may have been executed, and one
 * whose card is gone as well.
 */
const MEANINGS: Readonly<Record<Kind, Readonly<Record<string, ErrorMeaning>>>> = {
  motion: {
    N: { meaning: 'the motion failed', code: 'mediaJammed', remedy: 'service' },
    E: { meaning: 'no card to move', code: 'mediaNotPresent', remedy: 'none' },
    W: { meaning: 'the card is not where the motion begins', code: 'mediaMoved', remedy: 'initialize' },
  },
  apdu: {
    N: { meaning: 'the chip did not answer', code: 'outcomeUnknown', remedy: 'chip' },
    E: { meaning: 'the card is gone', code: 'mediaMoved', remedy: 'chip' },
    W: { meaning: 'the card is not at its place any more', code: 'mediaMoved', remedy: 'chip' },
  },
  chip: {
    N: { meaning: 'no chip answers', code: 'mediaInvalid', remedy: 'chip' },
    E: { meaning: 'no card found', code: 'mediaInvalid', remedy: 'chip' },
    W: { meaning: 'the card is not at the chip’s place', code: 'mediaInvalid', remedy: 'chip' },
  },
  other: {},
};

/** @param command the one that answered P, other than 'Y' @param result P as a character */
export function resultMeaning(result: string, command: { readonly cm: number; readonly pm: number }): ErrorMeaning {
  const meanings = MEANINGS[kindOf(command)];
  const listed = Object.hasOwn(meanings, result) ? meanings[result] : undefined;
  if (listed !== undefined) return listed;
  const words = Object.hasOwn(RESULTS, result) ? RESULTS[result] : undefined;
  return { meaning: words ?? 'unlisted result', code: words === undefined ? 'protocol' : 'invalidState', remedy: 'none' };
}

function kindOf({ cm, pm }: { readonly cm: number; readonly pm: number }): Kind {
  if (cm === CM.move) return 'motion';
  if (cm === CM.cpu && pm === CPU_PM.apdu) return 'apdu';
  return cm === CM.cpu || cm === CM.rf ? 'chip' : 'other';
}
