/**
 * Motorised card readers of any model as a CardReader: the one owner of its line. Moves cards and talks to their chips; a model is a
 * MotorProtocol. Nothing with an effect is ever sent twice; when an outcome is unknown, the card's position decides. Source:
 * card-readers.md section 0.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CardChannel, CardInterface, CardReader, CardReaderCapabilities, CardReaderEvent, CardReaderStatus } from '../card-reader.ts';
import { PoweredChannel } from './channel.ts';
import { Conversation } from './conversation.ts';
import { readerDelays } from './delays.ts';
import { Refusal } from './errors.ts';
import type { LinkCommand, MotorProtocol, PoweredChip, Position, UnitAnswer, UnitStatus } from './protocol.ts';
import { ReaderState, RETAIN_BIN, STACKER } from './reader-state.ts';
import { Watch } from './watch.ts';

interface Motion {
  readonly name: string;
  readonly command: LinkCommand;
  readonly to: Position;
  /** What the unit may say of the card when the motion was done: where we put it, or a hand has it already. */
  readonly after: readonly Position[];
  /** `done`: nothing to move. @throws {DeviceError} when the card isn't where the motion begins. */
  readonly check: (now: UnitStatus) => 'go' | 'done';
}

export class MotorReader implements CardReader {
  readonly capabilities: CardReaderCapabilities;
  readonly #protocol: MotorProtocol;
  readonly #state: ReaderState;
  readonly #talk: Conversation;
  readonly #watch: Watch;

  constructor(protocol: MotorProtocol, { transport, clock }: { readonly transport: Transport; readonly clock: Clock }) {
    this.capabilities = protocol.capabilities;
    this.#protocol = protocol;
    const state = new ReaderState(clock, protocol.storage);
    this.#state = state;
    this.#talk = new Conversation({ protocol, clock, state, isOnline: () => this.#watch.isOnline, goDown: () => this.#watch.goDown() });
    this.#watch = new Watch({ protocol, transport, clock, state, talk: this.#talk });
  }

  get lastStatus(): CardReaderStatus {
    return this.#state.last;
  }

  onEvent(listener: (event: CardReaderEvent) => void): Unsubscribe {
    return this.#state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#protocol.line.frames.add(listener);
  }

  async connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    return await this.#watch.connect(signal);
  }

  async close(): Promise<void> {
    await this.#watch.close();
  }

  async status(signal?: AbortSignal): Promise<CardReaderStatus> {
    await this.#quick('status', signal, (limit) => this.#talk.askStatus(limit));
    return this.#state.last;
  }

  async setEntry(enabled: boolean, signal?: AbortSignal): Promise<void> {
    this.#talk.entryWanted = enabled;
    await this.#quick('entry', signal, (limit) => this.#talk.armEntry(enabled, limit));
  }

  async resetCount(storage: string, signal?: AbortSignal): Promise<void> {
    const { clearBinCount } = this.#protocol.commands;
    if (storage !== RETAIN_BIN || clearBinCount === undefined) throw new DeviceError('notSupported', `resetCount: this model does not count ${storage}`);
    await this.#quick('resetCount', signal, async (limit) => {
      this.#state.counted(this.#protocol.count((await this.#talk.ask(clearBinCount, limit)).data));
    });
  }

  async present(signal?: AbortSignal): Promise<void> {
    await this.#move(signal, {
      name: 'present',
      command: this.#protocol.commands.toGate,
      to: 'atGate',
      after: ['atGate', 'notPresent'],
      check: ({ position }) => {
        if (position === 'notPresent') throw new DeviceError('mediaNotPresent', 'present: there is no card in the reader');
        return position === 'atGate' ? 'done' : 'go';
      },
    });
  }

  /** With no card in the path the same motion may feed a blank from the stacker: the position is asked immediately before. */
  async retract(signal?: AbortSignal): Promise<void> {
    await this.#move(signal, {
      name: 'retract',
      command: this.#protocol.commands.takeIn,
      to: 'inside',
      after: ['inside'],
      check: ({ position }) => {
        if (position === 'inside') return 'done';
        if (position === 'atGate') return 'go';
        throw new DeviceError('mediaNotPresent', 'retract: there is no card at the gate');
      },
    });
  }

  async eject(signal?: AbortSignal): Promise<void> {
    await this.#move(signal, {
      name: 'eject',
      command: this.#supported('eject', this.#protocol.commands.out),
      to: 'notPresent',
      // What lies in the mouth of the gate may still be seen.
      after: ['notPresent', 'atGate'],
      check: ({ position }) => {
        if (position === 'notPresent') throw new DeviceError('mediaNotPresent', 'eject: there is no card in the reader');
        return 'go';
      },
    });
  }

  async retain(signal?: AbortSignal): Promise<void> {
    const command = this.#supported('retain', this.#protocol.commands.toBin);
    await this.#move(signal, {
      name: 'retain',
      command,
      to: 'notPresent',
      after: ['notPresent'],
      check: ({ position, levels }) => {
        if (position === 'notPresent') throw new DeviceError('mediaNotPresent', 'retain: there is no card in the reader');
        if (levels[RETAIN_BIN] === 'full') throw new DeviceError('storageFull', 'retain: the bin is full');
        return 'go';
      },
    });
  }

  async dispense(signal?: AbortSignal): Promise<void> {
    await this.#move(signal, {
      name: 'dispense',
      command: this.#supported('dispense', this.#protocol.commands.feed),
      to: 'inside',
      after: ['inside'],
      check: ({ position, levels }) => {
        if (position !== 'notPresent') throw new DeviceError('invalidState', 'dispense: there is a card in the reader already');
        if (levels[STACKER] === 'empty') throw new DeviceError('storageEmpty', 'dispense: the stacker is empty');
        return 'go';
      },
    });
  }

  async activate(signal?: AbortSignal): Promise<CardChannel> {
    return await this.#watch.run('activate', readerDelays.activateLimit, signal, (limit) =>
      this.#talk.afterInit(async () => {
        await this.#expectInside('activate', limit);
        this.#talk.endChannel('invalidState');
        const chip = await this.#findChip(limit);
        const channel: PoweredChannel = new PoweredChannel(chip, (apdu, abort) => this.#transmit(channel, apdu, abort));
        this.#talk.channel = channel;
        return channel;
      }),
    );
  }

  async deactivate(signal?: AbortSignal): Promise<void> {
    const { channel } = this.#talk;
    if (channel === undefined) return;
    await this.#watch.run('deactivate', readerDelays.quickLimit, signal, async (limit) => {
      if (channel.ended !== undefined) return;
      this.#talk.endChannel('invalidState');
      const command = this.#protocol.commands.powerOff(channel.interface);
      if (command !== undefined) await this.#talk.afterInit(() => this.#talk.ask(command, limit));
    });
  }

  async #quick(what: string, signal: AbortSignal | undefined, task: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    await this.#watch.run(what, readerDelays.quickLimit, signal, (limit) => this.#talk.afterInit(() => task(limit)));
  }

  #supported(what: string, command: LinkCommand | undefined): LinkCommand {
    if (command === undefined) throw new DeviceError('notSupported', `${what}: this model can't`);
    return command;
  }

  async #expectInside(what: string, signal: AbortSignal): Promise<void> {
    const { position } = await this.#talk.askStatus(signal);
    if (position === 'notPresent') throw new DeviceError('mediaNotPresent', `${what}: there is no card in the reader`);
    if (position !== 'inside') throw new DeviceError('invalidState', `${what}: the card is not at the station`);
  }

  // --- motions --------------------------------------------------------------------------------------------------------------------

  async #move(signal: AbortSignal | undefined, motion: Motion): Promise<void> {
    await this.#watch.run(motion.name, readerDelays.moveLimit, signal, (limit) =>
      this.#talk.afterInit(async () => {
        if (motion.check(await this.#talk.askStatus(limit)) === 'done') return;
        this.#talk.endChannel('mediaMoved');
        await this.#moveCard(motion, limit);
        this.#talk.station = this.#protocol.arrivesAt.byCommand;
      }),
    );
  }

  async #moveCard(motion: Motion, signal: AbortSignal): Promise<void> {
    const before = this.#state.position;
    this.#talk.station = undefined;
    let answer: UnitAnswer;
    try {
      answer = await this.#order(motion.command, signal);
    } catch (error) {
      if (error instanceof Refusal) {
        if (error.remedy !== 'initialize' && error.remedy !== 'restart') await this.#talk.readAgain('us');
      } else if (await this.#isProven(motion, before)) {
        return;
      }
      throw error;
    }
    await this.#land(motion, answer.status);
  }

  async #order(command: LinkCommand, signal: AbortSignal): Promise<UnitAnswer> {
    try {
      return await this.#talk.ask(command, signal, 'us');
    } catch (error) {
      // The unit refused before it moved anything.
      if (error instanceof Refusal && error.remedy === 'retryOnce') return await this.#talk.ask(command, signal, 'us');
      throw error;
    }
  }

  /** The answer is lost. The card is where only the motion can have put it, or the bin counts one more: it was done. */
  async #isProven(motion: Motion, before: Position | undefined): Promise<boolean> {
    if (!this.#watch.isOnline || before === motion.to || this.#state.position !== motion.to) return false;
    if (motion.to !== 'notPresent') return true;
    const counted = this.#state.binCount;
    if (motion.command !== this.#protocol.commands.toBin || counted === undefined) return false;
    const now = await this.#talk.askBinCount();
    this.#state.counted(now);
    return now !== undefined && now > counted;
  }

  async #land(motion: Motion, said: UnitStatus | undefined): Promise<void> {
    const unit = said ?? (await this.#statusAfter());
    if (unit !== undefined && unit.position !== 'unknown' && !motion.after.includes(unit.position)) {
      this.#state.adopt(unit);
      throw new DeviceError('protocol', `${motion.name}: the reader says done, but the card is ${unit.position}`, { frames: this.#protocol.line.lastExchange });
    }
    this.#state.fault(undefined);
    // A card that was let go of may still be seen where it lies.
    this.#state.arrived(unit?.position === 'atGate' ? 'atGate' : motion.to);
    if (unit !== undefined) this.#talk.observe(unit);
    if (motion.command === this.#protocol.commands.toBin && this.#state.binCount !== undefined) this.#state.counted(await this.#talk.askBinCount());
  }

  /** The motion is done whatever this says: what can't be asked now is found by the watch. */
  async #statusAfter(): Promise<UnitStatus | undefined> {
    try {
      return await this.#talk.askStatus(undefined, 'us');
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      return undefined;
    }
  }

  // --- chips ----------------------------------------------------------------------------------------------------------------------

  /** The first interface with an ISO 7816 chip; else whatever chip answered; else `mediaInvalid`. */
  async #findChip(signal: AbortSignal): Promise<PoweredChip> {
    const { interfaces } = this.#protocol.capabilities;
    let simple: CardInterface | undefined;
    let refusal: Refusal | undefined;
    let collided = false;
    for (const iface of interfaces) {
      try {
        const chip = await this.#power(iface, signal);
        if (chip.iso7816 || iface === interfaces.at(-1)) return chip;
        simple = iface;
      } catch (error) {
        if (!(error instanceof Refusal) || (error.remedy !== 'chip' && error.remedy !== 'collision' && error.code !== 'mediaInvalid')) throw error;
        refusal = error;
        collided ||= error.remedy === 'collision';
      }
    }
    if (simple !== undefined) return await this.#power(simple, signal);
    if (collided) this.#state.collided();
    throw new DeviceError('mediaInvalid', `activate: ${collided ? 'several chips answer, or one that is broken' : 'no interface finds a chip'}`, {
      frames: this.#protocol.line.lastExchange,
      cause: refusal,
      ...(refusal?.deviceCode === undefined ? {} : { deviceCode: refusal.deviceCode }),
    });
  }

  async #power(iface: CardInterface, signal: AbortSignal): Promise<PoweredChip> {
    await this.#toStation(iface, signal);
    const chip = await this.#protocol.power(iface, (command, abort) => this.#talk.ask(command, abort), signal);
    if (chip === undefined) throw new DeviceError('protocol', `activate: the answer is no ${iface} chip`, { frames: this.#protocol.line.lastExchange });
    return chip;
  }

  /** Antenna and contacts are two places. The status was read just before: a card is inside, so that this feeds no blank. */
  async #toStation(iface: CardInterface, signal: AbortSignal): Promise<void> {
    const command = this.#protocol.commands.toStation(iface);
    if (this.#talk.station === iface || command === undefined) return;
    await this.#moveCard({ name: `to the ${iface} position`, command, to: 'inside', after: ['inside'], check: () => 'go' }, signal);
    this.#talk.station = iface;
  }

  async #transmit(channel: PoweredChannel, apdu: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const { least, most } = this.#protocol.apduLength;
    if (apdu.length < least || apdu.length > most) {
      throw new DeviceError('notSupported', `an APDU of ${apdu.length} bytes: the reader takes ${least} to ${most}`);
    }
    const carrier = channel.apdu;
    if (carrier === undefined) throw new DeviceError('notSupported', `this reader carries no APDUs to a ${channel.interface} chip of this kind`);
    return await this.#watch.run('APDU', readerDelays.transmitLimit, signal, async (limit) => {
      channel.expectAlive();
      try {
        const response = this.#protocol.response((await this.#talk.ask(this.#protocol.commands.apdu(carrier, apdu), limit)).data);
        // SW1 SW2 at least; anything less came from a chip that did something we weren't told.
        if (response !== undefined && response.length >= 2) return response;
        throw new DeviceError('outcomeUnknown', 'the answer holds no status word', { frames: this.#protocol.line.lastExchange });
      } catch (error) {
        throw await this.#afterApduFailure(channel, error);
      }
    });
  }

  /** An APDU failed: the unit has powered the chip off or lost it. A card that isn't inside any more is told as `mediaMoved`. */
  async #afterApduFailure(channel: PoweredChannel, error: unknown): Promise<unknown> {
    if (!(error instanceof DeviceError)) return error;
    channel.end('invalidState');
    if (error instanceof Refusal) await this.#lookAfterRefusal(error);
    if (error.code !== 'outcomeUnknown' || !this.#watch.isOnline || this.#state.position === 'inside') return error;
    return new DeviceError('mediaMoved', 'the card was moved while its chip worked: nobody knows whether it executed the command', {
      frames: error.frames,
      cause: error,
      ...(error.deviceCode === undefined ? {} : { deviceCode: error.deviceCode }),
    });
  }

  /** What fails here must not hide the chip's own failure; the watch tells it. */
  async #lookAfterRefusal(refusal: Refusal): Promise<void> {
    try {
      await this.#talk.remedy(refusal);
      if (refusal.remedy === 'chip' || refusal.remedy === 'collision') await this.#talk.askStatus();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
    }
  }
}
