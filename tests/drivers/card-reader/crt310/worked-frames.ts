/** Every worked frame of card-readers.md section 1.2, with the message that its table says it is. */
import { fromHex } from '../../../../common/hex.ts';
import type { Crt310Text } from '../../../../drivers/card-reader/crt310/codec.ts';

export interface WorkedFrame {
  readonly what: string;
  readonly hex: string;
  readonly text: Crt310Text;
}

const message = (what: string, hex: string, cm: number, pm: number, data = ''): WorkedFrame => ({
  what,
  hex,
  text: { type: 'message', cm, pm, data: fromHex(data) },
});

export const workedFrames: readonly WorkedFrame[] = [
  message('reset, leave', '02 00 02 30 30 03 03', 0x30, 0x30),
  message('eject front', '02 00 02 30 31 03 02', 0x30, 0x31),
  message('status', '02 00 02 31 30 03 02', 0x31, 0x30),
  message('← none, entry by switch, rear closed', '02 00 05 31 30 4E 4A 4E 03 4F', 0x31, 0x30, '4E 4A 4E'),
  message('← on IC contacts, entry closed', '02 00 05 31 30 4B 4E 4E 03 4E', 0x31, 0x30, '4B 4E 4E'),
  message('entry: any card, rear closed', '02 00 03 2F 33 31 03 2F', 0x2f, 0x33, '31'),
  message('entry: none', '02 00 03 2F 31 31 03 2D', 0x2f, 0x31, '31'),
  message('move to IC', '02 00 02 32 2F 03 1E', 0x32, 0x2f),
  message('move to front', '02 00 02 32 30 03 01', 0x32, 0x30),
  message('← moved', '02 00 03 32 2F 59 03 46', 0x32, 0x2f, '59'),
  { what: '← cannot run now', hex: '02 00 02 4E 02 03 4F', text: { type: 'refusal', error: '02' } },
  message('CPU cold reset', '02 00 02 37 30 03 04', 0x37, 0x30),
  message('GET CHALLENGE', '02 00 09 37 31 00 05 00 84 00 00 08 03 87', 0x37, 0x31, '00 05 00 84 00 00 08'),
  message('find RF card', '02 00 02 35 30 03 06', 0x35, 0x30),
  message('verify sector 1 key A', '02 00 09 35 32 01 FF FF FF FF FF FF 03 0E', 0x35, 0x32, '01 FF FF FF FF FF FF'),
  message('read track 2', '02 00 04 45 30 30 32 03 72', 0x45, 0x30, '30 32'),
];

/** A command or answer by its name in the table. */
export function worked(what: string): string {
  const found = workedFrames.find((frame) => frame.what === what);
  if (found === undefined) throw new Error(`the document has no frame ${what}`);
  return found.hex;
}

/** Length, ETX and BCC put around a text, computed here on its own. */
export function frame(text: string): string {
  const body = [...fromHex(text)];
  const bytes = [0x02, body.length >> 8, body.length & 0xff, ...body, 0x03];
  const bcc = bytes.reduce((sum, byte) => sum ^ byte, 0);
  return [...bytes, bcc].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}
