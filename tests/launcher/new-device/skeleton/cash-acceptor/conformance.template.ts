/** The example-model against the sentences of its class, in this process and behind a real port with its simulator in another one. */
import { cashAcceptorConformance } from '../../../../drivers/conformance/cash-acceptor.ts';
import { QUICK } from '../../../../drivers/conformance/cash-acceptor-bench.ts';
import { units } from './units.ts';

cashAcceptorConformance({
  model: 'example-model',
  factories: `${import.meta.dirname}/units.ts`,
  unit: units['example-model'],
  serial: 'baudRate=9600',
  options: QUICK,
  boxAtStart: 'ok',
  echoIs: 'protocol',
  evidence: 'vendValid',
  // Replace by: whether a credit message was acknowledged in this exchange.
  acknowledged: undefined,
});
