/** No flow without its simulation: every statechart is accounted for. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { StateMachine } from 'xstate';
import { expect, test } from 'vitest';
import { sessionMachine } from '../../state-machines/session.ts';
import { flows } from './run-seed.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'state-machines');
/** What is no flow: the session runs in every simulated world, identification, the prompt and the rooms of staff in the flows that invoke them, and device charts supervise the units of its cabinet. */
const NO_FLOWS = [
  'device.ts',
  'identification.ts',
  // rooms of the flow `maintenance`
  'maintenance/card-back.ts',
  'maintenance/monitor.ts',
  'maintenance/replay.ts',
  'maintenance/rooms.ts',
  'maintenance/rooms/box.ts',
  'maintenance/rooms/charts.ts',
  'maintenance/rooms/devices.ts',
  'maintenance/rooms/journal.ts',
  'maintenance/rooms/supplies.ts',
  'maintenance/rooms/system.ts',
  'maintenance/self-tests.ts',
  'maintenance/sign-in.ts',
  'session.ts',
];

test('every chart that the session invokes has its people in the simulation', () => {
  const invoked = Object.entries(sessionMachine.implementations.actors).filter(([, actor]) => actor instanceof StateMachine);
  expect(invoked.map(([name]) => name).toSorted()).toEqual(Object.keys(flows).toSorted());
});

test('every file with a chart is a flow of the simulation, or known not to be one', () => {
  const charts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && readFileSync(path.join(folder, file), 'utf8').includes('.createMachine('),
  );
  const files = Object.keys(flows).map((name) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`);
  expect(charts.toSorted()).toEqual([...NO_FLOWS, ...files].toSorted());
});
