/**
 * Publishes what terminals' journals gained, beside the server and never in its way: ingest only says which epoch grew. One relay of all
 * servers is at work at a time; it goes on from the stored positions, so what a killed relay had sent without noting it is sent again under
 * the same id. While the bus is away entries wait where they are anyway: in the journal. Used by server.ts.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../common/clock.ts';
import type { Random } from '../../common/ids.ts';
import { createBells } from '../server/http/long-poll.ts';
import type { Queries, Store } from '../server/store/store.ts';
import { messageOf } from './message.ts';
import { lifeOf, nextEntries, savePositions, waitingEpochs, type Advance, type EpochKey, type Generation } from './positions.ts';
import type { BusAddress, BusSettings } from './settings.ts';
import { BusError, JournalStream } from './stream.ts';

export interface RelayOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly address: BusAddress;
  readonly settings: BusSettings;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Of this process. */
export interface RelayFigures {
  /** `standby`: another server does it, or none can. `away`: the last attempt failed. */
  readonly state: 'publishing' | 'standby' | 'away';
  readonly published: number;
  /** Times that it had to begin anew. */
  readonly failures: number;
}

export interface Relay {
  readonly figures: RelayFigures;
  /** Entries were committed. Costs nothing and never fails. */
  wake(grown: EpochKey): void;
  /** What is under way is finished or given up. */
  stop(): Promise<void>;
}

/** ms */
export const relayDelays = {
  /** From the first entry to its pass, so that a burst is one. */
  gather: 100,
  /** Looks for what other servers took, or a killed one did not publish, and at the stream. */
  sweep: 2000,
  /** While another server is at work: asks whether it still is. */
  standby: 5000,
  backOff: { firstMs: 500, maxMs: 30_000 },
} as const;

/** Messages under way at once. */
const PASS_ENTRIES = 1000;
/** Of one epoch, so that a terminal that comes back after weeks does not hold up the others. */
const EPOCH_ENTRIES = 250;
/** Remembered at once; a sweep finds the rest. */
const MOST_EPOCHS = 20_000;

export function startRelay(options: RelayOptions): Relay {
  const relay = new JournalRelay(options);
  const ended = relay.run();
  return {
    get figures() {
      return relay.figures;
    },
    wake: (grown) => relay.wake(grown),
    stop: async () => {
      relay.stop();
      await ended;
    },
  };
}

class JournalRelay {
  readonly #options: RelayOptions;
  readonly #bells;
  readonly #bell;
  /** In the order in which they grew. */
  #grown = new Map<string, EpochKey>();
  #stopping = false;
  #state: RelayFigures['state'] = 'standby';
  #published = 0;
  #failures = 0;
  /** Since it last worked. */
  #inARow = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#bells = createBells(options.clock);
    this.#bell = this.#bells.join('grown');
  }

  get figures(): RelayFigures {
    return { state: this.#state, published: this.#published, failures: this.#failures };
  }

  wake({ terminalId, epoch }: EpochKey): void {
    if (this.#state !== 'publishing' || this.#grown.size >= MOST_EPOCHS) return;
    this.#grown.set(`${epoch}:${terminalId}`, { terminalId, epoch });
    this.#bells.ring('grown');
  }

  stop(): void {
    this.#stopping = true;
    this.#bells.close();
  }

  async run(): Promise<void> {
    const { store } = this.#options;
    while (!this.#stopping) {
      try {
        await store.alone('bus', (queries) => this.#work(queries));
        this.#state = 'standby';
        await this.#pause(relayDelays.standby);
      } catch (error) {
        this.#state = 'away';
        this.#failures += 1;
        this.#complain(error);
        await this.#pause(this.#backOff());
        this.#inARow += 1;
      }
    }
  }

  /** Until it is stopped. @throws {Error} whatever breaks: the next attempt begins from what is stored */
  async #work(queries: Queries): Promise<void> {
    const { address, settings, log } = this.#options;
    const stream = await JournalStream.open(address, settings);
    try {
      const { generation, began } = await lifeOf(queries, settings.stream, await stream.state());
      if (began === 'now')
        log.warn({ stream: settings.stream }, 'the stream is new, or has forgotten what it acknowledged: every journal is published from its beginning');
      log.info({ stream: settings.stream }, 'the journal goes to the bus');
      this.#grown.clear();
      this.#state = 'publishing';
      await this.#publishAll(queries, stream, generation);
    } finally {
      await stream.close();
    }
  }

  async #publishAll(queries: Queries, stream: JournalStream, generation: Generation): Promise<void> {
    const { clock } = this.#options;
    let sweepAt = clock.monotonic();
    while (!this.#stopping) {
      if (clock.monotonic() >= sweepAt) {
        await this.#sweep(queries, stream, generation);
        sweepAt = clock.monotonic() + relayDelays.sweep;
      }
      if (this.#grown.size === 0) await this.#bell.wait(Math.max(0, sweepAt - clock.monotonic()));
      else await this.#pass(queries, stream, generation);
    }
  }

  /** @throws {BusError} `streamChanged` */
  async #sweep(queries: Queries, stream: JournalStream, generation: Generation): Promise<void> {
    const now = await lifeOf(queries, generation.stream, await stream.state());
    if (now.generation.number !== generation.number) throw new BusError('streamChanged', `stream ${generation.stream} is another one than before`);
    for (const key of await waitingEpochs(queries, generation, MOST_EPOCHS)) this.#grown.set(`${key.epoch}:${key.terminalId}`, key);
  }

  /** @throws {Error} when one of its messages was not taken; what was taken before is noted */
  async #pass(queries: Queries, stream: JournalStream, generation: Generation): Promise<void> {
    await this.#gather();
    const sent = new Map<string, Promise<EpochOutcome>>();
    const unfinished = new Map<string, EpochKey>();
    let entries = 0;
    for (const [name, key] of this.#grown) {
      if (entries >= PASS_ENTRIES) break;
      // it grew again meanwhile: its position is still the old one, so the next pass takes it
      if (sent.has(name)) continue;
      this.#grown.delete(name);
      const next = await nextEntries(queries, generation, key, EPOCH_ENTRIES);
      if (next.length === EPOCH_ENTRIES) unfinished.set(name, key);
      entries += next.length;
      const messages = next.map((entry) => ({ ...messageOf(this.#options.settings.subjectPrefix, entry), seq: entry.seq }));
      sent.set(name, publishEpoch(stream, key, messages));
    }
    for (const [name, key] of unfinished) this.#grown.set(name, key);
    const outcomes = await Promise.all(sent.values());
    const advances = outcomes.map(({ advance }) => advance).filter((advance) => advance !== undefined);
    await savePositions(queries, generation, advances, Math.max(0, ...outcomes.map(({ lastSeq }) => lastSeq)));
    this.#published += outcomes.reduce((sum, { taken }) => sum + taken, 0);
    const failed = outcomes.find(({ error }) => error !== undefined);
    if (failed !== undefined) throw failed.error;
    this.#inARow = 0;
  }

  /** A full pass need not wait for more. */
  async #gather(): Promise<void> {
    if (this.#grown.size < PASS_ENTRIES) await this.#pause(relayDelays.gather);
  }

  /** Cut short by `stop` alone. */
  async #pause(ms: number): Promise<void> {
    const alone = this.#bells.join('pause');
    await alone.wait(ms);
    alone.leave();
  }

  #backOff(): number {
    const { firstMs, maxMs } = relayDelays.backOff;
    const most = Math.min(maxMs, firstMs * 2 ** Math.min(this.#inARow, 10));
    const [byte = 0] = this.#options.random.bytes(1);
    return most / 2 + (byte / 256) * (most / 2);
  }

  #complain(error: unknown): void {
    const { log } = this.#options;
    const said = { err: error, failuresInARow: this.#inARow + 1 };
    if (error instanceof BusError && error.code === 'unsafeStream') log.error(said, 'the bus is not used: entries wait in the store until the stream is right');
    else log.warn(said, 'the bus does not take the journal: entries wait in the store');
  }
}

interface EpochOutcome {
  /** How far every entry is acknowledged; `undefined`: not even the first. */
  readonly advance: Advance | undefined;
  readonly taken: number;
  /** Highest place in the stream. */
  readonly lastSeq: number;
  /** Why an entry was not taken. */
  readonly error: unknown;
}

type Published = { readonly place: number } | { readonly error: unknown };

async function publishEpoch(
  stream: JournalStream,
  key: EpochKey,
  messages: readonly (ReturnType<typeof messageOf> & { readonly seq: number })[],
): Promise<EpochOutcome> {
  const results = await Promise.all(
    messages.map((message): Promise<Published> =>
      stream.publish(message).then(
        (place) => ({ place }),
        (error: unknown) => ({ error: error ?? new Error('not taken') }),
      ),
    ),
  );
  const failedAt = results.findIndex((result) => 'error' in result);
  const taken = failedAt === -1 ? results.length : failedAt;
  const last = messages[taken - 1];
  const failed = results[taken];
  return {
    advance: last === undefined ? undefined : { ...key, publishedSeq: last.seq },
    taken,
    lastSeq: Math.max(0, ...results.map((result) => ('place' in result ? result.place : 0))),
    error: failed !== undefined && 'error' in failed ? failed.error : undefined,
  };
}
