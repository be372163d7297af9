/** A staff card in a motorised reader, by the reader's own wire: from the chip to the judge. */
import { expect, test } from 'vitest';
import { createStaffCard } from '../../../../drivers/card/staff/simulated-staff-card.ts';
import { createVirtualCard } from '../../../../drivers/card/virtual-cards.ts';
import { readStaffCard } from '../../../../main/maintenance/sign-in/staff-card.ts';
import { withCardInside } from '../../../drivers/card-reader/crt591/reader-bench.ts';
import { countingRandom, TODAY, V2_KEYS } from '../../../drivers/card/pboc/cards.ts';
import { COLLECTOR, grantFor, signed } from '../../../support/staff-at-hand.ts';
import { sessionOf, StaffBench } from './staff-bench.ts';

const UID = '04A1B2C3D4E5F6';
const uid = new Uint8Array(Buffer.from(UID, 'hex'));

test('its certificate, read from the chip, lets its holder in with their PIN', async () => {
  const bench = new StaffBench();
  const certificate = await signed(grantFor(COLLECTOR, bench.clock.now(), { card: UID }), 'card');
  const inside = await withCardInside(createStaffCard({ uid, text: certificate }));
  const reading = await inside.settled(readStaffCard(inside.reader));
  expect(reading).toEqual({ kind: 'read', token: certificate, chip: UID });
  if (reading.kind !== 'read') return;
  const { token, chip } = reading;
  expect(sessionOf(await bench.signIn({ method: 'card', token, chip, pin: COLLECTOR.pin }))).toMatchObject({ staff: '0533', method: 'card' });
});

test('a purse card is none', async () => {
  const { card } = createVirtualCard('jtt978', { keys: V2_KEYS, random: countingRandom(), today: TODAY });
  const inside = await withCardInside(card);
  expect(await inside.settled(readStaffCard(inside.reader))).toEqual({ kind: 'noStaffCard' });
});
