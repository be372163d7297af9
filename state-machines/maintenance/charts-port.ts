/** The statecharts as the room that shows them needs them: what each is, by its definition, and the paths that were taken. Made by main/maintenance/charts. */
import type { ChartName, ChartState } from './rooms/charts-screens.ts';
import type { CabinetPart } from './staff-schema.ts';

/** Which chart; `part`: the device, of the chart that each has one of. */
export interface ChartSubject {
  readonly chart: ChartName;
  readonly part?: CabinetPart;
}

/** Of one actor, from its start to its end. Names of states and types of events and nothing else: neither what an event carried nor what the chart knows. */
export interface ChartRun {
  /** ms since 1970. */
  readonly since: number;
  /** Absent: it is running. */
  readonly until?: number;
  /** The oldest first. */
  readonly steps: readonly ChartStep[];
  /** Older ones that are not kept. */
  readonly dropped: number;
  /** States that it is in, or was at its end: the innermost of each region. */
  readonly at: readonly string[];
}

export interface ChartStep {
  /** ms since 1970. */
  readonly at: number;
  readonly event: string;
  /** Innermost states that it was not in before. */
  readonly states: readonly string[];
}

export interface ChartsPort {
  readonly subjects: readonly ChartSubject[];
  /** Every state once, parents first. */
  states(chart: ChartName): readonly (Omit<ChartState, 'mark'> & { readonly id: string })[];
  /** Events that this state or one around it listens to, with where each leads. */
  exits(chart: ChartName, stateId: string): readonly { readonly event: string; readonly to: string }[];
  /** The newest first. */
  runs(subject: ChartSubject): readonly ChartRun[];
}
