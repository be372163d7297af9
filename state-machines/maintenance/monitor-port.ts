/** The protocol monitor as its chart needs it: the frames of a device that the terminal keeps, and their way to a stick. Made by main/maintenance/monitor. */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { TestedPart } from '../../common/maintenance/self-tests.ts';

export interface MonitoredFrame {
  /** Counts all frames of the device, also those that are not kept any more. */
  readonly number: number;
  /** ms since 1970. */
  readonly at: number;
  readonly direction: 'toDevice' | 'fromDevice';
  /** Upper-case hexadecimal; of readers of cards and documents only the beginning: what follows may say who somebody is. */
  readonly bytes: string;
  readonly length: number;
  /** What it says, by the protocol's decoder, personal numbers taken out; absent: nobody can read it. */
  readonly says?: string;
  /** The decoder took it for none of the protocol's. */
  readonly bad: boolean;
}

export interface MonitorPort {
  /** Devices whose frames are kept. */
  readonly parts: readonly TestedPart[];
  /** The last ones, oldest first. */
  frames(part: TestedPart): readonly MonitoredFrame[];
  /** Told of each new one. */
  onFrame(part: TestedPart, listener: () => void): Unsubscribe;
  /** All that are kept, a JSON line each, to where the stick is mounted. */
  export(part: TestedPart): { readonly good: true; readonly file: string } | { readonly good: false; readonly why: string };
}
