/**
 * From an address to a transport: the only place that knows which class carries which scheme.
 */
import { parseAddress } from './address.ts';
import { HidTransport } from './hid.ts';
import { NoLine } from './no-line.ts';
import { SerialTransport } from './serial.ts';
import type { SimulatedLines } from './simulated.ts';
import { SocketTransport } from './socket.ts';
import { TransportError, type Transport } from './transport.ts';
import { UsbPrinterTransport } from './usb-printer.ts';

export interface TransportDeps {
  /** The simulators of this process; `'refused'` in a packaged terminal: then no `sim:` address opens, in whichever process. */
  readonly simulation: Pick<SimulatedLines, 'transport'> | 'refused';
}

/** Makes the transport; opens nothing. @throws {TransportError} `badAddress` */
export function createTransport(address: string, deps: TransportDeps): Transport {
  const parsed = parseAddress(address);
  switch (parsed.scheme) {
    case 'serial':
      return new SerialTransport(address, parsed.path, parsed.settings);
    case 'tcp':
      return new SocketTransport(address, { host: parsed.host, port: parsed.port });
    case 'hid':
      return new HidTransport(address, parsed.selection);
    case 'usblp':
      return new UsbPrinterTransport(address, parsed.path);
    case 'pcsc':
      return new NoLine(address, 'is no byte line; only a model that works over PC/SC (pcsc-tray) can use it');
    case 'sim':
      if (deps.simulation === 'refused') {
        throw new TransportError('badAddress', address, `address ${JSON.stringify(address)}: simulated devices are refused in a packaged terminal`);
      }
      return parsed.place === 'socket' ? new SocketTransport(address, { path: parsed.path }) : deps.simulation.transport(parsed.name);
    default:
      return parsed satisfies never;
  }
}
