/** `kioskctl decode PROTOCOL HEX`: one JSON line that says what the bytes of a line mean, or why they mean nothing. */
import { decodePbocHex } from '../../drivers/card/pboc/codec.ts';
import { decodeCrt591Hex } from '../../drivers/card-reader/crt591/decode-hex.ts';
import { decodeId003Hex } from '../../drivers/cash-acceptor/id003/codec.ts';
import { decodeEscposStatusHex } from '../../drivers/receipt-printer/escpos/decode.ts';
import { readArguments, UsageError, type Command } from './command.ts';

/** Each answers plain JSON with `error` in it when the bytes are wrong; none throws. */
const DECODERS: Readonly<Record<string, (hex: string) => object>> = {
  crt591: decodeCrt591Hex,
  'escpos-status': decodeEscposStatusHex,
  id003: decodeId003Hex,
  pboc: decodePbocHex,
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
    return 'error' in decoded ? 1 : 0;
  },
};
