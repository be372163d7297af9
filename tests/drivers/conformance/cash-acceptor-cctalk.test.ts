/** ccTalk bill validators through the conformance suite of cash acceptors: with the simple checksum and echo on both stands, and with the CRC. */
import { cashAcceptorConformance } from './cash-acceptor.ts';
import { CASH_ACCEPTOR_UNITS, QUICK, STANDS, type CashAcceptorSubject } from './cash-acceptor-bench.ts';
import { units } from './cash-acceptor-units.ts';

/** Its simulator shows what power failed over within a second of its own clock. */
const SETTLED = { ...QUICK, settleAfterPowerUp: 1_000 };

const cctalk: CashAcceptorSubject = {
  model: 'cctalk-bill',
  factories: CASH_ACCEPTOR_UNITS,
  unit: units['cctalk-bill'],
  serial: 'baudRate=9600',
  options: SETTLED,
  evidence: 'vendValid',
  // The ring of events needs no acknowledgement: the driver keeps how far it was handled.
  acknowledged: undefined,
  boxAtStart: 'unknown',
  echoIs: 'offline',
};

cashAcceptorConformance(cctalk);
// The other checksum needs no port of its own to be proved.
cashAcceptorConformance(
  { ...cctalk, unitName: 'cctalk-bill with CRC', unit: units['cctalk-bill with CRC'], options: { ...SETTLED, checksum: 'crc' } },
  STANDS.slice(0, 1),
);
