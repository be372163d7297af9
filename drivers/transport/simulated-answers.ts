/** What becomes of a simulated unit's answers on their way, as its knobs say: lost, damaged, or said twice. Used by the simulators. */

/** Each of the next answers is not sent / sent damaged / sent twice; counts down. */
export interface AnswerKnobs {
  loseAnswers: number;
  corruptAnswers: number;
  duplicateAnswers: number;
}

/** What goes over the line for `answer`: nothing, or the same bytes once or twice. Damage flips a bit of the last byte, the check sum's. */
export function onItsWay(answer: Uint8Array, knobs: AnswerKnobs): readonly Uint8Array[] {
  if (knobs.loseAnswers > 0) {
    knobs.loseAnswers -= 1;
    return [];
  }
  const bytes = Uint8Array.from(answer);
  if (knobs.corruptAnswers > 0) {
    knobs.corruptAnswers -= 1;
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0x01;
  }
  if (knobs.duplicateAnswers === 0) return [bytes];
  knobs.duplicateAnswers -= 1;
  return [bytes, bytes];
}
