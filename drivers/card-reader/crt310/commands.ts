/**
 * The command table of the CRT-310: CM and PM bytes with their names, whose answers begin with a result byte, and whose payloads may
 * hold secrets. Source: card-readers.md section 1.2.
 */

export const CM = { stop: 0x2e, entry: 0x2f, reset: 0x30, status: 0x31, move: 0x32, rf: 0x35, cpu: 0x37, track: 0x45 } as const;

export const RESET_PM = { leave: 0x30, ejectFront: 0x31, ejectRear: 0x32, serialNumber: 0x3a } as const;
export const STATUS_PM = { status: 0x30, sensors: 0x2f, cardType: 0x31 } as const;
/** All but `front` come from one source each. */
export const MOVE_PM = { front: 0x30, frontHeld: 0x31, rearHeld: 0x32, rear: 0x33, contact: 0x2f } as const;
export const RF_PM = { find: 0x30, uid: 0x31, verify: 0x32, read: 0x33, write: 0x34, readBlocks: 0x45 } as const;
export const CPU_PM = { coldReset: 0x30, warmReset: 0x2f, apdu: 0x31 } as const;

/** Names for people, as `kioskctl decode crt310` prints them. */
const NAMES: Readonly<Record<number, { readonly name: string; readonly parameters: Readonly<Record<number, string>> }>> = {
  [CM.stop]: { name: 'STOP POSITION', parameters: {} },
  [CM.entry]: { name: 'ENTRY', parameters: { 0x31: 'none', 0x32: 'magnetic and switch', 0x33: 'any card by switch', 0x34: 'thin magnetic' } },
  [CM.reset]: {
    name: 'RESET',
    parameters: { 0x30: 'leave card', 0x31: 'eject front', 0x32: 'eject rear', 0x3a: 'serial number' },
  },
  [CM.status]: { name: 'STATUS', parameters: { 0x30: 'status', 0x2f: 'sensors', 0x31: 'card type' } },
  [CM.move]: {
    name: 'MOVE',
    parameters: { 0x30: 'to front, released', 0x31: 'to front, held', 0x32: 'to rear, held', 0x33: 'to rear, released', 0x2f: 'to contact position' },
  },
  [CM.rf]: {
    name: 'RF',
    parameters: { 0x30: 'find card', 0x31: 'UID', 0x32: 'verify key A', 0x33: 'read block', 0x34: 'write block', 0x45: 'read blocks' },
  },
  [CM.cpu]: { name: 'CPU', parameters: { 0x30: 'cold reset', 0x2f: 'warm reset', 0x31: 'APDU T=0' } },
  [CM.track]: { name: 'TRACK', parameters: { 0x30: 'read' } },
};

export function commandName(cm: number, pm: number): { readonly command: string; readonly parameter: string } {
  const known = NAMES[cm];
  return { command: known?.name ?? 'unknown', parameter: known?.parameters[pm] ?? 'unknown' };
}

/** Operations answer a result byte P first; questions answer at once. */
export function answersResult(cm: number): boolean {
  return cm !== CM.reset && cm !== CM.status;
}

/** How many bytes of its own command (sector, block, count) an answer repeats before P. */
export function echoedBytes(cm: number, pm: number): number {
  if (cm !== CM.rf) return 0;
  return { [RF_PM.verify]: 1, [RF_PM.read]: 2, [RF_PM.write]: 2, [RF_PM.readBlocks]: 3 }[pm] ?? 0;
}

/** Payloads that may hold keys, blocks, track data or APDU bodies. */
export function hasSecretPayload(cm: number, pm: number): boolean {
  switch (cm) {
    case CM.rf:
      return pm !== RF_PM.find && pm !== RF_PM.uid;
    case CM.cpu:
      return pm === CPU_PM.apdu;
    case CM.track:
      return true;
    default:
      return false;
  }
}
