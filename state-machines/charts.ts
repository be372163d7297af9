/** Every statechart of the terminal by its name: for pictures, for the trace of what ran, for whoever has to look at all of them. */
import type { AnyStateMachine } from 'xstate';
import { accountMachine } from './account.ts';
import { callbackMachine } from './callback.ts';
import { chatMachine } from './chat.ts';
import { deskMachine } from './desk.ts';
import { deviceMachine } from './device.ts';
import { identificationMachine } from './identification.ts';
import { lossReportMachine } from './loss-report.ts';
import { maintenanceMachine } from './maintenance.ts';
import { cardBackMachine } from './maintenance/card-back.ts';
import { monitorMachine } from './maintenance/monitor.ts';
import { replayMachine } from './maintenance/replay.ts';
import { roomsMachine } from './maintenance/rooms.ts';
import { boxMachine } from './maintenance/rooms/box.ts';
import type { ChartName } from './maintenance/rooms/charts-screens.ts';
import { chartsMachine } from './maintenance/rooms/charts.ts';
import { devicesMachine } from './maintenance/rooms/devices.ts';
import { journalMachine } from './maintenance/rooms/journal.ts';
import { suppliesMachine } from './maintenance/rooms/supplies.ts';
import { systemMachine } from './maintenance/rooms/system.ts';
import { selfTestsMachine } from './maintenance/self-tests.ts';
import { signInMachine } from './maintenance/sign-in.ts';
import { pendingLoadMachine } from './pending-load.ts';
import { replacementMachine } from './replacement.ts';
import { sessionMachine } from './session.ts';
import { statementMachine } from './statement.ts';
import { supportMachine } from './support.ts';
import { surveyMachine } from './survey.ts';
import { topUpMachine } from './top-up.ts';

export const charts: Readonly<Record<ChartName, AnyStateMachine>> = {
  session: sessionMachine,
  topUp: topUpMachine,
  pendingLoad: pendingLoadMachine,
  replacement: replacementMachine,
  lossReport: lossReportMachine,
  account: accountMachine,
  identification: identificationMachine,
  statement: statementMachine,
  support: supportMachine,
  desk: deskMachine,
  callback: callbackMachine,
  chat: chatMachine,
  survey: surveyMachine,
  device: deviceMachine,
  maintenance: maintenanceMachine,
  signIn: signInMachine,
  cardBack: cardBackMachine,
  rooms: roomsMachine,
  devices: devicesMachine,
  supplies: suppliesMachine,
  box: boxMachine,
  journal: journalMachine,
  system: systemMachine,
  selfTests: selfTestsMachine,
  monitor: monitorMachine,
  charts: chartsMachine,
  replay: replayMachine,
};
