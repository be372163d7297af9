/** The staff card's one file, read chunk by chunk; and that nothing else is taken for one. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStaffCard } from '../../../../drivers/card/staff/simulated-staff-card.ts';
import { LONGEST_STAFF_FILE, readStaffFile } from '../../../../drivers/card/staff/staff-file.ts';
import { createVirtualCard, virtualCardKinds } from '../../../../drivers/card/virtual-cards.ts';
import { DeviceError } from '../../../../drivers/device.ts';
import { cardChannel, scriptedChannel } from '../channels.ts';
import { countingRandom, TODAY, V2_KEYS } from '../pboc/cards.ts';

const held = (text: string) => ({ card: createStaffCard({ uid: Uint8Array.of(4, 1, 2, 3, 4, 5, 6), text }), tear: () => {}, torn: false, balance: undefined });
const channelOf = (text: string) => {
  const channel = cardChannel(held(text), 'contactless');
  if (channel === undefined) throw new Error('it has an antenna');
  return channel;
};

test.each([1, 199, 200, 201, 255, 256, 700, LONGEST_STAFF_FILE])('%i characters come as they are', async (length) => {
  const text = Array.from({ length }, (_, index) => String.fromCharCode(33 + (index % 90))).join('');
  expect(await readStaffFile(channelOf(text))).toBe(text);
});

test('the exchange: application F0 KIOSKSTAFF by name, file 1 by its short identifier, then by offset', async () => {
  const channel = channelOf('x'.repeat(300));
  await readStaffFile(channel);
  expect(channel.sent).toEqual(['00A404000BF04B494F534B535441464600', '00B0810002', '00B00002C8', '00B000CA64']);
});

describe('no staff card', () => {
  test('nothing in it, or more than is read', async () => {
    expect(await readStaffFile(channelOf(''))).toBeUndefined();
    expect(await readStaffFile(channelOf('x'.repeat(LONGEST_STAFF_FILE + 1)))).toBeUndefined();
  });
  test.each(virtualCardKinds)('%s', async (kind) => {
    const channel = cardChannel(createVirtualCard(kind, { keys: V2_KEYS, random: countingRandom(), today: TODAY }), 'contactless');
    const read = channel === undefined || kind === 'mute' || kind === 'mifareClassic' ? undefined : await readStaffFile(channel).catch(() => undefined);
    expect(read).toBeUndefined();
  });
  test('a file that ends before its length', async () => {
    expect(await readStaffFile(scriptedChannel(['9000', '00059000', '41429000']))).toBeUndefined();
  });
  test('whatever a chip answers: characters or nothing, in at most as many commands as the longest file has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.uint8Array({ maxLength: 258 }).map((bytes) => Buffer.from(bytes).toString('hex').toUpperCase()),
          { maxLength: 20 },
        ),
        async (answers) => {
          const channel = scriptedChannel(answers);
          const read = await readStaffFile(channel).catch((error: unknown) => error);
          expect(read === undefined || typeof read === 'string' || read instanceof DeviceError).toBe(true);
          expect(channel.sent.length).toBeLessThanOrEqual(LONGEST_STAFF_FILE / 200 + 6);
        },
      ),
    );
  });
});
