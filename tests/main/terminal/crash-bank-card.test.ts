/** See killed.ts. */
import { killedAtEveryStep } from './killed.ts';

killedAtEveryStep('card');
