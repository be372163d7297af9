/**
 * Device class: tactile keypads for people who don't see the screen or can't reach it (kiosk-ux.md 6). Any HID device whose keys the
 * configuration maps to these.
 */
import type { Unsubscribe } from '../../common/unsubscribe.ts';
import type { DeviceHealth, DeviceIdentity, FrameTrace, Supervised } from '../device.ts';

export const keypadKeys = [
  ...(['prev', 'next', 'select', 'back', 'help', 'volumeUp', 'volumeDown', 'rate'] as const),
  ...(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'] as const),
  /** Of people who press switches of their own: one goes on, the other selects (kiosk-ux.md 5). */
  ...(['switch1', 'switch2'] as const),
] as const;
export type KeypadKey = (typeof keypadKeys)[number];

export interface KeypadStatus {
  readonly device: DeviceHealth;
  /** Jack of the headphone, where the keypad has one. */
  readonly headphone: 'plugged' | 'unplugged' | 'unknown' | 'notSupported';
}

export type KeypadEvent =
  /** `long`: held for 2 s; told at that moment, once, and the release then tells nothing. Keys never repeat. */
  { readonly type: 'key'; readonly key: KeypadKey; readonly press: 'short' | 'long' } | { readonly type: 'statusChanged'; readonly status: KeypadStatus };

export interface Keypad extends Supervised {
  readonly lastStatus: KeypadStatus;
  /** Finds and opens the keypad. Limit 5 s. */
  connect(signal?: AbortSignal): Promise<DeviceIdentity>;
  onEvent(listener: (event: KeypadEvent) => void): Unsubscribe;
  /** Digits are hidden: they may be a password. */
  onFrame(listener: (frame: FrameTrace) => void): Unsubscribe;
  close(): Promise<void>;
}
