/** The steps of a session and of its flow: every state of their statecharts that is entered, by name. */
import { isMachineSnapshot, type InspectionEvent } from 'xstate';

/** E.g. `topUp:cash.accepting`; undefined where no chart moves. A state that is left at once is a step too. */
export function stepOf(event: InspectionEvent): string | undefined {
  if (event.type !== '@xstate.microstep' && event.type !== '@xstate.snapshot') return undefined;
  const { snapshot } = event;
  return isMachineSnapshot(snapshot) ? `${snapshot.machine.id}:${pathOf(snapshot.value)}` : undefined;
}

function pathOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([state, within]) => `${state}.${pathOf(within)}`)
    .join('+');
}
