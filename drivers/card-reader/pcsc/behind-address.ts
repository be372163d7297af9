/** From an address to the PC/SC service behind it: the system's own, or a simulated tray on a byte line. */
import type { Clock } from '../../../common/clock.ts';
import { parseAddress } from '../../transport/address.ts';
import type { Transport } from '../../transport/transport.ts';
import { loadPcsc } from './binding.ts';
import type { TrayDeps } from './device.ts';
import { PcscError } from './service.ts';
import { vpcdHost } from './vpcd-host.ts';

/** Opens nothing. An address of another kind is refused at `connect`. */
export function behindAddress(transport: Transport, clock: Clock): TrayDeps {
  const { address } = transport;
  const parsed = parseAddress(address);
  switch (parsed.scheme) {
    case 'pcsc':
      return { clock, reader: parsed.reader, load: () => loadPcsc() };
    case 'sim':
      return { clock, reader: '', load: async () => vpcdHost(transport) };
    case 'serial':
    case 'tcp':
    case 'hid':
    case 'usblp':
      return {
        clock,
        reader: '',
        load: () => Promise.reject(new PcscError('noReader', `address ${JSON.stringify(address)}: expected pcsc:READER, for example pcsc:ACS ACR122U`)),
      };
  }
}
