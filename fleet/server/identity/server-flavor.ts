/** Training terminals at a training server, live ones at every other: neither server takes the other's, known to it or not. */
import { flavorOf, type Flavor } from '../../../common/flavor.ts';
import { ProblemError } from '../http/problems.ts';

const WHY: Readonly<Record<Flavor, string>> = {
  production: 'it is a training terminal, and no live server takes it',
  training: 'this is a training server: it takes terminals whose names begin with TRAINING- only',
};

/** @param flavor the server's; default: live @throws {ProblemError} `otherFlavor` */
export function requireFlavor(terminalId: string, flavor: Flavor = 'production'): void {
  if (flavorOf(terminalId) !== flavor) throw new ProblemError('otherFlavor', `${terminalId}: ${WHY[flavor]}`);
}
