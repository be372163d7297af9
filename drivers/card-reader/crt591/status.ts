/**
 * CRT-591 status bytes, sensors and error codes in the words of the card reader class. Pure tables; source: card-readers.md section
 * 1.1, "Status bytes" and "Error codes".
 */
import type { ErrorMeaning, Position, UnitStatus } from '../motor/protocol.ts';
import { CM, RF_PM } from './commands.ts';

const POSITIONS: Readonly<Record<string, Position>> = { '0': 'notPresent', '1': 'atGate', '2': 'inside' };
const STACKER: Readonly<Record<string, 'empty' | 'low' | 'ok'>> = { '0': 'empty', '1': 'low', '2': 'ok' };
const BIN: Readonly<Record<string, 'ok' | 'full'>> = { '0': 'ok', '1': 'full' };

/** @param status st0 st1 st2; units with two status bytes have neither stacker nor bin */
export function readStatus(status: Uint8Array): UnitStatus {
  const [st0 = '', st1 = '', st2 = ''] = Array.from(status, (byte) => String.fromCharCode(byte));
  // `unknown` for a digit that the paper doesn't list.
  const position = POSITIONS[st0] ?? 'unknown';
  if (status.length < 3) return { position, levels: { stacker: 'notSupported', retainBin: 'notSupported' } };
  return { position, levels: { stacker: STACKER[st1] ?? 'unknown', retainBin: BIN[st2] ?? 'unknown' } };
}

export type Sensor = 'clear' | 'covered' | 'unknown';

/** S1, S2, … of STATUS 31: as many as came. */
export function readSensors(data: Uint8Array): Sensor[] {
  return Array.from(data, (byte) => (byte === 0x30 ? 'clear' : byte === 0x31 ? 'covered' : 'unknown'));
}

/**
 * Every code of the paper. For 63 64 66 67 68 the chip may have executed the APDU before it fell silent: `outcomeUnknown`. 65 says that
 * no chip was powered, so nothing was executed.
 */
export const CRT591_ERRORS: Readonly<Record<string, ErrorMeaning>> = {
  '00': { meaning: 'unknown command', code: 'notSupported', remedy: 'none' },
  '01': { meaning: 'bad command parameter', code: 'protocol', remedy: 'none' },
  '02': { meaning: 'command in wrong sequence', code: 'invalidState', remedy: 'none' },
  '03': { meaning: 'command not supported by this hardware', code: 'notSupported', remedy: 'none' },
  '04': { meaning: 'bad command data', code: 'protocol', remedy: 'none' },
  '05': { meaning: 'IC contact not released', code: 'hardwareError', remedy: 'retryOnce' },
  '10': { meaning: 'card jam', code: 'mediaJammed', remedy: 'service' },
  '12': { meaning: 'sensor error', code: 'hardwareError', remedy: 'service' },
  '13': { meaning: 'card too long', code: 'mediaInvalid', remedy: 'none' },
  '14': { meaning: 'card too short', code: 'mediaInvalid', remedy: 'none' },
  '16': { meaning: 'card moved by hand', code: 'mediaMoved', remedy: 'initialize' },
  '40': { meaning: 'card cannot be recycled', code: 'hardwareError', remedy: 'service' },
  '41': { meaning: 'IC contact solenoid failed', code: 'hardwareError', remedy: 'service' },
  // The M001 paper prints 43, one other source 42.
  '42': { meaning: 'card cannot be moved to the IC position', code: 'mediaInvalid', remedy: 'retryOnce' },
  '43': { meaning: 'card cannot be moved to the IC position', code: 'mediaInvalid', remedy: 'retryOnce' },
  '45': { meaning: 'card moved by hand', code: 'mediaMoved', remedy: 'initialize' },
  '50': { meaning: 'error-card bin counter overflow', code: 'storageFull', remedy: 'none' },
  '51': { meaning: 'motor error', code: 'hardwareError', remedy: 'service' },
  '60': { meaning: 'card draws too much power', code: 'mediaInvalid', remedy: 'chip' },
  '61': { meaning: 'card activation failed', code: 'mediaInvalid', remedy: 'chip' },
  '62': { meaning: 'card does not speak this protocol', code: 'mediaInvalid', remedy: 'chip' },
  '63': { meaning: 'card did not answer in its waiting time', code: 'outcomeUnknown', remedy: 'chip' },
  '64': { meaning: 'card broke its protocol', code: 'outcomeUnknown', remedy: 'chip' },
  '65': { meaning: 'card not activated', code: 'invalidState', remedy: 'chip' },
  '66': { meaning: 'not valid for the card now', code: 'outcomeUnknown', remedy: 'chip' },
  '67': { meaning: 'transmission error with the card', code: 'outcomeUnknown', remedy: 'chip' },
  '68': { meaning: 'transmission with the card timed out', code: 'outcomeUnknown', remedy: 'chip' },
  '69': { meaning: 'answer to reset does not follow EMV', code: 'mediaInvalid', remedy: 'chip' },
  A0: { meaning: 'stacker empty', code: 'storageEmpty', remedy: 'none' },
  A1: { meaning: 'error-card bin full', code: 'storageFull', remedy: 'none' },
  B0: { meaning: 'not initialized, power was cut', code: 'invalidState', remedy: 'restart' },
};

/**
 * What a chip's answer looks like when several speak at once: the antenna hears something, and can't read it. The paper has no code for
 * it; that a unit answers an RF activation so is inferred from these codes' wording.
 */
const GARBLED_CHIP = ['64', '67'];

/**
 * Codes that the paper doesn't list are the protocol's fault, with the code kept for the technician.
 * @param command the one that was refused
 */
export function errorMeaning(error: string, command?: { readonly cm: number; readonly pm: number }): ErrorMeaning {
  const listed = Object.hasOwn(CRT591_ERRORS, error) ? CRT591_ERRORS[error] : undefined;
  if (listed === undefined) return { meaning: 'unlisted error', code: 'protocol', remedy: 'none' };
  const activation = command?.cm === CM.rf && command.pm === RF_PM.activate;
  return activation && GARBLED_CHIP.includes(error) ? { ...listed, code: 'mediaInvalid', remedy: 'collision' } : listed;
}
