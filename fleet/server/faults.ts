/** Faults on request, in a sandbox: upstream's partners offline, and answers lost on the wire after the books changed. */
import type { Faults } from '../../common/upstream-api/sandbox.ts';

export type FaultChange = { readonly [K in keyof Faults]?: Faults[K] | undefined };

export interface FaultPlan {
  readonly current: Faults;
  /** What is undefined stays as it is. */
  change(faults: FaultChange): Faults;
  /** The next answer to the terminal about this order is lost. */
  loseAnswerAbout(orderId: string): void;
  /** Asked once per answer to a signed request; a loss happens once. */
  takeLoss(answer: { readonly path: string; readonly orderId: string | undefined }): boolean;
}

export function createFaultPlan(): FaultPlan {
  let current: Faults = { issuerOffline: false, paymentOffline: false, loseNextAnswer: null };
  const orders = new Set<string>();
  return {
    get current() {
      return current;
    },
    change: ({ issuerOffline, paymentOffline, loseNextAnswer }) => {
      current = {
        issuerOffline: issuerOffline ?? current.issuerOffline,
        paymentOffline: paymentOffline ?? current.paymentOffline,
        loseNextAnswer: loseNextAnswer === undefined ? current.loseNextAnswer : loseNextAnswer,
      };
      return current;
    },
    loseAnswerAbout: (orderId) => void orders.add(orderId),
    takeLoss: ({ path, orderId }) => {
      if (current.loseNextAnswer !== null && path.startsWith(current.loseNextAnswer)) {
        current = { ...current, loseNextAnswer: null };
        return true;
      }
      return orderId !== undefined && orders.delete(orderId);
    },
  };
}
