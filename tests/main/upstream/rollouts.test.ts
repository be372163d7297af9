/** A terminal and the rollouts of the real server: whose turn it is, and what is heard of a release. */
import { expect, test } from 'vitest';
import { turnOf } from '../../../main/terminal/updating.ts';
import { staffMember } from '../../fleet/console-browser.ts';
import { createRolloutPort } from '../../../main/upstream/rollouts.ts';
import { random, startWorld } from '../../fleet/support.ts';
import { connect, isolated } from './support.ts';

test('no release before the server names it, the one that it names is taken, and its word of it is counted', async () => {
  const world = await startWorld();
  const { rollouts } = connect(world);
  const operator = await staffMember(world, 'operator');
  await expect(turnOf('2.0.0', rollouts)).rejects.toMatchObject({ code: 'notItsTurn', message: expect.stringContaining('others first') });
  await operator.call('startRollout', { body: { version: '2.0.0', reason: 'as agreed with the site' } });
  await operator.call('pinTerminal', { params: { terminalId: 'T-0001' }, body: { version: '2.0.0', reason: 'a first look' } });
  await turnOf('2.0.0', rollouts);
  await expect(turnOf('3.0.0', rollouts)).rejects.toMatchObject({ code: 'notItsTurn', message: expect.stringContaining('wants 2.0.0') });
  await rollouts.tell({ version: '2.0.0', outcome: 'failed', failure: 'notHealthy' });
  await rollouts.tell({ version: '2.0.0', outcome: 'failed', failure: 'notHealthy' });
  expect((await operator.call('rollouts', {})).rollouts).toMatchObject([{ version: '2.0.0', heard: 1, failed: 1 }]);
});

test('a server that can’t be asked gives nobody a turn: sales go on with what runs', async () => {
  const { client, clock } = isolated(() => Promise.reject(new TypeError('fetch failed')));
  const refused = expect(turnOf('2.0.0', createRolloutPort(client, { clock, random }))).rejects.toMatchObject({
    code: 'notItsTurn',
    message: expect.stringContaining("can't be asked"),
  });
  await clock.advance(60_000);
  await refused;
});
