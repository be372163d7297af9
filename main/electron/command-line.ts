/**
 * The shell's command line: `--config FILE [--remote-debugging-port N] [--bench-url URL] [--window WxH]`. Chromium reads the same
 * command line, so switches that aren't ours are left to it.
 */
import { parseArgs } from 'node:util';

export interface ShellCommand {
  /** Configuration file of the terminal process, passed on as it is. */
  readonly config: string;
  readonly remoteDebuggingPort?: number;
  /** Address of the simulated cabinet; development only. */
  readonly benchUrl?: string;
  /** Draws the page for a glass of this many px in a window that is scaled to fit the display; development only. */
  readonly window?: { readonly width: number; readonly height: number };
}

export type CommandLine = { readonly ok: true; readonly command: ShellCommand } | { readonly ok: false; readonly problem: string };

/** @param args what follows the program's name; @param packaged true in a product, where nothing may look inside */
export function parseCommandLine(args: readonly string[], packaged: boolean): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    strict: false,
    options: {
      config: { type: 'string' },
      'remote-debugging-port': { type: 'string' },
      'remote-debugging-pipe': { type: 'boolean' },
      'bench-url': { type: 'string' },
      window: { type: 'string' },
    },
  });
  if (packaged) {
    const refused = (['remote-debugging-port', 'remote-debugging-pipe', 'bench-url', 'window'] as const).find((name) => values[name] !== undefined);
    if (refused !== undefined) return problem(`--${refused} is refused in a packaged terminal; leave it out`);
  }
  const { config, 'remote-debugging-port': port, 'bench-url': bench, window } = values;
  if (typeof config !== 'string' || config === '') return problem('no configuration given; start with --config FILE');
  const remoteDebuggingPort = parsePort(port);
  if (port !== undefined && remoteDebuggingPort === undefined)
    return problem(`--remote-debugging-port must be a number from 0 to 65535, not "${String(port)}"`);
  const benchUrl = parseBench(bench);
  if (bench !== undefined && benchUrl === undefined) return problem(`--bench-url must be an http address, not "${String(bench)}"`);
  const size = parseSize(window);
  if (window !== undefined && size === undefined) return problem(`--window must be WIDTHxHEIGHT in px, e.g. 1080x1920, not "${String(window)}"`);
  return {
    ok: true,
    command: {
      config,
      ...(remoteDebuggingPort === undefined ? {} : { remoteDebuggingPort }),
      ...(benchUrl === undefined ? {} : { benchUrl }),
      ...(size === undefined ? {} : { window: size }),
    },
  };
}

function problem(text: string): CommandLine {
  return { ok: false, problem: text };
}

/** A switch given without its value comes as `true`. */
type Given = string | boolean | undefined;

function parsePort(text: Given): number | undefined {
  return typeof text === 'string' && /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function parseBench(text: Given): string | undefined {
  const url = typeof text === 'string' ? URL.parse(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

function parseSize(text: Given): { width: number; height: number } | undefined {
  const match = typeof text === 'string' ? /^([1-9]\d{2,4})x([1-9]\d{2,4})$/.exec(text) : null;
  return match === null ? undefined : { width: Number(match[1]), height: Number(match[2]) };
}
