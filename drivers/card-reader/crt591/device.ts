/**
 * Creator CRT-591 / CRT-571 as a CardReader: the one owner of its line. Brings the unit up, keeps it under watch (poll, reconnect),
 * moves cards and talks to their chips. Nothing with an effect is ever sent twice; when an outcome is unknown, the card's position
 * decides. Source: card-readers.md sections 0 and 1.1.
 */
import { deadline, type Clock, type Timer } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { CommandQueue } from '../../command-queue.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { parseAddress } from '../../transport/address.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CardChannel, CardInterface, CardReader, CardReaderCapabilities, CardReaderEvent, CardReaderStatus } from '../card-reader.ts';
import { Crt591Channel, type ChannelEnd } from './channel.ts';
import { readContactReset, readRfActivation, type PoweredChip } from './chip.ts';
import type { Crt591Success } from './codec.ts';
import { CM, CONTACT_PM, INIT_LEAVE_CARD, READ_PM, RF_PM, STATUS_ONLY } from './commands.ts';
import { abortError, asDeviceError, Refusal } from './errors.ts';
import { Crt591Link, effect, LinkError, query, setting, type LinkCommand } from './link.ts';
import type { Crt591Options } from './options.ts';
import { ReaderState } from './reader-state.ts';
import { readStatus, type Position, type UnitStatus } from './status.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const crt591Delays = {
  /** Execution limits after ACK, from a fielded driver (source S2). */
  query: 2_000,
  cardIo: 8_000,
  move: 15_000,
  initialize: 30_000,
  /** A person who takes the card is noticed within this; every other answer counts as a poll. */
  poll: 400,
  /** Reconnecting: doubled after each failure … */
  reconnectFirst: 1_000,
  /** … up to this, for as long as the reader is wanted. */
  reconnectMost: 30_000,
  /** A jammed or broken unit is asked this often whether an INIT, card left in place, now succeeds: somebody may have helped it. */
  troubleRetry: 15_000,
  /** Limits of the calls as the class states them. */
  connectLimit: 40_000,
  quickLimit: 3_000,
  activateLimit: 8_000,
  moveLimit: 20_000,
  /** One APDU: the unit's own limit, the handshake and the status that is read after a silence. */
  transmitLimit: 15_000,
} as const;

/** Polls without any answer until the unit counts as offline. */
export const MISSED_POLLS = 3;

/** Speeds tried after the line's own, in the order of what was met in the field. */
const SPEEDS = [115_200, 9_600, 38_400, 19_200, 57_600] as const;

const CONTACT_POWER = { '5V-emv': 0x30, '5V-iso': 0x33, '3V-iso': 0x35 } as const;

/** Lengths of a C-APDU that the unit takes. */
const APDU_LENGTH = { least: 4, most: 261 } as const;

interface Motion {
  readonly name: string;
  readonly pm: number;
  readonly to: Position;
  /** What the unit may say of the card when the motion was done: where we put it, or a hand has it already. */
  readonly after: readonly Position[];
  /** `done`: nothing to move. @throws {DeviceError} when the card isn't where the motion begins. */
  readonly check: (now: UnitStatus) => 'go' | 'done';
}

/**
 * Once connected it stays under its own supervision until `close`: a lost line or a silent unit is told by `statusChanged` (device
 * `offline`), and reconnecting goes on by itself, also after a `connect` that failed. Calls meanwhile fail with `offline`.
 */
export class Crt591Reader implements CardReader {
  readonly capabilities: CardReaderCapabilities;
  readonly #options: Crt591Options;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #link: Crt591Link;
  readonly #queue = new CommandQueue();
  readonly #state = new ReaderState();
  readonly #model: string;
  #phase: 'closed' | 'down' | 'online' = 'closed';
  #lifetime = new AbortController();
  #identity: DeviceIdentity | undefined;
  #speed: number | undefined;
  #entryWanted = false;
  #pollTimer: Timer;
  #reconnectTimer: Timer;
  #backOff: number = crt591Delays.reconnectFirst;
  #lastHeard = 0;
  #missedPolls = 0;
  #troubleSince = 0;
  /** Where a card inside stands: the contact position isn't the antenna's. `undefined`: it was inside before we came. */
  #station: CardInterface | undefined;
  #channel: Crt591Channel | undefined;

  constructor(model: string, options: Crt591Options, deps: { readonly transport: Transport; readonly clock: Clock }) {
    this.#model = model;
    this.#options = options;
    this.#transport = deps.transport;
    this.#clock = deps.clock;
    this.#link = new Crt591Link(deps.transport, deps.clock, options);
    this.capabilities = { motorised: true, canRetain: options.canRetain, canDispense: options.canDispense, interfaces: options.interfaces };
    deps.transport.onClose(() => {
      this.#goDown();
    });
  }

  get lastStatus(): CardReaderStatus {
    return this.#state.last;
  }

  onEvent(listener: (event: CardReaderEvent) => void): Unsubscribe {
    return this.#state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#link.frames.add(listener);
  }

  async connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    if (this.#phase === 'closed') {
      this.#phase = 'down';
      this.#lifetime = new AbortController();
    }
    this.#clock.clearTimeout(this.#reconnectTimer);
    try {
      return await this.#bringUp(signal);
    } catch (error) {
      if (signal?.aborted) await this.close();
      else this.#scheduleReconnect();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#phase = 'closed';
    this.#clock.clearTimeout(this.#pollTimer);
    this.#clock.clearTimeout(this.#reconnectTimer);
    this.#lifetime.abort(new DeviceError('aborted', 'the reader was closed'));
    this.#endChannel('offline');
    await this.#transport.close();
    this.#state.offline();
  }

  async status(signal?: AbortSignal): Promise<CardReaderStatus> {
    await this.#run('status', crt591Delays.quickLimit, signal, (limit) => this.#afterInit(() => this.#askStatus(limit)));
    return this.#state.last;
  }

  async setEntry(enabled: boolean, signal?: AbortSignal): Promise<void> {
    this.#entryWanted = enabled;
    await this.#run('entry', crt591Delays.quickLimit, signal, (limit) => this.#afterInit(() => this.#armEntry(enabled, limit)));
  }

  async present(signal?: AbortSignal): Promise<void> {
    await this.#move(signal, {
      name: 'present',
      pm: this.#options.moves.present,
      to: 'atGate',
      after: ['atGate', 'notPresent'],
      check: ({ position }) => {
        if (position === 'notPresent') throw new DeviceError('mediaNotPresent', 'present: there is no card in the reader');
        return position === 'atGate' ? 'done' : 'go';
      },
    });
  }

  /** With no card in the path the same motion would feed a blank from the stacker: the position is asked immediately before. */
  async retract(signal?: AbortSignal): Promise<void> {
    await this.#move(signal, {
      name: 'retract',
      pm: this.#options.moves.contactless,
      to: 'inside',
      after: ['inside'],
      check: ({ position }) => {
        if (position === 'inside') return 'done';
        if (position === 'atGate') return 'go';
        throw new DeviceError('mediaNotPresent', 'retract: there is no card at the gate');
      },
    });
  }

  async retain(signal?: AbortSignal): Promise<void> {
    if (!this.#options.canRetain) throw new DeviceError('notSupported', 'retain: this model has no bin');
    await this.#move(signal, {
      name: 'retain',
      pm: this.#options.moves.retain,
      to: 'notPresent',
      after: ['notPresent'],
      check: ({ position, retainBin }) => {
        if (position === 'notPresent') throw new DeviceError('mediaNotPresent', 'retain: there is no card in the reader');
        if (retainBin === 'full') throw new DeviceError('storageFull', 'retain: the bin is full');
        return 'go';
      },
    });
  }

  async dispense(signal?: AbortSignal): Promise<void> {
    if (!this.#options.canDispense) throw new DeviceError('notSupported', 'dispense: this model has no stacker');
    await this.#move(signal, {
      name: 'dispense',
      pm: this.#options.moves.contactless,
      to: 'inside',
      after: ['inside'],
      check: ({ position, stacker }) => {
        if (position !== 'notPresent') throw new DeviceError('invalidState', 'dispense: there is a card in the reader already');
        if (stacker === 'empty') throw new DeviceError('storageEmpty', 'dispense: the stacker is empty');
        return 'go';
      },
    });
  }

  async activate(signal?: AbortSignal): Promise<CardChannel> {
    return await this.#run('activate', crt591Delays.activateLimit, signal, (limit) =>
      this.#afterInit(async () => {
        await this.#expectInside('activate', limit);
        this.#endChannel('invalidState');
        const chip = await this.#findChip(limit);
        const channel = new Crt591Channel(chip, (apdu, abort) => this.#transmit(channel, apdu, abort));
        this.#channel = channel;
        return channel;
      }),
    );
  }

  async deactivate(signal?: AbortSignal): Promise<void> {
    const channel = this.#channel;
    if (channel === undefined) return;
    await this.#run('deactivate', crt591Delays.quickLimit, signal, async (limit) => {
      if (channel.ended !== undefined) return;
      this.#endChannel('invalidState');
      const [cm, pm] = channel.interface === 'contact' ? [CM.contact, CONTACT_PM.powerOff] : [CM.rf, RF_PM.fieldOff];
      await this.#afterInit(() => this.#ask(setting(cm, pm, crt591Delays.query), limit));
    });
  }

  // --- one call at a time ---------------------------------------------------------------------------------------------------------

  /** A turn on the line, bounded by `ms` from now. Whatever goes wrong leaves as a DeviceError. */
  async #run<T>(what: string, ms: number, signal: AbortSignal | undefined, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#expectOnline(what);
    const parent = signal ? AbortSignal.any([signal, this.#lifetime.signal]) : this.#lifetime.signal;
    const limit = deadline(this.#clock, ms, () => new DeviceError('timeout', `${what} took longer than ${ms} ms`), parent);
    try {
      return await this.#queue.run(() => {
        this.#expectOnline(what);
        return task(limit.signal);
      }, limit.signal);
    } catch (error) {
      throw asDeviceError(what, error, limit.signal);
    } finally {
      limit.dispose();
    }
  }

  #expectOnline(what: string): void {
    if (this.#phase !== 'online') throw new DeviceError('offline', `${what}: the reader is offline`);
  }

  /** Runs `task`; when the unit says B0, it did nothing because its power was cut: after an INIT the task runs again, once. */
  async #afterInit<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      await this.#remedy(error);
      if (!(error instanceof Refusal) || error.deviceCode !== 'B0') throw error;
      return await task();
    }
  }

  async #remedy(error: unknown): Promise<void> {
    if (!(error instanceof Refusal)) return;
    if (error.remedy === 'initialize') await this.#initialize();
    if (error.remedy === 'service') this.#setTrouble(error);
  }

  #setTrouble(refusal: Refusal): void {
    this.#troubleSince = this.#clock.monotonic();
    this.#state.fault(refusal.code === 'mediaJammed' ? 'jammed' : 'broken');
  }

  /** One exchange, its failures translated. Positions in the answer are a hand's work, unless the caller says that they are ours. */
  async #ask(command: LinkCommand, signal: AbortSignal | undefined, by: 'hand' | 'us' = 'hand'): Promise<Crt591Success> {
    const answer = await this.#link.exchange(command, signal).catch((error: unknown) => this.#onLinkError(command, error, signal));
    this.#lastHeard = this.#clock.monotonic();
    this.#missedPolls = 0;
    if (answer.type === 'failure') throw new Refusal(answer.error, this.#link.lastExchange);
    if (by === 'hand' && this.#phase === 'online') this.#observe(readStatus(answer.status));
    return answer;
  }

  /** Always throws. Effects that may have happened: the status is read again first, and then `outcomeUnknown`. */
  async #onLinkError(command: LinkCommand, error: unknown, signal: AbortSignal | undefined): Promise<never> {
    if (!(error instanceof LinkError)) throw error;
    const frames = this.#link.lastExchange;
    const untouched = error.reason === 'notSent' || error.reason === 'refused';
    if (command.resend === 'never' && !untouched) {
      if (error.reason !== 'lineLost') await this.#readAgain(command.cm === CM.move ? 'us' : 'hand');
      // A motion that was stopped has its outcome in the card's position; a chip that was stopped tells nobody what it did.
      if (command.cm === CM.move && error.reason === 'cancelled' && signal?.aborted) throw abortError('the motion', signal);
      throw new DeviceError('outcomeUnknown', error.message, { frames, cause: error });
    }
    if (signal?.aborted) throw abortError(error.message, signal);
    switch (error.reason) {
      case 'unacknowledged':
        // A heartbeat that is missed is counted by the poll; three sends without any ACK are as good as three missed polls.
        if (command.resend !== 'once') this.#goDown();
        throw new DeviceError('offline', error.message, { frames, cause: error });
      case 'notSent':
      case 'lineLost':
        throw new DeviceError('offline', error.message, { frames, cause: error });
      case 'unanswered':
      case 'cancelled':
        throw new DeviceError('timeout', error.message, { frames, cause: error });
      case 'garbled':
      case 'refused':
        throw new DeviceError('protocol', error.message, { frames, cause: error });
      default:
        return error.reason satisfies never;
    }
  }

  /** After an unknown outcome: stops what may still run, then asks where the card is. Also a fence: answers that were late are behind it. */
  async #readAgain(by: 'hand' | 'us'): Promise<void> {
    await this.#link.clear();
    try {
      const answer = await this.#link.exchange(query(CM.status, STATUS_ONLY, crt591Delays.query));
      this.#lastHeard = this.#clock.monotonic();
      if (answer.type === 'success' && by === 'hand') this.#observe(readStatus(answer.status));
      else if (answer.type === 'success') this.#state.adopt(readStatus(answer.status));
      else if (answer.error === 'B0') await this.#initialize();
    } catch (error) {
      if (!(error instanceof LinkError) && !(error instanceof DeviceError)) throw error;
      this.#goDown();
    }
  }

  async #askStatus(signal?: AbortSignal): Promise<UnitStatus> {
    const answer = await this.#ask(query(CM.status, STATUS_ONLY, crt591Delays.query), signal);
    return readStatus(answer.status);
  }

  #observe(unit: UnitStatus): void {
    // ENTRY carries an inserted card to the antenna.
    if (this.#state.position !== 'inside' && unit.position === 'inside') this.#station = 'contactless';
    this.#state.observe(unit);
    if (unit.position !== 'inside') this.#endChannel('mediaMoved');
  }

  async #armEntry(enabled: boolean, signal?: AbortSignal): Promise<void> {
    await this.#ask(setting(CM.entry, enabled ? this.#options.entry.allow : this.#options.entry.forbid, crt591Delays.query), signal);
    this.#state.entry(enabled);
  }

  async #expectInside(what: string, signal: AbortSignal): Promise<void> {
    const { position } = await this.#askStatus(signal);
    if (position === 'notPresent') throw new DeviceError('mediaNotPresent', `${what}: there is no card in the reader`);
    if (position !== 'inside') throw new DeviceError('invalidState', `${what}: the card is not at the station`);
  }

  // --- motions --------------------------------------------------------------------------------------------------------------------

  async #move(signal: AbortSignal | undefined, motion: Motion): Promise<void> {
    await this.#run(motion.name, crt591Delays.moveLimit, signal, (limit) =>
      this.#afterInit(async () => {
        if (motion.check(await this.#askStatus(limit)) === 'done') return;
        this.#endChannel('mediaMoved');
        await this.#moveCard(motion, limit);
        this.#station = 'contactless';
      }),
    );
  }

  async #moveCard(motion: Motion, signal: AbortSignal): Promise<void> {
    const command = effect(CM.move, motion.pm, new Uint8Array(0), crt591Delays.move);
    const before = this.#state.position;
    this.#station = undefined;
    let answer: Crt591Success;
    try {
      answer = await this.#ask(command, signal, 'us').catch((error: unknown) => {
        // The unit refused before it moved anything.
        if (error instanceof Refusal && error.remedy === 'retryOnce') return this.#ask(command, signal, 'us');
        throw error;
      });
    } catch (error) {
      // Only the position can tell what became of the motion, and it does when the card is where only the motion can have put it.
      if (error instanceof Refusal) {
        if (error.remedy !== 'initialize') await this.#readAgain('us');
      } else if (this.#phase === 'online' && motion.to !== 'notPresent' && before !== motion.to && this.#state.position === motion.to) {
        return;
      }
      throw error;
    }
    const unit = readStatus(answer.status);
    if (unit.position !== 'unknown' && !motion.after.includes(unit.position)) {
      this.#state.adopt(unit);
      throw new DeviceError('protocol', `${motion.name}: the reader says done, but the card is ${unit.position}`, { frames: this.#link.lastExchange });
    }
    this.#state.fault(undefined);
    this.#state.arrived(motion.to);
    this.#observe(unit);
  }

  // --- chips ----------------------------------------------------------------------------------------------------------------------

  /** The first interface with an ISO 7816 chip; else whatever chip answered; else `mediaInvalid`. */
  async #findChip(signal: AbortSignal): Promise<PoweredChip> {
    let simple: CardInterface | undefined;
    let lastRefusal: unknown;
    for (const iface of this.#options.interfaces) {
      try {
        const chip = await this.#power(iface, signal);
        if (chip.iso7816 || iface === this.#options.interfaces.at(-1)) return chip;
        simple = iface;
      } catch (error) {
        if (!(error instanceof Refusal) || (error.remedy !== 'chip' && error.code !== 'mediaInvalid')) throw error;
        lastRefusal = error;
      }
    }
    if (simple !== undefined) return await this.#power(simple, signal);
    throw new DeviceError('mediaInvalid', 'activate: no interface finds a chip', { frames: this.#link.lastExchange, cause: lastRefusal });
  }

  async #power(iface: CardInterface, signal: AbortSignal): Promise<PoweredChip> {
    await this.#toStation(iface, signal);
    const chip = iface === 'contact' ? await this.#resetContact(signal) : await this.#activateRf(signal);
    if (chip === undefined) throw new DeviceError('protocol', `activate: the answer is no ${iface} chip`, { frames: this.#link.lastExchange });
    return chip;
  }

  async #activateRf(signal: AbortSignal): Promise<PoweredChip | undefined> {
    const types = Uint8Array.from(Buffer.from(this.#options.rfTypes, 'latin1'));
    return readRfActivation((await this.#ask(setting(CM.rf, RF_PM.activate, crt591Delays.cardIo, types), signal)).data);
  }

  async #resetContact(signal: AbortSignal): Promise<PoweredChip | undefined> {
    const power = Uint8Array.of(CONTACT_POWER[this.#options.contactPower]);
    return readContactReset((await this.#ask(setting(CM.contact, CONTACT_PM.coldReset, crt591Delays.cardIo, power), signal)).data);
  }

  /** Antenna and contacts are two places. The status was read just before: a card is inside, so that this feeds no blank. */
  async #toStation(iface: CardInterface, signal: AbortSignal): Promise<void> {
    if (this.#station === iface || !this.#options.interfaces.includes('contact')) return;
    const pm = iface === 'contact' ? this.#options.moves.contact : this.#options.moves.contactless;
    await this.#moveCard({ name: `to the ${iface} position`, pm, to: 'inside', after: ['inside'], check: () => 'go' }, signal);
    this.#station = iface;
  }

  async #transmit(channel: Crt591Channel, apdu: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    if (apdu.length < APDU_LENGTH.least || apdu.length > APDU_LENGTH.most) {
      throw new DeviceError('notSupported', `an APDU of ${apdu.length} bytes: the reader takes ${APDU_LENGTH.least} to ${APDU_LENGTH.most}`);
    }
    return await this.#run('APDU', crt591Delays.transmitLimit, signal, async (limit) => {
      channel.expectAlive();
      try {
        const { data } = await this.#ask(effect(channel.apdu.cm, channel.apdu.pm, apdu, crt591Delays.cardIo), limit);
        // SW1 SW2 at least; anything less came from a chip that did something we weren't told.
        if (data.length >= 2) return data;
        throw new DeviceError('outcomeUnknown', 'the answer holds no status word', { frames: this.#link.lastExchange });
      } catch (error) {
        throw await this.#afterApduFailure(channel, error);
      }
    });
  }

  /** An APDU failed: the unit has powered the chip off or lost it. A card that isn't inside any more is told as `mediaMoved`. */
  async #afterApduFailure(channel: Crt591Channel, error: unknown): Promise<unknown> {
    if (!(error instanceof DeviceError)) return error;
    channel.end('invalidState');
    if (error instanceof Refusal) await this.#lookAfterRefusal(error);
    if (error.code !== 'outcomeUnknown' || this.#phase !== 'online' || this.#state.position === 'inside') return error;
    return new DeviceError('mediaMoved', 'the card was moved while its chip worked: nobody knows whether it executed the command', {
      frames: error.frames,
      cause: error,
      ...(error.deviceCode === undefined ? {} : { deviceCode: error.deviceCode }),
    });
  }

  /** What fails here must not hide the chip's own failure; the watch tells it. */
  async #lookAfterRefusal(refusal: Refusal): Promise<void> {
    try {
      await this.#remedy(refusal);
      if (refusal.remedy === 'chip') await this.#askStatus();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
    }
  }

  #endChannel(reason: ChannelEnd): void {
    this.#channel?.end(reason);
    this.#channel = undefined;
  }

  // --- coming up and staying up ---------------------------------------------------------------------------------------------------

  async #bringUp(signal?: AbortSignal): Promise<DeviceIdentity> {
    const parent = signal ? AbortSignal.any([signal, this.#lifetime.signal]) : this.#lifetime.signal;
    const limit = deadline(
      this.#clock,
      crt591Delays.connectLimit,
      () => new DeviceError('offline', `the reader did not come up within ${crt591Delays.connectLimit} ms`),
      parent,
    );
    try {
      return await this.#queue.run(async () => {
        if (this.#phase === 'online' && this.#identity) return this.#identity;
        try {
          await this.#transport.open(limit.signal);
          const greeting = await this.#findUnit(limit.signal);
          return await this.#comeOnline(greeting, limit.signal);
        } catch (error) {
          await this.#transport.close();
          this.#state.offline();
          throw error;
        }
      }, limit.signal);
    } catch (error) {
      throw asDeviceError('connect', error, limit.signal);
    } finally {
      limit.dispose();
    }
  }

  async #comeOnline(greeting: string, signal: AbortSignal): Promise<DeviceIdentity> {
    this.#identity ??= await this.#askIdentity(greeting, signal);
    if (this.#entryWanted) await this.#armEntry(true, signal);
    const unit = await this.#askStatus(signal);
    signal.throwIfAborted();
    this.#phase = 'online';
    this.#backOff = crt591Delays.reconnectFirst;
    this.#state.online(unit);
    this.#schedulePoll(crt591Delays.poll);
    return this.#identity;
  }

  /** Speed by speed: empty the line, stop what an earlier process began, INIT with the card left where it is. Answers its greeting. */
  async #findUnit(signal: AbortSignal): Promise<string> {
    const speeds = this.#transport.setBaudRate ? speedsToTry(this.#transport.address, this.#speed) : [undefined];
    let failure: unknown;
    for (const speed of speeds) {
      if (speed !== undefined) await this.#transport.setBaudRate?.(speed);
      await this.#link.silence(signal);
      await this.#link.clear();
      try {
        const greeting = await this.#askInit(signal);
        this.#speed = speed;
        return greeting;
      } catch (error) {
        // Wrong speed: silence, or noise. Everything else is an answer.
        if (!(error instanceof DeviceError) || (error.code !== 'offline' && error.code !== 'protocol') || error instanceof Refusal || signal.aborted)
          throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** INIT 33. A unit that is jammed or broken answers so, and is online all the same. Entry is off afterwards. */
  async #askInit(signal?: AbortSignal): Promise<string> {
    this.#endChannel('invalidState');
    try {
      const { data } = await this.#ask(setting(CM.initialize, INIT_LEAVE_CARD, crt591Delays.initialize), signal);
      this.#state.fault(undefined);
      return printableText(data);
    } catch (error) {
      if (!(error instanceof Refusal) || error.remedy !== 'service') throw error;
      this.#setTrouble(error);
      return '';
    } finally {
      this.#state.entry(false);
    }
  }

  /** INIT of a unit that is online: after its power was cut, after a hand moved the card, or to see whether a trouble is over. */
  async #initialize(): Promise<void> {
    await this.#askInit();
    if (this.#entryWanted) await this.#armEntry(true);
    await this.#askStatus();
  }

  async #askIdentity(greeting: string, signal: AbortSignal): Promise<DeviceIdentity> {
    const firmware = printableText(await this.#askOptional(CM.firmware, signal));
    // A length byte, then the text.
    const serialNumber = printableText((await this.#askOptional(CM.serialNumber, signal)).slice(1));
    return { model: greeting === '' ? this.#model : greeting, maker: 'Creator', ...(firmware && { firmware }), ...(serialNumber && { serialNumber }) };
  }

  /** Not every relative knows every question. */
  async #askOptional(cm: number, signal: AbortSignal): Promise<Uint8Array> {
    try {
      return (await this.#ask(query(cm, READ_PM, crt591Delays.query), signal)).data;
    } catch (error) {
      if (signal.aborted || !(error instanceof DeviceError)) throw error;
      return new Uint8Array(0);
    }
  }

  #schedulePoll(ms: number): void {
    this.#clock.clearTimeout(this.#pollTimer);
    this.#pollTimer = this.#clock.setTimeout(() => void this.#poll(), ms);
  }

  /** Asks only when nothing else was answered lately: every answer carries the status. */
  async #poll(): Promise<void> {
    await this.#queue.run(async () => {
      if (this.#phase !== 'online' || this.#clock.monotonic() - this.#lastHeard < crt591Delays.poll) return;
      await this.#heartbeat();
    });
    if (this.#phase === 'online') this.#schedulePoll(Math.max(1, this.#lastHeard + crt591Delays.poll - this.#clock.monotonic()));
  }

  async #heartbeat(): Promise<void> {
    try {
      if (this.#state.trouble !== undefined && this.#clock.monotonic() - this.#troubleSince >= crt591Delays.troubleRetry) await this.#initialize();
      else await this.#afterInit(() => this.#ask({ ...query(CM.status, STATUS_ONLY, crt591Delays.query), resend: 'once' }, this.#lifetime.signal));
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      // A refusal is an answer and has set the count to 0.
      this.#missedPolls += 1;
      if (this.#missedPolls >= MISSED_POLLS) this.#goDown();
    }
  }

  /** The line is gone or the unit silent: told by the status, and mended from here. */
  #goDown(): void {
    if (this.#phase !== 'online') return;
    this.#phase = 'down';
    this.#missedPolls = 0;
    this.#clock.clearTimeout(this.#pollTimer);
    this.#endChannel('offline');
    this.#state.offline();
    void this.#transport.close();
    this.#scheduleReconnect();
  }

  #scheduleReconnect(): void {
    if (this.#phase !== 'down') return;
    this.#clock.clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = this.#clock.setTimeout(() => void this.#reconnect(), this.#backOff);
    this.#backOff = Math.min(this.#backOff * 2, crt591Delays.reconnectMost);
  }

  async #reconnect(): Promise<void> {
    try {
      await this.#bringUp();
    } catch {
      // Told by the status, which stays `offline`; the next attempt comes later.
      this.#scheduleReconnect();
    }
  }
}

function speedsToTry(address: string, known: number | undefined): (number | undefined)[] {
  const parsed = parseAddress(address);
  const configured = known ?? (parsed.scheme === 'serial' ? parsed.settings.baudRate : undefined);
  return [configured, ...SPEEDS.filter((speed) => speed !== configured)];
}

function printableText(data: Uint8Array): string {
  return Buffer.from(data)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '')
    .trim();
}
