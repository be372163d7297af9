/** The rooms with somebody inside, for tests: what they touch, what they see. */
import { createActor } from 'xstate';
import { rolesToVerbs, type Role, type StaffSession } from '../../../common/maintenance/verbs.ts';
import { chartClock } from '../../../state-machines/chart-types.ts';
import { roomsMachine } from '../../../state-machines/maintenance/rooms.ts';
import { roomsPicture } from '../../../state-machines/maintenance/rooms-view.ts';
import { uiEventOf } from '../../../state-machines/ui-events.ts';
import { viewBodySchema, type UiAct, type ViewBodyOf, type ViewKind } from '../../../state-machines/view.ts';
import { FakeWorld } from '../../support/fake-world.ts';

export function visit(role: Role): StaffSession {
  return { sessionId: 'visit-1', staff: '0417', role, verbs: rolesToVerbs[role], twoPersonVerbs: [], method: 'totp', signedInAt: '2026-11-22T00:00:00.000Z' };
}

export class RoomsBench {
  readonly world: FakeWorld;
  /** How often the screen was looked at anew: as the terminal does, with every step of any chart. */
  snapshots = 0;
  readonly #rooms;

  /** @param world default: one that is well */
  constructor(role: Role = 'supervisor', world: FakeWorld = new FakeWorld()) {
    this.world = world;
    this.#rooms = createActor(roomsMachine, {
      input: { ports: this.world.ports, staff: visit(role), preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false } },
      clock: chartClock(this.world.clock),
      inspect: ({ type }) => {
        if (type === '@xstate.snapshot') this.snapshots += 1;
      },
    });
    this.#rooms.start();
  }

  /** What is on the screen, as the contract has it. */
  get body() {
    return viewBodySchema.parse(roomsPicture(this.#rooms.getSnapshot()).body);
  }

  get output() {
    return this.#rooms.getSnapshot().output;
  }

  /** @throws when another screen is out */
  screen<K extends ViewKind>(kind: K): ViewBodyOf<K> {
    const { body } = this;
    if (body.kind !== kind) throw new Error(`${body.kind} is out, not ${kind}`);
    return body as ViewBodyOf<K>;
  }

  async touch(...acts: readonly UiAct[]): Promise<void> {
    for (const act of acts) {
      this.#rooms.send(uiEventOf(act));
      await this.world.clock.settle();
    }
  }

  async types(text: string): Promise<void> {
    for (const key of text) await this.touch(/\d/.test(key) ? { type: 'digit', digit: key } : { type: 'key', key });
  }

  /** A card goes in, or comes out. */
  async card(type: 'CARD.INSERTED' | 'CARD.REMOVED'): Promise<void> {
    this.world.media = type === 'CARD.INSERTED' ? 'inside' : 'notPresent';
    this.world.cardEvents.emit({ type });
    await this.world.clock.settle();
  }

  async settle(): Promise<void> {
    await this.world.clock.settle();
  }

  /** Entries of staff's acts, in short. */
  get acts(): string[] {
    return this.world.entries.flatMap((entry) =>
      entry.kind === 'maintenance.act' ? [`${entry.body.verb} ${entry.body.what}${entry.body.subject === undefined ? '' : ` ${entry.body.subject}`}`] : [],
    );
  }
}
