/** The last bytes on the cabinet's lines, newest at the bottom. What repeats (polls) stands once, with how often it was there. */
import type { CabinetState } from '../../drivers/bench/protocol.ts';
import { useBench } from './bench-context.ts';
import { say } from './words.ts';

type Frame = CabinetState['frames'][number];

/** More than the panel has room for; the oldest are cut off at its upper edge. */
const LINES = 8;

export function Tape() {
  const { state } = useBench();
  return (
    <>
      <h2>{say('tape.title')}</h2>
      <ol className="tape" data-testid="tape">
        {linesOf(state.frames).map(({ key, frame, times }) => (
          <li key={key} title={bytesOf(frame)}>
            {timeOf(frame)} {say(`line.${frame.device}`)} {say(`tape.${frame.direction}`)} {times > 1 && <b>{`${times}× `}</b>}
            {bytesOf(frame)}
          </li>
        ))}
      </ol>
    </>
  );
}

interface Line {
  readonly key: string;
  /** The last of those alike. */
  readonly frame: Frame;
  readonly times: number;
}

function linesOf(frames: readonly Frame[]): readonly Line[] {
  const lines = new Map<string, Line>();
  for (const frame of frames) {
    const key = `${frame.device} ${frame.direction} ${frame.bytes} ${frame.hidden}`;
    const times = (lines.get(key)?.times ?? 0) + 1;
    lines.delete(key); // so that it stands where it was last
    lines.set(key, { key, frame, times });
  }
  return [...lines.values()].slice(-LINES);
}

function timeOf({ at }: Frame): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** What may not be seen is told by its length. */
function bytesOf({ bytes, hidden }: Frame): string {
  return `${spaced(bytes)} ${hidden > 0 ? say('tape.hidden', { count: hidden }) : ''}`.trim();
}

/** `8052` → `80 52` */
function spaced(hex: string): string {
  return hex.toUpperCase().replaceAll(/(..)(?=.)/g, '$1 ');
}
