/** The terminal's real link upstream, talking to a real server; and stand-ins for fetch where the far side must misbehave. */
import { onTestFinished } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../main/upstream/http.ts';
import { createUpstream, type Upstream, type UpstreamOptions } from '../../../main/upstream/upstream.ts';
import { clientClock, ENROLMENT_CODE, newKey, random, type World } from '../../fleet/support.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

export function connect(world: World, over: Partial<UpstreamOptions> = {}): Upstream {
  const upstream = createUpstream({
    url: world.url,
    terminalId: 'T-0001',
    key: newKey(),
    clock: clientClock(world.clock),
    random,
    enrolmentCode: ENROLMENT_CODE,
    ...over,
  });
  onTestFinished(() => upstream.close());
  return upstream;
}

/** A client whose far side is `answer`; its time stands still until the test moves it. */
export function isolated(answer: typeof fetch): { client: HttpClient; clock: SimulatedClock } {
  const clock = new SimulatedClock();
  return { clock, client: createHttpClient({ url: 'http://127.0.0.1:1', terminalId: 'T-0001', key: newKey(), clock, random, fetch: answer }) };
}

/** Never answers; fails when it is given up, as fetch does. */
export const silent: typeof fetch = (_input, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  });

/** Lets I/O happen until `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}
