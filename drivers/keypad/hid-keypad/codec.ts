/**
 * Reports of a HID keypad → the mapped keys that are down. Pure. Fields come from the device's report descriptor; where the system
 * doesn't show it, usages are looked for in a boot keyboard's report. Source: HID 1.11, appendix B.1.
 */
import {
  parseReportDescriptor,
  readBits,
  usageOf,
  usagesOn,
  usageText,
  type InputField,
  type ReportDescriptor,
  type Usage,
} from '../../transport/hid-report-descriptor.ts';
import type { KeypadKey } from '../keypad.ts';
import type { HidKeysOptions, Source } from './options.ts';

const KEYBOARD = 0x07;
/** More keys are down than the keyboard can tell apart: the report says nothing. */
const ROLL_OVER = usageOf(KEYBOARD, 0x01);

/** Modifier bits, a reserved byte, six keys. */
const BOOT_KEYBOARD: ReportDescriptor = {
  inputs: [
    {
      reportId: 0,
      bitOffset: 0,
      bitSize: 1,
      count: 8,
      kind: 'variable',
      logicalMinimum: 0,
      usages: Array.from({ length: 8 }, (_, at) => usageOf(KEYBOARD, 0xe0 + at)),
    },
    {
      reportId: 0,
      bitOffset: 16,
      bitSize: 8,
      count: 6,
      kind: 'array',
      logicalMinimum: 0,
      usages: Array.from({ length: 256 }, (_, at) => usageOf(KEYBOARD, at)),
    },
  ],
  inputLengths: new Map([[0, 8]]),
  applications: [usageOf(0x01, 0x06)],
};

export interface KeypadReport {
  readonly reportId: number;
  readonly keys: ReadonlySet<KeypadKey>;
  /** `undefined`: this report doesn't say. */
  readonly headphone: boolean | undefined;
}

export class KeypadReader {
  readonly #options: HidKeysOptions;
  readonly #descriptor: ReportDescriptor;
  readonly #usesIds: boolean;
  readonly #shown: boolean;
  /** Nothing but the mapping says what the reports are. */
  readonly #onlyBits: boolean;
  readonly #keys: readonly (readonly [KeypadKey, Source])[];
  /** What the reports of each id say at all: looked up for every key of every report. */
  readonly #told: ReadonlyMap<number, ReadonlySet<Usage>>;

  /** @param descriptor as the device gives it; undefined where the system doesn't show it */
  constructor(options: HidKeysOptions, descriptor: Uint8Array | undefined) {
    this.#options = options;
    this.#shown = descriptor !== undefined;
    this.#descriptor = descriptor === undefined ? BOOT_KEYBOARD : parseReportDescriptor(descriptor);
    this.#onlyBits = !this.#shown && sourcesOf(options).every(({ source }) => 'byte' in source);
    this.#keys = keysOf(options);
    this.#told = usagesTold(this.#descriptor);
    this.#usesIds = descriptor === undefined ? sourcesOf(options).some(({ source }) => 'byte' in source && source.report !== 0) : usesIds(this.#descriptor);
  }

  /** What the mapping asks for and the device doesn't have, in words; undefined: it fits. */
  get mismatch(): string | undefined {
    const { inputs, inputLengths } = this.#descriptor;
    const missing = sourcesOf(this.#options).flatMap(({ name, source }) => {
      if ('usage' in source) return inputs.some(({ usages }) => usages.includes(source.usage)) ? [] : [`${name} at usage ${usageText(source.usage)}`];
      if (!this.#shown) return [];
      return source.byte < (inputLengths.get(source.report) ?? 0) ? [] : [`${name} at report ${source.report}, byte ${source.byte}`];
    });
    return missing.length === 0 ? undefined : missing.join('; ');
  }

  /** `undefined`: a report that says nothing about keys, or isn't whole. Never throws. */
  read(report: Uint8Array): KeypadReport | undefined {
    const reportId = this.#usesIds ? (report[0] ?? 0) : 0;
    if (this.#isShort(reportId, report)) return undefined;
    const on = usagesOn(this.#descriptor.inputs, report);
    if (on.has(ROLL_OVER)) return undefined;
    const isOn = (source: Source): boolean | undefined => ('usage' in source ? this.#usageOn(source.usage, reportId, on) : bitOn(source, reportId, report));
    const keys = new Set(this.#keys.flatMap(([key, source]) => (isOn(source) === true ? [key] : [])));
    const headphone = this.#options.headphone === undefined ? undefined : isOn(this.#options.headphone);
    return { reportId, keys, headphone };
  }

  #isShort(reportId: number, report: Uint8Array): boolean {
    const needed = this.#onlyBits
      ? Math.max(...sourcesOf(this.#options).map(({ source }) => ('byte' in source && source.report === reportId ? source.byte + 1 : 1)))
      : (this.#descriptor.inputLengths.get(reportId) ?? 1);
    return report.length < needed;
  }

  #usageOn(usage: Usage, reportId: number, on: ReadonlySet<Usage>): boolean | undefined {
    return this.#told.get(reportId)?.has(usage) === true ? on.has(usage) : undefined;
  }
}

function usagesTold({ inputs }: ReportDescriptor): ReadonlyMap<number, ReadonlySet<Usage>> {
  const told = new Map<number, Set<Usage>>();
  for (const { reportId, usages } of inputs) told.set(reportId, new Set([...(told.get(reportId) ?? []), ...usages]));
  return told;
}

function keysOf(options: HidKeysOptions): readonly (readonly [KeypadKey, Source])[] {
  return Object.entries(options.keys) as (readonly [KeypadKey, Source])[];
}

function sourcesOf(options: HidKeysOptions): readonly { readonly name: string; readonly source: Source }[] {
  const keys = keysOf(options).map(([key, source]) => ({ name: `key ${key}`, source }));
  return options.headphone === undefined ? keys : [...keys, { name: 'headphone', source: options.headphone }];
}

function bitOn(source: Extract<Source, { readonly byte: number }>, reportId: number, report: Uint8Array): boolean | undefined {
  if (source.report !== reportId) return undefined;
  const bit = readBits(report, source.byte * 8 + source.bit, 1);
  return bit === undefined ? undefined : (bit === 1) !== source.inverted;
}

function usesIds({ inputs }: ReportDescriptor): boolean {
  return inputs.some(({ reportId }: InputField) => reportId !== 0);
}
