/** What models read out of answers in the same way. */
import { DeviceError } from '../../device.ts';
import type { Ask, LinkCommand } from './protocol.ts';

/** DATA of the answer, or nothing: not every relative knows every question. */
export async function askOptional(command: LinkCommand, ask: Ask, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return (await ask(command, signal)).data;
  } catch (error) {
    if (signal.aborted || !(error instanceof DeviceError)) throw error;
    return new Uint8Array(0);
  }
}

export function printableText(data: Uint8Array): string {
  return Buffer.from(data)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '')
    .trim();
}
