/** What the office gives out lets in at a terminal: from the command line to the judge, with nothing between them but what is typed and shown. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readTerminalSecret } from '../../../main/maintenance/sign-in/terminal-secret.ts';
import { officeAnswer, UsageError } from '../../../fleet/staff/command-line.ts';
import { isPinOf } from '../../../common/maintenance/pin.ts';
import { maintenanceSchema } from '../../../main/config/maintenance.ts';
import { projectRoot } from '../../launcher/run-tool.ts';
import { sessionOf, StaffBench } from '../../main/maintenance/sign-in/staff-bench.ts';
import { derived } from '../../support/staff-at-hand.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const PIN = '48210573';

/** As the process is called, without one. */
const ask = (args: readonly string[], input = ''): Promise<string> => officeAnswer({ input: () => input, now: () => Date.now() }, args);

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'staff-office-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test('an office, a terminal, a list, a code, a call, a grant and a card: each lets in, with the PIN and scrypt as they are', async () => {
  const office = folder();
  const said = (args: readonly string[], input = ''): Promise<string> => ask([...args, '--office', office], input);
  const key: unknown = JSON.parse(await said(['init']));
  expect(statSync(join(office, 'staff-master-secret')).mode & 0o777).toBe(0o600);
  expect(statSync(join(office, 'staff-signing-key.pem')).mode & 0o777).toBe(0o600);
  const secretFile = join(office, 'staff-secret');
  const [member] = await Promise.all([
    said(['roster', '--staff', '0417', '--role', 'technician'], PIN),
    said(['terminal', '--terminal', 'T-0001', '--out', secretFile]),
  ]);
  const { staff: members, grantKeys } = maintenanceSchema.parse({ staff: [JSON.parse(member)], grantKeys: [key] });
  const secret = readTerminalSecret(secretFile);
  if (!secret.ok) throw new Error(secret.why);
  const picture = join(office, 'grant.svg');
  const person = ['--staff', '0417', '--role', 'technician', '--days', '7'];
  const chip = '04A1B2C3D4E5F6';
  const [code, grant, certificate] = await Promise.all([
    said(['code', '--terminal', 'T-0001', '--staff', '0417']),
    said(['grant', ...person, '--terminals', 'T-0001,T-0002', '--verbs', 'device.test', '--out', picture], PIN),
    said(['card', ...person, '--terminals', '*', '--chip', chip], PIN),
  ]);
  const bench = new StaffBench(
    {
      secret: secret.secret,
      rules: { staff: members, grantKeys: Object.fromEntries(grantKeys.map(({ kid, ...jwk }) => [kid, jwk])) },
      isPinOf,
    },
    new SimulatedClock(Date.now()),
  );
  expect(sessionOf(await bench.signIn({ method: 'totp', staff: '0417', code, pin: PIN }))).toMatchObject({ role: 'technician' });
  expect(sessionOf(await bench.signIn({ method: 'grant', token: grant, pin: PIN }))?.verbs).toEqual(['device.test']);
  expect(sessionOf(await bench.signIn({ method: 'card', token: certificate, chip, pin: PIN }))).toMatchObject({ method: 'card' });
  const challenge = bench.desk.challenge();
  const answer = await said(['answer', '--terminal', 'T-0001', '--staff', '0417', '--challenge', `${challenge.slice(0, 4)} ${challenge.slice(4)}`]);
  expect(sessionOf(await bench.signIn({ method: 'phone', staff: '0417', challenge, code: answer, pin: PIN }))).toMatchObject({ method: 'phone' });
  expect((await bench.signIn({ method: 'grant', token: grant, pin: '48210574' })).kind).toBe('refused');
  expect(readFileSync(picture, 'utf8')).toMatch(/^<svg /);
});

test('an authenticator that was set up by the address shows what the terminal takes', async () => {
  const office = folder();
  await ask(['init', '--office', office]);
  const uri = new URL(await ask(['authenticator', '--office', office, '--terminal', 'T-0001', '--staff', '0417']));
  expect([uri.protocol, uri.host, uri.searchParams.get('digits'), uri.searchParams.get('period'), uri.searchParams.get('algorithm')]).toEqual([
    'otpauth:',
    'totp',
    '6',
    '30',
    'SHA1',
  ]);
  const master = new Uint8Array(Buffer.from(readFileSync(join(office, 'staff-master-secret'), 'utf8').trim(), 'hex'));
  const ofStaff = derived(derived(master, 'kiosk-staff-terminal:T-0001'), 'kiosk-staff-totp:0417');
  expect(base32(uri.searchParams.get('secret') ?? '')).toBe(Buffer.from(ofStaff).toString('hex'));
});

/** RFC 4648 6, without padding. */
function base32(text: string): string {
  const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/[01]{8}/g) ?? []).map((byte) => parseInt(byte, 2))).toString('hex');
}

test('the process: an answer on the standard output; called wrongly, one line on the other and status 2', async () => {
  const office = folder();
  const run = (args: readonly string[]) =>
    new Promise((resolve) => {
      execFile(process.execPath, ['fleet/staff/main.ts', ...args], { cwd: projectRoot }, (error, out, errors) => {
        resolve({ status: error?.code ?? 0, out: out.trim().split('\n').length, errors: errors.trim().split('\n').filter(Boolean) });
      });
    });
  expect(await run(['init', '--office', office])).toEqual({ status: 0, out: 1, errors: [] });
  expect(await run(['give'])).toMatchObject({ status: 2, errors: [expect.stringMatching(/^give is none of its commands; usage: npm run staff -- init\|/)] });
});

describe('called wrongly', () => {
  test.each<[string, readonly string[], string]>([
    ['no command', [], 'say what is wanted'],
    ['without the office', ['key'], '--office: '],
    ['a role that isn’t one', ['roster', '--office', '/none', '--role', 'boss'], '--role: expected one of technician, collector, supervisor, auditor'],
    ['an option that isn’t one', ['key', '--office', '/none', '--pin', '123456'], "Unknown option '--pin'"],
    ['a chip in words', ['card', '--office', '/none', '--chip', 'mine'], '--chip: expected the UID of the chip in hexadecimal'],
    ['a verb that isn’t one', ['grant', '--office', '/none', '--verbs', 'everything'], '--verbs.0: expected some of device.test'],
  ])('%s', async (_, args, says) => {
    await expect(ask(args)).rejects.toThrow(UsageError);
    await expect(ask(args)).rejects.toThrow(says);
  });
});

describe('something is wrong', () => {
  test('an office is never made anew over one that is there', async () => {
    const office = folder();
    await ask(['init', '--office', office]);
    const before = readFileSync(join(office, 'staff-master-secret'), 'utf8');
    await expect(ask(['init', '--office', office])).rejects.toThrow(/is there already and is not overwritten: move it away first$/);
    expect(readFileSync(join(office, 'staff-master-secret'), 'utf8')).toBe(before);
  });
  test('secrets that others may read are not used', async () => {
    const office = folder();
    await ask(['init', '--office', office]);
    chmodSync(join(office, 'staff-signing-key.pem'), 0o644);
    await expect(ask(['key', '--office', office])).rejects.toThrow(/staff-signing-key\.pem is readable by others \(mode 644\): chmod 600 /);
  });
  test.each([
    ['a PIN of four digits', ['roster', '--staff', '1', '--role', 'auditor'], '1234', 'a PIN has 6 to 12 digits'],
    ['a grant of eight days', ['grant', '--staff', '1', '--role', 'auditor', '--terminals', '*', '--days', '8'], PIN, 'a grant is good for 7 days at most'],
    [
      'a grant of more terminals than a code holds',
      [
        'grant',
        '--staff',
        '1',
        '--role',
        'auditor',
        '--days',
        '1',
        '--terminals',
        Array.from({ length: 50 }, (_, index) => `T-${'0'.repeat(30)}-${index}`).join(','),
      ],
      PIN,
      'name fewer terminals',
    ],
    ['a challenge of seven digits', ['answer', '--staff', '1', '--terminal', 'T', '--challenge', '1234567'], '', 'the terminal shows 8 digits'],
  ])('%s', async (_, args, input, says) => {
    const office = folder();
    await ask(['init', '--office', office]);
    await expect(ask([...args, '--office', office], input)).rejects.toThrow(says);
  });
});
