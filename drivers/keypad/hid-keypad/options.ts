/**
 * Which control of a HID device is which key, as the configuration says it: by usage (`07:5a`), or by report, byte and bit where a
 * maker's reports have none.
 */
import { z } from 'zod';
import { usageOf } from '../../transport/hid-report-descriptor.ts';
import { keypadKeys } from '../keypad.ts';

const usageSource = z
  .string()
  .regex(/^[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}$/, 'expected usage page and usage in hexadecimal, for example 07:5a')
  .transform((text) => {
    const [page = '', usage = ''] = text.split(':');
    return { usage: usageOf(Number.parseInt(page, 16), Number.parseInt(usage, 16)) };
  });

const bitSource = z.strictObject({
  /** Report id; 0 where the device uses none. */
  report: z.int().min(0).max(255).default(0),
  /** From the beginning of the report as it arrives, an id included. */
  byte: z.int().min(0).max(4095),
  /** 0 is the lowest. */
  bit: z.int().min(0).max(7),
  /** On when the bit is 0. */
  inverted: z.boolean().default(false),
});

const source = z.union([usageSource, bitSource]);
export type Source = z.output<typeof source>;

/** A plain USB number pad with arrows: HID Usage Tables, keyboard page 07. */
const NUMBER_PAD = {
  prev: '07:52', // up
  next: '07:51', // down
  select: '07:58', // enter of the pad
  back: '07:2a', // backspace
  help: '07:3a', // F1
  volumeUp: '07:57', // +
  volumeDown: '07:56', // −
  rate: '07:63', // .
  '0': '07:62',
  '1': '07:59',
  '2': '07:5a',
  '3': '07:5b',
  '4': '07:5c',
  '5': '07:5d',
  '6': '07:5e',
  '7': '07:5f',
  '8': '07:60',
  '9': '07:61',
  '*': '07:55',
  '#': '07:54', // /
  switch1: '07:2c', // space, and
  switch2: '07:28', // return: what interfaces for switches send
} as const;

export const hidKeysOptionsSchema = z.strictObject({
  /** Keys that aren't named don't exist on this keypad. */
  keys: z
    .partialRecord(z.enum(keypadKeys), source)
    .refine((keys) => Object.keys(keys).length > 0, 'expected at least one key')
    .refine((keys) => new Set(Object.values(keys).map((value) => JSON.stringify(value))).size === Object.keys(keys).length, 'two keys have the same source')
    .prefault(NUMBER_PAD),
  /** On while a headphone is plugged in. Absent: the keypad can't tell. */
  headphone: source.optional(),
});
export type HidKeysOptions = z.output<typeof hidKeysOptionsSchema>;
