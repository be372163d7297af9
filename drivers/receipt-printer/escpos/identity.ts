/** Who an ESC/POS printer says it is: GS I, asked through the empty queue (receipt-printer.md 5.5). Used by device.ts. */
import type { DeviceIdentity } from '../../device.ts';
import { askIdentity, IDENTITY } from './codec.ts';
import type { PrinterLink } from './link.ts';

export const identityDelays = {
  /** Through an empty queue; several makers answer nothing at all. */
  answer: 500,
} as const;

/** @param model what it is called when it doesn't say @throws {TransportError} */
export async function askIdentities(link: PrinterLink, model: string): Promise<DeviceIdentity> {
  const maker = await ask(link, IDENTITY.maker);
  if (maker === undefined) return { model };
  const said = await ask(link, IDENTITY.model);
  const firmware = await ask(link, IDENTITY.firmware);
  const serialNumber = await ask(link, IDENTITY.serialNumber);
  return {
    model: said ?? model,
    maker,
    ...(firmware === undefined ? {} : { firmware }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
  };
}

/** `5F text 00`. */
async function ask(link: PrinterLink, what: number): Promise<string | undefined> {
  const text = await link.request(askIdentity(what), (said) => (said.kind === 'text' && said.header === 0x5f ? said.text : undefined), identityDelays.answer);
  return text === '' ? undefined : text;
}
