/** The example-model against the sentences of its class, in this process and behind a real port with its simulator in another one. */
import { describeCardReader, type ReaderUnderTest } from '../../../../drivers/conformance/card-reader.ts';
import type { ReaderRig } from '../../../../drivers/conformance/card-reader-scene.ts';
import type { ReaderUnit } from '../../../../drivers/conformance/card-reader-units.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal, type Stand } from '../../../../drivers/conformance/stand.ts';
import { exampleOptionsSchema } from '../shared/options.ts';
import { Example } from './device.ts';
import { units } from './units.ts';

const of = { factories: `${import.meta.dirname}/units.ts`, model: 'example-model' };
/** What the model can and tells: as its manual says. */
const facts: Omit<ReaderUnderTest, 'name' | 'notRun' | 'stand'> = {
  capabilities: { motorised: true, canRetain: false, canDispense: false, interfaces: ['contactless'] },
  bin: 'none',
  tells: [],
  wire: true,
};

function rig(stand: Stand<ReaderUnit>): ReaderRig {
  return { ...stand, reader: new Example(exampleOptionsSchema.parse({}), stand) };
}

describeCardReader({
  ...facts,
  name: 'example-model in this process',
  notRun: undefined,
  stand: async () => rig(standInMemory<ReaderUnit>(units['example-model'], of)),
});
describeCardReader({
  ...facts,
  name: 'example-model behind a pseudo-terminal',
  notRun: noPseudoTerminal(),
  stand: async () => rig(await standOnPseudoTerminal<ReaderUnit>(of, 'baudRate=9600')),
});
