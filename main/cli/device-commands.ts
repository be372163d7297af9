/**
 * `kioskctl devices …` and `kioskctl monitor`: the configured devices at the hands of an integrator or technician, without the terminal
 * running (it holds the lines while it does).
 */
import path from 'node:path';
import type { FrameTrace } from '../../drivers/device.ts';
import type { DeviceClass } from '../../drivers/registry.ts';
import type { Tested } from '../../common/maintenance/self-tests.ts';
import type { TestStep } from '../../state-machines/maintenance/self-test-port.ts';
import { loadConfig, type TerminalConfig } from '../config/config.ts';
import { createSelfTestPort } from '../maintenance/self-tests/port.ts';
import { readinessWords } from '../receipts/words.ts';
import { devicePorts } from '../terminal/device-ports.ts';
import { closeAll, makeDevices, noSimulators, type Devices } from '../terminal/devices.ts';
import { Supervision, type SupervisedDevice } from '../terminal/supervision.ts';
import { systemClock } from '../terminal/system.ts';
import { Failure, readArguments, text, UsageError, type Command, type Given, type Output, type Status } from './command.ts';
import { decodeFrame } from './frame-decoders.ts';

/** Longest a device may take to come up or to say why not: the slowest class's own limit, and a little. */
const FIRST_ANSWER_MS = 45_000;

const EXAMPLE = path.join(import.meta.dirname, '..', '..', 'resources', 'config', 'example.json');

const say = readinessWords('en');

const CONFIG_OPTION = { config: 'string' } as const;

export const deviceCommands: Readonly<Record<string, Command>> = {
  'devices list': {
    usage: 'devices list [--config FILE] [--json]',
    does: 'names the configured devices: model and address',
    run: (args, output) => {
      const { given } = readArguments(args, { least: 0, most: 0 }, { ...CONFIG_OPTION, json: 'boolean' });
      const fitted = fittedIn(configOf(given));
      if (given['json'] === true) output.out(JSON.stringify(fitted));
      else for (const { name, model, address } of fitted) output.out(`${name.padEnd(15)} ${model.padEnd(20)} ${address}`);
      return 0;
    },
  },
  'devices status': {
    usage: 'devices status [--config FILE] [--json]',
    does: 'connects every device and says how it is; 1 when one is not ready',
    run: async (args, output) => {
      const { given } = readArguments(args, { least: 0, most: 0 }, { ...CONFIG_OPTION, json: 'boolean' });
      return supervised<Status>(configOf(given), async (supervision) => {
        await supervision.firstAnswers(FIRST_ANSWER_MS);
        for (const device of supervision.devices) output.out(given['json'] === true ? JSON.stringify(device) : lineOf(device));
        return supervision.devices.every(({ condition }) => condition === 'ready') ? 0 : 1;
      });
    },
  },
  'devices watch': {
    usage: 'devices watch [--config FILE] [--seconds N]',
    does: 'says every change of every device, until Ctrl-C or for N seconds',
    run: async (args, output) => {
      const { given } = readArguments(args, { least: 0, most: 0 }, { ...CONFIG_OPTION, seconds: 'string' });
      const seconds = secondsOf(given);
      return supervised<Status>(configOf(given), async (supervision) => {
        supervision.onChange((device) => output.out(`${new Date(systemClock.now()).toISOString()} ${lineOf(device)}`));
        await interrupted(seconds);
        return 0;
      });
    },
  },
  'devices exercise': {
    usage: 'devices exercise NAME [--config FILE]',
    does: 'tests one device with your hands: says what to do, and what it found',
    run: async (args, output) => {
      const { words, given } = readArguments(args, { least: 1, most: 1 }, CONFIG_OPTION);
      const config = configOf(given);
      const name = fittedName(config, words[0] ?? '');
      return withDevices<Status>(only(config, name), async (devices) => {
        try {
          await devices[name]?.connect();
          const tested = await exercise(config, name, devices, output);
          for (const { test, result, why, detail } of tested) {
            const said = [say(`test_${test}`), ...(why === undefined ? [] : [say(`why_${why}`)]), ...(detail === undefined ? [] : [detail])].join(': ');
            if (result === 'passed') output.out(`good: ${said}`);
            else output.error(`not good: ${said}`);
          }
          return tested.every(({ result }) => result === 'passed') ? 0 : 1;
        } catch (error) {
          output.error(`not good: ${error instanceof Error ? error.message : String(error)}`);
          return 1;
        }
      });
    },
  },
  monitor: {
    usage: 'monitor NAME [--config FILE] [--seconds N] [--raw]',
    does: 'shows the frames of one device as they pass, decoded, a JSON line each',
    run: async (args, output) => {
      const { words, given } = readArguments(args, { least: 1, most: 1 }, { ...CONFIG_OPTION, seconds: 'string', raw: 'boolean' });
      const seconds = secondsOf(given);
      const config = configOf(given);
      const name = fittedName(config, words[0] ?? '');
      return withDevices<Status>(only(config, name), async (devices) => {
        const model = config.devices[name]?.model ?? '';
        devices[name]?.onFrame((frame) => output.out(JSON.stringify(shown(model, frame, given['raw'] === true))));
        const supervision = superviseAll(devices);
        supervision.start();
        await interrupted(seconds);
        supervision.stop();
        return 0;
      });
    },
  },
};

interface Fitted {
  readonly name: DeviceClass;
  readonly model: string;
  readonly address: string;
}

function fittedIn({ devices }: TerminalConfig): readonly Fitted[] {
  return (Object.entries(devices) as [DeviceClass, TerminalConfig['devices'][DeviceClass]][]).flatMap(([name, device]) =>
    device === null ? [] : [{ name, model: device.model, address: device.address }],
  );
}

/** Without `--config`, the example: every setting named, every device in a simulated cabinet. */
function configOf(given: Given): TerminalConfig {
  return loadConfig(text(given, 'config') ?? EXAMPLE);
}

function fittedName(config: TerminalConfig, word: string): DeviceClass {
  const names = fittedIn(config).map(({ name }) => name);
  const name = names.find((fitted) => fitted === word);
  if (name === undefined) throw new UsageError(`there is no device ${JSON.stringify(word)}; this configuration has ${names.join(', ') || 'none'}`);
  return name;
}

/** The configuration with one device left. */
function only(config: TerminalConfig, name: DeviceClass): TerminalConfig {
  const none = Object.fromEntries(Object.keys(config.devices).map((other) => [other, null])) as TerminalConfig['devices'];
  return { ...config, devices: { ...none, [name]: config.devices[name] } };
}

/** The self-tests of one device, beside no terminal: nothing is journaled, and what only eyes can tell is theirs who stands there. */
async function exercise(config: TerminalConfig, name: DeviceClass, devices: Devices, output: Output): Promise<readonly Tested[]> {
  const port = createSelfTestPort({
    clock: systemClock,
    devices,
    models: {},
    profiles: config.cards.profiles,
    facts: { diskIsLow: () => false, clockOffsetMs: () => undefined, askUpstream: async () => 'offline', unsealed: () => [] },
    append: () => {},
  });
  const tested: Tested[] = [];
  const tell = ({ say: step, values }: TestStep): void => output.out(`→ ${say(`say_${step}`, values)}`);
  for (const { test, part } of port.tests) {
    if (part === name) tested.push(await port.run(test, 'kioskctl', { tell }, new AbortController().signal));
  }
  return tested;
}

/** @throws {Failure} for an address this process can't open */
async function withDevices<T>(config: TerminalConfig, work: (devices: Devices) => Promise<T>): Promise<T> {
  let devices: Devices;
  try {
    devices = makeDevices(config.devices, { clock: systemClock, simulation: noSimulators, unfinishedJob: false, flavor: config.flavor });
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
  try {
    return await work(devices);
  } finally {
    await closeAll(devices);
  }
}

function superviseAll(devices: Devices): Supervision {
  return new Supervision({ clock: systemClock, ports: devicePorts(devices, () => {}), record: () => {} });
}

function supervised<T>(config: TerminalConfig, work: (supervision: Supervision) => Promise<T>): Promise<T> {
  return withDevices(config, async (devices) => {
    const supervision = superviseAll(devices);
    supervision.start();
    try {
      return await work(supervision);
    } finally {
      supervision.stop();
    }
  });
}

/** One line a person can read: how it is, who it is, what isn't right, why it is not there. */
function lineOf({ name, condition, identity, report, trouble }: SupervisedDevice): string {
  const who = identity === undefined ? [] : [[identity.maker, identity.model, identity.firmware].filter((part) => part !== undefined).join(' ')];
  const storage = report.storage
    .filter(({ level }) => level !== 'notSupported')
    .map(({ id, level, count }) => `${id} ${level}${count === undefined ? '' : ` (${count})`}`);
  const why = trouble === undefined ? [] : [`${trouble.code}: ${trouble.message}`];
  return [name.padEnd(15), condition.padEnd(11), [...who, ...report.impairments, ...storage, ...why].join(' · ')].join(' ').trimEnd();
}

function shown(model: string, { direction, bytes }: FrameTrace, raw: boolean): object {
  const at = new Date(systemClock.now()).toISOString();
  return raw ? { at, direction, bytes } : { at, direction, bytes, ...decodeFrame(model, direction, bytes) };
}

function secondsOf(given: Given): number | undefined {
  const word = text(given, 'seconds');
  if (word === undefined) return undefined;
  const seconds = Number(word);
  if (!(seconds > 0 && seconds <= 86_400)) throw new UsageError(`--seconds ${JSON.stringify(word)}: expected more than 0 and at most 86400`);
  return seconds;
}

/** Until Ctrl-C, SIGTERM, or the time is over. */
function interrupted(seconds: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = seconds === undefined ? undefined : systemClock.setTimeout(end, seconds * 1000);
    const alive = setInterval(() => {}, 60_000); // with no device on a line nothing else would hold the process
    function end(): void {
      systemClock.clearTimeout(timer);
      clearInterval(alive);
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      resolve();
    }
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  });
}
