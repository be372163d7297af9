/** The main situations once more with every device on a pseudo-terminal: the terminal opens serial ports, another process is the devices. */
import { runSituations } from './support/run-situations.ts';
import { situations } from './support/top-up-situations.ts';
import { PseudoTerminals, World } from './support/world.ts';

const lines = new PseudoTerminals();

runSituations(
  situations.filter(({ main }) => main),
  () => World.start({ speed: 3, carry: lines.carry }),
  () => lines.stop(),
);
