/** Every cabinet I/O model, in this process on virtual time and behind a real pseudo-terminal with its simulator in another process. */
import { cabinetIoModels } from '../../../drivers/cabinet/models.ts';
import { units } from './cabinet-io-units.ts';
import { cabinetIoConformance, type CabinetIoSubject } from './cabinet-io.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal } from './stand.ts';

const factories = `${import.meta.dirname}/cabinet-io-units.ts`;
const missing = noPseudoTerminal();

const modbus = { factories, model: 'modbus-io' };
const createModbus: CabinetIoSubject['create'] = (deps) => cabinetIoModels['modbus-io'].create({}, deps);
cabinetIoConformance('modbus-io in this process', { stand: async () => standInMemory(units['modbus-io'], modbus), missing: undefined, create: createModbus });
cabinetIoConformance('modbus-io behind a pseudo-terminal', { stand: () => standOnPseudoTerminal(modbus, 'baudRate=19200'), missing, create: createModbus });
