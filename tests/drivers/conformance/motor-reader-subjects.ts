/** The motorised readers as subjects of the class's conformance suite: their facts, their stands, and who may stand on their port. */
import type { CardReaderCapabilities } from '../../../drivers/card-reader/card-reader.ts';
import { cardReaderModels } from '../../../drivers/card-reader/models.ts';
import { createTransport } from '../../../drivers/transport/open.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { ReaderUnderTest, WrongNeighbor } from './card-reader.ts';
import type { ReaderRig } from './card-reader-scene.ts';
import { units, type ReaderUnit } from './card-reader-units.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal, type Stand } from './stand.ts';

export type MotorModel = Extract<keyof typeof cardReaderModels, 'crt591-m001' | 'crt571' | 'crt591-r02' | 'crt591-mr' | 'crt310'>;
type Where = 'in this process' | 'behind a pseudo-terminal';

const factories = `${import.meta.dirname}/card-reader-units.ts`;
const SETTINGS = 'baudRate=9600';

interface Facts {
  /** As `connect` calls it. */
  readonly family: string;
  readonly capabilities: CardReaderCapabilities;
  readonly bin: ReaderUnderTest['bin'];
  readonly tells: ReaderUnderTest['tells'];
}

const CRT591: Facts = {
  family: 'CRT-591',
  capabilities: { motorised: true, canRetain: true, canDispense: true, interfaces: ['contactless', 'contact'] },
  bin: 'counted',
  tells: ['collision', 'restart', 'stuck'],
};

export const MOTOR_READERS: Readonly<Record<MotorModel, Facts>> = {
  'crt591-m001': CRT591,
  crt571: CRT591,
  'crt591-r02': { ...CRT591, capabilities: { ...CRT591.capabilities, interfaces: ['contactless'] } },
  'crt591-mr': CRT591,
  crt310: {
    family: 'CRT-310',
    capabilities: { motorised: true, canRetain: true, canDispense: false, interfaces: ['contact', 'contactless'] },
    bin: 'unwatched',
    tells: ['restart', 'stuck'],
  },
};

function standOf<U extends SimulatedUnit>(unit: keyof typeof units, where: Where): Promise<Stand<U>> {
  const of = { factories, model: unit };
  // The suite knows which unit it asked for; the table of factories doesn't.
  return where === 'in this process'
    ? Promise.resolve(standInMemory<SimulatedUnit>(units[unit], of) as unknown as Stand<U>)
    : standOnPseudoTerminal<U>(of, SETTINGS);
}

function rigOn<U extends SimulatedUnit>(model: MotorModel, stand: Stand<U>): Stand<U> & Pick<ReaderRig, 'reader'> {
  return { ...stand, reader: cardReaderModels[model].create({}, stand) };
}

export function motorReader(model: MotorModel, where: Where): ReaderUnderTest {
  const { capabilities, bin, tells } = MOTOR_READERS[model];
  return {
    name: `${model} ${where}`,
    capabilities,
    bin,
    tells,
    wire: true,
    notRun: missing(where),
    stand: async () => rigOn(model, await standOf<ReaderUnit>(model, where)),
  };
}

/** Whoever may stand on the port instead of the reader. `other`: a model of another family. */
export function wrongNeighbors(model: MotorModel, other: MotorModel, where: Where): WrongNeighbor[] {
  const { family } = MOTOR_READERS[model];
  const neighbor = (unit: keyof typeof units, name: string, code: WrongNeighbor['code'], message: string): WrongNeighbor => ({
    name: `${name} on the port of a ${model} ${where}: connect fails with one message`,
    notRun: missing(where),
    code,
    message: new RegExp(`^connect: .*${message}`),
    stand: async () => rigOn(model, await standOf(unit, where)),
  });
  return [
    neighbor(
      'stranger',
      'another device’s protocol',
      'protocol',
      `bytes came on .*, but no answer of a ${family}; another device is there or the speed is another one`,
    ),
    neighbor('babbler', 'nothing but noise', 'protocol', 'never falls silent; another device talks on this line, check the address'),
    neighbor(other, 'a reader of another family', 'offline', `no ${family} answers on .*check that it has power, .* and that the model fits`),
  ];
}

/** Ports that can't be opened. */
export function wrongPorts(model: MotorModel): WrongNeighbor[] {
  return [
    {
      name: 'a port that another program holds: connect says so',
      notRun: missing('behind a pseudo-terminal'),
      code: 'offline',
      message: /^connect: opening serial:.*another program holds this port, or another device of the configuration has the same address/,
      stand: async () => {
        const stand = await standOf(model, 'behind a pseudo-terminal');
        const holder = createTransport(stand.transport.address, { simulation: 'refused' });
        await holder.open();
        const dispose = async (): Promise<void> => {
          await holder.close();
          await stand.dispose();
        };
        return { ...rigOn(model, stand), dispose };
      },
    },
    {
      name: 'a port that is not there: connect says so',
      notRun: undefined,
      code: 'offline',
      message: /^connect: opening serial:\/dev\/no-such-port.*check that its adapter is plugged in and that the configuration names its port/,
      stand: async () => {
        const stand = await standOf(model, 'in this process');
        const transport = createTransport('serial:/dev/no-such-port?baudRate=9600', { simulation: 'refused' });
        return { ...rigOn(model, { ...stand, transport }), settled: (promise) => promise };
      },
    },
  ];
}

function missing(where: Where): string | undefined {
  return where === 'in this process' ? undefined : noPseudoTerminal();
}
