/** The staff card that is inside: its signed file, and which chip it is, over the terminal's own card reader. */
import { toHex } from '../../../common/hex.ts';
import type { CardReader } from '../../../drivers/card-reader/card-reader.ts';
import { readStaffFile } from '../../../drivers/card/staff/staff-file.ts';
import { DeviceError } from '../../../drivers/device.ts';
import type { StaffCardReading } from '../../../state-machines/maintenance/sign-in-port.ts';

/** Never rejects: what can't be read is no staff card. */
export async function readStaffCard(reader: Pick<CardReader, 'activate' | 'deactivate'>, signal?: AbortSignal): Promise<StaffCardReading> {
  try {
    const channel = await reader.activate(signal);
    const token = channel.iso7816 ? await readStaffFile(channel, signal) : undefined;
    await reader.deactivate(signal);
    return token === undefined ? { kind: 'noStaffCard' } : { kind: 'read', token, chip: channel.uid === undefined ? undefined : toHex(channel.uid) };
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return error.code === 'mediaNotPresent' || error.code === 'mediaMoved' ? { kind: 'removed' } : { kind: 'noStaffCard' };
  }
}
