/**
 * A Modbus RTU I/O board as the class CabinetIo: door contact and technician's switch are polled, the lamp is kept as the host wants it,
 * also after the board lost its power. One request at a time.
 */
import { deadline, type Clock, type Timer } from '../../../common/clock.ts';
import { toHex } from '../../../common/hex.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { CommandQueue } from '../../command-queue.ts';
import { DeviceError, type DeviceIdentity, type FrameTrace } from '../../device.ts';
import { Listeners } from '../../listeners.ts';
import type { Transport } from '../../transport/transport.ts';
import type { CabinetEvent, CabinetIo, CabinetStatus, Lamp } from '../cabinet-io.ts';
import { ModbusLine, type Answer } from './line.ts';
import { MISSED_ANSWERS, modbusIoDelays, type ModbusIoOptions } from './options.ts';
import { doorOf, exceptionMeaning, sameStatus, serviceSwitchOf, unknownStatus, type Level } from './status.ts';

/** What one look at the board gave. */
interface Levels {
  readonly door: Level;
  readonly serviceSwitch: Level;
  readonly coil: Level;
}

/** Inputs this near to each other are read by one request. */
const ONE_REQUEST = 16;

export class ModbusIoBoard implements CabinetIo {
  readonly #options: ModbusIoOptions;
  readonly #clock: Clock;
  readonly #line: ModbusLine;
  readonly #queue = new CommandQueue();
  readonly #events = new Listeners<CabinetEvent>();
  #status: CabinetStatus;
  /** Ends with its reason when the line is lost, the board silent or closed. */
  #life: AbortController | undefined;
  #online = false;
  #missed = 0;
  /** What the host asked for last; undefined: nothing yet, the lamp stays as it is found. */
  #wanted: Lamp | undefined;
  /** The half of a blink that is due. */
  #blinkOn = false;
  #pollTimer: Timer;
  #blinkTimer: Timer;

  constructor(options: ModbusIoOptions, deps: { readonly transport: Transport; readonly clock: Clock }) {
    this.#options = options;
    this.#clock = deps.clock;
    this.#status = unknownStatus('unknown', options);
    this.#line = new ModbusLine(deps.transport, deps.clock, options);
    deps.transport.onClose((error) => {
      if (error !== undefined) this.#goOffline(this.#line.error('offline', `the line to the cabinet I/O is lost: ${error.message}`, { cause: error }));
    });
  }

  get lastStatus(): CabinetStatus {
    return this.#status;
  }

  onEvent(listener: (event: CabinetEvent) => void): Unsubscribe {
    return this.#events.add(listener);
  }

  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe {
    return this.#line.frames.add(listener);
  }

  /** @throws {DeviceError} `offline`, `protocol`, `notSupported` where the board lacks a configured input or coil, `hardwareError`, `timeout`, `aborted` */
  async connect(signal?: AbortSignal): Promise<DeviceIdentity> {
    await this.#end(new DeviceError('aborted', 'the cabinet I/O is connected anew'));
    const life = new AbortController();
    this.#life = life;
    this.#missed = 0;
    const limit = this.#limit(modbusIoDelays.connect, 'the cabinet I/O did not come up in 5 s', signal, life.signal);
    try {
      await this.#line.open(limit.signal);
      const levels = await this.#queue.run(() => this.#look(limit.signal), limit.signal);
      limit.signal.throwIfAborted();
      this.#online = true;
      this.#tell(levels);
      if (this.#wanted === 'attention') this.#blinkLater(true, 0);
      else this.#keepLamp(levels.coil);
      this.#schedulePoll();
      return { model: `Modbus RTU I/O, unit ${this.#options.unit}` };
    } catch (error) {
      // Another `connect` may own the line by now.
      if (this.#life === life) {
        this.#life = undefined;
        await this.#line.close();
        this.#setStatus(unknownStatus('offline', this.#options));
      }
      throw asDeviceError(limit.signal.aborted ? limit.signal.reason : error);
    } finally {
      limit.dispose();
    }
  }

  status(signal?: AbortSignal): Promise<CabinetStatus> {
    return this.#run(modbusIoDelays.status, 'the cabinet I/O did not tell its inputs in 2 s', signal, async (limit) => {
      this.#tell(await this.#look(limit));
      return this.#status;
    });
  }

  setLamp(lamp: Lamp, signal?: AbortSignal): Promise<void> {
    const { lamp: wired } = this.#options;
    if (wired === null) return Promise.reject(this.#line.error('notSupported', 'no lamp is wired to the cabinet I/O'));
    return this.#run(modbusIoDelays.setLamp, 'the cabinet I/O did not switch the lamp in 2 s', signal, async (limit) => {
      this.#clock.clearTimeout(this.#blinkTimer);
      this.#wanted = undefined; // as it is found, unless this succeeds
      const on = lamp !== 'off';
      await this.#write(wired.coil, on, limit);
      this.#wanted = lamp;
      this.#setStatus({ ...this.#status, device: 'online', lamp });
      if (lamp === 'attention') this.#blinkLater(!on);
    });
  }

  async close(): Promise<void> {
    await this.#end(new DeviceError('aborted', 'the cabinet I/O was closed'));
    if (this.#status.device !== 'unknown') this.#setStatus(unknownStatus('offline', this.#options));
  }

  // --- asking -------------------------------------------------------------------------------------------------------------------

  /** All inputs, and the lamp's coil unless it blinks. @throws {DeviceError}; `signal.reason` */
  async #look(signal: AbortSignal): Promise<Levels> {
    const { door, serviceSwitch, lamp } = this.#options;
    const wanted = [door?.input, serviceSwitch?.input].filter((input) => input !== undefined);
    const levels = new Map<number, boolean>();
    for (const { first, count } of spans(wanted)) {
      const read = await this.#ask(() => this.#line.readInputs(first, count, signal), `discrete inputs ${first} to ${first + count - 1}`, signal);
      read.forEach((level, index) => levels.set(first + index, level));
    }
    const coil =
      lamp === null || this.#wanted === 'attention' ? undefined : await this.#ask(() => this.#line.readCoil(lamp.coil, signal), `coil ${lamp.coil}`, signal);
    return { door: levelAt(levels, door?.input), serviceSwitch: levelAt(levels, serviceSwitch?.input), coil };
  }

  /** A question: asked again while nobody answers. */
  async #ask<T>(question: () => Promise<Answer<T>>, what: string, signal: AbortSignal): Promise<T> {
    for (;;) {
      const answer = await this.#once(question, `read ${what}`, signal);
      if (answer !== undefined) return answer;
    }
  }

  /** Sent once; when its answer is lost the coil is asked, and written once more only when it isn't as wanted. */
  async #write(coil: number, on: boolean, signal: AbortSignal): Promise<void> {
    const write = (): Promise<boolean | undefined> => this.#once(() => this.#line.writeCoil(coil, on, signal), `write coil ${coil}`, signal);
    try {
      if ((await write()) !== undefined || (await this.#coil(coil, signal)) === on || (await write()) !== undefined) return;
      if ((await this.#coil(coil, signal)) === on) return;
    } catch (error) {
      throw this.#unsure(error);
    }
    throw this.#line.error('outcomeUnknown', `${this.#line.address}: the cabinet I/O left two writes of coil ${coil} unanswered`);
  }

  #coil(coil: number, signal: AbortSignal): Promise<boolean> {
    return this.#ask(() => this.#line.readCoil(coil, signal), `coil ${coil}`, signal);
  }

  /** The line was lost or time ran out after the write went out: the lamp may have been switched or not. */
  #unsure(error: unknown): unknown {
    if (!(error instanceof DeviceError) || (error.code !== 'offline' && error.code !== 'timeout')) return error;
    return this.#line.error('outcomeUnknown', `${error.message}; the lamp may or may not have been switched`, { cause: error });
  }

  /** Undefined: no answer. Counts them. @throws {DeviceError} after the third, and for an exception; `signal.reason` */
  async #once<T>(question: () => Promise<Answer<T>>, what: string, signal: AbortSignal): Promise<T | undefined> {
    signal.throwIfAborted();
    if (!this.#line.isOpen) throw this.#line.error('offline', `${this.#line.address}: the line to the cabinet I/O was lost`);
    const answer = await this.#sent(question);
    signal.throwIfAborted();
    if (answer.kind === 'none') {
      this.#missed += 1;
      if (this.#missed < MISSED_ANSWERS) return undefined;
      const error = this.#nobody(what);
      this.#goOffline(error);
      throw error;
    }
    this.#missed = 0;
    if (answer.kind === 'value') return answer.value;
    const { meaning, code, health } = exceptionMeaning(answer.exception);
    const deviceCode = toHex(Uint8Array.of(answer.exception));
    if (this.#online) this.#setStatus(unknownStatus(health, this.#options));
    const check = code === 'notSupported' ? '; check its addresses in the configuration' : '';
    throw this.#line.error(code, `${this.#line.address}: unit ${this.#options.unit} answers exception ${deviceCode}, ${meaning}, to "${what}"${check}`, {
      deviceCode,
    });
  }

  /** A write may fail before the line tells of its loss. */
  async #sent<T>(question: () => Promise<Answer<T>>): Promise<Answer<T>> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof DeviceError && error.code === 'offline') this.#goOffline(error);
      throw error;
    }
  }

  #nobody(what: string): DeviceError {
    const { bytes, first } = this.#line.heard;
    const asked = `${this.#line.address}: unit ${this.#options.unit} left ${MISSED_ANSWERS} requests unanswered, the last "${what}"`;
    if (this.#online) return this.#line.error('offline', `${asked}; check its power and cable`);
    if (bytes === 0) return this.#line.error('offline', `${asked}, and nothing was heard; check its power, both wires, the unit number and the speed`);
    const heard = `${bytes} bytes, the first ${toHex(Uint8Array.of(first ?? 0))}`;
    return this.#line.error('protocol', `${asked}, and no Modbus answer was heard (${heard}); check that this is its port, and speed and parity`);
  }

  // --- what goes on by itself ---------------------------------------------------------------------------------------------------

  #schedulePoll(): void {
    this.#clock.clearTimeout(this.#pollTimer);
    this.#pollTimer = this.#clock.setTimeout(
      () =>
        void this.#inBackground(
          (life) => this.#poll(life),
          () => this.#schedulePoll(),
        ),
      this.#options.pollEvery,
    );
  }

  async #poll(life: AbortSignal): Promise<void> {
    const levels = await this.#look(life);
    this.#tell(levels);
    this.#keepLamp(levels.coil);
  }

  /** The board forgets its coils with its power: they are written again. */
  #keepLamp(coil: Level): void {
    const { lamp } = this.#options;
    const wanted = this.#wanted;
    if (lamp === null || coil === undefined || (wanted !== 'on' && wanted !== 'off') || coil === (wanted === 'on')) return;
    void this.#inBackground(async (life) => {
      if (this.#wanted !== wanted) return;
      await this.#write(lamp.coil, wanted === 'on', life);
      this.#setStatus({ ...this.#status, lamp: wanted });
    });
  }

  #blinkLater(on: boolean, wait: number = modbusIoDelays.blink): void {
    this.#blinkOn = on;
    this.#clock.clearTimeout(this.#blinkTimer);
    this.#blinkTimer = this.#clock.setTimeout(
      () =>
        void this.#inBackground(
          (life) => this.#blink(life),
          () => this.#blinkAgain(),
        ),
      wait,
    );
  }

  #blinkAgain(): void {
    if (this.#wanted === 'attention') this.#blinkLater(!this.#blinkOn);
  }

  async #blink(life: AbortSignal): Promise<void> {
    const { lamp } = this.#options;
    if (lamp === null || this.#wanted !== 'attention') return;
    // A lost answer needs no question: the next half says again what is wanted.
    const done = await this.#once(() => this.#line.writeCoil(lamp.coil, this.#blinkOn, life), `write coil ${lamp.coil}`, life);
    if (done !== undefined) this.#setStatus({ ...this.#status, lamp: 'attention' });
  }

  /** Its failure is told by the status. `again` runs while the board is still the same. */
  async #inBackground(work: (life: AbortSignal) => Promise<void>, again: () => void = () => {}): Promise<void> {
    const life = this.#life?.signal;
    if (life === undefined) return;
    try {
      await this.#queue.run(() => work(life), life);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
    }
    if (this.#life?.signal === life) again();
  }

  // --- commands of the host, status ---------------------------------------------------------------------------------------------

  async #run<T>(ms: number, tooLong: string, signal: AbortSignal | undefined, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
    const life = this.#life?.signal;
    if (life === undefined || !this.#online) throw this.#line.error('offline', 'the cabinet I/O is not connected');
    const limit = this.#limit(ms, tooLong, signal, life);
    try {
      return await this.#queue.run(() => work(limit.signal), limit.signal);
    } catch (error) {
      throw asDeviceError(error);
    } finally {
      limit.dispose();
    }
  }

  #limit(ms: number, tooLong: string, signal: AbortSignal | undefined, life: AbortSignal): ReturnType<typeof deadline> {
    const parent = signal === undefined ? life : AbortSignal.any([signal, life]);
    return deadline(this.#clock, ms, () => this.#line.error('timeout', `${this.#line.address}: ${tooLong}`), parent);
  }

  #tell({ door, serviceSwitch, coil }: Levels): void {
    const lamp = coil === undefined ? this.#status.lamp : coil ? 'on' : 'off';
    this.#setStatus({ device: 'online', door: doorOf(door, this.#options), serviceSwitch: serviceSwitchOf(serviceSwitch, this.#options), lamp });
  }

  #setStatus(status: CabinetStatus): void {
    if (sameStatus(this.#status, status)) return;
    this.#status = status;
    this.#events.emit({ type: 'statusChanged', status });
  }

  #goOffline(error: DeviceError): void {
    if (!this.#online) return;
    void this.#end(error);
    this.#setStatus(unknownStatus('offline', this.#options));
  }

  async #end(reason: DeviceError): Promise<void> {
    const life = this.#life;
    this.#life = undefined;
    this.#online = false;
    this.#clock.clearTimeout(this.#pollTimer);
    this.#clock.clearTimeout(this.#blinkTimer);
    life?.abort(reason);
    await this.#line.close();
  }
}

/** One span where the addresses are near to each other, else one each. */
function spans(addresses: readonly number[]): readonly { readonly first: number; readonly count: number }[] {
  if (addresses.length === 0) return [];
  const first = Math.min(...addresses);
  const count = Math.max(...addresses) - first + 1;
  return count <= ONE_REQUEST ? [{ first, count }] : addresses.map((address) => ({ first: address, count: 1 }));
}

function levelAt(levels: ReadonlyMap<number, boolean>, address: number | undefined): Level {
  return address === undefined ? undefined : levels.get(address);
}

/** A caller's abort reason may be anything. */
function asDeviceError(error: unknown): DeviceError {
  return error instanceof DeviceError ? error : new DeviceError('aborted', 'the call was aborted', { cause: error });
}
