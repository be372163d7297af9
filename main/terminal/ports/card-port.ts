/**
 * The flows' card path over a motorised reader and the PBOC application: moves the card, keeps the opened purse of the card that is
 * inside, and compares every card with the one the money is meant for.
 */
import type { Fen } from '../../../common/fen.ts';
import type { CardRef, ExaminedEvidence } from '../../../common/journal-kinds.ts';
import type { Unsubscribe } from '../../../common/unsubscribe.ts';
import type { CardChannel, CardReader, CardReaderEvent, CardReaderStatus } from '../../../drivers/card-reader/card-reader.ts';
import { examineLoad, isSameCard } from '../../../drivers/card/pboc/examine-load.ts';
import type { CardProfile } from '../../../drivers/card/pboc/profile.ts';
import { openPurse, type OpenOutcome, type Purse } from '../../../drivers/card/pboc/purse.ts';
import { DeviceError } from '../../../drivers/device.ts';
import { Listeners } from '../../../drivers/listeners.ts';
import { toPortError } from './card-errors.ts';
import {
  PortError,
  type CardEvent,
  type CardPort,
  type CardReadOutcome,
  type CreditOutcome,
  type ExaminableLoad,
  type InitializeOutcome,
  type LoadVerdict,
  type MediaState,
} from '../../../state-machines/ports.ts';
import type { ScriptCard } from '../../../state-machines/card-script/ports.ts';
import { scriptCard } from './script-card.ts';

export interface CardDeskOptions {
  readonly reader: CardReader;
  readonly profiles: readonly CardProfile[];
  /** The terminal's number on cards, 6 bytes hex. */
  readonly terminalNumber: string;
  /** Today where the terminal stands, `YYYY-MM-DD`. */
  readonly businessDate: () => string;
  /** Asks the issuer whether a TAC is of this load; `unchecked` when it can't be asked now. */
  readonly checkTac: (loadId: string, tac: string) => Promise<'good' | 'bad' | 'unchecked'>;
  /** The path is a blank's (blank-port.ts). */
  readonly isClaimed: () => boolean;
}

/** How often a chip that stays silent is powered anew before the card counts as unreadable. */
const ACTIVATIONS = 2;

type Opened = { readonly kind: 'opened'; readonly outcome: OpenOutcome } | { readonly kind: 'removed' } | { readonly kind: 'silent' };

export class CardDesk implements CardPort {
  readonly #options: CardDeskOptions;
  readonly #listeners = new Listeners<CardEvent>();
  /** Of the card that is inside; forgotten whenever it moves. */
  #purse: Purse | undefined;
  /** Said by the reader while it looked for the chip of the card that is inside. */
  #collided = false;
  /** The reader was there, and is away. */
  #away = false;
  readonly script: ScriptCard;

  constructor(options: CardDeskOptions) {
    this.#options = options;
    this.script = scriptCard({
      ...options,
      activate: async (signal) => {
        this.#purse = undefined;
        return this.media === 'inside' ? this.#activate(signal) : undefined;
      },
      ask: (act) => this.#ask(act),
    });
    options.reader.onEvent((event) => {
      if (options.isClaimed()) return;
      // Said while a chip is looked for, it is the answer to that question.
      if (event.type === 'mediaRefused' && event.reason === 'collision' && this.media === 'inside') {
        this.#collided = true;
        return;
      }
      const told = event.type === 'statusChanged' ? this.#afterStatus(event.status) : cardEventOf(event);
      // A chip that lost its power with the reader has forgotten its session too.
      if (told !== undefined || event.type === 'restarted') this.#purse = undefined;
      if (told !== undefined) this.#listeners.emit(told);
    });
  }

  /** `unknown` while the path is a blank's: that card is nobody's. */
  get media(): MediaState {
    return this.#options.isClaimed() ? 'unknown' : this.#options.reader.lastStatus.media;
  }

  get canRetain(): boolean {
    const { capabilities, lastStatus } = this.#options.reader;
    return capabilities.canRetain && !lastStatus.storage.some(({ use, level }) => use === 'collect' && (level === 'full' || level === 'missing'));
  }

  onEvent(listener: (event: CardEvent) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  /** A reader that comes back with a card inside says nothing of it: nobody moved it. It is there to be worked with again all the same. */
  #afterStatus({ device, media }: CardReaderStatus): CardEvent | undefined {
    const wasAway = this.#away;
    if (device !== 'unknown') this.#away = device === 'offline';
    return wasAway && !this.#away && media === 'inside' ? { type: 'CARD.INSERTED' } : undefined;
  }

  async setEntry(enabled: boolean): Promise<void> {
    await this.#ask(() => this.#options.reader.setEntry(enabled));
  }

  async read(signal?: AbortSignal): Promise<CardReadOutcome> {
    const opened = await this.#open(signal);
    if (opened.kind === 'removed') return { ok: false, problem: 'removed' };
    if (opened.kind === 'silent') return { ok: false, problem: this.#collided ? 'twoCards' : 'unreadable' };
    const { outcome } = opened;
    if (outcome.ok) return { ok: true, card: outcome.card };
    const { problem, card, ref } = outcome;
    return { ok: false, problem, ...(card === undefined ? {} : { card }), ...(problem === 'blocked' && ref !== undefined ? { ref } : {}) };
  }

  async initializeLoad(request: { ref: CardRef; amount: Fen; loadId: string }, signal?: AbortSignal): Promise<InitializeOutcome> {
    const { ref, amount, loadId } = request;
    for (let attempt = 0; attempt < ACTIVATIONS; attempt += 1) {
      const purse = await this.#purseOf(ref, signal);
      if (!('initializeLoad' in purse)) return purse;
      const outcome = await this.#ask(() => purse.initializeLoad({ amount, terminalId: this.#options.terminalNumber }, signal));
      switch (outcome.kind) {
        case 'ready':
          return { kind: 'ready', init: { ...outcome.init, loadId } };
        case 'refused':
          return outcome;
        case 'unacceptable':
          return { kind: 'refused', statusWord: '' };
        case 'removed':
          this.#purse = undefined; // the field may have dropped: asked once more from the start
          break;
      }
    }
    return { kind: 'removed' };
  }

  async creditLoad(request: { hostDate: string; hostTime: string; mac2: string }): Promise<CreditOutcome> {
    const purse = this.#purse;
    if (purse === undefined) return { kind: 'unknown', why: 'the card moved after it was initialized' };
    return purse.creditLoad(request);
  }

  async readBalance(signal?: AbortSignal): Promise<Fen> {
    const answer = this.#purse === undefined ? undefined : await this.#ask(async () => this.#purse?.readBalance(signal));
    if (answer?.kind !== 'balance') throw new PortError('deviceFault', 'the balance could not be read back', { detail: answer?.kind ?? 'removed' });
    return answer.balance;
  }

  async examineLoad(load: ExaminableLoad, ref: CardRef, signal?: AbortSignal): Promise<LoadVerdict> {
    this.#purse = undefined;
    for (let attempt = 0; attempt < ACTIVATIONS; attempt += 1) {
      if (this.media !== 'inside') return { kind: 'removed' };
      const channel = await this.#activate(signal);
      if (channel === undefined) continue;
      const outcome = await this.#ask(() =>
        examineLoad(channel, this.#options.profiles, load, ref, {
          checkTac: (tac) => this.#options.checkTac(load.loadId, tac),
          ...(signal === undefined ? {} : { signal }),
        }),
      );
      if (outcome.kind !== 'removed') return toVerdict(outcome);
    }
    return { kind: 'removed' };
  }

  async present(): Promise<void> {
    this.#purse = undefined;
    await this.#ask(() => this.#options.reader.present());
  }

  async retract(): Promise<void> {
    this.#purse = undefined;
    await this.#ask(() => this.#options.reader.retract());
  }

  async retain(): Promise<void> {
    this.#purse = undefined;
    await this.#ask(() => this.#options.reader.retain());
  }

  /** The purse of the very card the money is for, opened anew when the card has moved since it was read. */
  async #purseOf(ref: CardRef, signal: AbortSignal | undefined): Promise<Purse | Exclude<InitializeOutcome, { kind: 'ready' }>> {
    if (this.#purse === undefined) {
      const opened = await this.#open(signal);
      if (opened.kind !== 'opened') return { kind: 'removed' };
      if (!opened.outcome.ok) {
        const found = opened.outcome.ref;
        return found !== undefined && isSameCard(found, ref) ? { kind: 'refused', statusWord: '' } : { kind: 'otherCard', tail: found?.tail ?? '' };
      }
    }
    const purse = this.#purse;
    if (purse === undefined) return { kind: 'removed' };
    return isSameCard(purse.ref, ref) ? purse : { kind: 'otherCard', tail: purse.ref.tail };
  }

  async #open(signal: AbortSignal | undefined): Promise<Opened> {
    this.#purse = undefined;
    this.#collided = false;
    for (let attempt = 0; attempt < ACTIVATIONS; attempt += 1) {
      if (this.media !== 'inside') return { kind: 'removed' };
      const channel = await this.#activate(signal);
      if (channel === undefined) continue;
      const outcome = await this.#ask(() =>
        openPurse(channel, this.#options.profiles, { businessDate: this.#options.businessDate(), ...(signal === undefined ? {} : { signal }) }),
      );
      if (outcome.ok) this.#purse = outcome.purse;
      if (outcome.ok || (outcome.problem !== 'removed' && outcome.problem !== 'unreadable')) return { kind: 'opened', outcome };
    }
    return this.media === 'inside' ? { kind: 'silent' } : { kind: 'removed' };
  }

  /** Powers the chip; undefined when there is none, or it does not answer, or the card is gone. */
  async #activate(signal: AbortSignal | undefined): Promise<CardChannel | undefined> {
    try {
      return await this.#options.reader.activate(signal);
    } catch (error) {
      if (
        error instanceof DeviceError &&
        (error.code === 'mediaInvalid' || error.code === 'mediaNotPresent' || error.code === 'mediaMoved' || error.code === 'timeout')
      ) {
        return undefined;
      }
      throw toPortError(error);
    }
  }

  async #ask<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw toPortError(error);
    }
  }
}

/** A card that the reader captured by itself is as gone as one that was taken; the rest is told by the reader's status. */
function cardEventOf(event: CardReaderEvent): CardEvent | undefined {
  switch (event.type) {
    case 'mediaInserted':
      return { type: 'CARD.INSERTED' };
    case 'mediaRemoved':
    case 'mediaRetained':
      return { type: 'CARD.REMOVED' };
    case 'mediaStuck':
      return { type: 'CARD.REFUSED', problem: 'unreadable' };
    case 'mediaRefused':
      return { type: 'CARD.REFUSED', problem: event.reason === 'collision' ? 'twoCards' : 'unknown' };
    case 'restarted':
    case 'statusChanged':
      return undefined;
  }
}

type Examined = Exclude<Awaited<ReturnType<typeof examineLoad>>, { kind: 'removed' }>;

function toVerdict(outcome: Examined): LoadVerdict {
  if (outcome.kind === 'otherCard') return outcome;
  const evidence = evidenceOf(outcome);
  switch (outcome.kind) {
    case 'credited':
      return {
        kind: 'credited',
        evidence,
        ...(outcome.tac === undefined ? {} : { tac: outcome.tac }),
        ...(outcome.balance === undefined ? {} : { balance: outcome.balance }),
      };
    case 'notCredited':
      return { kind: 'notCredited', evidence };
    case 'undetermined':
      return { kind: 'undetermined', row: outcome.row, why: outcome.why, evidence };
  }
}

function evidenceOf({ row, evidence }: Exclude<Examined, { kind: 'otherCard' }>): ExaminedEvidence {
  if (evidence === undefined) return { row };
  const { balanceNow, counterNow, proof, log } = evidence;
  return {
    row,
    ...(balanceNow === undefined ? {} : { balanceNow }),
    ...(counterNow === undefined ? {} : { counterNow }),
    proof: proof.kind === 'tac' ? proof.checked : proof.kind,
    log: log.kind,
  };
}
