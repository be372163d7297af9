/**
 * A PC/SC reader on which a card is laid, as a CardReader: no motor, no gate, no storage. The service is looked at in short turns, a
 * chip is powered for us alone, an APDU is sent once. Where the service or the reader ends, the device says so and rests until it is
 * connected again. Source: card-readers.md section 2.
 *
 * What the class's words mean on a tray: cards may be laid down at any time and are always told, `entry` is only remembered;
 * `present` gives the card to the cardholder (`atGate`) and is done at once, the taking is told by `mediaRemoved`; `retract` takes it
 * back. Nothing can be kept from a hand, so that `eject`, `retain` and `dispense` are not supported. Two cards at once can't be told:
 * the reader picks one of them and says nothing about the other.
 */
import { deadline, delay, type Clock, type Timer } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { CommandQueue } from '../../command-queue.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { CardChannel, CardReader, CardReaderCapabilities, CardReaderEvent, CardReaderStatus } from '../card-reader.ts';
import { readAtr } from './atr.ts';
import { chooseReader } from './choose-reader.ts';
import { abortError, asDeviceError, notSupported, powerError } from './errors.ts';
import type { TrayOptions } from './options.ts';
import { PoweredChip, type ChipEnd } from './powered-chip.ts';
import { acceptSignal, getUid, readAnswer, STATUS } from './pseudo-apdu.ts';
import { PcscError, type PcscSession, type PcscSystem, type ReaderState } from './service.ts';
import { settledWithin } from './settled-within.ts';
import { PcscStorageCard } from './storage-card.ts';
import { requestTrace, responseTrace } from './trace.ts';
import { TrayState } from './tray-state.ts';
import { Watch } from './watch.ts';

/** Why each wait is as long as it is. Tests advance the clock by these names. */
export const trayDelays = {
  /** A card that came or was taken is noticed within this, after the service's own 0.1–0.6 s. Answered from the service's memory: cheap. */
  poll: 200,
  /** The service answers at once; one that doesn't for so long hangs. */
  look: 3_000,
  /** A chip that is silent for longer won't answer any more, and the binding's call has no end of its own. */
  apdu: 5_000,
  /** After a failed APDU: the service notices a pulled card up to 0.5 s later, and only then are "left" and "silent" told apart. */
  leaving: 1_000,
  leavingStep: 50,
  /** Limits of the calls as the class states them. */
  connectLimit: 10_000,
  quickLimit: 3_000,
  activateLimit: 8_000,
} as const;

/** Looks without any answer until the service counts as gone. */
export const MISSED_LOOKS = 3;

/** Lengths of a short C-APDU. */
const APDU_LENGTH = { least: 4, most: 261 } as const;

export interface TrayDeps {
  /** Name of the reader, or a part of it; empty: the only one there is. */
  readonly reader: string;
  /** Brings the service's library; called at each `connect` until it succeeds. */
  readonly load: () => Promise<PcscSystem>;
  readonly clock: Clock;
}

export class TrayReader implements CardReader {
  readonly capabilities: CardReaderCapabilities;
  readonly #options: TrayOptions;
  readonly #deps: TrayDeps;
  readonly #clock: Clock;
  readonly #queue = new CommandQueue();
  readonly #state = new TrayState();
  readonly #frames = new Listeners<FrameTrace>();
  #lifetime = new AbortController();
  #online: { readonly session: PcscSession; readonly reader: string; readonly watch: Watch; readonly identity: DeviceIdentity } | undefined;
  #pollTimer: Timer;
  #missedLooks = 0;
  #chip: PoweredChip | undefined;
  /** The card that lies there left an APDU without an answer, and the service still waits for it. */
  #hung = false;

  constructor(options: TrayOptions, deps: TrayDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#clock = deps.clock;
    this.capabilities = { motorised: false, canRetain: false, canDispense: false, interfaces: [options.interface] };
  }

  get lastStatus(): CardReaderStatus {
    return this.#state.last;
  }

  onEvent(listener: (event: CardReaderEvent) => void): Unsubscribe {
    return this.#state.events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#frames.add(listener);
  }

  async connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    if (this.#lifetime.signal.aborted) this.#lifetime = new AbortController();
    const silent = new DeviceError('offline', `connect: the PC/SC service does not answer within ${trayDelays.connectLimit} ms; restart pcscd`);
    return await this.#bounded('connect', trayDelays.connectLimit, signal, (limit) => this.#online?.identity ?? this.#bringUp(limit), silent);
  }

  async close(): Promise<void> {
    this.#lifetime.abort(new DeviceError('aborted', 'the reader was closed'));
    this.#goDown();
  }

  async status(signal?: AbortSignal): Promise<CardReaderStatus> {
    // Beside the queue: an APDU that takes its time keeps nobody from looking.
    this.#expectOnline('status');
    const limit = deadline(this.#clock, trayDelays.quickLimit, () => new DeviceError('timeout', 'status: the PC/SC service does not answer'), signal);
    try {
      await this.#look(limit.signal);
    } catch (error) {
      throw asDeviceError('status', error, limit.signal);
    } finally {
      limit.dispose();
    }
    return this.#state.last;
  }

  async setEntry(enabled: boolean, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw abortError('entry', signal);
    this.#state.entry(enabled);
    this.#expectOnline('entry');
  }

  async present(signal?: AbortSignal): Promise<void> {
    await this.#give('present', true, signal);
  }

  async retract(signal?: AbortSignal): Promise<void> {
    await this.#give('retract', false, signal);
  }

  async eject(): Promise<void> {
    throw notSupported('eject');
  }

  async retain(): Promise<void> {
    throw notSupported('retain');
  }

  async dispense(): Promise<void> {
    throw notSupported('dispense');
  }

  async resetCount(): Promise<void> {
    throw notSupported('resetCount');
  }

  async activate(signal?: AbortSignal): Promise<CardChannel> {
    return await this.#run('activate', trayDelays.activateLimit, signal, async (limit) => {
      const { atr } = await this.#expectCard('activate', limit);
      if (this.#state.presented) throw new DeviceError('invalidState', 'activate: the card was presented; retract it first');
      this.#endChip('invalidState');
      const chip = await this.#power(limit);
      try {
        return await this.#meet(chip, atr, limit);
      } catch (error) {
        chip.end('invalidState');
        if (limit.aborted) throw abortError('activate', limit);
        this.#expectOnline('activate');
        if (!(error instanceof DeviceError) || error.code !== 'outcomeUnknown') throw error;
        throw new DeviceError('mediaInvalid', `activate: ${error.message}`, { frames: error.frames, cause: error });
      }
    });
  }

  async deactivate(signal?: AbortSignal): Promise<void> {
    if (this.#chip === undefined) return;
    await this.#run('deactivate', trayDelays.quickLimit, signal, async () => this.#endChip('invalidState'));
  }

  // --- one call at a time ---------------------------------------------------------------------------------------------------------

  async #run<T>(what: string, ms: number, signal: AbortSignal | undefined, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#expectOnline(what);
    return await this.#bounded(what, ms, signal, (limit) => {
      this.#expectOnline(what);
      return task(limit);
    });
  }

  /** A turn, bounded by `ms` from now. Whatever goes wrong leaves as a DeviceError. */
  async #bounded<T>(
    what: string,
    ms: number,
    signal: AbortSignal | undefined,
    task: (signal: AbortSignal) => T | Promise<T>,
    late = new DeviceError('timeout', `${what} took longer than ${ms} ms`),
  ): Promise<T> {
    const parent = signal ? AbortSignal.any([signal, this.#lifetime.signal]) : this.#lifetime.signal;
    const limit = deadline(this.#clock, ms, () => late, parent);
    try {
      return await this.#queue.run(async () => await task(limit.signal), limit.signal);
    } catch (error) {
      throw asDeviceError(what, error, limit.signal);
    } finally {
      limit.dispose();
    }
  }

  #expectOnline(what: string): { readonly session: PcscSession; readonly reader: string; readonly watch: Watch } {
    if (this.#online === undefined) throw new DeviceError('offline', `${what}: the reader is offline`);
    return this.#online;
  }

  async #expectCard(what: string, signal: AbortSignal): Promise<ReaderState> {
    const state = await this.#look(signal);
    if (!state.present) throw new DeviceError('mediaNotPresent', `${what}: no card lies on the reader`);
    return state;
  }

  async #give(what: string, presented: boolean, signal: AbortSignal | undefined): Promise<void> {
    await this.#run(what, trayDelays.quickLimit, signal, async (limit) => {
      await this.#expectCard(what, limit);
      if (presented) this.#endChip('mediaMoved');
      this.#state.present(presented);
    });
  }

  // --- the chip -------------------------------------------------------------------------------------------------------------------

  async #power(signal: AbortSignal): Promise<PoweredChip> {
    const { session, reader } = this.#expectOnline('activate');
    const powering = session.power(reader);
    try {
      const chip = new PoweredChip(await settledWithin(powering, signal));
      this.#chip = chip;
      this.#hung = false;
      return chip;
    } catch (error) {
      // Powered after all, when nobody waits for it any more.
      powering.then(
        (card) => card.release(),
        () => {},
      );
      if (!(error instanceof PcscError)) throw error;
      if (error.problem === 'noService' || error.problem === 'noReader') this.#goDown();
      if (error.problem === 'noCard') await this.#untilLeft(signal);
      throw powerError(error, this.#hung);
    }
  }

  /** Finds out whose chip it is, as far as the reader tells. */
  async #meet(chip: PoweredChip, atr: Uint8Array, signal: AbortSignal): Promise<CardChannel> {
    const card = readAtr(atr);
    const transmit: CardChannel['transmit'] = (apdu, abort) => this.#transmit(chip, apdu, abort);
    const common = { interface: this.#options.interface, answerToReset: atr, iso7816: card?.kind !== 'storage', transmit };
    if (this.#options.interface === 'contact') return common;
    if (this.#options.signal === 'acr122u') await this.#exchange(chip, acceptSignal(), signal);
    const answer = readAnswer(await this.#exchange(chip, getUid(), signal));
    const uid = answer?.statusWord === STATUS.done && answer.data.length > 0 ? { uid: answer.data } : {};
    if (card?.kind !== 'storage') return { ...common, ...uid };
    const { layout, sak } = card;
    const storage = layout === undefined ? {} : { storage: new PcscStorageCard(layout, { transmit, end: () => chip.end('invalidState') }) };
    return { ...common, ...uid, ...(sak === undefined ? {} : { sak }), ...storage };
  }

  /** An abort that comes before the APDU is sent keeps it from being sent; one that comes later changes nothing: its answer is awaited. */
  async #transmit(chip: PoweredChip, apdu: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    if (apdu.length < APDU_LENGTH.least || apdu.length > APDU_LENGTH.most) {
      throw new DeviceError('notSupported', `an APDU of ${apdu.length} bytes: the reader takes ${APDU_LENGTH.least} to ${APDU_LENGTH.most}`);
    }
    try {
      return await this.#queue.run(async () => {
        this.#expectOnline('APDU');
        chip.expectAlive();
        return await this.#exchange(chip, apdu);
      }, signal);
    } catch (error) {
      throw signal === undefined ? error : asDeviceError('APDU', error, signal);
    }
  }

  /** Sent once. Whatever goes wrong afterwards, the chip may have executed it: `outcomeUnknown`, or `mediaMoved` when the card has left. */
  async #exchange(chip: PoweredChip, apdu: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    const frames = [requestTrace(apdu)];
    this.#frames.emit(requestTrace(apdu));
    const ends = signal ? AbortSignal.any([signal, chip.lost]) : chip.lost;
    const limit = deadline(this.#clock, trayDelays.apdu, () => new DeviceError('outcomeUnknown', `no answer within ${trayDelays.apdu} ms`), ends);
    try {
      const answer = await settledWithin(chip.card.transmit(apdu), limit.signal);
      this.#frames.emit(responseTrace(answer));
      if (answer.length >= 2) return answer;
      frames.push(responseTrace(answer));
      throw new PcscError('other', 'the answer holds no status word');
    } catch (error) {
      throw await this.#afterFailure(chip, error, frames);
    } finally {
      limit.dispose();
    }
  }

  async #afterFailure(chip: PoweredChip, error: unknown, frames: readonly FrameTrace[]): Promise<unknown> {
    const { ended } = chip;
    chip.end('invalidState');
    if (ended === 'mediaMoved') return moved(frames, error);
    if (error instanceof PcscError && (await this.#hasLeft())) return moved(frames, error);
    // Given up while the service waits on: until the card has left, nobody else comes near it.
    if (ended === undefined && !(error instanceof PcscError)) this.#hung = true;
    const why = error instanceof Error ? error.message : String(error);
    return new DeviceError('outcomeUnknown', `nobody knows whether the card executed the command: ${why}`, { frames, cause: error });
  }

  async #hasLeft(): Promise<boolean> {
    await this.#untilLeft(this.#lifetime.signal);
    return this.#state.last.media === 'notPresent';
  }

  /** Looks until the card is gone, the service is, or a while has passed. What fails here is told by the watch. */
  async #untilLeft(signal: AbortSignal): Promise<void> {
    const end = this.#clock.monotonic() + trayDelays.leaving;
    try {
      while ((await this.#look(signal)).present && this.#clock.monotonic() < end) await delay(this.#clock, trayDelays.leavingStep, signal);
    } catch (error) {
      if (!(error instanceof PcscError) && !(error instanceof DeviceError)) throw error;
    }
  }

  #endChip(reason: ChipEnd): void {
    this.#chip?.end(reason);
    this.#chip = undefined;
  }

  // --- coming up and going down ---------------------------------------------------------------------------------------------------

  async #bringUp(signal: AbortSignal): Promise<DeviceIdentity> {
    let session: PcscSession | undefined;
    try {
      session = await this.#openSession(signal);
      const reader = chooseReader(await settledWithin(session.readers(), signal), this.#deps.reader);
      const watch = new Watch(session, reader);
      const state = await watch.look(signal);
      signal.throwIfAborted();
      const identity = { model: reader };
      this.#online = { session, reader, watch, identity };
      this.#missedLooks = 0;
      this.#observe(state, 'online');
      this.#schedulePoll();
      return identity;
    } catch (error) {
      session?.close();
      this.#state.offline();
      throw error;
    }
  }

  async #openSession(signal: AbortSignal): Promise<PcscSession> {
    const system = await settledWithin(this.#deps.load(), signal);
    const opening = system.open();
    return await settledWithin(opening, signal).catch((error: unknown) => {
      // Opened after all, when nobody waits for it any more.
      opening.then(
        (session) => session.close(),
        () => {},
      );
      throw error;
    });
  }

  #schedulePoll(): void {
    this.#clock.clearTimeout(this.#pollTimer);
    this.#pollTimer = this.#clock.setTimeout(() => void this.#poll(), trayDelays.poll);
  }

  async #poll(): Promise<void> {
    const limit = deadline(this.#clock, trayDelays.look, () => new DeviceError('timeout', 'the PC/SC service does not answer'), this.#lifetime.signal);
    try {
      await this.#look(limit.signal);
    } catch (error) {
      if (!(error instanceof PcscError) && !(error instanceof DeviceError)) throw error;
      this.#missedLooks += 1;
      if (this.#missedLooks >= MISSED_LOOKS) this.#goDown();
    } finally {
      limit.dispose();
    }
    if (this.#online !== undefined) this.#schedulePoll();
  }

  /** @throws {PcscError} {DeviceError} */
  async #look(signal: AbortSignal): Promise<ReaderState> {
    const { watch } = this.#expectOnline('look');
    let state: ReaderState;
    try {
      state = await watch.look(signal);
    } catch (error) {
      if (error instanceof PcscError && (error.problem === 'noService' || error.problem === 'noReader') && this.#online?.watch === watch) this.#goDown();
      throw error;
    }
    // The device may have gone down, or come up anew, while it looked.
    if (this.#expectOnline('look').watch === watch) this.#observe(state);
    this.#missedLooks = 0;
    return state;
  }

  #observe(state: ReaderState, as: 'seen' | 'online' = 'seen'): void {
    if (this.#state.isLeaving(state) || !state.present) {
      this.#endChip('mediaMoved');
      this.#hung = false;
    }
    if (as === 'online') this.#state.online(state);
    else this.#state.observe(state);
  }

  /** Told by the status, once; whoever supervises connects again. */
  #goDown(): void {
    this.#clock.clearTimeout(this.#pollTimer);
    this.#endChip('offline');
    this.#online?.session.close();
    this.#online = undefined;
    this.#hung = false;
    this.#state.offline();
  }
}

function moved(frames: readonly FrameTrace[], cause: unknown): DeviceError {
  return new DeviceError('mediaMoved', 'the card was taken while its chip worked: nobody knows whether it executed the command', { frames, cause });
}
