/**
 * A SAM module that lives in memory: it speaks the wire protocol and has one place for a document. Hands lay documents down and take
 * them at any moment; faults are knobs. Shares only the codec with the driver; the text is laid out here, from the document.
 * Source: card-readers.md section 4. What is unconfirmed there is a knob.
 */
import type { Clock } from '../../../common/clock.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import { Listeners } from '../../listeners.ts';
import { onItsWay } from '../../transport/simulated-answers.ts';
import type { IdReaderKnobs, SimulatedDocument, SimulatedIdReader } from '../simulated-id-reader.ts';
import { decodeCommand, encodeAnswer, type SamCommand, type SamCommandName } from './codec.ts';
import { FrameDecoder } from './frame.ts';

export interface SamKnobs extends IdReaderKnobs {
  /** Once read, find is answered by 80 until the document was lifted and laid down again. */
  findOnce: boolean;
  /** Each of the next selects is answered by 81; counts down. */
  failSelects: number;
  /** Each of the next commands is answered by this SW3; counts down. */
  refuseWith: number;
  refusals: number;
  /** Each of the next answers is sent twice; counts down. */
  duplicateAnswers: number;
  /** Ms added to every answer. */
  slowBy: number;
  /** Bytes sent before each answer. */
  noise: Uint8Array;
  /** Stands in for the 256 bytes of text of whatever document lies there. */
  text: Uint8Array | undefined;
}

/** How long the module thinks, ms: within what is seen in the field. */
export const samUnitTimes = { plain: 20, find: 60, select: 60, read: 900, fingerprint: 1_600 } as const;

/** Nobody: region 99 does not exist, the address and the office are examples. */
export const ZHANG_SAN: SimulatedDocument = {
  name: '张三',
  sex: '1',
  nation: '01',
  birth: '19900307',
  address: '北京市东城区示例胡同1号',
  number: '990101199003070015',
  issuer: '北京市公安局东城分局',
  validFrom: '20200101',
  validUntil: '20400101',
};

const PHOTO_LENGTH = 1024;
const FINGERPRINT_LENGTH = 1024;
const SAM_NUMBER = Uint8Array.of(0x05, 0x03, 0x01, 0x00, 0x5a, 0x3b, 0x34, 0x01, 0x99, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00);

export class SimulatedSam implements SimulatedIdReader {
  readonly knobs: SamKnobs = {
    silent: false,
    loseAnswers: 0,
    corruptAnswers: 0,
    failReads: 0,
    broken: false,
    findOnce: false,
    failSelects: 0,
    refuseWith: 0x24,
    refusals: 0,
    duplicateAnswers: 0,
    slowBy: 0,
    noise: new Uint8Array(0),
    text: undefined,
  };
  readonly #clock: Clock;
  readonly #sends = new Listeners<Uint8Array>();
  readonly #changes = new Listeners<void>();
  readonly #decoder = new FrameDecoder();
  #document: SimulatedDocument | undefined;
  // What the module remembers of the document on it.
  #selected = false;
  #readOnce = false;
  /** Grows with every loss of power: what was about to be said then is never said. */
  #powerUps = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get document(): SimulatedDocument | undefined {
    return this.#document;
  }

  placeDocument(document: SimulatedDocument): void {
    this.#document = document;
    this.#forget();
    this.#changes.emit();
  }

  takeDocument(): SimulatedDocument | undefined {
    const document = this.#document;
    this.#document = undefined;
    this.#forget();
    this.#changes.emit();
    return document;
  }

  powerCycle(): void {
    this.#powerUps += 1;
    this.#decoder.reset();
    this.#forget();
  }

  receive(bytes: Uint8Array): void {
    if (this.knobs.silent) return;
    this.#decoder.push(bytes, (found) => {
      if (!found.ok) {
        if (found.reason === 'checksum') this.#answerLater(samUnitTimes.plain, () => encodeAnswer(0x10));
        return;
      }
      const command = decodeCommand(found.body);
      this.#answerLater((command && THINKING[command.name]) ?? samUnitTimes.plain, () => this.#obey(command));
    });
  }

  onSend(listener: (bytes: Uint8Array) => void): Unsubscribe {
    return this.#sends.add(listener);
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.add(listener);
  }

  #forget(): void {
    this.#selected = false;
    this.#readOnce = false;
  }

  /** What is on the reader counts when the answer is given, not when the command came. */
  #answerLater(ms: number, answer: () => Uint8Array): void {
    const powerUps = this.#powerUps;
    this.#clock.setTimeout(() => {
      if (powerUps === this.#powerUps) this.#send(answer());
    }, ms + this.knobs.slowBy);
  }

  #obey(command: SamCommand | undefined): Uint8Array {
    if (this.knobs.refusals > 0) {
      this.knobs.refusals -= 1;
      return encodeAnswer(this.knobs.refuseWith);
    }
    if (command === undefined) return encodeAnswer(0x21);
    if (this.knobs.broken && command.name !== 'samNumber') return encodeAnswer(0x60);
    switch (command.name) {
      case 'resetSam':
        this.#forget();
        return encodeAnswer(0x90);
      case 'samState':
      case 'maxRadioFrame':
        return encodeAnswer(0x90);
      case 'samNumber':
        return encodeAnswer(0x90, SAM_NUMBER);
      case 'findCard':
        return this.#find();
      case 'selectCard':
        return this.#select();
      case 'readTextAndPhoto':
        return this.#read(false);
      case 'readWithFingerprint':
        return this.#read(true);
      case 'readNewestAddress':
        return encodeAnswer(this.#selected ? 0x91 : 0x41);
      default:
        return command.name satisfies never;
    }
  }

  #find(): Uint8Array {
    this.#selected = false;
    const hidden = this.knobs.findOnce && this.#readOnce;
    return this.#document === undefined || hidden ? encodeAnswer(0x80) : encodeAnswer(0x9f, new Uint8Array(4));
  }

  #select(): Uint8Array {
    const hidden = this.knobs.findOnce && this.#readOnce;
    if (this.#document === undefined || hidden) return encodeAnswer(0x81);
    if (this.knobs.failSelects > 0) {
      this.knobs.failSelects -= 1;
      return encodeAnswer(0x81);
    }
    this.#selected = true;
    return encodeAnswer(0x90, new Uint8Array(8));
  }

  /** A document that was read and not lifted can be read again without being found. */
  #read(withFingerprint: boolean): Uint8Array {
    const document = this.#document;
    if (document === undefined || (!this.#selected && !this.#readOnce)) return encodeAnswer(0x41);
    if (this.knobs.failReads > 0) {
      this.knobs.failReads -= 1;
      this.#selected = false;
      return encodeAnswer(0x41);
    }
    this.#readOnce = true;
    return encodeAnswer(0x90, recordOf(this.knobs.text ?? layOut(document), withFingerprint));
  }

  #send(answer: Uint8Array): void {
    for (const bytes of onItsWay(Uint8Array.of(...this.knobs.noise, ...answer), this.knobs)) this.#sends.emit(bytes);
  }
}

const THINKING: Readonly<Partial<Record<SamCommandName, number>>> = {
  findCard: samUnitTimes.find,
  selectCard: samUnitTimes.select,
  readTextAndPhoto: samUnitTimes.read,
  readWithFingerprint: samUnitTimes.fingerprint,
};

/** Length fields, text, and pictures of nobody: `WLf` and zeros, as in the document's example. */
function recordOf(text: Uint8Array, withFingerprint: boolean): Uint8Array {
  const photo = new Uint8Array(PHOTO_LENGTH);
  photo.set([0x57, 0x4c, 0x66, 0x00]);
  const lengths = [text.length, PHOTO_LENGTH, ...(withFingerprint ? [FINGERPRINT_LENGTH] : [])].flatMap((length) => [length >> 8, length & 0xff]);
  return Uint8Array.of(...lengths, ...text, ...photo, ...(withFingerprint ? new Uint8Array(FINGERPRINT_LENGTH) : []));
}

/** 256 bytes of UTF-16LE, each field padded with spaces to its width in characters. */
export function layOut(document: SimulatedDocument): Uint8Array {
  const widths: readonly (readonly [string, number])[] = [
    [document.name, 15],
    [document.sex, 1],
    [document.nation, 2],
    [document.birth, 8],
    [document.address, 35],
    [document.number, 18],
    [document.issuer, 15],
    [document.validFrom, 8],
    [document.validUntil, 8],
    ['', 14],
    [document.marker ?? '', 1],
    ['', 3],
  ];
  return Buffer.from(widths.map(([value, width]) => value.slice(0, width).padEnd(width)).join(''), 'utf16le');
}
