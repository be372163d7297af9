/**
 * Asks one unit and keeps what follows from its answers: its state, the trouble it is in, the chip that is powered. Translates failures,
 * mends what can be mended, and never repeats what may have happened. Used by the reader and its watch, one call at a time.
 */
import type { Clock } from '../../../common/clock.ts';
import { DeviceError } from '../../device.ts';
import type { CardInterface } from '../card-reader.ts';
import type { ChannelEnd, PoweredChannel } from './channel.ts';
import { readerDelays } from './delays.ts';
import { abortError, Refusal } from './errors.ts';
import { LinkError, type LinkCommand, type MotorProtocol, type UnitAnswer, type UnitStatus } from './protocol.ts';
import type { ReaderState } from './reader-state.ts';

export interface ConversationDeps {
  readonly protocol: MotorProtocol;
  readonly clock: Clock;
  readonly state: ReaderState;
  readonly isOnline: () => boolean;
  readonly goDown: () => void;
}

export class Conversation {
  readonly #deps: ConversationDeps;
  readonly #protocol: MotorProtocol;
  readonly #clock: Clock;
  readonly #state: ReaderState;
  /** When the unit last answered anything, and how many heartbeats it missed since. */
  lastHeard = 0;
  missedPolls = 0;
  entryWanted = false;
  channel: PoweredChannel | undefined;
  /** Where a card inside stands: the contact position isn't the antenna's. `undefined`: not known. */
  station: CardInterface | undefined;
  #troubleSince = 0;
  /** A card went through the gate since it was opened. */
  #entryUsed = false;

  constructor(deps: ConversationDeps) {
    this.#deps = deps;
    this.#protocol = deps.protocol;
    this.#clock = deps.clock;
    this.#state = deps.state;
  }

  /** One exchange, its failures translated. Positions in the answer are a hand's work, unless the caller says that they are ours. */
  async ask(command: LinkCommand, signal: AbortSignal | undefined, by: 'hand' | 'us' = 'hand'): Promise<UnitAnswer> {
    try {
      const answer = await this.#protocol.exchange(command, signal);
      this.#heard();
      if (by === 'hand' && answer.status !== undefined && this.#deps.isOnline()) this.observe(answer.status);
      return answer;
    } catch (error) {
      if (error instanceof Refusal) this.#heard();
      if (!(error instanceof LinkError)) throw error;
      return await this.#onLinkError(command, error, signal);
    }
  }

  async askStatus(signal?: AbortSignal, by: 'hand' | 'us' = 'hand'): Promise<UnitStatus> {
    const { status } = await this.ask(this.#protocol.commands.status, signal, by);
    if (status === undefined)
      throw new DeviceError('protocol', 'the answer to the question for status holds none', { frames: this.#protocol.line.lastExchange });
    return status;
  }

  /** The bin's counter; `undefined` when the unit has none, or doesn't know the question. */
  async askBinCount(signal?: AbortSignal): Promise<number | undefined> {
    const { binCount } = this.#protocol.commands;
    if (binCount === undefined) return undefined;
    try {
      return this.#protocol.count((await this.ask(binCount, signal)).data);
    } catch (error) {
      if (signal?.aborted || !(error instanceof DeviceError)) throw error;
      return undefined;
    }
  }

  observe(unit: UnitStatus): void {
    const before = this.#state.position;
    if (before !== 'inside' && unit.position === 'inside') this.station = this.#protocol.arrivesAt.byGate;
    if (unit.position === 'inside' || unit.position === 'atGate') this.#entryUsed = true;
    if (this.#state.trouble === 'jammed' && !this.#protocol.initProvesFreePath && before !== unit.position && unit.position !== 'unknown') {
      this.#state.fault(undefined); // somebody moved the card that was stuck
    }
    this.#state.observe(unit);
    if (unit.position !== 'inside') this.endChannel('mediaMoved');
  }

  async armEntry(enabled: boolean, signal?: AbortSignal): Promise<void> {
    await this.ask(this.#protocol.commands.entry(enabled), signal);
    this.#entryUsed = false;
    this.#state.entry(enabled);
  }

  /** INIT, card left in place. A unit that is jammed or broken says so, and is online all the same. Entry is off afterwards. */
  async askInit(signal?: AbortSignal): Promise<Uint8Array> {
    this.endChannel('invalidState');
    try {
      const { initialize, setUp } = this.#protocol.commands;
      const { data } = await this.ask(initialize, signal);
      if (setUp !== undefined) await this.ask(setUp, signal);
      if (this.#protocol.initProvesFreePath || this.#state.trouble !== 'jammed' || !this.#deps.isOnline()) this.#state.fault(undefined);
      return data;
    } catch (error) {
      if (!(error instanceof Refusal) || error.remedy !== 'service') throw error;
      this.setTrouble(error);
      return new Uint8Array(0);
    } finally {
      this.#state.entry(false);
    }
  }

  /** INIT of a unit that is online: after its power was cut, after a hand moved the card, or to see whether a trouble is over. */
  async initialize(): Promise<void> {
    this.#troubleSince = this.#clock.monotonic();
    await this.askInit();
    if (this.entryWanted) await this.armEntry(true);
    await this.askStatus();
  }

  /** Runs `task`; a unit whose power was cut did nothing: after an INIT the task runs again, once. */
  async afterInit<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      await this.remedy(error);
      if (!(error instanceof Refusal) || error.remedy !== 'restart') throw error;
      return await task();
    }
  }

  async remedy(error: unknown): Promise<void> {
    if (!(error instanceof Refusal)) return;
    if (error.remedy === 'initialize') await this.initialize();
    if (error.remedy === 'restart') await this.#restart();
    if (error.remedy === 'service') this.setTrouble(error);
  }

  setTrouble(refusal: Refusal): void {
    this.#troubleSince = this.#clock.monotonic();
    this.#state.fault(refusal.code === 'mediaJammed' ? 'jammed' : 'broken');
  }

  /** One look at a unit that nobody asked anything lately. */
  async heartbeat(signal: AbortSignal): Promise<void> {
    if (this.#state.trouble !== undefined && this.#clock.monotonic() - this.#troubleSince >= readerDelays.troubleRetry) await this.initialize();
    else await this.afterInit(() => this.#lookAround(signal));
  }

  /** After an unknown outcome: stops what may still run, then asks where the card is. Also a fence: answers that were late are behind it. */
  async readAgain(by: 'hand' | 'us'): Promise<void> {
    await this.#protocol.clear();
    try {
      const { status } = await this.#protocol.exchange(this.#protocol.commands.status);
      this.#heard();
      if (status !== undefined && by === 'hand') this.observe(status);
      else if (status !== undefined) this.#state.adopt(status);
    } catch (error) {
      if (error instanceof Refusal) await this.#remedyQuietly(error);
      else if (error instanceof LinkError) this.#deps.goDown();
      else throw error;
    }
  }

  endChannel(reason: ChannelEnd): void {
    this.channel?.end(reason);
    this.channel = undefined;
  }

  #heard(): void {
    this.lastHeard = this.#clock.monotonic();
    this.missedPolls = 0;
  }

  async #remedyQuietly(refusal: Refusal): Promise<void> {
    try {
      await this.remedy(refusal);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#deps.goDown();
    }
  }

  async #restart(): Promise<void> {
    await this.initialize();
    this.#state.restarted();
  }

  async #lookAround(signal: AbortSignal): Promise<void> {
    const { status } = await this.ask({ ...this.#protocol.commands.status, resend: 'once' }, signal);
    if (status?.entryOpen !== false || !this.#state.entryArmed || status.position !== 'notPresent') return;
    // Nobody shut the gate. After a card went through, the unit may have; before, it can only have lost its power.
    if (this.#entryUsed) await this.armEntry(true, signal);
    else await this.#restart();
  }

  /** Always throws. Effects that may have happened: the status is read again first, and then `outcomeUnknown`. */
  async #onLinkError(command: LinkCommand, error: LinkError, signal: AbortSignal | undefined): Promise<never> {
    const frames = this.#protocol.line.lastExchange;
    if (command.resend === 'never' && !error.untouched) {
      if (error.reason !== 'lineLost') await this.readAgain(command.motion ? 'us' : 'hand');
      // A motion that was stopped has its outcome in the card's position; a chip that was stopped tells nobody what it did.
      if (command.motion && error.reason === 'cancelled' && signal?.aborted) throw abortError('the motion', signal);
      throw new DeviceError('outcomeUnknown', error.message, { frames, cause: error });
    }
    if (signal?.aborted) throw abortError(error.message, signal);
    switch (error.reason) {
      case 'unacknowledged':
        // A heartbeat that is missed is counted by the watch; three sends without any ACK are as good as three missed ones.
        if (command.resend !== 'once') this.#deps.goDown();
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
}
