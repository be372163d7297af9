/**
 * What a CRT-591 says of a chip when it powers it, and with which command an APDU then goes to it. Pure. Source: card-readers.md
 * section 1.1, "RF activate reply" and the CPU card commands.
 */
import type { PoweredChip } from '../motor/protocol.ts';
import { CM, CONTACT_PM, RF_PM } from './commands.ts';

const TYPE_MIFARE = 0x4d; // 'M'
const TYPE_A = 0x41; // 'A'
const TYPE_B = 0x42; // 'B'
/** ATQB: 50, PUPI (4), application data (4), protocol info (3). ISO 14443-3 section 7.9. */
const ATQB_LENGTH = 12;
/** SAK bit 5: ISO 14443-4 compliant. ISO 14443-3 table 9. */
const SAK_ISO14443_4 = 0x20;

/** Reads the DATA of an RF activate answer: `Rtype ATQA(2) UIDlen UID SAK [ATS…]`, or `'B' ATQB(12)`. `undefined`: not that shape. */
export function readRfActivation(data: Uint8Array): PoweredChip | undefined {
  const type = data[0];
  if (type === TYPE_B) {
    const atqb = data.slice(1, 1 + ATQB_LENGTH);
    if (atqb.length < ATQB_LENGTH) return undefined;
    return { interface: 'contactless', uid: atqb.slice(1, 5), answerToReset: atqb, iso7816: true, apdu: { cm: CM.rf, pm: RF_PM.apduB } };
  }
  if (type !== TYPE_A && type !== TYPE_MIFARE) return undefined;
  const uidLength = data[3] ?? 0;
  const uid = data.slice(4, 4 + uidLength);
  const sak = data[4 + uidLength];
  // Single, double or triple size; ISO 14443-3 section 6.5.4.
  if (sak === undefined || ![4, 7, 10].includes(uidLength)) return undefined;
  return {
    interface: 'contactless',
    uid,
    answerToReset: data.slice(5 + uidLength),
    iso7816: type === TYPE_A || (sak & SAK_ISO14443_4) !== 0,
    apdu: { cm: CM.rf, pm: RF_PM.apduA },
  };
}

/** Reads the DATA of a cold or warm reset: `'0'` T=0 or `'1'` T=1, then the ATR. `undefined`: no ATR. */
export function readContactReset(data: Uint8Array): PoweredChip | undefined {
  const answerToReset = data.slice(1);
  // Shortest ATR: TS T0.
  if (answerToReset.length < 2) return undefined;
  const pm = data[0] === 0x30 ? CONTACT_PM.apduT0 : data[0] === 0x31 ? CONTACT_PM.apduT1 : CONTACT_PM.apduAuto;
  return { interface: 'contact', answerToReset, iso7816: true, apdu: { cm: CM.contact, pm } };
}
