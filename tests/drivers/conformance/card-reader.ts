/**
 * What every card reader owes its callers, whatever its model and line: the class's contract (drivers/card-reader/card-reader.ts) as
 * sentences. A model takes part by naming its capabilities and how to stand it up; sentences about what it can't do say that it refuses.
 */
import { describe, expect, test } from 'vitest';
import type { CardReaderCapabilities } from '../../../drivers/card-reader/card-reader.ts';
import { DeviceError, type DeviceErrorCode } from '../../../drivers/device.ts';
import { Scene, type ReaderRig } from './card-reader-scene.ts';

export interface ReaderUnderTest {
  readonly name: string;
  readonly capabilities: CardReaderCapabilities;
  /** What the reader knows of its bin. */
  readonly bin: 'counted' | 'unwatched' | 'none';
  /** Events that this model has the means to tell. */
  readonly tells: readonly ('collision' | 'restart' | 'stuck')[];
  /** Between reader and unit are bytes on a wire, with what wires do to them. */
  readonly wire: boolean;
  /** Why it can't be tried on this machine. */
  readonly notRun: string | undefined;
  stand(): Promise<ReaderRig>;
}

const SELECT = Uint8Array.of(0x00, 0xa4, 0x00, 0x00, 0x02, 0x3f, 0x00);
/** Trouble is looked at again every 15 s, in real time where the port is real. */
const PATIENT = 90_000;

export function describeCardReader(subject: ReaderUnderTest): void {
  const { motorised, canRetain, canDispense } = subject.capabilities;

  describe(subject.name, () => {
    /** Sentences wait more than they work, so several are tried at once; each has its own stand. */
    const sentence = (title: string, body: (scene: Scene) => Promise<void>): void =>
      test.concurrent(
        title,
        async (context) => {
          context.skip(subject.notRun !== undefined, `not run: ${subject.notRun}`);
          const rig = await subject.stand();
          try {
            await body(new Scene(rig));
          } finally {
            await rig.reader.close();
            await rig.dispose();
          }
        },
        PATIENT,
      );

    // --- who it is ----------------------------------------------------------------------------------------------------------------

    sentence('it says what it can do before it is asked anything, and nothing of a state that it does not know', async (s) => {
      expect(s.reader.capabilities).toEqual(subject.capabilities);
      expect(s.reader.lastStatus).toMatchObject({ device: 'unknown', media: 'unknown', entry: 'disabled' });
      expect(s.reader.lastStatus.storage.map(({ id, use }) => `${use} ${id}`)).toEqual([
        ...(canDispense ? ['dispense stacker'] : []),
        ...(subject.bin === 'none' ? [] : ['collect retainBin']),
      ]);
      expect(await s.code(s.reader.status())).toBe('offline');
    });

    sentence('connected it is online without a card, says who it is, and says the same when it is asked again', async (s) => {
      const identity = await s.settled(s.reader.connect());
      expect(identity.model).not.toBe('');
      expect(s.reader.lastStatus).toMatchObject({ device: 'online', media: 'notPresent' });
      expect(await s.settled(s.reader.connect())).toEqual(identity);
    });

    // --- cards come and go --------------------------------------------------------------------------------------------------------

    sentence('a card that is put in is told once and is inside', async (s) => {
      await s.withCard('mine');
      await s.fence();
      expect(s.told('mediaInserted')).toBe(1);
      expect(s.told('mediaRemoved')).toBe(0);
      expect(await s.unit.get('place')).toEqual({ card: 'mine', at: 'inside' });
    });

    if (motorised) {
      sentence('with the entry shut the hand keeps the card, and opened it is taken', async (s) => {
        await s.settled(s.reader.connect());
        expect(await s.unit.call('insertCard', 'mine')).toBe(false);
        await s.settled(s.reader.setEntry(true));
        expect(s.reader.lastStatus.entry).toBe('enabled');
        await s.settled(s.reader.setEntry(false));
        expect(await s.unit.call('insertCard', 'mine')).toBe(false);
        expect(s.told('mediaInserted')).toBe(0);
      });
    }

    sentence('media taken while presenting is reported once', async (s) => {
      await s.withCard('mine');
      await s.settled(s.reader.present());
      expect(s.media()).toBe('atGate');
      expect(await s.unit.call('takeCard')).toBe('mine');
      await s.until('the removal is told', () => s.told('mediaRemoved') > 0);
      await s.fence();
      expect([s.told('mediaInserted'), s.told('mediaRemoved'), s.told('mediaRetained')]).toEqual([1, 1, 0]);
      expect(s.media()).toBe('notPresent');
    });

    sentence('a card that nobody took comes back inside by command, which is neither an insertion nor a removal', async (s) => {
      await s.withCard('mine');
      await s.settled(s.reader.present());
      await s.settled(s.reader.retract());
      await s.fence();
      expect(s.media()).toBe('inside');
      expect([s.told('mediaInserted'), s.told('mediaRemoved')]).toEqual([1, 0]);
    });

    sentence('without a card every motion says so and moves nothing', async (s) => {
      await s.settled(s.reader.connect());
      expect(await s.code(s.reader.present())).toBe('mediaNotPresent');
      expect(await s.code(s.reader.retract())).toBe('mediaNotPresent');
      if (canRetain) expect(await s.code(s.reader.retain())).toBe('mediaNotPresent');
      expect(await s.code(s.reader.activate())).toBe('mediaNotPresent');
      expect(await s.unit.get('place')).toBeUndefined();
    });

    if (!motorised) {
      sentence('a card that is lifted off is told once', async (s) => {
        await s.withCard('mine');
        expect(await s.unit.call('takeCard')).toBe('mine');
        await s.until('the removal is told', () => s.told('mediaRemoved') > 0);
        expect([s.told('mediaInserted'), s.told('mediaRemoved')]).toEqual([1, 1]);
        expect(s.media()).toBe('notPresent');
      });

      sentence('nothing moves a card: what can be done by a motor alone is not supported', async (s) => {
        await s.withCard('mine');
        for (const motion of ['eject', 'retain', 'dispense'] as const) {
          expect(await s.code(s.reader[motion]())).toBe('notSupported');
        }
        expect(s.media()).toBe('inside');
      });
    }

    if (subject.tells.includes('stuck')) {
      sentence('a card that the hand does not let go of is told as stuck, once, and can be given back', async (s) => {
        await s.ready();
        await s.unit.knob('holdCard', true);
        expect(await s.unit.call('insertCard', 'mine')).toBe(true);
        await s.until('the card is told as stuck', () => s.told('mediaStuck') > 0);
        await s.fence();
        expect([s.told('mediaStuck'), s.told('mediaInserted')]).toEqual([1, 0]);
        await s.settled(s.reader.present());
        expect(await s.unit.call('takeCard')).toBe('mine');
        await s.until('the removal is told', () => s.told('mediaRemoved') > 0);
      });
    }

    // --- chips --------------------------------------------------------------------------------------------------------------------

    sentence('every APDU is executed once, and dies with the chip’s power', async (s) => {
      await s.withCard('mine');
      const channel = await s.settled(s.reader.activate());
      expect(channel.iso7816).toBe(true);
      expect(await s.settled(channel.transmit(SELECT))).toEqual(Uint8Array.of(0x00, 0x90, 0x00));
      await s.settled(s.reader.deactivate());
      expect(await s.code(channel.transmit(SELECT))).toBe('invalidState');
      expect(await s.unit.call('executed', 'mine')).toBe(1);
    });

    sentence('card pulled in mid-APDU: outcomeUnknown or mediaMoved, never repeated', async (s) => {
      await s.withCard('mine');
      const channel = await s.settled(s.reader.activate());
      await s.unit.knob('slowBy', 3_000);
      const sent = s.code(channel.transmit(SELECT));
      await s.until('the chip has executed it', async () => (await s.unit.call('executed', 'mine')) === 1);
      await s.unit.call('pullCard');
      await s.unit.knob('slowBy', 0);
      expect(['outcomeUnknown', 'mediaMoved']).toContain(await sent);
      await s.until('the removal is told', () => s.told('mediaRemoved') > 0);
      expect(['invalidState', 'mediaMoved']).toContain(await s.code(channel.transmit(SELECT)));
      await s.fence();
      expect(await s.unit.call('executed', 'mine')).toBe(1);
      expect(s.told('mediaRemoved')).toBe(1);
    });

    // Elsewhere the reader picks one and says nothing about the other.
    if (subject.capabilities.interfaces.includes('contact') || subject.tells.includes('collision'))
      sentence('two chips at once: neither is taken for the card, and one alone is found', async (s) => {
        await s.withCard('mine');
        await s.unit.knob('secondChip', true);
        if (subject.capabilities.interfaces.includes('contact')) {
          // Contacts touch one chip only.
          expect(await s.settled(s.reader.activate())).toMatchObject({ interface: 'contact' });
        } else {
          expect(await s.code(s.reader.activate())).toBe('mediaInvalid');
          if (subject.tells.includes('collision')) expect(s.events).toContainEqual({ type: 'mediaRefused', reason: 'collision' });
          await s.unit.knob('secondChip', false);
          expect(await s.settled(s.reader.activate())).toMatchObject({ interface: 'contactless' });
        }
        expect(await s.unit.call('executed', 'mine')).toBe(0);
      });

    // --- jams and storage ---------------------------------------------------------------------------------------------------------

    if (motorised) {
      sentence('jam: status jammed, motions fail with mediaJammed, and it clears by itself when cleared', async (s) => {
        await s.withCard('mine');
        await s.unit.knob('jam', true);
        expect(await s.code(s.reader.present())).toBe('mediaJammed');
        expect(s.reader.lastStatus).toMatchObject({ device: 'hardwareError', media: 'jammed' });
        expect(await s.code(s.reader.present())).toBe('mediaJammed');
        await s.unit.call('pullCard');
        await s.unit.knob('jam', false);
        await s.until('the reader is well again', () => s.reader.lastStatus.device === 'online');
        expect(s.media()).toBe('notPresent');
        expect(s.told('mediaRemoved')).toBe(1);
      });
    }

    if (canRetain) {
      sentence('retain: the card is in the bin, the bin counts it, and that is no removal', async (s) => {
        await s.withCard('mine');
        const before = s.binCount();
        await s.settled(s.reader.retain());
        expect(await s.unit.get('bin')).toEqual(['mine']);
        await s.fence();
        expect([s.media(), s.told('mediaRemoved')]).toEqual(['notPresent', 0]);
        if (subject.bin === 'counted') expect([before, s.binCount()]).toEqual([0, 1]);
        else expect([s.binLevel(), s.binCount()]).toEqual(['notSupported', undefined]);
      });
    } else {
      sentence('retain is not supported', async (s) => {
        await s.settled(s.reader.connect());
        expect(await s.code(s.reader.retain())).toBe('notSupported');
      });
    }

    if (subject.bin === 'counted') {
      sentence('bin full: storageFull, and the card stays', async (s) => {
        await s.withCard('mine');
        await s.unit.knob('binFull', true);
        expect(await s.code(s.reader.retain())).toBe('storageFull');
        expect(await s.unit.get('place')).toEqual({ card: 'mine', at: 'inside' });
        expect([s.binLevel(), s.media()]).toEqual(['full', 'inside']);
      });

      sentence('the bin’s count starts anew when a technician says that it is empty', async (s) => {
        await s.withCard('mine');
        await s.settled(s.reader.retain());
        await s.settled(s.reader.resetCount('retainBin'));
        expect(s.binCount()).toBe(0);
      });
    } else {
      sentence('a bin that counts nothing has no count to reset', async (s) => {
        await s.settled(s.reader.connect());
        expect(await s.code(s.reader.resetCount('retainBin'))).toBe('notSupported');
      });
    }

    if (canDispense) {
      sentence('dispense: one blank leaves the stacker for the station, and nobody inserted it', async (s) => {
        await s.unit.call('fillStacker', ['blank 1', 'blank 2']);
        await s.settled(s.reader.connect());
        await s.settled(s.reader.dispense());
        expect(await s.unit.get('place')).toEqual({ card: 'blank 1', at: 'inside' });
        expect(await s.unit.get('stacker')).toEqual(['blank 2']);
        expect(await s.code(s.reader.dispense())).toBe('invalidState');
        expect([s.media(), s.told('mediaInserted')]).toEqual(['inside', 0]);
      });

      sentence('dispense with an empty stacker: storageEmpty', async (s) => {
        await s.settled(s.reader.connect());
        expect(await s.code(s.reader.dispense())).toBe('storageEmpty');
        expect(s.reader.lastStatus.storage).toContainEqual({ id: 'stacker', use: 'dispense', level: 'empty' });
      });
    } else {
      sentence('dispense is not supported', async (s) => {
        await s.settled(s.reader.connect());
        expect(await s.code(s.reader.dispense())).toBe('notSupported');
      });
    }

    // --- lines and power ----------------------------------------------------------------------------------------------------------

    sentence('line pulled while idle: offline once, calls fail; connect again finds the card where it is', async (s) => {
      await s.withCard('mine');
      await s.rig.unplug();
      await s.until('the reader is offline', () => s.reader.lastStatus.device === 'offline');
      expect(await s.code(s.reader.status())).toBe('offline');
      expect(await s.code(s.reader.connect())).toBe('offline');
      expect(s.offlines()).toBe(1);
      await s.rig.plug();
      await s.settled(s.reader.connect());
      expect(s.reader.lastStatus).toMatchObject({ device: 'online', media: 'inside', entry: motorised ? 'enabled' : s.reader.lastStatus.entry });
      expect([s.told('mediaInserted'), s.told('mediaRemoved')]).toEqual([1, 0]);
    });

    sentence('line pulled mid-APDU: outcomeUnknown, and the chip executed it once at most', async (s) => {
      await s.withCard('mine');
      const channel = await s.settled(s.reader.activate());
      await s.unit.knob('slowBy', 4_000);
      const sent = s.code(channel.transmit(SELECT));
      await s.until('the chip has executed it', async () => (await s.unit.call('executed', 'mine')) === 1);
      await s.rig.unplug();
      expect(await sent).toBe('outcomeUnknown');
      expect(await s.code(channel.transmit(SELECT))).toBe('offline');
      await s.unit.knob('slowBy', 0);
      await s.rig.plug();
      await s.settled(s.reader.connect());
      expect(await s.code(channel.transmit(SELECT))).not.toBeUndefined();
      expect(await s.unit.call('executed', 'mine')).toBe(1);
    });

    if (motorised) {
      sentence('line pulled mid-motion: outcomeUnknown, offline once; connect again finds the card where the motion ended', async (s) => {
        await s.withCard('mine');
        await s.unit.knob('slowBy', 1_500);
        const presented = s.code(s.reader.present());
        await s.until('the card is on its way', async () => (await s.unit.get('place'))?.at === 'path');
        await s.rig.unplug();
        expect(await presented).toBe('outcomeUnknown');
        expect([s.reader.lastStatus.device, s.offlines()]).toEqual(['offline', 1]);
        await s.until('the card is at the gate', async () => (await s.unit.get('place'))?.at === 'gate');
        await s.unit.knob('slowBy', 0);
        await s.rig.plug();
        await s.settled(s.reader.connect());
        expect(s.media()).toBe('atGate');
        expect([s.told('mediaInserted'), s.told('mediaRemoved')]).toEqual([1, 0]);
      });
    }

    if (subject.wire) {
      sentence('line pulled mid-frame: offline once; connect again', async (s) => {
        await s.ready();
        await s.unit.wire('breakAfter', 5);
        await s.until('the reader is offline', () => s.reader.lastStatus.device === 'offline');
        expect(s.offlines()).toBe(1);
        await s.rig.plug();
        await s.settled(s.reader.connect());
        expect(s.reader.lastStatus.device).toBe('online');
      });

      sentence('noise between frames, bytes in pieces, answers late or glued together: everything still works, once', async (s) => {
        await s.ready();
        for (const [knob, value, sound] of [
          ['noise', 'EE55', ''],
          ['pieces', 1, 0],
          ['delay', 40, 0],
          ['glue', 30, 0],
        ] as const) {
          await s.unit.wire(knob, value);
          expect(await s.unit.call('insertCard', knob)).toBe(true);
          await s.until(`the card is inside (${knob})`, () => s.media() === 'inside');
          const channel = await s.settled(s.reader.activate());
          expect(await s.settled(channel.transmit(SELECT))).toEqual(Uint8Array.of(0x00, 0x90, 0x00));
          if (motorised) await s.settled(s.reader.present());
          await s.unit.call('takeCard');
          await s.until(`the card is gone (${knob})`, () => s.media() === 'notPresent');
          expect(await s.unit.call('executed', knob)).toBe(1);
          await s.unit.wire(knob, sound);
        }
        expect([s.told('mediaInserted'), s.offlines()]).toEqual([4, 0]);
      });

      sentence('an answer that is lost, or arrives broken, is asked for again', async (s) => {
        await s.ready();
        await s.unit.knob('loseAnswers', 1);
        await s.settled(s.reader.status());
        await s.unit.knob('corruptAnswers', 1);
        await s.settled(s.reader.status());
        expect(s.reader.lastStatus.device).toBe('online');
      });
    }

    sentence('a unit that falls silent is offline, told once, and rests until it is connected again', async (s) => {
      await s.withCard('mine');
      await s.unit.knob('dead', true);
      await s.until('the reader is offline', () => s.reader.lastStatus.device === 'offline');
      expect(await s.code(s.reader.connect())).toBe('offline');
      expect(s.offlines()).toBe(1);
      await s.unit.knob('dead', false);
      await s.settled(s.reader.connect());
      expect(s.media()).toBe('inside');
    });

    if (subject.tells.includes('restart')) {
      sentence('a unit that lost its power behind an open line is told once, and lets cards in as before', async (s) => {
        await s.ready();
        await s.unit.call('powerCycle');
        await s.until('the restart is told', () => s.told('restarted') > 0);
        await s.fence();
        expect(s.told('restarted')).toBe(1);
        expect(s.reader.lastStatus).toMatchObject({ device: 'online', entry: 'enabled' });
        expect(await s.unit.call('insertCard', 'mine')).toBe(true);
      });
    }

    sentence('closed: calls are refused; connected again, the card is where it was', async (s) => {
      await s.withCard('mine');
      await s.reader.close();
      expect(s.reader.lastStatus.device).toBe('offline');
      expect(await s.code(s.reader.activate())).toBe('offline');
      await s.settled(s.reader.connect());
      expect(s.media()).toBe('inside');
      expect(s.told('mediaInserted')).toBe(1);
    });

    sentence('a connect that is aborted leaves nothing behind', async (s) => {
      await s.unit.knob('dead', true);
      const abort = new AbortController();
      const attempt = s.code(s.reader.connect(abort.signal));
      abort.abort(new Error('shutting down'));
      expect(await attempt).toBe('aborted');
      await s.unit.knob('dead', false);
      await s.settled(s.reader.connect());
      expect(s.reader.lastStatus.device).toBe('online');
    });
  });
}

export interface WrongNeighbor {
  readonly name: string;
  readonly notRun: string | undefined;
  stand(): Promise<Pick<ReaderRig, 'reader' | 'settled' | 'dispose'>>;
  /** Of the error that `connect` fails with. */
  readonly code: DeviceErrorCode;
  readonly message: RegExp;
}

/** What stands on the port is not the reader. */
export function describeWrongNeighbor(subject: WrongNeighbor): void {
  test.concurrent(
    subject.name,
    async (context) => {
      context.skip(subject.notRun !== undefined, `not run: ${subject.notRun}`);
      const { reader, settled, dispose } = await subject.stand();
      try {
        const error = await settled(reader.connect().catch((caught: unknown) => caught));
        expect(error).toBeInstanceOf(DeviceError);
        expect(error).toMatchObject({ code: subject.code, message: expect.stringMatching(subject.message) });
        expect(reader.lastStatus.device).toBe('offline');
      } finally {
        await reader.close();
        await dispose();
      }
    },
    PATIENT,
  );
}
