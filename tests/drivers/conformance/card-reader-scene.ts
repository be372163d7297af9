/** One card reader on its stand, and what the sentences of the conformance suite need to do to it and to say of it. */
import { expect } from 'vitest';
import type { CardReader, CardReaderEvent } from '../../../drivers/card-reader/card-reader.ts';
import { DeviceError, type DeviceErrorCode } from '../../../drivers/device.ts';
import type { ReaderUnit } from './card-reader-units.ts';
import type { Hands } from './remote-unit.ts';

export interface ReaderRig {
  readonly reader: CardReader;
  readonly unit: Hands<ReaderUnit>;
  settled<T>(promise: Promise<T>): Promise<T>;
  until(what: string, done: () => boolean | Promise<boolean>): Promise<void>;
  unplug(): Promise<void>;
  plug(): Promise<void>;
  dispose(): Promise<void>;
}

export class Scene {
  readonly rig: ReaderRig;
  readonly reader: CardReader;
  readonly unit: Hands<ReaderUnit>;
  readonly events: CardReaderEvent[] = [];

  constructor(rig: ReaderRig) {
    this.rig = rig;
    this.reader = rig.reader;
    this.unit = rig.unit;
    rig.reader.onEvent((event) => this.events.push(event));
  }

  settled<T>(promise: Promise<T>): Promise<T> {
    return this.rig.settled(promise);
  }

  async until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
    await this.rig.until(what, done);
  }

  told(type: CardReaderEvent['type']): number {
    return this.events.filter((event) => event.type === type).length;
  }

  /** How often it was told that the reader is gone. */
  offlines(): number {
    return this.events.filter((event) => event.type === 'statusChanged' && event.status.device === 'offline').length;
  }

  media(): string {
    return this.reader.lastStatus.media;
  }

  /** Of the error that an attempt ends with; undefined: it succeeded. */
  async code(attempt: Promise<unknown>): Promise<DeviceErrorCode | undefined> {
    const error = await this.settled(
      attempt.then(
        () => undefined,
        (caught: unknown) => caught,
      ),
    );
    if (error === undefined || error instanceof DeviceError) return error?.code;
    throw error;
  }

  /** Whatever was on its way is heard: the unit has answered twice since. */
  async fence(): Promise<void> {
    await this.settled(this.reader.status());
    await this.settled(this.reader.status());
  }

  async ready(): Promise<void> {
    await this.settled(this.reader.connect());
    await this.settled(this.reader.setEntry(true));
  }

  /** The card of this name is at the station. */
  async withCard(name: string): Promise<void> {
    await this.ready();
    expect(await this.unit.call('insertCard', name)).toBe(true);
    await this.until('the card is inside', () => this.media() === 'inside');
  }

  binLevel(): unknown {
    return this.reader.lastStatus.storage.find((unit) => unit.id === 'retainBin')?.level;
  }

  binCount(): number | undefined {
    return this.reader.lastStatus.storage.find((unit) => unit.id === 'retainBin')?.count;
  }
}
