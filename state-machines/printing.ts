/**
 * The slip of what a screen has just told, and back to that screen, which says whether it was printed. A state of charts that tell something:
 * theirs are the state `told`, the actor `print`, and the actions `noWait` and `keepReceipt`.
 */
import type { ReceiptOutcome } from './ports.ts';

const keep = <const R extends 'printing' | 'printed' | 'failed'>(receipt: R) => ({ type: 'keepReceipt' as const, params: { receipt } });

/** @returns the state `printing`. Nobody leaves while paper is on its way: the tag says so to the session. */
export function printing() {
  const failed = { target: 'told' as const, actions: keep('failed') };
  return {
    entry: ['noWait' as const, keep('printing')],
    tags: ['committed' as const],
    invoke: {
      src: 'print' as const,
      input: <C>({ context }: { readonly context: C }): C => context,
      onDone: [
        {
          guard: ({ event }: { readonly event: { readonly output: ReceiptOutcome } }) => event.output.state === 'printed',
          target: 'told' as const,
          actions: keep('printed'),
        },
        failed,
      ],
      onError: failed,
    },
  };
}
