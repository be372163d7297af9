/** The top-up, and what waited at the issuer, end to end in every situation: the real screen, the real drivers over sockets, the real journal. */
import { byEar } from './support/by-ear-situations.ts';
import { runSituations } from './support/run-situations.ts';
import { pendingLoads } from './support/pending-load-situations.ts';
import { bankCards } from './support/bank-card-situations.ts';
import { payCodes } from './support/pay-code-situations.ts';
import { situations } from './support/top-up-situations.ts';
import { World } from './support/world.ts';

runSituations([...situations, ...payCodes, ...bankCards, ...pendingLoads, ...byEar], () => World.start({ speed: 3 }));
