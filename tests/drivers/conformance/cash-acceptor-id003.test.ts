/** ID-003 through the conformance suite of cash acceptors. */
import { cashAcceptorConformance } from './cash-acceptor.ts';
import { CASH_ACCEPTOR_UNITS, QUICK, sent } from './cash-acceptor-bench.ts';
import { units } from './cash-acceptor-units.ts';

cashAcceptorConformance({
  model: 'jcm-id003',
  factories: CASH_ACCEPTOR_UNITS,
  unit: units['jcm-id003'],
  serial: 'baudRate=9600&parity=even',
  options: QUICK,
  evidence: 'vendValid',
  acknowledged: (trace) => sent(trace, 'FC0550AA05'),
  boxAtStart: 'ok',
  echoIs: 'protocol',
});
