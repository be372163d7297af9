/** What is true of the embedded store alone. */
import { expect, test } from 'vitest';
import { openStore } from '../../fleet/server/store/database.ts';

test('a store that would not survive a power cut is refused', async () => {
  await expect(openStore(':memory:')).rejects.toMatchObject({ name: 'StoreError', code: 'notDurable' });
});
