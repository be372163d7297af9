/** CCNET through the conformance suite of cash acceptors. */
import { cashAcceptorConformance } from './cash-acceptor.ts';
import { CASH_ACCEPTOR_UNITS, QUICK, sent } from './cash-acceptor-bench.ts';
import { units } from './cash-acceptor-units.ts';

cashAcceptorConformance({
  model: 'cashcode-ccnet',
  factories: CASH_ACCEPTOR_UNITS,
  unit: units['cashcode-ccnet'],
  serial: 'baudRate=9600',
  options: QUICK,
  evidence: 'vendValid',
  // Every data answer is acknowledged; it is the acknowledgement right after "81, bill stacked" that counts.
  acknowledged: (trace) => trace.some(({ bytes }, index) => bytes.startsWith('02030781') && sent(trace.slice(index + 1, index + 2), '02030600C282')),
  boxAtStart: 'ok',
  echoIs: 'protocol',
});
