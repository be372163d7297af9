/**
 * Two persons for one act, over the real judge of sign-ins: every act that the operator may want two for, with everybody who may come or not
 * come. The act is done under both names, or not at all; whoever is in stays in.
 */
import { describe, expect, test } from 'vitest';
import { createActor } from 'xstate';
import type { TwoPersonVerb } from '../../../common/maintenance/verbs.ts';
import { TWO_PERSON_VERBS } from '../../../common/maintenance/verbs.ts';
import { chartClock } from '../../../state-machines/chart-types.ts';
import { maintenanceMachine } from '../../../state-machines/maintenance.ts';
import { maintenancePicture } from '../../../state-machines/maintenance/view.ts';
import { uiEventOf } from '../../../state-machines/ui-events.ts';
import { viewBodySchema, type UiAct } from '../../../state-machines/view.ts';
import { FakeWorld } from '../../support/fake-world.ts';
import { StaffBench } from '../../main/maintenance/sign-in/staff-bench.ts';
import { AUDITOR, codeOf, COLLECTOR, SUPERVISOR, TECHNICIAN, type StaffAtHand } from '../../support/staff-at-hand.ts';
import { UNDETERMINED } from './undetermined-story.ts';

const REFERENCE = 'A01-1122-7K4M-9';

const digits = (text: string): UiAct[] => [...text].map((digit) => ({ type: 'digit', digit }));
const typed = (text: string): UiAct[] => [...digits(text), { type: 'confirm' }];
const work = (name: Extract<UiAct, { type: 'work' }>['work']): UiAct => ({ type: 'work', work: name });

/** A supervisor is inside, who may everything; the operator wants two for whatever two may be wanted for. */
class Visit {
  readonly world = new FakeWorld();
  readonly judge: StaffBench;
  readonly exported: string[] = [];
  readonly #actor;

  constructor(revoked: readonly StaffAtHand[] = []) {
    const { world } = this;
    world.rooms.found = {
      found: [{ transactionId: 'tx', reference: REFERENCE, at: '2026-11-22T08:01:52', type: 'top-up', tail: '6688', amount: 5000, outcome: 'case' }],
      cut: false,
    };
    world.rooms.told = UNDETERMINED;
    const rules = { twoPersons: TWO_PERSON_VERBS, revokedStaff: revoked.map(({ number }) => number) };
    this.judge = new StaffBench({ rules }, world.clock);
    const monitor = {
      parts: ['cardReader' as const],
      frames: () => [],
      onFrame: () => () => {},
      export: (part: string) => {
        this.exported.push(part);
        return { good: true as const, file: '/media/stick/frames.jsonl' };
      },
    };
    this.#actor = createActor(maintenanceMachine, {
      input: {
        ports: { ...world.ports, staff: this.judge.desk, monitor },
        preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false },
      },
      clock: chartClock(world.clock),
    });
    this.#actor.start();
  }

  get body() {
    return viewBodySchema.parse(maintenancePicture(this.#actor.getSnapshot())?.body);
  }

  async touch(...acts: readonly UiAct[]): Promise<void> {
    for (const act of acts) {
      this.#actor.send(uiEventOf(act));
      await this.world.clock.settle();
    }
  }

  async signsIn(member: StaffAtHand, pin: string = member.pin): Promise<void> {
    await this.touch({ type: 'sign-in-way', way: 'totp' }, ...typed(member.number), ...typed(codeOf(member, this.world.clock.now())), ...typed(pin));
    // scrypt's stand-in answers at once; the judge's promise takes its turn
    await this.world.clock.settle();
  }

  async inside(): Promise<this> {
    await this.signsIn(SUPERVISOR);
    expect(this.body.kind).toBe('maintenance-overview');
    return this;
  }

  /** Of each act under the visit: which, and who signed for it. */
  get acts(): { readonly verb: string; readonly second: string | undefined }[] {
    return this.world.entries.flatMap((entry) => (entry.kind === 'maintenance.act' ? [{ verb: entry.body.verb, second: entry.body.second }] : []));
  }
}

interface Case {
  /** From the overview to the act, and the touch that is the act. */
  readonly way: (visit: Visit) => Promise<void>;
  /** What of it happened. */
  readonly done: (visit: Visit) => unknown;
  readonly right: StaffAtHand;
  /** What has happened after the right one came. */
  readonly happened: unknown;
  readonly unfit: StaffAtHand;
}

async function exchanged(visit: Visit): Promise<void> {
  await visit.touch({ type: 'room', room: 'box' }, work('exchange'));
}
async function typesBoxes(visit: Visit): Promise<void> {
  await visit.touch({ type: 'key', key: 'A' }, { type: 'confirm' }, { type: 'key', key: 'B' }, { type: 'confirm' }, { type: 'confirm' }, { type: 'confirm' });
}

const settled = ({ world }: Visit) =>
  world.rooms.boxJournal.entries.flatMap(({ kind, body }) => (kind === 'settlement.opened' || kind === 'settlement.counted' ? [`${kind} ${body.by}`] : []));

const CASES: Readonly<Record<string, Case & { readonly verb: TwoPersonVerb }>> = {
  'box exchanged': {
    verb: 'box.exchange',
    way: exchanged,
    done: (visit) => visit.body.kind === 'maintenance-box' && visit.body.step,
    right: COLLECTOR,
    happened: 'boxOut',
    unfit: AUDITOR,
  },
  'box counted': {
    verb: 'settlement.count',
    way: async (visit) => {
      await exchanged(visit);
      await visit.signsIn(COLLECTOR);
      await typesBoxes(visit);
      // each code is good once
      await visit.world.clock.advance(60_000);
      await visit.touch({ type: 'confirm' }, { type: 'confirm' });
    },
    done: settled,
    right: COLLECTOR,
    happened: ['settlement.opened 0902+0533', 'settlement.counted 0902+0533'],
    unfit: TECHNICIAN,
  },
  'load resolved': {
    verb: 'load.resolve',
    way: (visit) => visit.touch({ type: 'room', room: 'journal' }, ...typed('1122'), { type: 'pick', index: 0 }, work('resolve')),
    done: (visit) => visit.body.kind,
    right: TECHNICIAN,
    happened: 'maintenance-load',
    unfit: COLLECTOR,
  },
  'journal exported': {
    verb: 'journal.export',
    way: (visit) => visit.touch({ type: 'room', room: 'journal' }, work('export')),
    done: ({ acts }) => acts,
    right: AUDITOR,
    happened: [{ verb: 'journal.export', second: AUDITOR.number }],
    unfit: TECHNICIAN,
  },
  'log exported': {
    verb: 'logs.export',
    way: (visit) => visit.touch({ type: 'room', room: 'system' }, work('logs')),
    done: ({ acts }) => acts,
    right: TECHNICIAN,
    happened: [{ verb: 'logs.export', second: TECHNICIAN.number }],
    unfit: COLLECTOR,
  },
  'frames exported': {
    verb: 'logs.export',
    way: (visit) => visit.touch({ type: 'room', room: 'devices' }, { type: 'part', part: 'cardReader' }, work('monitor'), { type: 'frames-export' }),
    done: ({ acts, exported }) => [...acts, ...exported],
    right: TECHNICIAN,
    happened: [{ verb: 'logs.export', second: TECHNICIAN.number }, 'cardReader'],
    unfit: AUDITOR,
  },
};

/** Who comes, and what the prompt says of them. */
const COMERS = {
  nobody: { revoked: false, come: (visit: Visit) => visit.touch({ type: 'cancel' }), message: undefined },
  'the same person': {
    revoked: false,
    come: async (visit: Visit) => {
      await visit.world.clock.advance(30_000); // with a code that was not used yet
      await visit.signsIn(SUPERVISOR);
    },
    message: 'samePerson',
  },
  'somebody without the verb': { revoked: false, come: (visit: Visit, { unfit }: Case) => visit.signsIn(unfit), message: 'notFit' },
  'somebody who was revoked': { revoked: true, come: (visit: Visit, { right }: Case) => visit.signsIn(right), message: 'revoked' },
  'the right one after five wrong tries': {
    revoked: false,
    come: async (visit: Visit, { right }: Case) => {
      for (let tries = 0; tries < 5; tries += 1) await visit.signsIn(right, '000000');
      await visit.signsIn(right);
    },
    message: undefined,
  },
} as const;

describe.each(Object.entries(CASES))('%s', (name, act) => {
  const { verb, way, done, right, happened } = act;
  const counted = name === 'box counted';

  test.each(Object.entries(COMERS))('%s comes: it is not done, and who is in stays in', async (_, { revoked, come, message }) => {
    // the box was exchanged with somebody else beside them before it is counted
    const visit = await new Visit(revoked && !counted ? [right] : []).inside();
    await way(visit);
    expect(visit.body).toMatchObject({ kind: 'maintenance-sign-in', second: { staff: SUPERVISOR.number, verb } });
    const before = done(visit);
    if (revoked && counted) visit.judge.revoke(right);
    await come(visit, act);
    if (message !== undefined) expect(visit.body).toMatchObject({ kind: 'maintenance-sign-in', message });
    await visit.touch({ type: 'cancel' });
    expect(visit.body.kind).not.toBe('maintenance-sign-in');
    expect(done(visit)).not.toEqual(happened);
    if (Array.isArray(before)) expect(done(visit)).toEqual(before);
    expect(visit.judge.kinds).not.toContain('maintenance.signedOut');
  });

  test('the right one comes: it is done at once, and the journal names both', async () => {
    const visit = await new Visit().inside();
    await way(visit);
    await visit.signsIn(right);
    expect(done(visit)).toEqual(happened);
    expect(visit.judge.entries.at(-1)?.body).toMatchObject({ purpose: 'second', staff: right.number, verb });
  });
});

test('whoever signed for an exchange did not sign for the count, and the next exchange is signed for anew', async () => {
  const visit = await new Visit().inside();
  await exchanged(visit);
  await visit.signsIn(COLLECTOR);
  await typesBoxes(visit);
  expect(visit.body).toMatchObject({ kind: 'maintenance-box', step: 'count' });
  await visit.touch(work('later'), work('exchange'));
  expect(visit.body).toMatchObject({ kind: 'maintenance-sign-in', second: { verb: 'box.exchange' } });
});

test('whoever signed for an export did not sign for the next one', async () => {
  const visit = await new Visit().inside();
  await visit.touch({ type: 'room', room: 'journal' }, work('export'));
  await visit.signsIn(AUDITOR);
  await visit.touch(work('export'));
  expect(visit.body).toMatchObject({ kind: 'maintenance-sign-in', second: { verb: 'journal.export' } });
});

test('an exchange that was cut short is signed for by whoever stands there when it goes on', async () => {
  const visit = await new Visit().inside();
  await exchanged(visit);
  await visit.signsIn(COLLECTOR);
  await visit.touch({ type: 'key', key: 'A' }, { type: 'confirm' }, { type: 'key', key: 'B' }, { type: 'confirm' }, { type: 'back' });
  await visit.touch({ type: 'room', room: 'box' });
  expect(visit.body).toMatchObject({ kind: 'maintenance-box', step: 'takeOut' });
  await visit.touch({ type: 'confirm' });
  expect(visit.body).toMatchObject({ kind: 'maintenance-sign-in', second: { verb: 'box.exchange' } });
});

test('every act that two may be wanted for is in the table', () => {
  expect(new Set(Object.values(CASES).map(({ verb }) => verb))).toEqual(new Set(TWO_PERSON_VERBS));
});
