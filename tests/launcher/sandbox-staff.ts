/**
 * Staff of the sandbox that `npm start` shows: an office of its own in the data folder, the terminal's secret, one person a role. Made with what
 * an operator would use (fleet/staff), so that what is tried here works there.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { checkedPin, grantKeyOf, rosterLine, terminalFile } from '../../fleet/staff/commands.ts';
import { openOffice, readOffice, writeOwn } from '../../fleet/staff/office.ts';
import { PIN_SALT_BYTES } from '../../common/maintenance/pin.ts';
import type { Role } from '../../common/maintenance/verbs.ts';
import type { Settings } from './sandbox.ts';

/** Of the sandbox only. */
export const SANDBOX_STAFF: readonly { readonly number: string; readonly role: Role; readonly pin: string }[] = [
  { number: '1001', role: 'technician', pin: '100100' },
  { number: '1002', role: 'collector', pin: '100200' },
  { number: '1003', role: 'supervisor', pin: '100300' },
  { number: '1004', role: 'auditor', pin: '100400' },
];

export interface SandboxStaff {
  readonly settings: Settings;
  /** How to sign in, for a person. */
  readonly how: string;
}

/** @param data folder of the sandbox, which may be from an earlier run */
export function sandboxStaff(data: string, terminalId: string): SandboxStaff {
  const folder = path.join(data, 'staff-office');
  const office = existsSync(folder) ? readOffice(folder) : openOffice(folder);
  const secret = path.join(data, 'staff-secret');
  if (!existsSync(secret)) writeOwn(secret, terminalFile(office, terminalId));
  // a PIN of the sandbox needs no salt of its own
  const lines = SANDBOX_STAFF.map(({ number, role, pin }) => rosterLine(number, role, checkedPin(pin, new Uint8Array(PIN_SALT_BYTES))));
  const people = SANDBOX_STAFF.map(({ number, role, pin }) => `${role} ${number}, PIN ${pin}`).join('; ');
  return {
    settings: { maintenance: { staff: lines, grantKeys: [grantKeyOf(office)] } },
    how: `staff: service switch of the bench; ${people}\none-time code: npm run staff -- code --office ${folder} --terminal ${terminalId} --staff 1001`,
  };
}
