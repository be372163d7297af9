/** The PC/SC tray reader through the class's sentences, a simulated tray in this process in the service's place. */
import { cardReaderModels } from '../../../drivers/card-reader/models.ts';
import { describeCardReader } from './card-reader.ts';
import { units, type ReaderUnit } from './card-reader-units.ts';
import { standInMemory } from './stand.ts';

describeCardReader({
  name: 'pcsc-tray in this process',
  capabilities: { motorised: false, canRetain: false, canDispense: false, interfaces: ['contactless'] },
  bin: 'none',
  tells: [],
  // A stream between programs: what is lost or broken on wires can't be here.
  wire: false,
  notRun: undefined,
  stand: async () => {
    const stand = standInMemory<ReaderUnit>(units['pcsc-tray'], { factories: `${import.meta.dirname}/card-reader-units.ts`, model: 'pcsc-tray' });
    return { ...stand, reader: cardReaderModels['pcsc-tray'].create({}, stand) };
  },
});
