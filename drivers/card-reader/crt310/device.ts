/**
 * Creator CRT-310 (motor insert reader without dispenser) as a CardReader: its commands and answers for the shared driver of motorised
 * readers. Source: card-readers.md section 1.2.
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
  LinkError,
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
import { RETAIN_BIN } from '../motor/reader-state.ts';
import { answersResult, CM, CPU_PM, RESET_PM, RF_PM, STATUS_PM } from './commands.ts';
import { Crt310Link } from './link.ts';
import type { Crt310Options } from './options.ts';
import { DONE, errorMeaning, readStatus, resultMeaning } from './status.ts';

export class Crt310Reader extends MotorReader {
  constructor(options: Crt310Options, deps: { readonly transport: Transport; readonly clock: Clock }) {
    super(new Crt310Protocol(options, new Crt310Link(deps.transport, deps.clock, options)), deps);
  }
}

class Crt310Protocol implements MotorProtocol {
  readonly name = 'CRT-310';
  readonly speeds = [9_600, 19_200, 38_400, 57_600, 4_800, 2_400, 1_200];
  /** Header of four bytes; 255 bytes with P3 before and Le behind. ISO 7816-3, T=0. */
  readonly apduLength = { least: 4, most: 261 };
  readonly arrivesAt = { byGate: 'contactless', byCommand: 'contact' } as const;
  /** Resetting moves nothing, so that it proves nothing of the path. */
  readonly initProvesFreePath = false;
  /** An APDU takes longest. */
  readonly deafFor = readerDelays.cardIo;
  readonly capabilities: CardReaderCapabilities;
  readonly storage: readonly StorageUnit[];
  readonly commands: MotorCommands;
  readonly line: Crt310Link;

  constructor(options: Crt310Options, line: Crt310Link) {
    this.line = line;
    const { canRetain, interfaces } = options;
    this.capabilities = { motorised: true, canRetain, canDispense: false, interfaces };
    this.storage = canRetain ? [{ id: RETAIN_BIN, use: 'collect', level: 'notSupported' }] : [];
    this.commands = commandsOf(options);
  }

  async exchange(command: LinkCommand, signal?: AbortSignal): Promise<UnitAnswer> {
    const answer = await this.line.exchange(command, signal);
    if (answer.type === 'refusal') throw new Refusal(answer.error, errorMeaning(answer.error), this.line.lastExchange);
    if (command.cm === CM.status && command.pm === STATUS_PM.status) {
      const status = readStatus(answer.data);
      if (status === undefined) throw new LinkError('garbled', 'the answer holds no status');
      return { status, data: answer.data };
    }
    if (!answersResult(command.cm)) return { data: answer.data };
    const [result] = answer.data;
    if (result === undefined) throw new LinkError('garbled', 'the answer holds no result');
    if (result === DONE) return { data: answer.data.slice(1) };
    const letter = String.fromCharCode(result);
    throw new Refusal(letter, resultMeaning(letter, command), this.line.lastExchange);
  }

  /** The protocol has no way to stop a command. */
  async clear(): Promise<void> {}

  /** Resetting answers the version. */
  async identify(greeting: Uint8Array, ask: Ask, signal: AbortSignal): Promise<DeviceIdentity> {
    const firmware = printableText(greeting);
    const serialNumber = printableText(await askOptional(query(CM.reset, RESET_PM.serialNumber, readerDelays.query), ask, signal));
    return { model: 'CRT-310', maker: 'Creator', ...(firmware && { firmware }), ...(serialNumber && { serialNumber }) };
  }

  async power(iface: CardInterface, ask: Ask, signal: AbortSignal): Promise<PoweredChip | undefined> {
    if (iface === 'contact') return readReset((await ask(setting(CM.cpu, CPU_PM.coldReset, readerDelays.cardIo), signal)).data);
    await ask(setting(CM.rf, RF_PM.find, readerDelays.cardIo), signal);
    const { data: uid } = await ask(query(CM.rf, RF_PM.uid, readerDelays.cardIo), signal);
    // Whatever chip it is, this unit carries no APDUs to it.
    return uid.length === UID_LENGTH ? { interface: 'contactless', uid, answerToReset: new Uint8Array(0), iso7816: false } : undefined;
  }

  response(data: Uint8Array): Uint8Array | undefined {
    return withoutLength(data);
  }

  count(): undefined {
    return undefined;
  }
}

const UID_LENGTH = 4;

function commandsOf({ moves, entry, canRetain, stop }: Crt310Options): MotorCommands {
  const move = (pm: number): LinkCommand => motion(CM.move, pm, readerDelays.move);
  const toContact = move(moves.contact);
  return {
    status: query(CM.status, STATUS_PM.status, readerDelays.query),
    initialize: setting(CM.reset, RESET_PM.leave, readerDelays.initialize),
    ...(stop !== null && { setUp: setting(CM.stop, stop, readerDelays.query) }),
    entry: (open) => setting(CM.entry, open ? entry.allow : entry.forbid, readerDelays.query, Uint8Array.of(entry.rear)),
    toGate: move(moves.present),
    takeIn: toContact,
    // The antenna reaches a card anywhere inside.
    toStation: (iface) => (iface === 'contact' ? toContact : undefined),
    out: move(moves.release),
    ...(canRetain && { toBin: move(moves.retain) }),
    powerOff: () => undefined,
    apdu: ({ cm, pm }, apdu) => effect(cm, pm, Uint8Array.of(apdu.length >> 8, apdu.length & 0xff, ...apdu), readerDelays.cardIo),
  };
}

/** P and then len2 and the ATR, as for an APDU; units that leave the length out are understood too (no ATR begins so). */
function readReset(data: Uint8Array): PoweredChip | undefined {
  const answerToReset = withoutLength(data) ?? data;
  // Shortest ATR: TS T0. TS is 3B or 3F, ISO 7816-3 section 8.1.
  if (answerToReset.length < 2 || (answerToReset[0] !== 0x3b && answerToReset[0] !== 0x3f)) return undefined;
  return { interface: 'contact', answerToReset, iso7816: true, apdu: { cm: CM.cpu, pm: CPU_PM.apdu } };
}

/** What stands behind a two-byte length; `undefined` when the length is another. */
function withoutLength(data: Uint8Array): Uint8Array | undefined {
  const [high, low] = data;
  if (high === undefined || low === undefined || ((high << 8) | low) !== data.length - 2) return undefined;
  return data.slice(2);
}
