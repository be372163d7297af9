/** What the screen shows of self-tests and of their report: a pure function of where the chart stands. Used by the view of the rooms. */
import type { z } from 'zod';
import type { readinessBodies } from './readiness-screens.ts';
import { findings, type SelfTestsSnapshot } from './self-tests.ts';

type Body = z.infer<(typeof readinessBodies)['maintenance-tests']>;

export function selfTestsBody(snapshot: SelfTestsSnapshot): Body {
  const { context } = snapshot;
  const { ports, only, running, step, question, report, receipt, trouble } = context;
  const resting = snapshot.matches('found') || snapshot.matches('printing');
  return {
    kind: 'maintenance-tests',
    forReport: only === undefined,
    lines: ports.selfTests.tests.filter(({ test }) => only === undefined || only.includes(test)).map(({ test, part }) => lineOf(context, test, part)),
    ...(running === undefined ? {} : { now: { test: running, ...(step === undefined ? {} : { step }), ...(question === undefined ? {} : { question }) } }),
    ...(resting && only === undefined ? { verdict: verdictOf(context) } : {}),
    ...(report === undefined ? {} : { report: { number: report.journal.hash.slice(0, 12).toUpperCase(), receipt } }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

function lineOf(
  { running, tested }: SelfTestsSnapshot['context'],
  test: Body['lines'][number]['test'],
  part: Body['lines'][number]['part'],
): Body['lines'][number] {
  if (running === test) return { test, part, state: 'running' };
  const found = tested.find((one) => one.test === test);
  if (found === undefined) return { test, part, state: 'waiting' };
  const { result: state, why, detail } = found;
  return { test, part, state, ...(why === undefined ? {} : { why }), ...(detail === undefined ? {} : { detail }) };
}

function verdictOf(context: SelfTestsSnapshot['context']): NonNullable<Body['verdict']> {
  const { verdict, blocking, paused } = findings(context);
  return { verdict, blocking: [...blocking], paused: [...paused] };
}
