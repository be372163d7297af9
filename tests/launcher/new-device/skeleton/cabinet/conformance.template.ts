/** The example-model against the sentences of its class, in this process and behind a real port with its simulator in another one. */
import { cabinetIoConformance, type CabinetIoSubject } from '../../../../drivers/conformance/cabinet-io.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal } from '../../../../drivers/conformance/stand.ts';
import { exampleOptionsSchema } from '../shared/options.ts';
import { Example } from './device.ts';
import { units } from './units.ts';

const of = { factories: `${import.meta.dirname}/units.ts`, model: 'example-model' };
const create: CabinetIoSubject['create'] = (deps) => new Example(exampleOptionsSchema.parse({}), deps);

cabinetIoConformance('example-model in this process', { stand: async () => standInMemory(units['example-model'], of), missing: undefined, create });
cabinetIoConformance('example-model behind a pseudo-terminal', {
  stand: () => standOnPseudoTerminal(of, 'baudRate=9600'),
  missing: noPseudoTerminal(),
  create,
});
