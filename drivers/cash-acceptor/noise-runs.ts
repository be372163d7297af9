/** What the framings of acceptors share: bytes put behind bytes, and neighboring noise told as one. In time that grows with the bytes only. */

type Step = { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly error: string; readonly bytes: Uint8Array };

/** For reading only: it may be `chunk` itself. */
export function appended(held: Uint8Array, chunk: Uint8Array): Uint8Array {
  if (held.length === 0) return chunk;
  const bytes = new Uint8Array(held.length + chunk.length);
  bytes.set(held);
  bytes.set(chunk, held.length);
  return bytes;
}

/**
 * Neighboring noise of one kind is one report, so that a noisy line does not flood the trace.
 * @param alone errors that are reports of their own, e.g. frames whose checksum is wrong
 */
export function joinNoise<S extends Step>(steps: readonly S[], alone: (error: string) => boolean = () => false): readonly S[] {
  if (steps.every(({ ok }) => ok)) return steps;
  const runs: S[][] = [];
  for (const step of steps) {
    const run = runs.at(-1);
    const first = run?.[0];
    if (run !== undefined && first?.ok === false && !step.ok && first.error === step.error && !alone(step.error)) run.push(step);
    else runs.push([step]);
  }
  return runs.flatMap((run) => {
    const [first] = run;
    return first === undefined || run.length === 1 ? run : [{ ...first, bytes: Uint8Array.from(Buffer.concat(run.map(({ bytes }) => bytes))) }];
  });
}
