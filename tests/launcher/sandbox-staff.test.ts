/** Who tries the sandbox gets in with what it says, and again after another start. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { officeAnswer } from '../../fleet/staff/command-line.ts';
import { isPinOf } from '../../common/maintenance/pin.ts';
import { maintenanceSchema } from '../../main/config/maintenance.ts';
import { readTerminalSecret } from '../../main/maintenance/sign-in/terminal-secret.ts';
import { StaffBench } from '../main/maintenance/sign-in/staff-bench.ts';
import { SANDBOX_STAFF, sandboxStaff } from './sandbox-staff.ts';

test('each of the sandbox’s staff gets in with number, PIN and the code that the office says, also at the next start', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sandbox-staff-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  sandboxStaff(data, 'T-0001');
  const { settings } = sandboxStaff(data, 'T-0001');
  const { staff } = maintenanceSchema.parse(settings['maintenance']);
  const secret = readTerminalSecret(join(data, 'staff-secret'));
  if (!secret.ok) throw new Error(secret.why);
  const bench = new StaffBench({ secret: secret.secret, rules: { staff }, isPinOf });
  for (const { number, pin, role } of SANDBOX_STAFF) {
    const args = ['code', '--office', join(data, 'staff-office'), '--terminal', 'T-0001', '--staff', number];
    const code = await officeAnswer({ input: () => '', now: () => bench.clock.now() }, args);
    expect(await bench.signIn({ method: 'totp', staff: number, code, pin })).toMatchObject({ kind: 'signedIn', session: { role } });
  }
});
