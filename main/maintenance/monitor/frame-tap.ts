/** The last frames of every fitted device, kept while the terminal runs, for whoever stands there and asks. Decoded when they are looked at. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../../common/clock.ts';
import type { TestedPart } from '../../../common/maintenance/self-tests.ts';
import type { FrameTrace } from '../../../drivers/device.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import type { MonitoredFrame, MonitorPort } from '../../../state-machines/maintenance/monitor-port.ts';
import { decodeFrame } from '../../cli/frame-decoders.ts';
import type { Devices } from '../../terminal/devices.ts';
import { redactText } from '../redact.ts';

export interface FrameTapOptions {
  readonly clock: Clock;
  readonly devices: Devices;
  /** By part: the model that the configuration names. */
  readonly models: Readonly<Partial<Record<TestedPart, string>>>;
  readonly terminalId: string;
  /** Where a stick is mounted; undefined: nowhere. */
  readonly exportFolder: string | undefined;
}

/** Kept of a device: a minute of one that is polled seven times a second. */
export const FRAMES_KEPT = 400;
/** Bytes of a frame that are shown where cards and documents are read: the protocol's head, none of what was read. */
const HEAD_BYTES = 10;
const SAYS_LENGTH = 240;
const PRIVATE: readonly TestedPart[] = ['cardReader', 'idReader'];

interface Kept extends FrameTrace {
  readonly number: number;
  readonly at: number;
}

interface Tape {
  readonly model: string;
  count: number;
  readonly kept: Kept[];
  readonly heard: Listeners<void>;
}

export function createFrameTap(options: FrameTapOptions): MonitorPort {
  const { clock, devices, models } = options;
  const tapes = new Map<TestedPart, Tape>();
  for (const [name, device] of Object.entries(devices) as [keyof Devices, Devices[keyof Devices]][]) {
    if (device === undefined) continue;
    const tape: Tape = { model: models[name] ?? '', count: 0, kept: [], heard: new Listeners() };
    device.onFrame((frame) => {
      tape.count += 1;
      tape.kept.push({ ...frame, number: tape.count, at: clock.now() });
      if (tape.kept.length > FRAMES_KEPT) tape.kept.shift();
      tape.heard.emit();
    });
    tapes.set(name, tape);
  }
  const frames = (part: TestedPart): readonly MonitoredFrame[] => {
    const tape = tapes.get(part);
    return tape === undefined ? [] : tape.kept.map((kept) => shown(part, tape.model, kept));
  };
  return {
    parts: [...tapes.keys()],
    frames,
    onFrame: (part, listener) => tapes.get(part)?.heard.add(listener) ?? (() => {}),
    export: (part) => exported(options, part, frames(part)),
  };
}

function shown(part: TestedPart, model: string, { number, at, direction, bytes }: Kept): MonitoredFrame {
  const length = bytes.length / 2;
  const cut = PRIVATE.includes(part) && length > HEAD_BYTES ? bytes.slice(0, HEAD_BYTES * 2) : bytes;
  const { decoded } = decodeFrame(model, direction, bytes);
  if (decoded === undefined) return { number, at, direction, bytes: cut, length, bad: false };
  const { ok, ...said } = decoded;
  return { number, at, direction, bytes: cut, length, says: redactText(JSON.stringify(said)).slice(0, SAYS_LENGTH), bad: !ok };
}

function exported(
  { clock, terminalId, exportFolder }: FrameTapOptions,
  part: TestedPart,
  frames: readonly MonitoredFrame[],
): ReturnType<MonitorPort['export']> {
  if (exportFolder === undefined) return { good: false, why: 'no folder for exports is configured' };
  const moment = new Date(clock.now()).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const file = path.join(exportFolder, `${terminalId}-${part}-frames-${moment}.jsonl`);
  try {
    writeFileSync(file, frames.map((frame) => `${JSON.stringify({ ...frame, at: new Date(frame.at).toISOString() })}\n`).join(''));
    return { good: true, file };
  } catch (error) {
    return { good: false, why: error instanceof Error ? error.message : String(error) };
  }
}
