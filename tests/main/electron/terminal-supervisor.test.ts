import { beforeEach, describe, expect, test } from 'vitest';
import { supervisionDelays, TerminalSupervisor, type TerminalProcessEvents } from '../../../main/electron/terminal-supervisor.ts';
import type { ToTerminal } from '../../../main/process-protocol.ts';
import type { KeyPress, UiEvent, View } from '../../../state-machines/view.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { attract, KeptLog, viewOf } from './support.ts';

/** A terminal process as a test plays it. */
class PlayedProcess {
  readonly heard: ToTerminal[] = [];
  killed = false;
  hangs = false;
  pings = 0;
  readonly pid: number;
  readonly events: TerminalProcessEvents;

  constructor(pid: number, events: TerminalProcessEvents) {
    this.pid = pid;
    this.events = events;
  }

  send(message: ToTerminal): void {
    if (message.type !== 'ping') this.heard.push(message);
    else {
      this.pings += 1;
      if (!this.hangs) this.events.onMessage({ type: 'pong' });
    }
  }

  kill(): void {
    this.killed = true;
  }
}

const touch: UiEvent = { version: 1, seq: 7, act: { type: 'start' } };

describe('supervision of the terminal process', () => {
  let clock: SimulatedClock;
  let log: KeptLog;
  let processes: PlayedProcess[];
  let shown: View[];
  let keys: KeyPress[];
  let stops: number;
  let endedWith: number[];
  let supervisor: TerminalSupervisor;

  beforeEach(() => {
    clock = new SimulatedClock();
    log = new KeptLog();
    processes = [];
    shown = [];
    keys = [];
    stops = 0;
    endedWith = [];
    supervisor = new TerminalSupervisor({
      fork: (events) => {
        const played = new PlayedProcess(processes.length + 1, events);
        processes.push(played);
        return played;
      },
      clock,
      log,
      publish: (view) => void shown.push(view),
      onKey: (press) => void keys.push(press),
      onStop: (exitCode) => {
        stops += 1;
        endedWith.push(exitCode);
      },
    });
    supervisor.start();
  });

  const latest = (): PlayedProcess => {
    const played = processes.at(-1);
    if (played === undefined) throw new Error('no process was started');
    return played;
  };
  const kinds = (): readonly string[] => shown.map((view) => view.body.kind);
  const becomeReady = (): void => {
    latest().events.onMessage({ type: 'ready' });
    latest().events.onMessage({ type: 'view', view: viewOf(attract) });
  };

  test('start: "starting" at once, then what the terminal process says', () => {
    expect(kinds()).toEqual(['starting']);
    becomeReady();
    expect(kinds()).toEqual(['starting', 'attract']);
  });

  test('a key of the keypad goes on to the pages, and one that is none does not', () => {
    becomeReady();
    latest().events.onMessage({ type: 'key', press: { key: 'next', press: 'short' } });
    latest().events.onMessage({ type: 'key', press: { key: 'escape', press: 'short' } });
    expect(keys).toEqual([{ key: 'next', press: 'short' }]);
    expect(log.events).toContain('dropped a malformed message of the terminal process');
  });

  test('crash at every start: waits half a second, doubling up to half a minute', async () => {
    const waits: number[] = [];
    for (let crash = 0; crash < 9; crash += 1) {
      const started = processes.length;
      latest().events.onExit(1);
      let waited = 0;
      for (; processes.length === started; waited += 500) await clock.advance(500);
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('crash: "starting" is shown until the next process speaks', async () => {
    becomeReady();
    latest().events.onExit(139);
    expect(kinds().at(-1)).toBe('starting');
    await clock.advance(supervisionDelays.firstRestart);
    becomeReady();
    expect(kinds()).toEqual(['starting', 'attract', 'starting', 'attract']);
  });

  test('it turns: asked every ten seconds, and left alone for as long as it answers', async () => {
    becomeReady();
    await clock.advance(600_000);
    expect([latest().pings, latest().killed]).toEqual([60, false]);
  });

  test('it hangs: ended half a minute after the first ping without an answer, and another one starts', async () => {
    becomeReady();
    await clock.advance(supervisionDelays.ping);
    latest().hangs = true;
    await clock.advance(supervisionDelays.ping + supervisionDelays.pong - 1);
    expect(latest().killed).toBe(false);
    await clock.advance(1);
    expect(latest().killed).toBe(true);
    latest().events.onExit(137);
    await clock.advance(supervisionDelays.firstRestart);
    expect(processes).toHaveLength(2);
    expect(log.events).toContain('terminal process hangs');
  });

  test('asked to stop: closing the books may take its time, it is not taken for hanging', async () => {
    becomeReady();
    latest().hangs = true;
    await clock.advance(supervisionDelays.ping);
    void supervisor.stop();
    await clock.advance(supervisionDelays.stopGrace - 1);
    expect([latest().killed, latest().pings]).toEqual([false, 1]);
  });

  test('ready for a minute: the next crash counts as the first again', async () => {
    latest().events.onExit(1);
    await clock.advance(500);
    becomeReady();
    await clock.advance(supervisionDelays.stable);
    latest().events.onExit(1);
    await clock.advance(499);
    expect(processes).toHaveLength(2);
    await clock.advance(1);
    expect(processes).toHaveLength(3);
  });

  test('ready for less than a minute: the wait goes on doubling', async () => {
    latest().events.onExit(1);
    await clock.advance(500);
    becomeReady();
    await clock.advance(supervisionDelays.stable - 1);
    latest().events.onExit(1);
    await clock.advance(999);
    expect(processes).toHaveLength(2);
    await clock.advance(1);
    expect(processes).toHaveLength(3);
  });

  test('a minute after a crash does not count as a minute of being ready', async () => {
    becomeReady();
    latest().events.onExit(1);
    await clock.advance(supervisionDelays.stable);
    latest().events.onExit(1);
    await clock.advance(999);
    expect(processes).toHaveLength(2);
  });

  test('exit 0: the application is asked to end, nothing restarts', async () => {
    becomeReady();
    latest().events.onExit(0);
    await clock.advance(60_000);
    expect([stops, processes.length]).toEqual([1, 1]);
  });

  test.each([
    ['11, a release is laid out', 11],
    ['12, this release is no good', 12],
  ])('exit %s: the application ends with the same code, nothing restarts', async (_, code) => {
    becomeReady();
    latest().events.onExit(code);
    await clock.advance(60_000);
    expect([endedWith, processes.length]).toEqual([[code], 1]);
  });

  test('exit 10 of a process that had been ready: the next one starts at once', () => {
    becomeReady();
    latest().events.onExit(10);
    expect(processes).toHaveLength(2);
    expect(kinds().at(-1)).toBe('starting');
  });

  test('exit 10 of a process that never was ready: waits like a crash, or it would spin', async () => {
    latest().events.onExit(10);
    expect(processes).toHaveLength(1);
    await clock.advance(500);
    expect(processes).toHaveLength(2);
  });

  test('exit 13: out of service until somebody comes, nothing restarts', async () => {
    becomeReady();
    latest().events.onExit(13);
    await clock.advance(600_000);
    expect([kinds().at(-1), processes.length, stops]).toEqual(['out-of-service', 1, 0]);
  });

  test('says it can not go on but does not end: ended after five seconds, by the code it announced', async () => {
    becomeReady();
    latest().events.onMessage({ type: 'fatal', message: 'the journal is of a newer version', exitCode: 13 });
    await clock.advance(supervisionDelays.fatalGrace - 1);
    expect(latest().killed).toBe(false);
    await clock.advance(1);
    expect(latest().killed).toBe(true);
    latest().events.onExit(9);
    expect(kinds().at(-1)).toBe('out-of-service');
  });

  test.each([
    ['not an object', 'hello'],
    ['an unknown type', { type: 'format-disk' }],
    ['a View that is none', { type: 'view', view: { body: { kind: 'attract' } } }],
    ['a View with something added', { type: 'view', view: { ...viewOf(attract), pan: '6217' } }],
    ['nothing', undefined],
  ])('%s from the terminal process: logged and dropped', (_case, message) => {
    latest().events.onMessage(message);
    expect(kinds()).toEqual(['starting']);
    expect(log.events).toContain('dropped a malformed message of the terminal process');
  });

  test('a late word of a process that is gone is not shown', async () => {
    const gone = latest();
    gone.events.onExit(1);
    await clock.advance(500);
    gone.events.onMessage({ type: 'view', view: viewOf(attract) });
    gone.events.onExit(0);
    expect([kinds().includes('attract'), stops]).toEqual([false, 0]);
  });

  test('touches reach the terminal process when it is ready, and nobody before and after', () => {
    supervisor.touch(touch);
    const first = latest();
    becomeReady();
    supervisor.touch(touch);
    first.events.onExit(1);
    supervisor.touch(touch);
    expect(first.heard).toEqual([{ type: 'ui', event: touch }]);
  });

  test("a page that reloads gets the terminal process's present View from there", () => {
    becomeReady();
    shown = [];
    supervisor.pageReady();
    expect(latest().heard).toEqual([{ type: 'page-ready' }]);
    expect(shown).toEqual([]);
  });

  test('a page that reloads while the terminal process is away gets "starting" again', () => {
    becomeReady();
    latest().events.onExit(1);
    shown = [];
    supervisor.pageReady();
    expect(kinds()).toEqual(['starting']);
  });

  test('a page that reloads before the terminal process is ready gets "starting", and the process is not bothered', () => {
    shown = [];
    supervisor.pageReady();
    expect(kinds()).toEqual(['starting']);
    expect(latest().heard).toEqual([]);
  });

  test('stop: asked, waited for, not restarted', async () => {
    becomeReady();
    let stopped = false;
    const stopping = supervisor.stop().then(() => (stopped = true));
    expect(latest().heard).toEqual([{ type: 'stop' }]);
    await clock.advance(supervisionDelays.stopGrace - 1);
    expect([stopped, latest().killed]).toEqual([false, false]);
    latest().events.onExit(0);
    await stopping;
    await clock.advance(60_000);
    expect([processes.length, stops, latest().killed]).toEqual([1, 0, false]);
  });

  test('stop, and the process does not obey: ended by force after ten seconds', async () => {
    const stopping = supervisor.stop();
    await clock.advance(supervisionDelays.stopGrace);
    expect(latest().killed).toBe(true);
    latest().events.onExit(9);
    await stopping;
  });

  test('stop twice is one stop', () => {
    expect(supervisor.stop()).toBe(supervisor.stop());
    expect(latest().heard).toEqual([{ type: 'stop' }]);
  });

  test('stop while a restart waits: done at once, and the restart does not come', async () => {
    latest().events.onExit(1);
    await supervisor.stop();
    await clock.advance(60_000);
    expect(processes).toHaveLength(1);
  });
});
