/** Every ID reader model, in this process on virtual time and behind a real pseudo-terminal with its simulator in another process. */
import { idReaderModels } from '../../../drivers/id-reader/models.ts';
import { units } from './id-reader-units.ts';
import { idReaderConformance, type IdReaderSubject } from './id-reader.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal } from './stand.ts';

const factories = `${import.meta.dirname}/id-reader-units.ts`;
const missing = noPseudoTerminal();

const sam = { factories, model: 'sam-serial' };
const createSam: IdReaderSubject['create'] = (deps) => idReaderModels['sam-serial'].create({}, deps);
idReaderConformance('sam-serial in this process', { stand: async () => standInMemory(units['sam-serial'], sam), missing: undefined, create: createSam });
idReaderConformance('sam-serial behind a pseudo-terminal', { stand: () => standOnPseudoTerminal(sam, 'baudRate=115200'), missing, create: createSam });
