/** Which decoder reads the frames of which model: for the protocol monitor. */
import type { DecodeAnswer } from '../../drivers/decode-answer.ts';
import type { FrameTrace } from '../../drivers/device.ts';
import { DECODERS } from './decode-command.ts';

/** By how a model's name begins; the first that fits. `toDevice: false`: the protocol's decoder reads what the device says only. */
const PROTOCOLS: readonly { readonly models: string; readonly protocol: string; readonly toDevice: boolean }[] = [
  { models: 'crt310', protocol: 'crt310', toDevice: true },
  { models: 'crt', protocol: 'crt591', toDevice: true },
  { models: 'pcsc-', protocol: 'pcsc', toDevice: true },
  { models: 'jcm-id003', protocol: 'id003', toDevice: true },
  { models: 'cashcode-ccnet', protocol: 'ccnet', toDevice: true },
  { models: 'cctalk-', protocol: 'cctalk', toDevice: true },
  { models: 'custom-', protocol: 'custom-status', toDevice: false },
  { models: 'pyramid-', protocol: 'custom-status', toDevice: false },
  { models: 'hid-pos', protocol: 'hid-pos', toDevice: false },
  { models: 'sam-', protocol: 'sam', toDevice: true },
  { models: 'modbus-', protocol: 'modbus', toDevice: true },
  { models: 'escpos-', protocol: 'escpos-status', toDevice: false },
  { models: 'epson-', protocol: 'escpos-status', toDevice: false },
  { models: 'snbc-', protocol: 'escpos-status', toDevice: false },
  { models: 'citizen-', protocol: 'escpos-status', toDevice: false },
];

/** What a frame says, where a decoder can read it: not what is hidden (`XX`), and not the host's print data. */
export function decodeFrame(model: string, direction: FrameTrace['direction'], bytes: string): { readonly decoded?: DecodeAnswer } {
  const found = PROTOCOLS.find(({ models }) => model.startsWith(models));
  const decode = found === undefined ? undefined : DECODERS[found.protocol];
  if (found === undefined || decode === undefined || bytes.includes('X') || (direction === 'toDevice' && !found.toDevice)) return {};
  return { decoded: decode(bytes) };
}
