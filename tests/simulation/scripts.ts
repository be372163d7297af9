/** Every script of every flow, by name. */
import { accountScripts } from './flows/account.ts';
import { callbackScripts } from './flows/callback.ts';
import { chatScripts } from './flows/chat.ts';
import { deskScripts } from './flows/desk.ts';
import { lossReportScripts } from './flows/loss-report.ts';
import { maintenanceScripts } from './flows/maintenance.ts';
import { replacementScripts } from './flows/replacement.ts';
import { pendingLoadScripts } from './flows/pending-load.ts';
import { statementScripts } from './flows/statement.ts';
import { surveyScripts } from './flows/survey.ts';
import { supportScripts } from './flows/support.ts';
import { topUpScripts } from './flows/top-up.ts';
import { nobody, type Script } from './script.ts';

export const scripts: readonly Script[] = [
  ...topUpScripts,
  ...pendingLoadScripts,
  ...statementScripts,
  ...supportScripts,
  ...lossReportScripts,
  ...deskScripts,
  ...callbackScripts,
  ...chatScripts,
  ...replacementScripts,
  ...accountScripts,
  ...surveyScripts,
  ...maintenanceScripts,
  nobody,
];

/** @throws {RangeError} */
export function scriptNamed(name: string): Script {
  const script = scripts.find((known) => known.name === name);
  if (script === undefined) throw new RangeError(`no script ${name}; there are ${scripts.map((known) => known.name).join(', ')}`);
  return script;
}
