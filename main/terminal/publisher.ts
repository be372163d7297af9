/**
 * Publishes Views: one for every change of the charts, at most one a turn of the event loop, and one a minute for the clock on the sign.
 * Owns the sequence numbers by which a touch names the View it was made on.
 */
import type { Clock, Timer } from '../../common/clock.ts';
import { viewSchema, type UiAct, type View, type ViewKind } from '../../state-machines/view.ts';

export interface PublisherOptions {
  readonly clock: Clock;
  readonly timeZone: string;
  /** The View of this moment. */
  readonly view: (seq: number, clock: string) => View;
  readonly publish: (view: View) => void;
}

const MINUTE_MS = 60_000;

export class ViewPublisher {
  readonly #options: PublisherOptions;
  readonly #time: Intl.DateTimeFormat;
  #seq = 0;
  #scheduled = false;
  /** Number of the first View of the screen that is out. */
  #screenSince = 0;
  #screen = '';
  /** Number of the first View with the keys that are out. */
  #keysSince = 0;
  #keys = '';
  #last = '';
  #minute: Timer;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: options.timeZone });
    this.#minute = this.#nextMinute();
  }

  /** Number of the View that is out. */
  get seq(): number {
    return this.#seq;
  }

  /**
   * Whether a touch made on View `seq` was made on the screen that is out: a minute that passed or a tile that changed makes no other screen of it,
   * and for a key nothing but other keys does.
   */
  isCurrent(seq: number, act?: UiAct['type']): boolean {
    const since = act !== undefined && KEYS.has(act) ? this.#keysSince : this.#screenSince;
    return seq >= since && seq <= this.#seq;
  }

  /** Something changed; the View goes out when this turn is over. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.publish();
    });
  }

  /** @param force also when nothing a person sees has changed, e.g. for a page that was loaded anew */
  publish(force = false): void {
    const view = this.#options.view(this.#seq + 1, this.#time.format(this.#options.clock.now()));
    const content = JSON.stringify({ ...view, seq: 0 });
    if (!force && content === this.#last) return;
    this.#last = content;
    this.#seq += 1;
    const screen = screenOf(view);
    if (screen !== this.#screen) this.#screenSince = this.#seq;
    this.#screen = screen;
    const keys = keysOf(view);
    if (keys !== this.#keys) this.#keysSince = this.#seq;
    this.#keys = keys;
    this.#options.publish(viewSchema.parse(view));
  }

  stop(): void {
    this.#options.clock.clearTimeout(this.#minute);
  }

  #nextMinute(): Timer {
    const { clock } = this.#options;
    return clock.setTimeout(
      () => {
        this.publish();
        this.#minute = this.#nextMinute();
      },
      MINUTE_MS - (clock.now() % MINUTE_MS),
    );
  }
}

/** What makes a screen another one for the hand that touches it. */
function screenOf({ body, overlay }: View): string {
  return JSON.stringify({ overlay, body: lastingOf(body) });
}

/** What is typed letter by letter. */
const KEYS: ReadonlySet<UiAct['type']> = new Set(['letter', 'nine', 'digit', 'erase'] as const);

/** What makes a key another one: of a conversation, in which words to choose and what is said change while somebody types, the board alone. */
function keysOf({ body, overlay }: View): string {
  return JSON.stringify({ overlay, body: body.kind === 'chat' ? { kind: body.kind, board: body.board } : lastingOf(body) });
}

/** Everything but the time, what is offered on the first screen, and what this same hand chose or typed: who is fast waits for no drawing. */
function lastingOf(body: View['body']): object {
  if (body.kind === 'attract') return { kind: body.kind };
  if (body.kind === 'top-up-amount') return { ...body, selected: undefined };
  if (body.kind === 'top-up-custom') return { ...body, digits: undefined, error: undefined };
  if (body.kind === 'top-up-voucher') return { kind: body.kind, card: body.card, field: body.field };
  // a word is one of those that stood there; what is said meanwhile, and who else waits, takes none away
  if (body.kind === 'chat') return { kind: body.kind, board: body.board, state: body.state, text: body.text, candidates: body.candidates };
  if (body.kind === 'help-search') return { kind: body.kind, board: body.board };
  if (body.kind === 'ticket-phone' || body.kind === 'progress-number') return { kind: body.kind };
  if (body.kind === 'maintenance-sign-in') return { kind: body.kind, asks: body.asks };
  if (body.kind === 'loss-typing') return { kind: body.kind, field: body.field };
  const question = QUESTION[body.kind];
  if (question !== undefined) return { kind: body.kind, asked: Object.entries(body).filter(([name]) => question.includes(name)) };
  return { ...body, wait: undefined };
}

/** Of staff's screens: what the question is on them. What devices and books say meanwhile, what was typed, and the time that is left, make no other one of it. */
const QUESTION: Readonly<Partial<Record<ViewKind, readonly string[]>>> = {
  'maintenance-sign-in': ['asks', 'ways', 'challenge', 'second'],
  'maintenance-overview': [],
  'maintenance-devices': [],
  'maintenance-tests': ['now', 'verdict', 'report'],
  'maintenance-box': ['step', 'waiting'],
  'maintenance-supplies': ['asked'],
  'maintenance-journal': ['field', 'state', 'found'],
  'maintenance-story': ['story', 'page'],
  'maintenance-load': ['step'],
  'maintenance-system': ['asks', 'closed'],
  'maintenance-glass': ['test'],
  'maintenance-charts': [],
  'maintenance-chart': ['chart', 'part'],
  'maintenance-replay': [],
};
