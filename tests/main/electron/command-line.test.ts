import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../main/electron/command-line.ts';

describe('the command line of the shell', () => {
  test('a configuration alone is enough', () => {
    expect(parseCommandLine(['--config', '/etc/kiosk.json'], true)).toEqual({ ok: true, command: { config: '/etc/kiosk.json' } });
  });

  test("everything at once, among switches of Chromium's own", () => {
    const args = [
      '--no-sandbox',
      '--user-data-dir=/tmp/x',
      '--config=a.json',
      '--remote-debugging-port',
      '9222',
      '--bench-url',
      'http://127.0.0.1:4000',
      '--window',
      '1080x1920',
    ];
    expect(parseCommandLine(args, false)).toEqual({
      ok: true,
      command: { config: 'a.json', remoteDebuggingPort: 9222, benchUrl: 'http://127.0.0.1:4000/', window: { width: 1080, height: 1920 } },
    });
  });

  test.each([
    ['no configuration', [], 'no configuration given; start with --config FILE'],
    ['--config without a file', ['--config'], 'no configuration given; start with --config FILE'],
    ['an empty file name', ['--config='], 'no configuration given; start with --config FILE'],
    ['a port that is a word', ['--config', 'a', '--remote-debugging-port', 'x'], '--remote-debugging-port must be a number from 0 to 65535, not "x"'],
    ['a port too high', ['--config', 'a', '--remote-debugging-port=65536'], '--remote-debugging-port must be a number from 0 to 65535, not "65536"'],
    ['a port left out', ['--config', 'a', '--remote-debugging-port'], '--remote-debugging-port must be a number from 0 to 65535, not "true"'],
    ['a bench that is a file', ['--config', 'a', '--bench-url', 'file:///etc/passwd'], '--bench-url must be an http address, not "file:///etc/passwd"'],
    ['a glass without height', ['--config', 'a', '--window', '1080'], '--window must be WIDTHxHEIGHT in px, e.g. 1080x1920, not "1080"'],
  ])('%s: one line says so', (_case, args, problem) => {
    expect(parseCommandLine(args, false)).toEqual({ ok: false, problem });
  });

  test.each(['remote-debugging-port=9222', 'remote-debugging-pipe', 'bench-url=http://127.0.0.1:1', 'window=1080x1920'])(
    '--%s is refused in a package',
    (argument) => {
      const name = argument.replace(/=.*/, '');
      expect(parseCommandLine(['--config', 'a', `--${argument}`], true)).toEqual({
        ok: false,
        problem: `--${name} is refused in a packaged terminal; leave it out`,
      });
    },
  );
});
