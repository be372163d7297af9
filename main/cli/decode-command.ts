/** `kioskctl decode PROTOCOL HEX`: one JSON line that says what the bytes of a line mean, or why they mean nothing. */
import { decodeModbusHex } from '../../drivers/cabinet/modbus-io/decode-hex.ts';
import { decodeCrt310Hex } from '../../drivers/card-reader/crt310/decode-hex.ts';
import { decodeCrt591Hex } from '../../drivers/card-reader/crt591/decode-hex.ts';
import { decodePcscHex } from '../../drivers/card-reader/pcsc/decode-hex.ts';
import { decodeMifareHex } from '../../drivers/card/mifare/decode-hex.ts';
import { decodePbocHex } from '../../drivers/card/pboc/codec.ts';
import { decodeCcnetHex } from '../../drivers/cash-acceptor/ccnet/decode-hex.ts';
import { decodeCctalkHex } from '../../drivers/cash-acceptor/cctalk/decode-hex.ts';
import { decodeId003Hex } from '../../drivers/cash-acceptor/id003/codec.ts';
import { decodeHidPosHex } from '../../drivers/code-scanner/hid-pos/decode-hex.ts';
import type { DecodeAnswer } from '../../drivers/decode-answer.ts';
import { decodeSamHex } from '../../drivers/id-reader/sam/decode-hex.ts';
import { decodeCustomStatusHex, decodeEscposStatusHex } from '../../drivers/receipt-printer/escpos/decode.ts';
import { readArguments, UsageError, type Command } from './command.ts';

/** By the name of the protocol. */
export const DECODERS: Readonly<Record<string, (hex: string) => DecodeAnswer>> = {
  crt591: decodeCrt591Hex,
  crt310: decodeCrt310Hex,
  'escpos-status': decodeEscposStatusHex,
  'custom-status': decodeCustomStatusHex,
  id003: decodeId003Hex,
  ccnet: decodeCcnetHex,
  cctalk: decodeCctalkHex,
  pcsc: decodePcscHex,
  'hid-pos': decodeHidPosHex,
  sam: decodeSamHex,
  modbus: decodeModbusHex,
  pboc: decodePbocHex,
  mifare: decodeMifareHex,
};

export const decodeCommand: Command = {
  usage: 'decode PROTOCOL HEX',
  does: `explains bytes of ${Object.keys(DECODERS).join(', ')}`,
  run: (args, { out }) => {
    const [protocol = '', ...hex] = readArguments(args, { least: 2, most: 10_000 }).words;
    const decode = Object.hasOwn(DECODERS, protocol) ? DECODERS[protocol] : undefined;
    if (decode === undefined) throw new UsageError(`unknown protocol ${JSON.stringify(protocol)}; expected one of ${Object.keys(DECODERS).join(', ')}`);
    const decoded = decode(hex.join(' '));
    out(JSON.stringify(decoded));
    return decoded.ok ? 0 : 1;
  },
};
