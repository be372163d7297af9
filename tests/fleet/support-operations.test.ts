/** What operators see of the support desk: its figures, its calls in the description, its settings, and its key file. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { randomUUID } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { seal } from '../../common/sealing.ts';
import { sealedSchema, sealingPublicKeySchema } from '../../common/upstream-api/support.ts';
import { createSealingKey, loadSealingKey } from '../../fleet/server/support/sealing-key.ts';
import { supportSettingsSchema } from '../../fleet/server/support/settings.ts';
import { exchange, registeredTerminal, startWorld, type World } from './support.ts';
import { booking, CHEN, HOUR_MS, outboxOf, SERIAL, shanghai, stored, ticket } from './support-desk.ts';

function figures({ url }: World): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/metrics`, { agent: false }, (answer) => {
      text(answer).then((body) => resolve(Object.fromEntries(body.split('\n').flatMap(supportFigure))), reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

function supportFigure(line: string): [string, number][] {
  if (!line.startsWith('fleet_support')) return [];
  const at = line.lastIndexOf(' ');
  return [[line.slice('fleet_support_'.length, at), Number(line.slice(at + 1))]];
}

test('figures count what waits for somebody', async () => {
  const world = await startWorld({ startAt: shanghai('2026-03-16 10:00') });
  const terminal = await registeredTerminal(world);
  const outbox = outboxOf(terminal);
  const none = {
    'tickets{state="open"}': 0,
    'tickets{state="assigned"}': 0,
    'tickets{state="waitingForPerson"}': 0,
    'tickets{state="resolved"}': 0,
    'tickets{state="reopened"}': 0,
    promises_breached: 0,
    chats_waiting: 0,
    chat_wait_seconds: 0,
    callbacks_booked: 0,
    callbacks_overdue: 0,
    envelopes_refused: 0,
  };
  expect(await figures(world)).toEqual(none);
  const first = await ticket(world);
  stored(await outbox.send('ticket.created', first));
  stored(await outbox.send('ticket.created', await ticket(world, { kind: 'suggestion' })));
  stored(await outbox.send('callback.booked', await booking(world, shanghai('2026-03-16 11:00'))));
  await outbox.send('unknown', {});
  await world.server.agents.tickets.act(CHEN, first.ticketId, 1, { do: 'assign' });
  await world.clock.advance(2 * HOUR_MS + 1);
  await terminal.post('/v1/support/chats', { chatId: randomUUID(), about: 'other', language: 'en' });
  await world.clock.advance(5000);
  expect(await figures(world)).toEqual({
    ...none,
    'tickets{state="open"}': 1,
    'tickets{state="assigned"}': 1,
    promises_breached: 1,
    chats_waiting: 1,
    chat_wait_seconds: 5,
    callbacks_booked: 1,
    callbacks_overdue: 1,
    envelopes_refused: 1,
  });
});

test('the description of the API has the desk’s calls, signed', async () => {
  const { body } = await exchange(`${(await startWorld({ mode: 'live' })).url}/openapi.json`, 'GET');
  const { paths } = z
    .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({ security: z.array(z.unknown()).optional() }))) })
    .parse(body);
  const calls = [
    'post /v1/outbox',
    'get /v1/support/desk',
    'post /v1/support/progress',
    'get /v1/support/slots',
    'post /v1/support/chats',
    'get /v1/support/chats/{chatId}',
    'post /v1/support/chats/{chatId}/messages',
    'post /v1/support/chats/{chatId}/close',
    'get /v1/support/knowledge',
    'get /v1/support/knowledge/contents/{sha256}',
  ];
  for (const call of calls) {
    const [method = '', path = ''] = call.split(' ');
    expect(paths[path]?.[method]?.security, call).toEqual([{ signed: [] }]);
  }
});

test('settings that can not be kept are refused with their place', () => {
  const problems = (support: object): string[] => (supportSettingsSchema.safeParse(support).error?.issues ?? []).map(({ path }) => path.join('.'));
  expect(problems({ calendar: { week: [[], [], [], [], [], [], []] } })).toEqual(['calendar.week']);
  expect(problems({ calendar: { holidays: ['2026-02-30'] } })).toEqual(['calendar.holidays.0']);
  expect(problems({ calendar: { hollidays: [] } })).toEqual(['calendar']);
  expect(problems({ routes: { device: { queue: 'devices', promise: { hours: 1 } } } })).toEqual(['routes.device.promise']);
  const settings = supportSettingsSchema.parse({ routes: { device: { queue: 'workshop', promise: { days: 3 } } }, calendar: { holidays: ['2027-01-01'] } });
  expect(settings.routes).toMatchObject({ device: { queue: 'workshop', urgent: false }, merchant: { queue: 'merchants' } });
  expect(settings.calendar).toMatchObject({ holidays: ['2027-01-01'], utcOffsetMinutes: 480 });
});

test('the sealing key is made once, for its owner’s eyes, and opens after a restart what was sealed before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealing-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'sealing-key.pem');
  const key = await loadSealingKey(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const sealed = sealedSchema.parse(await seal(key.publicKey, SERIAL));
  expect(await seal(key.publicKey, SERIAL)).not.toBe(sealed);
  const again = await loadSealingKey(file);
  expect(again.publicKey).toEqual(sealingPublicKeySchema.parse(key.publicKey));
  expect(await again.open(sealed)).toBe(SERIAL);
  expect(decodeProtectedHeader(sealed)).toMatchObject({ alg: 'ECDH-ES', enc: 'A256GCM', kid: key.publicKey.kid, epk: { crv: 'P-256' } });
  await expect((await createSealingKey()).open(sealed)).rejects.toMatchObject({ code: 'sealUnreadable' });
  const [head = '', ...rest] = sealed.split('.');
  const damaged = [head, ...rest.slice(0, -1), `${rest.at(-1)?.slice(0, -2)}${rest.at(-1)?.endsWith('AA') === true ? 'BB' : 'AA'}`].join('.');
  await expect(again.open(damaged)).rejects.toMatchObject({ code: 'sealUnreadable' });
});
