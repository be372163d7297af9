/** The self-tests of this terminal: made of the devices that are fitted, and journaled one by one. main/terminal makes one. */
import type { Clock } from '../../../common/clock.ts';
import type { NewEntry } from '../../../common/journal-kinds.ts';
import type { CardProfile } from '../../../drivers/card/pboc/profile.ts';
import { selfTestNames, type SelfTestName, type TestedPart } from '../../../common/maintenance/self-tests.ts';
import type { SelfTest, SelfTestPort } from '../../../state-machines/maintenance/self-test-port.ts';
import type { Devices } from '../../terminal/devices.ts';
import { resultOf, skipped, type Act } from './acts.ts';
import * as device from './device-tests.ts';
import * as terminal from './terminal-tests.ts';

export interface SelfTestSources {
  readonly clock: Clock;
  readonly devices: Devices;
  /** By part: the model that the configuration names. */
  readonly models: Readonly<Partial<Record<TestedPart, string>>>;
  readonly profiles: readonly CardProfile[];
  readonly facts: terminal.TerminalFacts;
  /** @throws what the journal throws: a test that is not written down was not made */
  readonly append: (entry: NewEntry) => unknown;
}

type Acts = { readonly [N in SelfTestName]: { readonly part: TestedPart; readonly hands: boolean; readonly act: Act | undefined } };

export function createSelfTestPort(sources: SelfTestSources): SelfTestPort {
  const acts = actsOf(sources);
  const testOf = (test: SelfTestName): SelfTest => {
    const { part, hands } = acts[test];
    return { test, part, model: sources.models[part] ?? 'terminal', hands };
  };
  return {
    tests: selfTestNames.filter((name) => acts[name].act !== undefined).map(testOf),
    run: async (test, sessionId, hands, signal) => {
      const { act = notFitted } = acts[test];
      const result = await resultOf(act, { clock: sources.clock, hands, signal });
      const { part, model } = testOf(test);
      sources.append({ kind: 'device.tested', body: { sessionId, device: part, model, test, ...result } });
      return { test, part, model, ...result, at: sources.clock.now() };
    },
  };
}

const notFitted: Act = async () => {
  throw skipped('notFitted');
};

function actsOf({ devices, profiles, facts }: SelfTestSources): Acts {
  const { cardReader, receiptPrinter, cashAcceptor, codeScanner, idReader, keypad, cabinet } = devices;
  const { motorised = false, canDispense = false, canRetain = false } = cardReader?.capabilities ?? {};
  return {
    journalVerify: { part: 'journal', hands: false, act: terminal.journalVerify(facts) },
    diskRoom: { part: 'disk', hands: false, act: terminal.diskRoom(facts) },
    clockRight: { part: 'clock', hands: false, act: terminal.clockRight(facts) },
    keysSealed: { part: 'keys', hands: false, act: terminal.keysSealed(facts) },
    upstreamReach: { part: 'upstream', hands: false, act: terminal.upstreamReach(facts) },
    screenPixels: { part: 'screen', hands: true, act: terminal.seen('pixelsClean') },
    screenTouch: { part: 'screen', hands: true, act: terminal.seen('touchEverywhere') },
    soundHeard: { part: 'sound', hands: true, act: terminal.seen('soundHeard') },
    cabinetSensors: { part: 'cabinet', hands: true, act: cabinet && device.cabinetSensors(cabinet) },
    cardRead: { part: 'cardReader', hands: true, act: cardReader && device.cardRead(cardReader, profiles) },
    cardShutter: { part: 'cardReader', hands: true, act: cardReader && motorised ? device.cardShutter(cardReader) : undefined },
    blankCard: { part: 'cardReader', hands: false, act: cardReader && canDispense && canRetain ? device.blankCard(cardReader) : undefined },
    noteReturned: { part: 'cashAcceptor', hands: true, act: cashAcceptor && device.noteReturned(cashAcceptor) },
    testPage: { part: 'receiptPrinter', hands: true, act: receiptPrinter && device.testPage(receiptPrinter) },
    codeScan: { part: 'codeScanner', hands: true, act: codeScanner && device.codeScan(codeScanner) },
    documentRead: { part: 'idReader', hands: true, act: idReader && device.documentRead(idReader) },
    keypadKeys: { part: 'keypad', hands: true, act: keypad && device.keypadKeys(keypad) },
  };
}
