/**
 * Creator CRT-591 / CRT-571 as a CardReader: its commands and answers for the shared driver of motorised readers. Source:
 * card-readers.md section 1.1.
 */
import type { Clock } from '../../../common/clock.ts';
import type { DeviceIdentity, StorageUnit } from '../../device.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CardInterface, CardReaderCapabilities } from '../card-reader.ts';
import { askOptional, printableText } from '../motor/answers.ts';
import { readerDelays } from '../motor/delays.ts';
import { Refusal } from '../motor/errors.ts';
import { MotorReader } from '../motor/motor-reader.ts';
import {
  effect,
  motion,
  query,
  setting,
  type Ask,
  type LinkCommand,
  type MotorCommands,
  type MotorProtocol,
  type PoweredChip,
  type UnitAnswer,
} from '../motor/protocol.ts';
import { RETAIN_BIN, STACKER } from '../motor/reader-state.ts';
import { readContactReset, readRfActivation } from './chip.ts';
import { CM, CONTACT_PM, COUNTER_PM, INIT_LEAVE_CARD, READ_PM, RF_PM, STATUS_ONLY } from './commands.ts';
import { Crt591Link } from './link.ts';
import type { Crt591Options } from './options.ts';
import { errorMeaning, readStatus } from './status.ts';

const CONTACT_POWER = { '5V-emv': 0x30, '5V-iso': 0x33, '3V-iso': 0x35 } as const;

export class Crt591Reader extends MotorReader {
  constructor(model: string, options: Crt591Options, deps: { readonly transport: Transport; readonly clock: Clock }) {
    super(new Crt591Protocol(model, options, new Crt591Link(deps.transport, deps.clock, options)), deps);
  }
}

class Crt591Protocol implements MotorProtocol {
  readonly name = 'CRT-591';
  /** In the order of what was met in the field. */
  readonly speeds = [115_200, 9_600, 38_400, 19_200, 57_600];
  readonly apduLength = { least: 4, most: 261 };
  readonly arrivesAt = { byGate: 'contactless', byCommand: 'contactless' } as const;
  readonly initProvesFreePath = true;
  readonly deafFor = 0;
  readonly capabilities: CardReaderCapabilities;
  readonly storage: readonly StorageUnit[];
  readonly commands: MotorCommands;
  readonly #model: string;
  readonly #options: Crt591Options;
  readonly line: Crt591Link;

  constructor(model: string, options: Crt591Options, line: Crt591Link) {
    this.#model = model;
    this.#options = options;
    this.line = line;
    const { canDispense, canRetain, interfaces } = options;
    this.capabilities = { motorised: true, canRetain, canDispense, interfaces };
    this.storage = [
      ...(canDispense ? [{ id: STACKER, use: 'dispense', level: 'unknown' } as const] : []),
      ...(canRetain ? [{ id: RETAIN_BIN, use: 'collect', level: 'unknown' } as const] : []),
    ];
    this.commands = commandsOf(options);
  }

  async exchange(command: LinkCommand, signal?: AbortSignal): Promise<UnitAnswer> {
    const answer = await this.line.exchange(command, signal);
    if (answer.type === 'failure') throw new Refusal(answer.error, errorMeaning(answer.error, command), this.line.lastExchange);
    return { status: readStatus(answer.status), data: answer.data };
  }

  async clear(): Promise<void> {
    await this.line.clear();
  }

  async identify(greeting: Uint8Array, ask: Ask, signal: AbortSignal): Promise<DeviceIdentity> {
    const model = printableText(greeting);
    const { cm, pm } = this.#options.version;
    const firmware = printableText(await askOptional(query(cm, pm, readerDelays.query), ask, signal));
    // A length byte, then the text.
    const serialNumber = printableText((await askOptional(query(CM.serialNumber, READ_PM, readerDelays.query), ask, signal)).slice(1));
    return { model: model === '' ? this.#model : model, maker: 'Creator', ...(firmware && { firmware }), ...(serialNumber && { serialNumber }) };
  }

  async power(iface: CardInterface, ask: Ask, signal: AbortSignal): Promise<PoweredChip | undefined> {
    if (iface === 'contact') {
      const power = Uint8Array.of(CONTACT_POWER[this.#options.contactPower]);
      return readContactReset((await ask(setting(CM.contact, CONTACT_PM.coldReset, readerDelays.cardIo, power), signal)).data);
    }
    const types = Uint8Array.from(Buffer.from(this.#options.rfTypes, 'latin1'));
    return readRfActivation((await ask(setting(CM.rf, RF_PM.activate, readerDelays.cardIo, types), signal)).data);
  }

  response(data: Uint8Array): Uint8Array {
    return data;
  }

  /** Three ASCII digits. */
  count(data: Uint8Array): number | undefined {
    const text = Buffer.from(data).toString('latin1');
    return /^\d{3}$/.test(text) ? Number(text) : undefined;
  }
}

function commandsOf(options: Crt591Options): MotorCommands {
  const { moves, entry, canDispense, canRetain, interfaces } = options;
  const move = (pm: number): LinkCommand => motion(CM.move, pm, readerDelays.move);
  const toStation = move(moves.contactless);
  const toContact = move(moves.contact);
  return {
    status: query(CM.status, STATUS_ONLY, readerDelays.query),
    initialize: setting(CM.initialize, INIT_LEAVE_CARD, readerDelays.initialize),
    entry: (open) => setting(CM.entry, open ? entry.allow : entry.forbid, readerDelays.query),
    toGate: move(moves.present),
    takeIn: toStation,
    // A reader without contacts has one place only.
    toStation: (iface) => (interfaces.includes('contact') ? (iface === 'contact' ? toContact : toStation) : undefined),
    ...(canDispense && { feed: toStation }),
    ...(canRetain && { toBin: move(moves.retain) }),
    ...(moves.release !== null && { out: move(moves.release) }),
    powerOff: (iface) =>
      iface === 'contact' ? setting(CM.contact, CONTACT_PM.powerOff, readerDelays.query) : setting(CM.rf, RF_PM.fieldOff, readerDelays.query),
    apdu: ({ cm, pm }, apdu) => effect(cm, pm, apdu, readerDelays.cardIo),
    ...(canRetain && {
      binCount: query(CM.binCounter, COUNTER_PM.read, readerDelays.query),
      clearBinCount: setting(CM.binCounter, COUNTER_PM.set, readerDelays.query, Uint8Array.from(Buffer.from('000'))),
    }),
  };
}
