/**
 * The line to the cabinet process: its state as it changes, and what hands do there. The only place of the bench window that speaks
 * HTTP. A hand that could not do its act leaves the reason in {@link refusal}.
 */
import { cabinetStateSchema, handAnswerSchema, type CabinetState, type HandAct } from '../../drivers/bench/protocol.ts';
import { Store } from './store.ts';
import { say } from './words.ts';

/** What stands in upstream's books changes without a word to the cabinet: it is looked at this often. */
const LOOK_MS = 1000;
const REFUSAL_MS = 4000;

export interface Refusal {
  readonly text: string;
  /** Tells two equal refusals apart. */
  readonly number: number;
}

export class CabinetLink {
  readonly state = new Store<CabinetState | undefined>(undefined);
  /** Whether the cabinet answers. */
  readonly reachable = new Store(true);
  /** Why the last hand could not; gone by itself after a while. */
  readonly refusal = new Store<Refusal | undefined>(undefined);
  readonly #touched = new Set<string>();
  readonly #api: string;
  #told = 0;
  #refusals = 0;
  #keys: Promise<void> = Promise.resolve();

  /** @param api address of the cabinet's interface */
  constructor(api: string) {
    this.#api = api;
  }

  /** Cards that were seen somewhere else than in the hand. */
  get touched(): ReadonlySet<string> {
    return this.#touched;
  }

  /** Follows the cabinet from now on, for as long as the window lives. */
  follow(): void {
    const events = new EventSource(this.#url('/events'));
    events.addEventListener('message', (event) => this.#receive(() => JSON.parse(String(event.data))));
    events.addEventListener('open', () => this.reachable.set(true));
    events.addEventListener('error', () => this.reachable.set(false));
    setInterval(() => void this.#look(), LOOK_MS);
  }

  /** A finger that comes off a key does so after it was put on it. */
  hand(act: HandAct): Promise<void> {
    if (act.act !== 'key') return this.#do(act);
    this.#keys = this.#keys.then(() => this.#do(act));
    return this.#keys;
  }

  async #do(act: HandAct): Promise<void> {
    try {
      const response = await fetch(this.#url('/hands'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(act),
      });
      const answer = handAnswerSchema.parse(await response.json());
      if (!answer.done) this.#refuse(say('bench.refused', { why: answer.why ?? act.act }));
    } catch (error) {
      console.error('the cabinet did not answer', act, error);
      this.#refuse(say('bench.noAnswer'));
    }
    await this.#look();
  }

  slipUrl({ number, text }: CabinetState['slips'][number]): string {
    return this.#url(`/slips/${number}.svg?lines=${text.length}`);
  }

  #url(path: string): string {
    return new URL(path, this.#api).href;
  }

  /** An answer that was on its way while the stream told something newer is not taken. */
  async #look(): Promise<void> {
    const told = this.#told;
    try {
      const candidate: unknown = await (await fetch(this.#url('/state'))).json();
      if (told === this.#told) this.#receive(() => candidate);
    } catch {
      this.reachable.set(false);
    }
  }

  #receive(read: () => unknown): void {
    const parsed = cabinetStateSchema.safeParse(read());
    if (!parsed.success) {
      console.error('not the state of a cabinet', parsed.error.issues);
      return;
    }
    this.#told += 1;
    this.reachable.set(true);
    for (const { id, where } of parsed.data.cards) if (where !== 'hand') this.#touched.add(id);
    this.state.set(parsed.data);
  }

  #refuse(text: string): void {
    this.#refusals += 1;
    const refusal = { text, number: this.#refusals };
    this.refusal.set(refusal);
    setTimeout(() => {
      if (this.refusal.get() === refusal) this.refusal.set(undefined);
    }, REFUSAL_MS);
  }
}
