/** A session on a fake world: starts the chart, touches the screen by acts, moves time, reads the View. */
import { createActor, type ActorRefFrom, type AnyMachineSnapshot, type InspectionEvent } from 'xstate';
import type { Ports } from '../../state-machines/ports.ts';
import { leavesOf } from '../../state-machines/chart-outline.ts';
import { chartClock } from '../../state-machines/chart-types.ts';
import { sessionMachine, type SessionActor } from '../../state-machines/session.ts';
import { viewOf } from '../../state-machines/session-view.ts';
import type { topUpMachine } from '../../state-machines/top-up.ts';
import { uiEventOf } from '../../state-machines/ui-events.ts';
import { viewSchema, type Overlay, type UiAct, type ViewBody, type ViewBodyOf, type ViewKind } from '../../state-machines/view.ts';
import { FakeWorld } from '../support/fake-world.ts';

export class SessionBench {
  readonly world = new FakeWorld();
  readonly seen: ViewBody[] = [];
  readonly #actor: SessionActor;

  /** @param real what of the fake world is played by the real thing @param onChart told of every step of a chart */
  constructor(real: (world: FakeWorld) => Partial<Ports> = () => ({}), onChart: (event: InspectionEvent) => void = () => {}) {
    this.#actor = this.#create({ ...this.world.ports, ...real(this.world) }, onChart);
  }

  #create(ports: Ports, onChart: (event: InspectionEvent) => void): SessionActor {
    return createActor(sessionMachine, {
      input: {
        ports,
        site: {
          operator: '一卡通自助服务',
          place: '北岸校区 图书馆一层',
          terminal: 'A01',
          hotline: '96123',
          hotlineHours: '24 小时',
          slots: { card: 'right', cash: 'right', receipt: 'below' },
        },
        preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false },
        notice: undefined,
      },
      clock: chartClock(this.world.clock),
      inspect: (event) => {
        onChart(event);
        if (event.type === '@xstate.snapshot') queueMicrotask(() => this.#look());
      },
    });
  }

  async start(): Promise<this> {
    this.#actor.start();
    await this.world.clock.settle();
    return this;
  }

  /** Card in, top-up chosen, amount chosen: stands at the tender. */
  async atTender(amount = 5000): Promise<this> {
    await this.start();
    this.world.script.read.set({ ok: true, card: this.world.card });
    await this.touch({ type: 'service', service: 'topUp' });
    this.world.insert();
    await this.world.clock.settle();
    await this.touch({ type: 'amount', amount }, { type: 'confirm' });
    return this;
  }

  async touch(...acts: readonly UiAct[]): Promise<void> {
    for (const act of acts) {
      this.#actor.send(uiEventOf(act));
      await this.world.clock.settle();
    }
  }

  async note(denomination: number): Promise<void> {
    this.world.cashEvents.emit({ type: 'NOTE.ESCROWED', denomination: denomination as never });
    await this.world.clock.settle();
  }

  async settle(): Promise<void> {
    await this.world.clock.settle();
  }

  /** All that the top-up's chart holds but its ports. */
  get topUpContext(): object {
    const { ports: _ports, ...context } = (this.#actor.getSnapshot().children.topUp as ActorRefFrom<typeof topUpMachine>).getSnapshot().context;
    return context;
  }

  /** The flow that runs, and the innermost states it is in; `undefined`: none runs. */
  get flow(): { readonly chart: string; readonly states: readonly string[] } | undefined {
    const { children } = this.#actor.getSnapshot();
    const running = children.topUp ?? children.pendingLoad ?? children.replacement ?? children.lossReport;
    if (running === undefined) return undefined;
    const { value } = running.getSnapshot() as AnyMachineSnapshot;
    return { chart: running.id, states: leavesOf(value) };
  }

  get view() {
    return viewSchema.parse(viewOf(this.#actor.getSnapshot(), 1, '08:14'));
  }

  get kind(): ViewKind {
    return this.view.body.kind;
  }

  get overlay(): Overlay | undefined {
    return this.view.overlay;
  }

  body<K extends ViewKind>(kind: K): ViewBodyOf<K> {
    const { body } = this.view;
    if (body.kind !== kind) throw new Error(`the screen shows ${body.kind}, not ${kind}`);
    return body as ViewBodyOf<K>;
  }

  #look(): void {
    const { body } = this.view;
    if (this.seen.at(-1)?.kind !== body.kind) this.seen.push(body);
  }
}
