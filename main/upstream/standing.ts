/**
 * What it means, and what to do, when upstream does not accept this terminal or can't be trusted: for the log and the technician's command
 * line. Used by life.ts and kioskctl.
 */
import { standingProblems, type StandingProblem } from '../../common/upstream-api/problem.ts';
import type { PortError } from '../../state-machines/ports.ts';

const NEW_CODE = 'have a code made (fleet: enrol TERMINAL) and type it here: kioskctl enrol CODE --config FILE';
const NEW_KEY = 'move terminal-key.pem out of the data folder while the terminal is stopped, and keep it';

const words: Readonly<Record<StandingProblem, string>> = {
  unknownTerminal: `upstream does not know this terminal: ${NEW_CODE}`,
  unknownKey: `upstream knows this terminal with another key: restore terminal-key.pem from its backup, or ${NEW_CODE}`,
  keyReplaced: `this terminal was enrolled with another key since; if this is not a copy of a terminal that runs elsewhere, ${NEW_CODE}`,
  keyRevoked: `the key of this terminal is revoked for good: ${NEW_KEY}; then ${NEW_CODE}`,
  keyOfOther: `another terminal has this key, as after copying its disk: ${NEW_KEY}; then type the code again`,
  terminalRevoked: `this terminal is revoked: it stays out of service and keeps its journal until it is enrolled anew: ${NEW_CODE}`,
  badEnrolmentCode: 'upstream does not know this enrolment code: check each symbol and terminal.id; after five wrong ones a new code is needed',
  enrolmentCodeExpired: 'the enrolment code is over: it lives 15 minutes, or until the next one is made; have a new one made',
  enrolmentCodeUsed: 'the enrolment code was used before: it enrols once; have a new one made, and find out who used this one',
  enrolmentCodeOfOther: 'the enrolment code was made for another terminal: check terminal.id, or have one made for this terminal',
  enrolmentCodeLocked: 'too many wrong enrolment codes were tried for this terminal: have a new one made',
  otherFlavor:
    'upstream takes no terminals of this kind: a training terminal is enrolled at a training server only, a live one at none; check terminal.id and upstream.url',
};

/** Whether upstream said that this terminal is none of its own: only a person changes that. */
export function isStandingProblem(detail: string | undefined): detail is StandingProblem {
  return standingProblems.some((code) => code === detail);
}

/** One line: what is wrong, and what to do. */
export function troubleText(error: PortError): string {
  return isStandingProblem(error.detail) ? words[error.detail] : error.message;
}
