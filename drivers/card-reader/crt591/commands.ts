/**
 * The command table of CRT-591 / CRT-571: CM and PM bytes with their names and what each does to the world, which decides whether it
 * may ever be sent twice. Source: card-readers.md section 1.1, "Commands".
 */

export const CM = {
  initialize: 0x30,
  status: 0x31,
  move: 0x32,
  entry: 0x33,
  cardType: 0x50,
  contact: 0x51,
  sam: 0x52,
  sle: 0x53,
  i2c: 0x54,
  rf: 0x60,
  serialNumber: 0xa2,
  configuration: 0xa3,
  firmware: 0xa4,
  binCounter: 0xa5,
  resetPcsc: 0xa6,
  /** CRT-591-MRxx (unconfirmed). */
  versionMr: 0xdc,
} as const;

export const INIT_LEAVE_CARD = 0x33;
export const STATUS_ONLY = 0x30;
export const STATUS_AND_SENSORS = 0x31;
export const MOVE_PM = { gateHold: 0x30, contact: 0x31, contactless: 0x32, retain: 0x33, release: 0x39 } as const;
export const ENTRY_PM = { allow: 0x30, forbid: 0x31 } as const;
export const CONTACT_PM = { coldReset: 0x30, powerOff: 0x31, state: 0x32, apduT0: 0x33, apduT1: 0x34, warmReset: 0x38, apduAuto: 0x39 } as const;
export const RF_PM = { activate: 0x30, fieldOff: 0x31, state: 0x32, mifare: 0x33, apduA: 0x34, apduB: 0x35 } as const;
export const COUNTER_PM = { read: 0x30, set: 0x31 } as const;
export const READ_PM = 0x30;

/** Names for people, as `kioskctl decode crt591` prints them: command, then parameter where one is known. */
const NAMES: Readonly<Record<number, { readonly name: string; readonly parameters: Readonly<Record<number, string>> }>> = {
  [CM.initialize]: {
    name: 'INIT',
    parameters: {
      0x30: 'card to gate',
      0x31: 'capture card',
      0x33: 'leave card',
      0x34: 'card to gate, count retracts',
      0x35: 'capture card, count retracts',
      0x37: 'leave card, count retracts',
    },
  },
  [CM.status]: { name: 'STATUS', parameters: { 0x30: 'status', 0x31: 'status and sensors' } },
  [CM.move]: { name: 'MOVE', parameters: { 0x30: 'to gate, held', 0x31: 'to contact position', 0x32: 'to RF position', 0x33: 'capture', 0x39: 'out of gate' } },
  [CM.entry]: { name: 'ENTRY', parameters: { 0x30: 'allow', 0x31: 'forbid' } },
  [CM.cardType]: { name: 'TYPE', parameters: { 0x30: 'contact', 0x31: 'RF' } },
  [CM.contact]: { name: 'CPU', parameters: chipParameters() },
  [CM.sam]: { name: 'SAM', parameters: { ...chipParameters(), 0x40: 'select slot' } },
  [CM.sle]: { name: 'SLE4442/4428', parameters: {} },
  [CM.i2c]: { name: '24Cxx', parameters: {} },
  [CM.rf]: {
    name: 'RF',
    parameters: { 0x30: 'activate', 0x31: 'field off', 0x32: 'state', 0x33: 'MIFARE', 0x34: 'APDU type A', 0x35: 'APDU type B' },
  },
  [CM.versionMr]: { name: 'FIRMWARE', parameters: { 0x31: 'read (MRxx)' } },
  [CM.serialNumber]: { name: 'SERIAL NUMBER', parameters: { 0x30: 'read' } },
  [CM.configuration]: { name: 'CONFIGURATION', parameters: { 0x30: 'read' } },
  [CM.firmware]: { name: 'FIRMWARE', parameters: { 0x30: 'read' } },
  [CM.binCounter]: { name: 'BIN COUNTER', parameters: { 0x30: 'read', 0x31: 'set' } },
  [CM.resetPcsc]: { name: 'RESET PCSC', parameters: { 0x30: 'reset' } },
};

function chipParameters(): Readonly<Record<number, string>> {
  return { 0x30: 'cold reset', 0x31: 'power off', 0x32: 'state', 0x33: 'APDU T=0', 0x34: 'APDU T=1', 0x38: 'warm reset', 0x39: 'APDU' };
}

export function commandName(cm: number, pm: number): { readonly command: string; readonly parameter: string } {
  const known = NAMES[cm];
  return { command: known?.name ?? 'unknown', parameter: known?.parameters[pm] ?? 'unknown' };
}

/** Payloads that may hold keys, track data or APDU bodies: chip and memory-card commands other than reset, power and state. */
export function hasSecretPayload(cm: number, pm: number): boolean {
  switch (cm) {
    case CM.contact:
    case CM.sam:
      return pm === CONTACT_PM.apduT0 || pm === CONTACT_PM.apduT1 || pm === CONTACT_PM.apduAuto;
    case CM.sle:
    case CM.i2c:
      return true;
    case CM.rf:
      return pm === RF_PM.mifare || pm === RF_PM.apduA || pm === RF_PM.apduB;
    default:
      return false;
  }
}
